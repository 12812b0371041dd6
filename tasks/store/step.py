"""Keeping the month, as Prefect runs it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from sqlalchemy.engine import Connection

from config.by_hand import BY_HAND
from config.deadlines import deadlines
from config.environment import from_environment
from config.errors import InputError, PlaceError
from config.line_modifiers import RECORDED
from config.month import Month
from config.rulebook import RuleBook
from config.rulebook_archive import archived
from config.settings import PracticeSettings
from tasks.progress import LOG, Taken, no_cell_in_errors, of_cycle, step, steps_taken
from tasks.retry import on_errors_of
from tasks.store import by_hand, month_life
from tasks.store.case_numbers import unknown_practice
from tasks.store.case_work import practices_with_months
from tasks.store.day import today_of
from tasks.store.engine import WAIT_SECONDS, database_of
from tasks.store.month_life import running_user
from tasks.store.one_run import Turn, one_run
from tasks.store.records import Basis, Digests, OutboxMessage, Saved
from tasks.store.results_folder import results_folder
from tasks.store.status import STOPPED
from tasks.store.store import Store, open_store

# What is decided by, and what an eligibility answer showed: shown of a month until it is run again.
ANSWERED = ["coverage_id", "answer", "conflict", "needs_authorization", "authorized", "eligibility"]


@dataclass
class Place:
    """Where a run reads its settings and leaves its results, and whose run it is."""

    store: Store
    out: Path
    settings: Path | None
    by: str = field(default_factory=running_user)  # who answers for what a run decides
    turn: Turn | None = None  # of a run that has the month for itself

    def today(self, practice_id: str) -> date:
        """The practice's own day."""
        with self.store.reading() as connection:
            return today_of(connection, practice_id)

    def folder(self, practice_id: str, month: Month) -> Path:
        """The month's folder."""
        return self.out / practice_id / str(month)


def open_place(out: str, database: str | None, settings: str | None, by: str = "") -> Place:
    """The output folder made, the database opened and brought to this version.

    Without an address the database is that of the folder; env:NAME stands for the address in that variable. PlaceError
    when the folder or the database cannot be used.
    """
    folder = results_folder(out)
    wait = float(os.environ.get("CCM_DATABASE_WAIT_SECONDS", WAIT_SECONDS))
    store = open_store(from_environment(database or database_of(folder)), wait)
    return Place(store, folder, Path(settings).expanduser() if settings else None, by.strip() or running_user())


@task(name="number the cases", cache_policy=NO_CACHE)
def number_cases(
    place: Place, practice_id: str, decided: dict[str, pd.DataFrame], aside: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The decided frames with `case_number`, by which a patient-month is called outside the practice's own files.

    Rows set aside get it as well, where they belong to a patient who was decided upon.
    """
    patients = decided["decisions"]["patient_id"].drop_duplicates()  # one decision for each program
    with no_cell_in_errors():
        by_patient = pd.Series(place.store.case_numbers(practice_id, patients).to_numpy(), index=patients.to_numpy())
        numbers = aside["patient_id"].map(by_patient).astype("str")
        return numbered(decided, by_patient), aside.assign(case_number=numbers)


def numbered(decided: dict[str, pd.DataFrame], by_patient: pd.Series) -> dict[str, pd.DataFrame]:
    """The decided frames with `case_number`; `by_patient` has one for each patient, by identifier."""
    done = dict(decided)
    for name in ("decisions", "candidates", "findings"):
        done[name] = decided[name].assign(case_number=decided[name]["patient_id"].map(by_patient))
    return done


def decided_from(
    input_digest: str, tables: dict[str, pd.DataFrame], settings: PracticeSettings, book: RuleBook
) -> Basis:
    """What the month is decided from, as the store keeps it; what earlier runs offered, payers answered
    and staff recorded in cases or answered billing is input too where it counts, modifiers of lines, and what was
    decided by hand."""
    payers = (_answers_of_payers(tables.get(name)) for name in ("payer_answers", "program_answers"))
    recorded = (tables.get(name) for name in ("query_answers", RECORDED, BY_HAND))
    for added in (tables.get("earlier_claims"), *payers, _answers_of_patients(tables), *recorded):
        if added is not None and len(added):
            whole = f"{input_digest}\n{added.to_csv(index=False)}".encode()
            input_digest = hashlib.sha256(whole).hexdigest()[: len(input_digest)]
    digests = Digests(input_digest, settings.digest, book.digest)
    return Basis(digests, tables, settings.model_dump_json(), archived(book))


def _answers_of_payers(found: pd.DataFrame | None) -> pd.DataFrame | None:
    """Those that somebody recorded, that contradict one another or that an eligibility answer speaks of; the others
    say what the shipped register says."""
    if found is None:
        return None
    shown = found["eligibility"].astype("str").str.contains("(answer of", regex=False).to_numpy(bool)
    said = found["recorded"].to_numpy(bool) | (found["conflict"] != "").to_numpy(bool) | shown
    return found.loc[said, [*ANSWERED, *(["program"] if "program" in found else [])]]


def _answers_of_patients(tables: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Those that staff recorded in cases; the others are part of the source's own digest."""
    said = tables.get("copay_responses")
    return None if said is None else said[said["response_id"].astype("str").str.startswith("case:", na=False)]


@task(
    name="save the month",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=on_errors_of(PlaceError),
)
def save_month(
    place: Place,
    practice_id: str,
    month: Month,
    basis: Basis,
    frames: dict[str, pd.DataFrame],
    compose: Callable[[int, pd.DataFrame], Sequence[OutboxMessage]],
    beside: Callable[[Connection, Saved], None] | None = None,
) -> Saved:
    """The month in the database with what is kept `beside` it, whole or not at all; an unchanged one writes nothing.

    PlaceError, and nothing is kept, where the run had the month for itself and another one has it by now.
    """

    def kept(connection: Connection, saved: Saved) -> None:
        if place.turn is not None:
            place.turn.confirm(connection)
        if beside is not None:
            beside(connection, saved)

    with step("store", "saving the month") as done:
        known = (practice_id, month, basis, frames, frames["copay_cases"])
        saved = place.store.save_cycle(*known, compose, kept, place.by)
        what = f"{len(saved.changes):,} changes" if saved.cycle.revision > 1 else "first run of the month"
        done(
            f"revision {saved.cycle.revision}, {what}"
            if saved.new
            else f"unchanged since revision {saved.cycle.revision}",
            sum(map(len, frames.values())),
        )
    return saved


@contextmanager
def steps_recorded(
    place: Place, practice_id: str, month: Month, before: Sequence[Taken], kind: str = ""
) -> Iterator[None]:
    """The steps that ended within are on record, and those `before` that served several practices.

    Those of a run that is none of the month's, but of a `kind` such as outreach, have it before their names; those of a
    month's run that stopped have that. A record that cannot be written is only spoken of: all else is as without it.
    """
    with steps_taken() as taken, of_cycle(str(flow_run.id), practice_id, str(month)):
        try:
            yield
        except Exception:
            if not kind:
                _record(place, practice_id, month, [*before, *taken], STOPPED)
            raise
    _record(place, practice_id, month, [*before, *taken], kind)


def _record(place: Place, practice_id: str, month: Month, taken: Sequence[Taken], kind: str) -> None:
    try:
        steps = [replace(one, step=f"{kind}: {one.step}" if kind else one.step) for one in taken]
        place.store.record_steps(str(flow_run.id), practice_id, month, steps)
    except PlaceError as error:
        LOG.info("how long the steps took is not on record: %s", error)


@contextmanager
def month_alone(place: Place, practice_id: str, month: Month, today: date, before: Sequence[Taken]) -> Iterator[Place]:
    """The place in which the month is this run's alone until the end; its steps and those `before` are on record.

    The month is past its cut-off where the care team's last day is over. InputError where another run, here or on
    another machine, is at it.
    """
    with one_run(place.store, practice_id, month) as turn, steps_recorded(place, practice_id, month, before):
        cut_off_passed(place, practice_id, month, today)
        yield replace(place, turn=turn)


def cut_off_passed(place: Place, practice_id: str, month: Month, today: date) -> None:
    """A month that is still open once the care team's last day is over is on record as cut off."""
    last_day = deadlines(practice_id, month, place.settings).care_team
    if today > last_day:
        with place.store.writing() as connection:
            month_life.cut_off(connection, practice_id, month, last_day, today)


def with_decisions_by_hand(
    place: Place, practice_id: str, tables: dict[str, pd.DataFrame], month: Month
) -> dict[str, pd.DataFrame]:
    """The tables with what was decided by hand about the month's cases; as they are where nothing was."""
    with place.store.reading() as connection:
        recorded = by_hand.recorded(connection, practice_id, str(month))
    return tables | {BY_HAND: recorded} if len(recorded) else tables


def practices_decided(place: Place, practice: str | None) -> list[str]:
    """The practices that have a decided month, or the one named; InputError when it has none."""
    with place.store.reading() as connection:
        found = practices_with_months(connection)
    if practice is not None and practice not in found:
        raise InputError(unknown_practice(practice, found))
    return [practice] if practice else found
