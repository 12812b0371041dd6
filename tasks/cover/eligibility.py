"""An eligibility answer (X12 271) as rows: what it shows of each person asked about, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import oxedi
import pandas as pd
import pyarrow as pa

from config.eligibility_findings import Finding, findings
from config.errors import InputError
from tasks.cover.layout import layout

LARGEST = 64 * 1024 * 1024
MOST_CENTS = 10_000_000
ASK = "ask the clearinghouse for the answer again"
_OTHERS = {
    "270": "inquiries (270)",
    "835": "remittances (835)",
    "837": "claims (837)",
    "999": "an acknowledgement (999)",
}
_WORDS = {
    "ControlCountMismatch": "a count at the end of a part is not what the part holds",
    "ControlNumberMismatch": "a control number at the end of a part is not that of its beginning",
    "ControlElementMissing": "the end of a part lacks its count or control number",
    "UnterminatedLoop": "it ends before its last part does",
    "UnknownSegment": "it holds a segment that a 271 does not know, or in a place where it does not belong",
}
COLUMNS = (
    "response", "member_id", "birth_date", "what", "begin_date", "end_date", "payer_name", "payer_id", "detail",
    "cents", "answered_date",
)  # fmt: skip


class SetAsideError(InputError):
    """A file of eligibility answers that is not used; the sentence says why and what to ask for."""


class UnreadableError(ValueError):
    """One person's answer cannot be read."""


@dataclass
class Person:
    """Somebody asked about; names are not kept."""

    member_id: str
    birth_date: date | None
    payer_name: str
    payer_id: str
    answered: date
    refusals: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def read(name: str, content: bytes, today: date) -> pd.DataFrame:
    """What the file shows, a row for each finding of each person; a person without any has one that says so.

    `what` is a finding of config/payers/eligibility.yaml, or `refused` (with the payer's reason), `unreadable` or
    `nothing`. SetAsideError, naming file, place and remedy, when it is no whole and readable 271.
    """
    if len(content) > LARGEST:
        raise SetAsideError(f"{name}: the file is larger than {LARGEST >> 20} MB; ask in smaller batches.")
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        found = oxedi.parse(content, spec=layout())
    except oxedi.ParseError:
        what = "it is empty" if not content else "it does not begin as an X12 interchange does"
        raise SetAsideError(f"{name}: {what}; give the 271 as the clearinghouse sent it.") from None
    tables = {kind: _rows(pa.table(found.tables[kind])) for kind in found.tables}
    kinds = {row["kind"] for row in tables["transactions"]}
    if kinds - {"271"} or not kinds:
        other = next((_OTHERS[kind] for kind in sorted(kinds) if kind in _OTHERS), "something else")
        raise SetAsideError(f"{name}: the file holds {other if kinds else 'no answer'}, not a 271; give 271 files.")
    if fault := _fault(found):
        raise SetAsideError(f"{name}: {fault}; nothing of it was used, {ASK}.")
    answered = [_day(row["answered"]) for row in tables["transactions"]]
    if None in answered:
        raise SetAsideError(f"{name}: BHT04, the day of the answer, cannot be read; nothing of it was used, {ASK}.")
    days = [day for day in answered if day is not None]
    if max(days) > today:
        raise SetAsideError(f"{name}: it is dated {max(days)}, which is yet to come; nothing of it was used, {ASK}.")
    people = _people(tables, days, found.document.delimiters.repetition or b"^")
    if not people:
        raise SetAsideError(f"{name}: it speaks of nobody; nothing of it was used, {ASK}.")
    rows = [row for number, person in enumerate(people) for row in _told(number, person)]
    return _frame(rows)


def _fault(found: oxedi.Result) -> str:
    for one in found.diagnostics:
        version = one.kind == "CodeNotInList" and one.segment is not None and found.document[one.segment].id == b"GS"
        if version and one.element == 8:
            return "its version is not 005010X279A1"
        if one.level == 1:
            words = _WORDS.get(one.kind, f"its structure is wrong ({one.kind})")
            return words if one.segment is None else f"{words} (segment {one.segment + 1})"
    return ""


def _people(tables: Mapping[str, list[dict[str, Any]]], answered: list[date], repetition: bytes) -> list[Person]:
    """Everyone asked about, with their findings; a dependent goes by the subscriber's number and an own birth date."""
    split = repetition.decode("ascii", "replace")
    people: list[Person] = []
    sources, number = tables["sources"], {}
    member = ""
    for row in tables["subscribers"]:
        before = [one for one in sources if one["segment"] < row["segment"]]
        payer = before[-1] if before else {"name": "", "identifier": ""}
        member = row["member_id"] or (member if row["entity"] == "03" else "")
        born = _day(row["birth_date"])
        number[row["row"]] = len(people)
        day = answered[row["transaction"]]
        people.append(Person(_plain(member), born, payer["name"], _plain(payer["identifier"]), day))
    dates, references, names = (_by(tables[kind], "benefit") for kind in ("dates", "references", "names"))
    for row in tables["benefits"]:
        person = people[number[row["subscriber"]]]
        services = tuple(row["services"].split(split)) if row["services"] else ("",)
        one = next(
            (f for f in findings() if f.fits(row["information"], row["insurance"], services, row["period"])), None
        )
        if one is not None:
            of_it = (dates.get(row["row"], []), references.get(row["row"], []), names.get(row["row"], []))
            person.rows.append(_finding(one, row, *of_it))
    for row in tables["refusals"] + tables["refusals_of_benefits"]:
        people[number[row["subscriber"]]].refusals.append(row["reason"])
    for row in tables["refusals_of_source"] + tables["refusals_of_all"]:
        for place, subscriber in enumerate(tables["subscribers"]):
            if subscriber["transaction"] == row["transaction"]:
                people[place].refusals.append(row["reason"])
    return people


def _finding(
    one: Finding, row: Mapping[str, Any], dates: Iterable[Any], references: Iterable[Any], names: Iterable[Any]
) -> dict[str, Any]:
    plan = next((ref["value"] for ref in references if ref["kind"] == "18"), "")
    called = next((name["name"] for name in names if name["name"]), "")
    told = {"what": one.what, "payer_name": called, "detail": _contract(plan) or row["insurance"]}
    try:
        begin, end = _span(one, dates)
        cents = _cents(row["amount"]) if one.what == "deductible_left" else None
    except UnreadableError:
        return told | {"what": "unreadable"}
    return told | {"begin_date": begin, "end_date": end, "cents": cents}


def _span(one: Finding, dates: Iterable[Any]) -> tuple[date | None, date | None]:
    """From when to when; an answer without a day holds on the day it was given for, whichever that was."""
    by_kind = {row["kind"]: row for row in reversed(list(dates))}
    row = next((by_kind[kind] for kind in one.dates if kind in by_kind), None)
    if row is None:
        return None, None
    first, dash, second = row["value"].partition("-")
    begin, end = _day(first), _day(second) if dash else None
    whole = begin is not None and (end is not None or not dash) and (row["form"] == "RD8") == bool(dash)
    if not whole or (end is not None and begin is not None and end < begin):
        raise UnreadableError
    return begin, end


def _told(number: int, person: Person) -> Iterable[dict[str, Any]]:
    common = {"response": number, "member_id": person.member_id, "birth_date": person.birth_date}
    common |= {"payer_id": person.payer_id, "answered_date": person.answered}
    sender = {"payer_name": person.payer_name}
    if not person.member_id:
        return [common | sender | {"what": "refused", "detail": "no member number"}]
    if person.refusals:
        return [common | sender | {"what": "refused", "detail": reason} for reason in dict.fromkeys(person.refusals)]
    if any(row["what"] == "unreadable" for row in person.rows):
        return [common | sender | {"what": "unreadable"}]
    if not person.rows:
        return [common | sender | {"what": "nothing"}]
    return [common | row | ({} if row["payer_name"] else sender) for row in person.rows]


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], columns=list(COLUMNS))
    for name in ("birth_date", "begin_date", "end_date", "answered_date"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    for name in ("member_id", "what", "payer_name", "payer_id", "detail"):
        frame[name] = frame[name].astype("str").fillna("")
    frame["cents"] = frame["cents"].astype("Int64")
    return frame.drop_duplicates(ignore_index=True)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    def text(value: Any) -> Any:
        if value is None:
            return ""
        return value.decode("utf-8", "replace").replace("\0", "\ufffd").strip() if isinstance(value, bytes) else value

    return [{name: text(value) for name, value in row.items()} for row in table.to_pylist()]


def _by(rows: list[dict[str, Any]], name: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def _day(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 and text.isascii() else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year <= 2199 else None


def _cents(text: str) -> int:
    try:
        cents = Decimal(text) * 100
        whole = cents == cents.to_integral_value() and 0 <= cents <= MOST_CENTS
    except InvalidOperation:
        whole = False
    if not whole:
        raise UnreadableError
    return int(cents)


def _plain(identifier: str) -> str:
    return "".join(sign for sign in identifier.upper() if sign.isalnum())


def _contract(plan: str) -> str:
    """Contract and plan as H1234-001, however the sender puts them together."""
    return "-".join(plan.upper().replace("-", " ").split())


def given(files: Iterable[str]) -> list[Path]:
    """The files named, each there; InputError for the first that is not, before any is read."""
    paths = [Path(file).expanduser() for file in files]
    for path in paths:
        if path.is_dir():
            raise InputError(f"{path}: this is a folder; give the 271 files in it.")
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; give 271 files.")
    return paths
