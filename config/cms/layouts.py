"""Which kind of file it is, by its header, and in which column each part stands. Descriptors are never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from config.cms.sheets import Line, lines_of, tables_of
from config.errors import InputError

Kind = Literal["rvu", "gpci", "opps", "ncci-ptp", "ncci-mue"]
HEADER_WITHIN = 40
STACKED = 6

# A part's column is the first whose words match; the words of a header may stand one below another in several lines.
LAYOUTS: dict[Kind, dict[str, str]] = {
    "rvu": {
        "code": r"\bHCPCS$",
        "mod": r"\bMOD$",
        "status": r"\bSTATUS CODE$",
        "work": r"\bWORK RVU$",
        "pe_nonfacility": r"\bNON FAC(ILITY)? PE RVU$",
        "pe_facility": r"(?<!NON )\bFAC(ILITY)? PE RVU$",
        "mp": r"\bMP RVU$",
        "factor": r"\bCONV(ERSION)? FACTOR$",
    },
    "gpci": {
        "mac": r"\bMAC\b|^MEDICARE ADMINISTRATIVE CONTRACTOR",
        "state": r"^STATE$",
        "number": r"LOCALITY NUMBER$",
        "name": r"LOCALITY NAME$",
        "work": r"\b(PW|WORK) GPCI( WITH 1 0 FLOOR)?$",
        "pe": r"\bPE GPCI$",
        "mp": r"\bMP GPCI$",
    },
    "opps": {
        "code": r"^HCPCS( CODE)?$",
        "status": r"^(SI|STATUS INDICATOR)$",
        "apc": r"^APC$",
        "cents": r"^PAYMENT RATE$",
        "copay": r"^NATIONAL UNADJUSTED COPAYMENT$",
        "least_copay": r"^MINIMUM UNADJUSTED COPAYMENT$",
    },
    "ncci-ptp": {
        "column1": r"\bCOLUMN 1$",
        "column2": r"\bCOLUMN 2$",
        "until": r"\bDELETION DATE\b",
        "indicator": r"\bMODIFIER\b",
    },
    "ncci-mue": {"code": r"^HCPCS( CPT)? CODE$", "units": r"\bMUE VALUES?$", "adjudication": r"^MUE ADJUDICATION"},
}


@dataclass(frozen=True)
class CmsFile:
    """A recognised file: what stands above its header, and its rows by part."""

    path: Path
    kind: Kind
    title: str
    header: str
    columns: dict[str, int]

    @property
    def source(self) -> str:
        """How an entry cites it."""
        return f"CMS file {self.path.name}" + (f", {Path(self.member).name}" if self.member else "")

    def rows(self) -> Iterator[dict[str, str]]:
        """Every line below the header."""
        for line in islice(lines_of(self.path, self.member), self._first, None):
            yield {part: line[place] if place < len(line) else "" for part, place in self.columns.items()}

    @property
    def names(self) -> str:
        """What CMS called it: the table, and the zip that it came in."""
        return f"{Path(self.member).stem} {self.path.stem}"

    _first: int = 0
    member: str = ""


def recognise(path: Path, kind: Kind | None = None, member: str = "") -> CmsFile:
    """The file with its kind and columns; InputError when its header is none of those known, or not of that kind.

    Of a zip it is the one table whose header is known, in the plainest form that can be read, or the named `member`;
    InputError when several tables are.
    """
    if path.suffix.lower() != ".zip":
        if member:
            raise InputError(f"{path.name}: this is no .zip, so it has no member '{member}'; leave --member out.")
        tables = [[""]]
    else:
        tables = tables_of(path, member)
    found = [file for forms in tables if (file := _first_known(path, forms, kind))]
    if len(found) > 1:
        names = ", ".join(f"{Path(file.member).name} ({file.kind})" for file in found)
        kinds = " or --kind" if len({file.kind for file in found}) == len(found) else ""
        raise InputError(
            f"{path.name}: it holds several CMS tables, {names}; say which one by --member{kinds}, as "
            f'--member "{Path(found[0].member).name}".'
        )
    if found:
        return found[0]
    wanted = f"a CMS {kind} file" if kind else "a relative-value, GPCI, OPPS Addendum B, NCCI PTP or NCCI MUE file"
    what = (
        f"none of {', '.join(forms[0] for forms in tables)} has the header"
        if tables[0][0]
        else "its header is not that"
    )
    raise InputError(f"{path.name}: {what} of {wanted}; give the file as CMS publishes it.")


def _first_known(path: Path, forms: list[str], kind: Kind | None) -> CmsFile | None:
    return next((file for form in forms if (file := _known(path, form, kind))), None)


def _known(path: Path, member: str, kind: Kind | None) -> CmsFile | None:
    head = list(islice(lines_of(path, member), HEADER_WITHIN))
    for end in range(len(head)):
        if sum(bool(cell) for cell in head[end]) < 3:
            continue
        for name in [kind] if kind else LAYOUTS:
            for begin in (end, max(0, end - STACKED)):
                columns = _columns(LAYOUTS[name], head[begin : end + 1])
                if columns:
                    title = " ".join(chain.from_iterable(head[:end]))
                    header = " ".join(head[end])
                    return CmsFile(path, name, " ".join(title.split()), header, columns, end + 1, member)
    return None


def _columns(layout: dict[str, str], lines: list[Line]) -> dict[str, int] | None:
    width = max(len(line) for line in lines)
    if not lines[-1] or sum(bool(cell) for cell in lines[-1]) < min(3, len(layout)):
        return None
    words = [_words(" ".join(line[place] for line in lines if place < len(line))) for place in range(width)]
    found: dict[str, int] = {}
    for part, pattern in layout.items():
        places = [place for place, text in enumerate(words) if re.search(pattern, text)]
        if not places:
            return None
        found[part] = places[0]
    return found


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", text.upper()).split())
