"""The day that each candidate's claim would carry, known before it is priced: amounts and choice go by that day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from config.frames import Texts
from tasks.qualify.documented_day import Documented
from tasks.qualify.edits_of_day import Day, EditsOfDay, Met
from tasks.qualify.families import Candidates
from tasks.qualify.service_day import NEVER, FreeDays, day_numbers

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

PAST_EDIT = ("dated_past_edit", "dated_past_edit_by_analogy")
PAST_MODIFIER = "dated_past_modifier"
"""The rules that tell of another day; where a rulebook does not know them, codes stay on the day that was reached."""
MOVED = ("minutes_date", "reached_date", "unmodified_date")
"""The day that gave way: to the documentation, to an edit, to a day that needs no modifier."""

Moves = dict[tuple[int, str], dict[str, int | str]]
"""By patient and family what is to be said of a candidate that moved: the numbers of days that gave way, and texts."""


def date_candidates(facts: Facts, found: list[Candidates]) -> Moves:
    """Moves candidates that are dated by their minutes to the day that their claim would carry.

    First to the first free day on which care plan and conditions stand, where they do not when the minutes are reached;
    from there on, among such days, to the first without an edit, or else, past one that no modifier lifts, to one that
    needs a modifier. Where the month has no better day they stay; to spare a modifier none moves into a hospice stay.
    """
    documented, edits, free = Documented(facts), EditsOfDay(facts), FreeDays(facts)
    rules, moves = facts.book.rules, Moves()
    worst = Day.NEEDS_MODIFIER if PAST_MODIFIER in rules else Day.BARRED
    for family, entry, frame in found:
        if family.by == "month":
            continue
        patient, codes = frame["patient"].to_numpy(), frame["codes"].to_numpy(object)
        days = day_numbers(facts, frame["service_date"], NEVER)
        bound = frozenset({entry.first, entry.further} - {""})
        moved: Moves = {}
        for place in np.flatnonzero(documented.late(patient, days)):
            row, day = int(patient[place]), int(days[place])
            if not documented.stands(row, day):
                later = next((one for one in free.after(row, day) if documented.stands(row, one)), None)
                if later is not None:
                    moved[row, family.family] = {"minutes_date": day}
                    days[place] = later
        for place in edits.met_on(patient, days, bound) if rules.keys() & {*PAST_EDIT, PAST_MODIFIER} else ():
            row, day, billed = int(patient[place]), int(days[place]), str(codes[place])
            met = edits.of(row, billed, day)
            if met.day < worst:
                continue
            later = _better_day(row, billed, day, met, documented, edits, free)
            if later is not None:
                column = "reached_date" if met.day == Day.BARRED else "unmodified_date"
                said: dict[str, int | str] = {column: day, "avoided_service": met.service, "avoided_edits": met.by}
                moved.setdefault((row, family.family), {}).update(said)
                days[place] = later
        if moved:
            frame["service_date"] = _dates(facts, days)
            moves |= moved
    return moves


def _better_day(
    row: int, codes: str, day: int, met: Met, documented: Documented, edits: EditsOfDay, free: FreeDays
) -> int | None:
    """Of the later free days the best one for these codes, where it is better than that day."""
    wants_all = documented.stands(row, day)
    best, rank = None, (met.day == Day.BARRED or free.in_hospice(row, day), met.day)
    for one in free.after(row, day):
        if wants_all and not documented.stands(row, one):
            continue
        how = edits.of(row, codes, one).day
        if how < met.day and (free.in_hospice(row, one), how) < rank:
            best, rank = one, (free.in_hospice(row, one), how)
            if how == Day.FREE:  # those of a hospice election come last
                break
    return best


def _dates(facts: Facts, days: Any) -> Any:
    return np.datetime64(facts.first, "ns") + np.asarray(days, dtype=np.int64) * np.timedelta64(1, "D")


def add_moves(facts: Facts, moves: Moves) -> None:
    """Adds what is to be said of the chosen candidate's date: which day gave way, to what, by which edits."""
    frame = facts.frame
    family = frame["family"].to_numpy(object)
    chosen = {row: said for (row, name), said in moves.items() if family[row] == name}
    dates = {name: np.full(facts.size, np.datetime64("NaT", "ns")) for name in MOVED}
    texts = Texts(("avoided_service", "avoided_edits"), facts.size)
    for row, said in chosen.items():
        for name, value in said.items():
            if isinstance(value, int):
                dates[name][row] = _dates(facts, value)
            else:
                texts[name][row] = value
    for name, days in dates.items():
        frame[name] = days
    for name, text in texts.columns():
        frame[name] = text
