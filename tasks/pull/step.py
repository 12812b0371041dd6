"""Pulling as Prefect runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.environment import from_environment
from config.errors import InputError, PlaceError, UserError
from config.month import Month
from config.settings import practice_settings, strangers
from tasks.progress import LOG, step
from tasks.pull.owners import Whose, owners
from tasks.pull.practice import Places, future_entries, months_held, of_month, practice_ids, rows_by_practice, rows_of
from tasks.pull.source import read_source
from tasks.pull.unreadable import as_listed, nobodys, settle_unreadable, stopped_practices
from tasks.retry import on_errors_of

MOST_MONTHS = 6


@dataclass
class Source:
    """A source that was read: its tables without rejected rows, its practices and its digest.

    `rejected` are the rejected rows, `owner` the practice of each, missing where nothing tells it; those are in
    `unplaced` as rows of the output table `unreadable`, with other rows that are nobody's and the cells at which
    practices stop. `stopped` has what each practice stops at that cannot be run: such a cell, or its settings.
    `places` has which rows are whose; without it those are looked up among the tables that are left. `astray` is how
    many rows tell no practice.
    """

    tables: dict[str, pd.DataFrame]
    rejected: pd.DataFrame
    owner: pd.Series
    unplaced: pd.DataFrame
    practices: list[str]
    digest: str
    stopped: dict[str, UserError] = field(default_factory=dict)
    places: Places | None = None
    astray: int = 0

    @property
    def notes(self) -> list[str]:
        """What whoever runs the month is told of the source besides: how many rows are no practice's."""
        if not self.astray:
            return []
        rows = "1 row of the source is" if self.astray == 1 else f"{self.astray:,} rows of the source are"
        return [f"{rows} no practice's and in no month; unreadable.csv in the folder of results says where and why"]

    def of(self, practice_id: str) -> Source:
        """What of it is about one practice; its share taken from that is the one taken from the whole."""
        mine = self.owner == practice_id
        stopped = {name: error for name, error in self.stopped.items() if name == practice_id}
        return replace(
            self,
            tables=rows_of(self.tables, practice_id, self.places),
            rejected=self.rejected.loc[mine],
            owner=self.owner.loc[mine],
            unplaced=self.unplaced.iloc[:0],
            practices=[practice_id],
            stopped=stopped,
            places=None,
        )


@dataclass
class Share:
    """One practice's part of a source for one month; `read` are the rows of each table as the source had them."""

    practice_id: str
    name: str
    tables: dict[str, pd.DataFrame]
    rejected: pd.DataFrame
    read: dict[str, int]
    set_aside: dict[str, int]
    future: int
    digest: str
    months: dict[str, int]

    def elsewhere(self, month: Month) -> str:
        """A clause that says of which months the log has entries, where none of its dated ones is of this month."""
        if str(month) in self.months:
            return ""
        held = ", ".join(f"{number:,} of {name}" for name, number in list(self.months.items())[-MOST_MONTHS:])
        return f"no time entry of {month} is in the log, which holds {held or 'none with a day at all'}"


@task(
    name="pull the source",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=on_errors_of(OSError, PlaceError),
)
def pull_source(source: str, practice: str | None, settings: str | None, profile: str | None) -> Source:
    """Read the source, once for all practices, and settle what could not be read.

    `env:NAME` stands for the address in that environment variable, for addresses that hold a password.
    """
    with step("pull", "reading the source") as done:
        pulled = read_source(from_environment(source), profile)
        known = practice_ids(pulled.tables)
        wanted = [practice] if practice else known
        own = Path(settings) if settings else None
        stops, faults = _settings_looked_at(wanted, own)
        whose = Whose(pulled.tables, pulled.unreadable, pulled.misfits)
        owner = owners(pulled, whose)
        alone = len(known) == 1 and stops == known
        stopped = {} if alone else stopped_practices(pulled, owner, stops)
        tables, rejected = settle_unreadable(pulled, "stop" if alone else "reject")
        listed = owner.isna() | owner.isin(list(stopped))
        places = rows_by_practice(tables, whose)
        stray = nobodys(tables, places, pulled.headers)
        if stops:
            _no_practice_lost(stray)
        unplaced = pd.concat([as_listed(pulled, pulled.unreadable.loc[listed]), stray], ignore_index=True)
        for note in [*pulled.notes, *strangers(own, known)]:
            LOG.info("%s", note)
        said = f"{len(tables)} tables, {len(tables['time_entries']):,} time entries, {len(known)} practice(s)"
        done(said, sum(map(len, tables.values())))
    nobody = pd.concat([as_listed(pulled, pulled.unreadable.loc[owner.isna()]), stray], ignore_index=True)
    astray = len(nobody.drop_duplicates(["source_file", "source_line"]))
    return Source(tables, rejected, owner, unplaced, wanted, pulled.digest, {**stopped, **faults}, places, astray)


def _no_practice_lost(stray: pd.DataFrame) -> None:
    """InputError where a row of `practices` names no practice: all that is its would be nobody's."""
    for row in stray[stray["table"] == "practices"].head(1).to_dict("records"):
        raise InputError(
            f"{row['source_file']}, line {row['source_line']}, column {row['column']}: the cell names no practice, so "
            "none of its rows can be told; write its identifier there and run the month again."
        )


def _settings_looked_at(wanted: Sequence[str], own: Path | None) -> tuple[list[str], dict[str, InputError]]:
    """The practices that stop at a cell that cannot be read, and the fault of each whose settings cannot be used."""
    stops, faults = [], {}
    for one in wanted:
        try:
            if practice_settings(one, own).unreadable_cells == "stop":
                stops.append(one)
        except InputError as error:
            faults[one] = error
    return stops, faults


@task(name="take one practice's share", task_run_name="take {practice_id}", cache_policy=NO_CACHE)
def pull_practice(source: Source, practice_id: str, month: Month, today: date) -> Share:
    """The practice's rows, and of its time entries those that touch the month; how many others are yet to come.

    UserError where the practice stops at cells that cannot be read or at its settings; no other practice does.
    """
    if practice_id in source.stopped:
        raise source.stopped[practice_id]
    with step("pull", f"taking the month of {practice_id}") as done:
        mine = rows_of(source.tables, practice_id, source.places)
        tables, set_aside = of_month(mine, practice_id, month)
        rejected = source.rejected.loc[source.owner == practice_id]
        bad = rejected.drop_duplicates(["table", "source_file", "source_line"])["table"].value_counts()
        read = {name: len(frame) + int(bad.get(name, 0)) for name, frame in tables.items()}
        read["time_entries"] += sum(set_aside.values())
        patients, entries = len(tables["patients"]), len(tables["time_entries"])
        done(f"{practice_id}: {patients:,} patients, {entries:,} time entries of {month}")
        name = str(tables["practices"]["practice_name"].iloc[0])
        found = Share(
            practice_id, name, tables, rejected, read, set_aside, future_entries(mine, practice_id, month, today),
            source.digest, months_held(mine),
        )  # fmt: skip
        if not entries and found.elsewhere(month):
            LOG.info("%s: %s", practice_id, found.elsewhere(month))
    return found
