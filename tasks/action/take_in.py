"""The lines of a filled-in list of action items taken in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.errors import InputError
from tasks.action.desk import Places, Wanted, act
from tasks.store.actions import kept
from tasks.store.store import Store

READ = ("action_number", "step", "answer", "assign_to", "new_due_date", "answered_by", "why")
NEEDED = ("action_number", "step", "answer")
DAYS = ("new_due_date",)
ANSWERS = ("close", "assign", "due")
IN_LIST: Places = {"why": "why", "to": "assign_to", "due": "new_due_date", "by": "answered_by"}
Line = tuple[int, Mapping[str, str]]


@dataclass(frozen=True)
class Taken:
    """What became of one filled-in line: done, known already, or refused with one sentence."""

    line: int
    state: str
    why: str = ""


def take_in(
    store: Store, lines: Iterable[Line], practice_id: str | None, today: date, settings: Path | None = None
) -> list[Taken]:
    """What the lines say is on record but for those refused; the same list again changes nothing."""
    filled = [(line, cells) for line, cells in lines if cells["answer"]]
    numbers = [cells["action_number"] for _, cells in filled]
    found = []
    for line, cells in filled:
        try:
            if numbers.count(cells["action_number"]) > 1:
                raise InputError("two lines of the list are about it; leave one.")
            done = act(store, *_wanted(cells, practice_id), today, _step(cells), IN_LIST, settings)
            found.append(Taken(line, "done" if done.new else "known"))
        except InputError as error:
            found.append(Taken(line, "refused", str(error)))
    return found


def _wanted(cells: Mapping[str, str], practice_id: str | None) -> tuple[int, str | None, Wanted]:
    what = cells["answer"].strip().casefold()
    if what not in ANSWERS:
        raise InputError(f"answer: write one of {', '.join(ANSWERS)}.")
    try:
        due = date.fromisoformat(cells["new_due_date"]) if cells["new_due_date"] else None
    except ValueError:
        raise InputError("new_due_date: write the day as 2026-12-18.") from None
    number = kept.number(cells["action_number"])
    return number, practice_id, Wanted(what, cells["answered_by"], cells["why"], cells["assign_to"], due)


def _step(cells: Mapping[str, str]) -> int:
    if not cells["step"].isdigit():
        raise InputError("step: it is missing; answer on a list as it was written.")
    return int(cells["step"])
