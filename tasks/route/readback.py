"""A filled-in worklist read back, XLSX or CSV as a spreadsheet program saved it; a word that is none is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.contract import (
    Table,
    answer_outputs,
    claim_outputs,
    coverage_outputs,
    letter_outputs,
    outputs,
    source_outputs,
    worklist_outputs,
)  # fmt: skip
from config.errors import InputError
from config.money import cents_of
from config.worklist_answers import word_of

READ = (
    "case_number",
    "revision",
    "option",
    "month",
    "answer",
    "answer_date",
    "answered_by",
    "note_code",
    "answer_amount",
    "household",
    "income",
    "percent_off",
    "second_by",
    "requested_date",
    "collection",
    "proof_date",
    "proof_seen_by",
)
NEEDED = ("case_number", "revision", "answer", "answer_date", "answered_by")
TYPED = READ[READ.index("answer_date") :]  # what stands beside the answer
# What tells the lists that are handed back apart: columns of their own, what they are, and who takes them.
LISTS = (
    (("case_number", "rule", "ask"), "list of holds to ask about (holds)", "ccm query import"),
    (("query_number", "round", "answer"), "care manager's list of questions (queries_<staff>)", "ccm query import"),
    (("task_number", "plan", "answer"), "list of plans to ask (coverage_tasks)", "ccm coverage import"),
    (("action_number", "step", "answer"), "list of action items (actions)", "ccm actions import"),
    (("case_number", "revision", "option", "answer"), "worklist of co-pay cases (copay_cases)", "ccm cases import"),
)
DATE_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
TIME_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%m/%d/%Y %I:%M %p",
              "%Y-%m-%dT%H:%M")  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answered line of a worklist."""

    line: int
    case_number: str
    revision: str
    option: str
    answer: str
    answer_date: str
    answered_by: str
    note_code: str
    answer_amount: str = ""
    month: str = ""
    household: str = ""  # from here on of a determination
    income: str = ""
    percent_off: str = ""
    second_by: str = ""
    requested_date: str = ""
    collection: str = ""
    proof_date: str = ""
    proof_seen_by: str = ""

    def cents(self) -> int | None:
        """The amount in cents, None where the line has none; InputError where it is no amount."""
        return cents_of(self.answer_amount, "answer_amount") if self.answer_amount else None

    def moment(self, zone: str) -> datetime | None:
        """When it happened on that clock, where answer_date has a time beside the day; midnight is none.

        InputError where it is still to come.
        """
        found = _moment(self.answer_date)
        if found is None or found.time() == time.min:
            return None
        at = found.replace(tzinfo=ZoneInfo(zone))
        if at > datetime.now(UTC):
            raise InputError(f"{found:%Y-%m-%d %H:%M} is in the future; correct answer_date.")
        return at

    def read(self, today: date) -> tuple[int, date]:
        """Revision and day; InputError with one sentence where the line cannot be used as it stands."""
        known = worklist_outputs()["copay_worklist"]
        if self.answer not in known.column("answer").values:
            raise InputError(f"answer: that word is none of {', '.join(known.column('answer').values)}; write one.")
        if self.note_code and self.note_code not in known.column("note_code").values:
            codes = ", ".join(known.column("note_code").values)
            raise InputError(f"note_code: that is none of {codes}; write one, or nothing.")
        if self.collection and self.collection not in known.column("collection").values:
            words = " or ".join(known.column("collection").values)
            raise InputError(f"collection: write {words}, or nothing.")
        if not self.answered_by:
            raise InputError("say who did it in answered_by, by staff identifier.")
        if not self.revision.isdigit():
            raise InputError("the revision is missing; answer on a list as it was written.")
        day = _day(self.answer_date)
        if day is None:
            said = "answer_date is no day" if self.answer_date else "say when in answer_date"
            raise InputError(f"{said}; write it as 2026-10-20, that of a call with its time as 2026-10-20 14:30.")
        if day > today:
            raise InputError(f"{day} is in the future; correct answer_date.")
        return int(self.revision), day


def worklist_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Every line of a worklist of co-pay cases; InputError naming the file when it is none."""
    return filled_rows(path, READ, NEEDED, "a worklist", "copay_cases.xlsx")


def read_answers(rows: Iterable[tuple[int, dict[str, str]]]) -> list[Answer]:
    """Those of the lines that have an answer."""
    found = []
    for line, cells in rows:
        if cells["answer"]:
            answer, note = (word_of(name, cells[name]) for name in ("answer", "note_code"))
            found.append(
                Answer(line, **cells | {"answer": answer, "note_code": note, "month": month_written(cells["month"])})
            )
    return found


def filled_rows(
    path: Path, read: Sequence[str], needed: Sequence[str], called: str, file: str, days: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The lines of a list that came back, each with the text of the columns to read, empty for those it has not.

    What stands in `days` is written as 2026-10-20 where it is a day. InputError, naming the file, when it is no such
    list, or a column is missing that is `needed`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}); give {called}.") from error
    rows = _sheet(path, content) if content[:2] == b"PK" else _lines(path, content)
    header = [_name(cell) for cell in next(iter(rows), [])]
    if missing := [name for name in needed if name not in header]:
        raise InputError(f"{path.name}: {_what_it_is(header, missing, read)}; fill in {file} or .csv.")
    places = {name: header.index(name) for name in read if name in header}
    found = []
    for line, row in enumerate(rows[1:], start=2):
        cells = dict.fromkeys(read, "")
        cells |= {name: _text(row[place]) for name, place in places.items() if place < len(row)}
        cells |= {name: str(_day(cells[name]) or cells[name]) for name in days}
        found.append((line, cells))
    return found


def without_word(rows: Iterable[tuple[int, dict[str, str]]], word: str, typed: Sequence[str]) -> list[tuple[int, str]]:
    """The lines in which something is typed, and nothing in the column that says what: each with one sentence."""
    found = []
    for line, cells in rows:
        if not cells[word] and (beside := [name for name in typed if cells[name]]):
            found.append((line, f"passed over: {', '.join(beside)} filled in, and {word} is empty; write it."))
    return found


def _what_it_is(header: Sequence[str], missing: Sequence[str], read: Sequence[str]) -> str:
    """What was given in the place of a list to read; the columns that are missing where it is that list after all."""
    if not any(header):
        return "the file is empty"
    tells = {tuple(mine): f"it is the {words}, which {command} takes" for mine, words, command in LISTS}
    for mine, words in tells.items():
        if set(mine) <= set(header) and not set(mine) <= set(read):
            return words
    given = {one.removesuffix("_cents") for one in header if one}
    known = [(table.file, {_name(name.removesuffix("_cents")) for name in table.names}) for table in _of_ours()]
    same = [name for name, names in known if given == names]
    if same:
        taken = any(f"({same[0].partition('.')[0]})" in words for _, words, _ in LISTS)
        of = " of the month's report" if taken else ""  # the list to fill in has that name too
        return f"it is {same[0]}{of}, which no command takes back"
    if not set(read) & set(header):
        return "it is none of the lists that are handed back"
    return f"the columns {', '.join(missing)} are missing"


def _of_ours() -> Iterable[Table]:
    beside = (
        outputs,
        source_outputs,
        claim_outputs,
        answer_outputs,
        coverage_outputs,
        letter_outputs,
        worklist_outputs,
    )
    return [table for tables in beside for table in tables().values()]


def _sheet(path: Path, content: bytes) -> list[Sequence[Any]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return list(book.worksheets[0].iter_rows(values_only=True))
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise InputError(f"{path.name}: this is no workbook that can be read; save it as .xlsx again.") from error


def _lines(path: Path, content: bytes) -> list[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first: Iterable[str] = text.splitlines()[:1]
    head = "".join(first)
    separator = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(f"{path.name}: this is no CSV ({error}); save it as CSV again.") from error


def _name(cell: Any) -> str:
    return str(cell or "").replace("($)", "").strip().casefold().replace(" ", "_")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time.min else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):  # what a spreadsheet reckoned may be off by less than anybody wrote
        return f"{cell:.6f}".rstrip("0").rstrip(".")
    return str(cell).strip().removeprefix("'")


def day_written(text: str, name: str) -> date | None:
    """The day that a cell has, None for an empty one; InputError naming the column where it is none."""
    if text and _day(text) is None:
        raise InputError(f"{name} is no day; write it as 2026-10-20.")
    return _day(text)


def month_written(text: str) -> str:
    """The month as the list has it, also where a spreadsheet program made a day or Sep-26 of it; else as it stands."""
    for form in (*DATE_FORMS, *TIME_FORMS, "%b-%y", "%b %Y"):
        try:
            return datetime.strptime(text, form).strftime("%Y-%m")
        except ValueError:
            continue
    return text


def _day(text: str) -> date | None:
    found = _moment(text)
    return found.date() if found else None


def _moment(text: str) -> datetime | None:
    for form in (*DATE_FORMS, *TIME_FORMS):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
