"""The lines of a filled-in list taken in: questions of the list of holds, answers of a care manager's list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from config.errors import InputError
from config.month import Month
from tasks.query.desk import Done, Places, Told, answer, ask, line_source
from tasks.store import queries as stored
from tasks.store.store import Store

READ = ("query_number", "round", "case_number", "month", "program", "rule", "revision", "ask", "entries", "question",
        "asked_by", "answer", "detail", "answer_date", "answered_by", "note")  # fmt: skip
TYPED = {"ask": ("entries", "question", "asked_by"), "answer": ("detail", "answer_date", "answered_by", "note")}
NEEDED = ("query_number", "case_number", "month")
DAYS = ("answer_date", "detail")
IN_LIST: Places = {"answer": "answer", "detail": "detail", "by": "answered_by", "on": "answer_date", "note": "note",
                   "entry": "entries", "question": "question", "kind": "ask"}  # fmt: skip
Line = tuple[int, Mapping[str, str]]


@dataclass(frozen=True)
class Taken:
    """What became of one filled-in line: asked, answered, known already, or refused with one sentence."""

    line: int
    state: str
    query: str = ""
    why: str = ""


def take_in(store: Store, lines: Iterable[Line], practice_id: str | None, today: date) -> list[Taken]:
    """Questions and answers of the lines are on record but those refused; the same list again changes nothing."""
    filled = [(line, cells) for line, cells in lines if cells["ask"] or cells["answer"]]
    told = {(cells["query_number"], tuple(sorted(cells.items()))) for _, cells in filled if cells["answer"]}
    numbers = [number for number, _ in told]
    found = []
    for line, cells in filled:
        name = cells["query_number"] if cells["answer"] else ""
        try:
            if cells["answer"] and numbers.count(name) > 1:
                raise InputError("two lines of the list answer it, and not alike; leave one.")
            done = (
                _answered(store, cells, practice_id, today)
                if cells["answer"]
                else _asked(store, cells, practice_id, today)
            )
            state = ("answered" if cells["answer"] else "asked") if done.new else "known"
            found.append(Taken(line, state, stored.query_text(done.query.number)))
        except InputError as error:
            found.append(Taken(line, "refused", why=str(error)))
    return found


def _asked(store: Store, cells: Mapping[str, str], practice_id: str | None, today: date) -> Done:
    try:
        month = Month.parse(cells["month"])
    except InputError:
        raise InputError("month: write the service month as 2026-10.") from None
    case = store.explain(cells["case_number"], practice_id, month)
    owner, _ = store.patient(cells["case_number"], practice_id)
    cycle = store.latest(owner, month)
    if cycle is None or cells["revision"] != str(cycle.revision):
        raise InputError("the list is stale: the month has another revision by now; ask on the list of that one.")
    entries = [one.strip() for one in cells["entries"].split(",") if one.strip()]
    about = cells["program"], cells["rule"], entries
    source, places = line_source(str(month), cells), {**IN_LIST, "by": "asked_by"}
    return ask(store, case, cells["ask"], cells["question"], cells["asked_by"], today, source, *about, places)


def _answered(store: Store, cells: Mapping[str, str], practice_id: str | None, today: date) -> Done:
    number = stored.query_number(cells["query_number"])
    if not cells["round"].isdigit():
        raise InputError("round: it is missing; answer on a list as it was written.")
    try:
        on = date.fromisoformat(cells["answer_date"])
    except ValueError:
        on = None  # told with whatever else is wrong with the line
    told = Told(cells["answer"], cells["detail"], cells["answered_by"], on, cells["note"])
    return answer(store, number, practice_id, told, today, int(cells["round"]), IN_LIST)
