"""What a month's run makes of the items there are: noticed, made, carried, closed by itself, opened again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.action_kinds import ActionSettings, Kind
from config.deadlines import working_days_after
from config.month import Month
from tasks.action.machine import CLOSED, NOTICED, OPEN, RUN, Item, Move, after
from tasks.action.measures import Seen

GONE = "the cause is gone"
Moved = tuple[Item, list[Move]]


@dataclass(frozen=True)
class Rules:
    """What a run goes by: the kinds in force as the practice set them, and how long a cause must be gone."""

    kinds: Mapping[str, Kind]
    settings: ActionSettings
    closed_days: Sequence[date] = ()


def look(
    items: Iterable[Item], measured: Mapping[str, Sequence[Seen]], month: Month, today: date, rules: Rules
) -> list[Moved]:
    """Every item with the moves that this run of the month makes, new ones too; the same run again makes none.

    An item of a kind that could not be measured stands as it stood. New items come in the order of their causes, and
    take the numbers after those there are.
    """
    known = {item.key: item for item in items}
    found = {(one.kind, one.about, one.person): one for several in measured.values() for one in several}
    last = max((item.number for item in known.values()), default=0)
    for key, one in found.items():
        if key not in known and one.hit:
            last += 1
            known[key] = Item(last, *key)
    moved: list[Moved] = []
    for key, item in known.items():
        moves: list[Move] = []
        if item.kind in measured:
            item, moves = _of_item(item, found.get(key), month, today, rules)
        moved.append((item, moves))
    return moved


def _of_item(item: Item, seen: Seen | None, month: Month, today: date, rules: Rules) -> Moved:
    move = _observed(item, seen, month, today)
    if move is None:
        return item, []
    moves = [move]
    item = after(item, move)
    following = _following(item, today, rules)
    if following:
        moves.append(following)
        item = after(item, following)
    return item, moves


def _observed(item: Item, seen: Seen | None, month: Month, today: date) -> Move | None:
    """What the month shows of the item, where that is news; a month without it is one only while somebody waits."""
    told = item.months.get(str(month))
    if seen is None:
        move = Move("seen", today, str(month))
    else:
        names = ("words", "remedy", "audience", "person", "count", "of", "patients", "cents", "hit")
        said = {name: getattr(seen, name) for name in names}
        move = Move("seen", today, str(month), cases=",".join(seen.cases), **said)
    if told is not None:
        return None if _same(told, move) else move
    waits = item.state == OPEN or (item.state == NOTICED and item.in_a_row(True))
    waits = waits and str(month) > min(item.months, default="")  # what came before it was first seen says nothing
    return move if move.hit or waits else None


def _same(told: Move, move: Move) -> bool:
    names = ("count", "of", "patients", "cents", "cases", "hit", "words", "remedy")
    return all(getattr(told, name) == getattr(move, name) for name in names)


def _following(item: Item, today: date, rules: Rules) -> Move | None:
    """What follows from the newest months: an item is made, closed or opened again, or stands."""
    kind = rules.kinds[item.kind]
    newest = item.months[item.newest]
    due = working_days_after(today, kind.days, rules.closed_days)
    made = Move("open", today, item.newest, audience=newest.audience, person=newest.person, due_date=due)
    if item.state == NOTICED and item.in_a_row(True) >= kind.months:
        return made
    if item.state == OPEN:
        wanted = rules.settings.gone(Month.parse(item.newest))
        if item.in_a_row(False) >= wanted:
            return Move("close", today, item.newest, RUN, f"{GONE} in {wanted} decided months in a row")
    if item.state == CLOSED and newest.hit and (item.closed_by == RUN or item.newest > item.closed_month):
        return replace(made, what="reopen")
    return None
