"""Finding out who covers it, as Prefect runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.counted import plural
from config.deadlines import closed_days
from config.errors import InputError, PlaceError
from config.month import Month
from config.payer_questions import questions
from config.payer_register import FIRST, Contradiction, register_in
from config.payer_settings import payer_settings
from config.rulebook import all_programs
from config.settings import practice_settings
from tasks.cover import lists
from tasks.cover.answered import held_against_months, told_of
from tasks.cover.compare import shown
from tasks.cover.eligibility import COLUMNS, SetAsideError, read
from tasks.cover.payers import Payers, payers_of
from tasks.cover.verify import Known, contradictions, taking_part, verify, verify_other
from tasks.progress import step
from tasks.retry import on_errors_of
from tasks.store import coverage as stored
from tasks.store.day import latest_today, today_by
from tasks.store.filing import limits_in
from tasks.store.step import Place

Tables = dict[str, pd.DataFrame]


@dataclass
class Covered:
    """Who covers each patient of a month. `tables` are those given, with the answers that the decision takes."""

    tables: Tables
    payers: Payers
    rows: pd.DataFrame
    against: list[tuple[Contradiction, np.ndarray]]


@task(name="find out who covers it", cache_policy=NO_CACHE)
def who_covers(place: Place, practice_id: str, tables: Tables, month: Month) -> Covered:
    """The payers of each patient in their order, each with its answer; nothing is written."""
    with step("cover", "finding out who covers it") as done:
        own = payer_settings(practice_id, place.settings)
        with place.store.reading() as connection:
            recorded = stored.latest_answers(connection, practice_id)
            answers = stored.shown_since(connection, month.first)
        found = cover(tables, month, Known(register_in(month), own, recorded), answers)
        counts = found.rows.loc[found.rows["place"] == 1, "answer"].value_counts()
        said = ", ".join(f"{int(count):,} {str(name).replace('_', ' ')}" for name, count in counts.items())
        done(f"first payers: {said}" if said else "no payer on file", len(found.rows))
    return found


def cover(tables: Tables, month: Month, known: Known, answers: pd.DataFrame) -> Covered:
    """Who covers each patient, by the tables, what is known of payers, and the eligibility answers.

    Where a payer does otherwise with another program than with chronic care, `program_answers` has those rows.
    """
    payers = payers_of(tables, month)
    seen = shown(payers, tables, answers)
    against = contradictions(payers, known.register, seen)
    rows = verify(payers, known, against, seen)
    found = {"payer_answers": lists.kept(rows)}
    others = {
        program: verify_other(payers, known, against, seen, program, part)
        for program in (one.program for one in all_programs())
        if program != FIRST and (part := taking_part(tables, payers, program)).any()
    }
    apart = [lists.kept(rows).assign(program=program) for program, rows in others.items() if len(rows)]
    if apart:
        found["program_answers"] = pd.concat(apart, ignore_index=True)
    return Covered(tables | found, payers, rows, against)


@task(name="ask what is not known", cache_policy=NO_CACHE)
def ask_payers(place: Place, practice_id: str, month: Month, covered: Covered, decisions: pd.DataFrame) -> Tables:
    """The lists of the month's coverage; every plan whose answer is not known has one open task."""
    with step("cover", "asking what is not known") as done:
        answers, how = lists.asked_about(covered.tables, decisions), questions()
        limits = limits_in(practice_settings(practice_id, place.settings).filing_days, covered.tables)
        cases = decisions.drop_duplicates("patient_id").set_index("patient_id")["case_number"]
        nobody = lists.nobody_known(answers, cases)
        asked = lists.asked_plans(answers) + lists.asked_patients(nobody)
        known = lists.known_plans(answers) + lists.known_patients(cases, nobody)
        today = today_by(covered.tables)
        due = how.due(today, closed_days(practice_id, place.settings))
        with place.store.writing() as connection:
            numbers = stored.ask(connection, practice_id, str(month), asked, known, how.owner, today, due)
            tasks = stored.tasks_of(connection, practice_id)
        frames = {
            "coverage": lists.coverage(answers, cases, numbers, limits, month.last),
            "coverage_tasks": lists.worklist(answers, nobody, tasks, how),
            "coverage_queries": lists.queries(covered.payers, covered.against, covered.rows, cases),
        }
        queries = frames["coverage_queries"]
        plans = plural(len(frames["coverage_tasks"]) - len(nobody), "plan")
        done(
            f"{plans} to ask, {plural(len(nobody), 'patient')} without a payer, "
            f"{plural(len(queries), 'contradiction')}",
            len(queries),
        )
    return frames


@task(
    name="read the eligibility answers",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=on_errors_of(PlaceError),
)
def read_files(place: Place, files: Iterable[str]) -> list[dict[str, Any]]:
    """Each file read or set aside, in this order, its findings kept; the same file again changes nothing."""
    found = []
    with step("cover", "reading eligibility answers") as done:
        with place.store.reading() as connection:
            today = latest_today(connection)
        for file in map(Path, files):
            try:
                content = file.read_bytes()
            except OSError as error:
                raise InputError(f"{file}: the file cannot be read ({error.strerror}); give 271 files.") from error
            found.append(_kept(place, file.name, content, today))
        people = sum(one["people"] for one in found)
        aside = sum(one["state"] == "quarantined" for one in found)
        words = f"{plural(len(found), 'file')}, {people:,} people"
        done(words + (f"; {plural(aside, 'file')} set aside" if aside else ""), people)
    return found


@task(name="hold the answers against the months", cache_policy=NO_CACHE)
def hold_against_months(place: Place, files: list[dict[str, Any]]) -> pd.DataFrame:
    """Each answer of the files that were read, in contract columns; `files` say besides what that comes to.

    `unmatched` are places in the file, `contradictions` counts by name, `run_again` practices with their months.
    """
    with step("cover", "holding the answers against the decided months") as done:
        listed = held_against_months(place.store, [one["digest"] for one in files])
        for one in files:
            one |= told_of(listed[(listed["digest"] == one["digest"]).to_numpy(bool)])
        names = {one["digest"]: one["file_name"] for one in files}
        listed["file_name"] = listed["digest"].map(names).astype("str")
        strange = sum(len(one["unmatched"]) for one in files)
        done(f"{plural(len(listed), 'answer')}, {strange:,} of nobody", len(listed))
    return listed.sort_values(["file_name", "answer"], kind="stable").reset_index(drop=True)


def _kept(place: Place, name: str, content: bytes, today: date) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    with place.store.reading() as connection:
        known = stored.file_known(connection, digest)
    if known is not None and known.state == "read":
        return vars(known) | {"state": "repeated", "shows": {}}
    try:
        rows = read(name, content, today)
        file = stored.StoredFile(digest, name, "read", "", int(rows["response"].nunique()))
    except SetAsideError as error:
        rows, file = pd.DataFrame(columns=list(COLUMNS)), stored.StoredFile(digest, name, "quarantined", str(error), 0)
    with place.store.writing() as connection:
        stored.keep_file(connection, file, content, rows, datetime.now(UTC))
    counts = rows.drop_duplicates(["response", "what"])["what"].value_counts()
    return vars(file) | {"shows": {str(what): int(count) for what, count in counts.items()}}
