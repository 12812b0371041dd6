"""Files laid out as CMS lays them out, with small synthetic numbers and texts of our own."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Lines = list[Any]


def relative_values(*rows: list[object], title: str = "2027 National Physician Fee Schedule January Release") -> Lines:
    """A relative-value file: a title, a header of four lines, then the rows (code, mod, status, five numbers)."""
    head: Lines = [
        [title],
        ["RELEASED 01/02/2027"],
        [],
        ["", "", "", "", "NOT USED", "", "", "NON-FAC", "", "FACILITY", "", "", "", "", ""],
        ["", "", "", "", "FOR", "", "NON-", "NA", "", "NA", "", "NON-", "", "", ""],
        [
            "",
            "",
            "",
            "STATUS",
            "MEDICARE",
            "WORK",
            "FAC",
            "INDI-",
            "FACILITY",
            "INDI-",
            "MP",
            "FACILITY",
            "FACILITY",
            "GLOB",
            "CONV",
        ],
        [
            "HCPCS",
            "MOD",
            "DESCRIPTION",
            "CODE",
            "PAYMENT",
            "RVU",
            "PE RVU",
            "CATOR",
            "PE RVU",
            "CATOR",
            "RVU",
            "TOTAL",
            "TOTAL",
            "DAYS",
            "FACTOR",
        ],
    ]
    body: Lines = [
        [code, mod, "secret descriptor", status, "", work, pe, "", facility, "", mp, "", "", "XXX", factor]
        for code, mod, status, work, pe, facility, mp, factor in rows
    ]
    return head + body


def indices(*rows: list[object]) -> Lines:
    """Addendum E: mac, state, locality number, name, and the three indices."""
    head: Lines = [
        ["ADDENDUM E. FINAL CY 2027 GEOGRAPHIC PRACTICE COST INDICES BY STATE AND LOCALITY"],
        [
            "Medicare Administrative Contractor (MAC)",
            "State",
            "Locality Number",
            "Locality Name",
            "2027 PW GPCI (without 1.0 Floor)",
            "2027 PW GPCI (with 1.0 Floor)",
            "2027 PE GPCI",
            "2027 MP GPCI",
        ],
    ]
    return head + [[mac, state, number, name, 0.9, work, pe, mp] for mac, state, number, name, work, pe, mp in rows]


def addendum_b(*rows: list[object]) -> Lines:
    """OPPS Addendum B: code, status, apc, rate, national and minimum copay."""
    head: Lines = [
        ["Addendum B.-Final OPPS Payment by HCPCS Code for CY 2027"],
        [
            "HCPCS Code",
            "Short Descriptor",
            "CI",
            "SI",
            "APC",
            "Relative Weight",
            "Payment Rate",
            "National Unadjusted Copayment",
            "Minimum Unadjusted Copayment",
        ],
    ]
    return head + [[code, "secret", "", si, apc, 1, rate, most, least] for code, si, apc, rate, most, least in rows]


def pairs(*rows: list[object]) -> Lines:
    """NCCI PTP edits: column 1, column 2, effective and deletion date, modifier indicator."""
    head: Lines = [
        ["Column1/Column2 Edits"],
        [
            "Column 1",
            "Column 2",
            "*=In existence prior to 1996",
            "Effective Date",
            "Deletion Date *=no data",
            "Modifier 0=not allowed 1=allowed 9=not applicable",
            "PTP Edit Rationale",
        ],
    ]
    return head + [[one, two, "", begin, end, indicator, "why"] for one, two, begin, end, indicator in rows]


def limits(*rows: list[object]) -> Lines:
    """NCCI MUE values: code, units, adjudication."""
    head: Lines = [
        ["Practitioner MUE, effective 01/01/2027"],
        ["HCPCS/CPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"],
    ]
    return head + [[code, units, adjudication, "why"] for code, units, adjudication in rows]


def write(path: Path, lines: Lines) -> Path:
    """The lines as workbook, comma or tab separated text, or a zip of a text, by the path's ending."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for line in lines:
            book.active.append(line)
        book.save(path)
    elif path.suffix == ".zip":
        inner = write(path.with_suffix(".csv"), lines)
        with zipfile.ZipFile(path, "w") as package:
            package.write(inner, inner.name)
    else:
        with path.open("w", encoding="cp1252", newline="") as stream:
            csv.writer(stream, delimiter="\t" if path.suffix == ".txt" else ",").writerows(lines)
    return path


def package(path: Path, members: dict[str, Lines | bytes]) -> Path:
    """A zip as CMS packs it: each table under its name, in the form of its ending, and texts as they are."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            if isinstance(content, bytes):
                packed.writestr(name, content)
                continue
            draft = path.parent / f"member{Path(name).suffix.lower()}"
            packed.write(write(draft, content), name)
            draft.unlink()
    return path
