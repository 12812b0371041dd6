"""Where an action item stands: it follows from its moves, in their order, and from what each month showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from config.errors import InputError

NOTICED, OPEN, CLOSED = "noticed", "open", "closed"
RUN = "run"


@dataclass(frozen=True)
class Move:
    """One thing that happened to an item. Of a month that was looked at it says what that showed."""

    what: str  # seen, open, close, reopen, assign or due
    day: date
    month: str = ""
    by: str = RUN
    words: str = ""  # the cause in words, or why it was closed
    remedy: str = ""
    audience: str = ""
    person: str = ""
    due_date: date | None = None
    count: int = 0
    of: int = 0
    patients: int = 0
    cents: int | None = None
    cases: str = ""
    hit: bool = False


@dataclass(frozen=True)
class Item:
    """One cause, and what is to be done about it. `months` has the last word of each month that was looked at."""

    number: int
    kind: str
    about: str
    whose: str
    state: str = NOTICED
    audience: str = ""
    person: str = ""
    due: date | None = None
    closed_by: str = ""
    closed: date | None = None
    closed_month: str = ""  # the newest month that was known then
    why: str = ""
    step: int = 0  # how many moves it has
    months: Mapping[str, Move] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells a cause apart."""
        return self.kind, self.about, self.whose

    @property
    def newest(self) -> str:
        """The newest month that was looked at; empty before any."""
        return max(self.months, default="")

    @property
    def shown(self) -> Move:
        """What people are told: what the newest month shows, in the words of the last one with the cause; of an item
        that is over, what that one showed."""
        newest, hits = self.months[self.newest], [month for month, move in self.months.items() if move.hit]
        last = self.months[max(hits or self.months)]
        if self.state == CLOSED or newest is last:
            return last
        if newest.words:
            return newest
        nothing = None if last.cents is None else 0
        return replace(last, month=newest.month, count=0, of=0, patients=0, cents=nothing, cases="", hit=False)

    def until(self, month: str) -> Item:
        """The item by what the months up to that one showed; its state, whose it is and its day are those of now."""
        return replace(self, months={name: move for name, move in self.months.items() if name <= month})

    @property
    def first_seen(self) -> str:
        """The first month that showed the cause."""
        return min((month for month, move in self.months.items() if move.hit), default="")

    @property
    def months_seen(self) -> int:
        """How many months showed it."""
        return sum(move.hit for move in self.months.values())

    @property
    def trend(self) -> str:
        """How often the newest month shows it, against the one before: new, rising, falling or same."""
        counts = [self.months[month].count for month in sorted(self.months)[-2:]]
        if len(counts) < 2:
            return "new"
        return "rising" if counts[1] > counts[0] else "falling" if counts[1] < counts[0] else "same"

    def in_a_row(self, hit: bool) -> int:
        """How many of the newest months, one after the other, showed it (or did not)."""
        found = 0
        for month in sorted(self.months, reverse=True):
            if self.months[month].hit is not hit:
                break
            found += 1
        return found


BEGINS = {"open": (NOTICED,), "reopen": (CLOSED,), "close": (OPEN,), "assign": (OPEN,), "due": (OPEN,)}


def after(item: Item, move: Move) -> Item:
    """The item after the move; InputError of one sentence where it cannot be made from where the item stands."""
    if move.what == "seen":
        return replace(item, step=item.step + 1, months={**item.months, move.month: move})
    if item.state not in BEGINS[move.what]:
        why = f": {item.why}" if item.why else ""
        known = f"closed on {item.closed} by {item.closed_by}{why}" if item.state == CLOSED else "not open"
        raise InputError(f"'{move.what}' is not possible: the item is {known}.")
    moved = replace(item, step=item.step + 1)
    if move.what == "close":
        return replace(
            moved, state=CLOSED, closed_by=move.by, closed=move.day, why=move.words, closed_month=item.newest
        )
    if move.what == "assign":
        return replace(moved, audience=move.audience, person=move.person)
    if move.what == "due":
        return replace(moved, due=move.due_date)
    moved = replace(moved, state=OPEN, due=move.due_date, closed_by="", closed=None, closed_month="", why="")
    # Whoever was given it keeps it when it comes back.
    given = item.audience if move.what == "reopen" and item.audience else move.audience
    return replace(moved, audience=given, person=item.person if given == item.audience else move.person)


def stand(row: Mapping[str, Any], moves: Iterable[Mapping[str, Any]]) -> Item:
    """Where the item stands after its recorded moves."""
    item = Item(int(row["number"]), row["kind"], row["about"], row["whose"])
    for move in moves:
        item = after(item, Move(**{name: move[name] for name in Move.__dataclass_fields__}))
    return item
