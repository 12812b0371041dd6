"""Other words about the same decision are no other decision: no month that was signed off is opened again for them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import sqlalchemy as sa

from config.contract import outputs
from tasks.store import claims, month_life
from tasks.store.cycles import prepared
from tasks.store.digest import PROSE, RESULT, fingerprints
from tasks.store.outbox import utc_now
from tasks.store.schema import cycles
from tests.store.months import BASIS, OCTOBER, month, no_cases, save


def worded(text):
    """The month by another version of the program, which says all it says in other words and knows other sources."""
    frames = month()
    for name, columns in PROSE.items():
        for column in columns:
            frames[name][column] = pd.Series(text, frames[name].index, dtype="str")
    return frames


def signed(store, frames):
    cycle = save(store, frames).cycle
    with store.writing() as connection:
        claims.sign(connection, cycle, "S. Igner", utc_now())
    return cycle


def as_of_an_older_version(store, cycle):
    """The month as a program stored it that had one digest of everything."""
    with store.writing() as connection:
        connection.execute(sa.update(cycles).where(cycles.c.id == cycle.id).values(decided_digest=None))


def state(store):
    with store.reading() as connection:
        return month_life.state_of(connection, "P1", OCTOBER)


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize("second", ["old words", "new words"])
def test_a_signed_off_month_stays_so_whatever_its_words(store, older, second):
    cycle = signed(store, worded("old words"))
    if older:
        as_of_an_older_version(store, cycle)
    other = replace(BASIS, digests=replace(BASIS.digests, rulebook="of the new version"))
    again = save(store, worded(second), basis=other)
    assert (again.new, again.cycle.revision, state(store)) == (False, 1, month_life.SIGNED_OFF)
    for name in RESULT:
        pd.testing.assert_frame_equal(store.frame(name, again.cycle), worded(second)[name])
    whole, decided = fingerprints(prepared(worded(second), no_cases()))
    assert store.latest("P1", OCTOBER) == again.cycle
    assert again.cycle.result_digest == whole
    with store.reading() as connection:
        assert connection.execute(sa.select(cycles.c.decided_digest)).scalars().all() == [decided]
    assert save(store, worded(second), basis=other).cycle == again.cycle


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize("name", [name for name in RESULT if name != "decisions"])
def test_a_row_more_or_less_opens_it_again(store, older, name):
    cycle = signed(store, worded("old words"))
    if older:
        as_of_an_older_version(store, cycle)
    frames = worded("new words")
    frames[name] = frames[name].iloc[1:].reset_index(drop=True)
    again = save(store, frames)
    assert (again.new, again.cycle.revision) == (True, 2)
    assert state(store) == month_life.DECIDED, "it was opened and decided, and takes another sign-off"
    with store.reading() as connection:
        moves = [one.state for one in month_life.history(connection, "P1", OCTOBER)]
    assert moves == ["decided", "signed_off", "reopened", "decided"]


@pytest.mark.parametrize(
    ("table", "column"),
    [(name, column) for name in RESULT for column in outputs()[name].names if column not in PROSE.get(name, ())],
)
def test_everything_else_counts(table, column):
    """Money, codes, days, minutes, outcomes and rules: one cell is another decision."""
    one, other = month(2), month(2)
    kind = other[table][column].dtype
    value = {"boolean": True, "Int64": 99, "datetime64[ns]": pd.Timestamp("2026-01-01")}.get(str(kind), "another")
    was = other[table].loc[0, column]
    other[table].loc[0, column] = (not was) if value is True and not pd.isna(was) else value
    found = [fingerprints(prepared(frames, no_cases())).decided for frames in (one, other)]
    assert found[0] != found[1]
