"""Closing an item, giving it to somebody, moving its day: what people do, each recorded once or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy.engine import Connection

from config.as_written import known_as
from config.audiences import told_of_cases
from config.deadlines import closed_days, working_day_from
from config.errors import InputError
from config.month import Month
from config.staff_left import have_left
from tasks.action.lists import listed
from tasks.action.machine import Item, Move, after, stand
from tasks.store import case_work
from tasks.store.actions import kept
from tasks.store.identities import known_identities
from tasks.store.store import Store

LONGEST = 300
Places = Mapping[str, str]
AT_TERMINAL: Places = {"why": "--why", "to": "--to", "due": "--on", "by": "--by"}


@dataclass(frozen=True)
class Wanted:
    """What somebody wants done with an item."""

    what: str  # close, assign or due
    by: str
    why: str = ""
    to: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Done:
    """An item after what was done to it, and whether that is new."""

    practice_id: str
    item: Item
    new: bool


def all_items(connection: Connection, practice_id: str) -> list[Item]:
    """Every item of the practice as it stands, by number."""
    moves = kept.moves(connection, practice_id)
    return [stand(row, moves.get(row["number"], [])) for row in kept.rows(connection, practice_id)]


def open_actions(store: Store, practice_id: str) -> pd.DataFrame:
    """The practice's list of action items as it is now."""
    with store.reading() as connection:
        items = all_items(connection, practice_id)
    newest = max((item.newest for item in items), default="")
    return listed(items, Month.parse(newest) if newest else None)


def record(connection: Connection, practice_id: str, item: Item, made: Iterable[Move]) -> Item:
    """The item after these moves, which are on record. Call `kept.alone` before."""
    now = datetime.now(UTC)
    for move in made:
        item = after(item, move)
        kept.add_moves(connection, practice_id, item.number, [vars(move) | {"step": item.step}], now)
    return item


def act(
    store: Store, number: int, practice_id: str | None, wanted: Wanted, today: date, of_step: int | None = None,
    places: Places = AT_TERMINAL, settings: Path | None = None,
) -> Done:  # fmt: skip
    """What was wanted is on record; the very same again changes nothing, anything that cannot be is an InputError.

    A day on which the practice is closed, by its settings, becomes the next on which it is not.
    `of_step` is how many moves the item had when the list was written: an answer to an older state is stale.
    """
    if not wanted.by.strip():
        raise InputError(f"{places['by']}: say who does it.")
    with store.writing() as connection:
        practice_id = kept.practice_of(connection, number, practice_id)
        kept.alone(connection, practice_id)
        item = next(one for one in all_items(connection, practice_id) if one.number == number)
        move = _checked(connection, practice_id, wanted, today, places, settings)
        if _stands(item, move):
            return Done(practice_id, item, new=False)
        if of_step is not None and of_step != item.step:
            raise InputError("the list is stale: something happened to the item since; answer on a list written today.")
        return Done(practice_id, record(connection, practice_id, item, [move]), new=True)


def _stands(item: Item, move: Move) -> bool:
    """Whether the item stands already as the move would leave it."""
    if move.what == "close":
        return item.state == "closed" and (item.closed_by, item.why) == (move.by, move.words)
    if move.what == "assign":
        return item.state == "open" and (item.audience, item.person) == (move.audience, move.person)
    return item.state == "open" and item.due == move.due_date


def _checked(
    connection: Connection, practice_id: str, wanted: Wanted, today: date, places: Places, settings: Path | None
) -> Move:
    plain = " ".join(wanted.why.split())
    if len(plain) > LONGEST:
        raise InputError(f"{places['why']}: the text is longer than {LONGEST} signs; say it shorter.")
    known = known_identities(connection, practice_id)
    for name, text in (("why", plain), ("by", wanted.by.strip())):
        if text:
            known.refuse(places[name], text)
    if wanted.what == "close":
        if not plain:
            raise InputError(f"{places['why']}: say why it is closed.")
        return Move("close", today, by=wanted.by.strip(), words=plain)
    if wanted.what == "due":
        if wanted.due is None or wanted.due < today:
            raise InputError(f"{places['due']}: give the new day, as 2026-12-18; not one that is over.")
        day = working_day_from(wanted.due, closed_days(practice_id, settings))
        return Move("due", today, by=wanted.by.strip(), words=plain, due_date=day)
    audience, person = _owner(connection, practice_id, wanted.to.strip(), today, places["to"])
    return Move("assign", today, by=wanted.by.strip(), words=plain, audience=audience, person=person)


def _owner(connection: Connection, practice_id: str, to: str, today: date, where: str) -> tuple[str, str]:
    """Audience and person of what stands behind --to: an audience that gets mail, or an identifier of the practice."""
    told = told_of_cases()
    if known_as(to, told) in told:
        return known_as(to, told), ""
    tables, named = case_work.last_tables(connection, practice_id, today), dict[str, str]()
    for name, key, audience in (
        ("staff", "staff_id", "care_manager"),
        ("practitioners", "practitioner_id", "billing_practitioner"),
    ):
        people = tables.get(name, pd.DataFrame({key: []}))
        named |= {str(one): audience for one in people[key].astype("str")}
    found = known_as(to, named)
    left = have_left(tables.get("practitioners"), today, "practitioner_id")
    if found in have_left(tables.get("staff"), today) | left:
        raise InputError(f"{where}: {found} has left; give it to somebody else.")
    if found in named:
        return named[found], found
    raise InputError(
        f"{where}: that is neither an audience ({', '.join(told)}) nor a staff or practitioner identifier of "
        f"practice {practice_id}."
    )
