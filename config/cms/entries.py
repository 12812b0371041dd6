"""The rows of a CMS file as rows of the project's tables, for the codes of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from config.catalogue import catalogue_codes
from config.cms.layouts import CmsFile, Kind
from config.errors import InputError

Row = dict[str, str]
COPYRIGHT = re.compile(r"(?:COPYRIGHT|©|\(C\))(?:\(C\)|[^A-Z0-9])*(?:19|20)\d\d(?: ?[-–] ?(?:19|20)\d\d)?")
MONTHS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}


@dataclass(frozen=True)
class Span:
    """The days for which a file is loaded, and whose claims or which practitioners it is about."""

    since: date
    until: date
    qualifying: str = "any"
    claims: str = ""

    @property
    def quarter(self) -> str:
        """The quarter in which it begins, as 2026Q1."""
        return f"{self.since.year}Q{(self.since.month + 2) // 3}"


def span_of(file: CmsFile, since: date | None) -> Span:
    """The days the file is for, from --since or its own title; InputError when neither says."""
    text = f"{file.title} {file.header} {file.names}".upper()
    begin = since or _begin(text)
    if begin is None:
        raise InputError(f"{file.path.name}: neither title nor name says from when it holds; add --since 2027-01-01.")
    qualifying, claims = "any", ""
    if begin.year >= 2026:
        qualifying = "no" if re.search(r"NON[ _-]?QP", text) else "yes" if re.search(r"QPP?\b|QUALIFYING", text) else ""
    if file.kind.startswith("ncci"):
        claims = "hospital" if re.search(r"HOSPITAL|OPH", text) else "practitioner" if "PRA" in text else ""
        if not claims:
            raise InputError(
                f"{file.path.name}: neither title nor name says whether it is for practitioners or hospitals; "
                "keep the name CMS gave the file."
            )
    return Span(begin, date(begin.year, 12, 31), qualifying, claims)


def _begin(text: str) -> date | None:
    """The day that a title or name says: Effective 10/01/2026, Eff_10-01-2026, 2026-q4, RVU26A or July 2026."""
    text = COPYRIGHT.sub(" ", text)  # the year of the texts' owner is not the year of the edition
    if day := re.search(r"EFF[A-Z]*[ _:.-]*(\d{1,2})[-/](\d{1,2})[-/](20[12]\d)(?!\d)", text):
        return date(int(day[3]), int(day[1]), int(day[2]))
    year = re.search(r"(?<!\d)(20[12]\d)(?!\d)", text) or re.search(r"(?:PPRRVU|GPCI|RVU)(\d\d)", text)
    if not year:
        return None
    number = int(year[1]) if len(year[1]) == 4 else 2000 + int(year[1])
    month = re.search(r"(?<![A-Z])(JAN|APR|JUL|OCT)(?:UARY|IL|Y|OBER)?\b", text.replace("_", " "))
    quarter = re.search(r"Q([1-4])\b", text)
    first = MONTHS[month[1]] if month else int(quarter[1]) * 3 - 2 if quarter else 1
    return date(number, first, 1)


def entries_of(file: CmsFile, span: Span) -> dict[str, list[Row]]:
    """New rows by table, as `amounts/gpci`; nothing is compared with what is there already."""
    return MAKERS[file.kind](file, span, catalogue_codes())


def _dated(file: CmsFile, span: Span) -> Row:
    return {"since": str(span.since), "until": str(span.until), "confidence": "primary", "source": file.source}


def _relative_values(file: CmsFile, span: Span, codes: frozenset[str]) -> dict[str, list[Row]]:
    rows, factors = [], set()
    for row in file.rows():
        if row["code"] in codes and not row["mod"]:
            parts = {part: _number(file, row, part, 2) for part in ("work", "pe_nonfacility", "pe_facility", "mp")}
            rows.append({"code": row["code"], "status": row["status"], **parts, **_dated(file, span)})
            factors.add(_number(file, row, "factor", 4))
    if len(factors) > 1:
        raise InputError(f"{file.path.name}: it has {len(factors)} conversion factors; give one release at a time.")
    factor = [{"qualifying": span.qualifying, "factor": value, **_dated(file, span)} for value in factors]
    return {"amounts/relative_values": rows, "amounts/conversion_factors": factor}


def _indices(file: CmsFile, span: Span, codes: frozenset[str]) -> dict[str, list[Row]]:
    rows = []
    for row in file.rows():
        if row["mac"].isdigit() and row["number"].isdigit():
            parts = {part: _number(file, row, part, 3) for part in ("work", "pe", "mp")}
            locality = f"{row['mac']:0>5}-{row['number']:0>2}"
            name = row["name"].replace("*", "").strip().upper()
            rows.append({"locality": locality, "state": row["state"], "name": name, **parts, **_dated(file, span)})
    return {"amounts/gpci": rows}


def _opps(file: CmsFile, span: Span, codes: frozenset[str]) -> dict[str, list[Row]]:
    rows = []
    for row in file.rows():
        if row["code"] in codes and row["status"]:
            copay = _cents(file, row, "copay") or _cents(file, row, "least_copay")
            paid = {"cents": _cents(file, row, "cents"), "copay_cents": copay}
            rows.append({"code": row["code"], "status": row["status"], "apc": row["apc"], **paid, **_dated(file, span)})
    return {"amounts/opps": rows}


def _edits(file: CmsFile, span: Span, codes: frozenset[str]) -> dict[str, list[Row]]:
    rows = []
    for row in file.rows():
        if row["column1"] in codes and row["column2"] in codes:
            until = re.sub(r"\D", "", row["until"])[:8]
            day = f"{until[:4]}-{until[4:6]}-{until[6:]}" if len(until) == 8 and until < "9999" else ""
            pair = {"column1": row["column1"], "column2": row["column2"], "indicator": row["indicator"]}
            rows.append({**pair, "until": day, "quarter": span.quarter})
    return {f"ncci/ptp_{span.claims}": rows}


def _limits(file: CmsFile, span: Span, codes: frozenset[str]) -> dict[str, list[Row]]:
    rows = [
        {**row, "adjudication": row["adjudication"][:1], "quarter": span.quarter}
        for row in file.rows()
        if row["code"] in codes
    ]
    return {f"ncci/mue_{span.claims}": rows}


MAKERS: dict[Kind, Callable[[CmsFile, Span, frozenset[str]], dict[str, list[Row]]]] = {
    "rvu": _relative_values,
    "gpci": _indices,
    "opps": _opps,
    "ncci-ptp": _edits,
    "ncci-mue": _limits,
}


def _number(file: CmsFile, row: Row, part: str, places: int) -> str:
    try:
        return f"{Decimal(row[part].replace(',', '') or '0'):.{places}f}"
    except InvalidOperation as error:
        where = row.get("code") or row.get("name")
        raise InputError(f"{file.path.name}: {part} of {where} is '{row[part]}', not a number; mend it.") from error


def _cents(file: CmsFile, row: Row, part: str) -> str:
    text = row[part].strip("$ ")
    if text in ("", "."):
        return ""
    return str(round(Decimal(_number(file, {**row, part: text}, part, 2)) * 100))
