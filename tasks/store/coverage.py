"""Who covers it, in the database: verification tasks, what plans answered, and eligibility answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store import bulk
from tasks.store.coverage_tables import coverage_answers, coverage_tasks, eligibility, eligibility_files

NOBODY_KNOWN = "unknown"  # the kind of payer of a task that asks who pays, not what a plan covers
_TEXT, _NUMBER, _DAY = pa.large_string(), pa.int64(), pa.date32()
ELIGIBILITY = {
    "response": _NUMBER, "member_id": _TEXT, "birth_date": _DAY, "what": _TEXT, "begin_date": _DAY, "end_date": _DAY,
    "payer_name": _TEXT, "payer_id": _TEXT, "detail": _TEXT, "cents": _NUMBER, "answered_date": _DAY,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A plan that must be asked."""

    plan_key: str
    payer_kind: str
    payer_name: str
    payer_id: str
    plan: str
    reason: str


@dataclass(frozen=True)
class Recorded:
    """What a payer answered, as a person records it."""

    answer: str
    step: str
    source: str
    confidence: str
    reference_number: str
    answered_by: str
    answered_date: date
    holds_from: date | None  # None: the first day of the month that asked
    valid_until: date
    needs_authorization: bool | None = None
    takes_coinsurance: str = ""
    takes_deductible: str = ""
    patient_owes: str = ""
    codes: str = ""
    codes_not_covered: str = ""
    crossover: str = ""
    copay_cents: int | None = None
    filing_days: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Answered:
    """A task whose plan has its answer on record: the day it holds from, what stood before, whether this is new."""

    task: dict[str, Any]
    holds_from: date
    before: dict[str, Any] | None
    new: bool


@dataclass(frozen=True)
class StoredFile:
    """A file of eligibility answers as it is known."""

    digest: str
    file_name: str
    state: str
    reason: str
    people: int


def task_text(number: int) -> str:
    """The task as it is called: T-000012."""
    return f"T-{number:06d}"


def task_number(text: str) -> int:
    """The number of a task written so; InputError for anything else."""
    match = re.fullmatch(r"T-0*([1-9]\d{0,8})", text.strip().upper(), re.ASCII)
    if not match:  # never quoted: what stands in a wrong column may be a name
        raise InputError("That is no verification task; write it as T-000012, as in coverage_tasks.csv.")
    return int(match[1])


def latest_answers(connection: Connection, practice_id: str) -> dict[str, dict[str, Any]]:
    """The latest recorded answer of each plan of the practice."""
    mine = sa.select(coverage_answers).where(coverage_answers.c.practice_id == practice_id)
    rows = connection.execute(mine.order_by(coverage_answers.c.answered_date, coverage_answers.c.id)).mappings()
    return {str(row["plan_key"]): dict(row) for row in rows}


def ask(
    connection: Connection,
    practice_id: str,
    month: str,
    asked: Sequence[Asked],
    known: Sequence[str],
    owner: str,
    today: date,
    due: date,
) -> dict[str, int]:
    """Each asked plan has one open task, opened now where it had none; its number by plan.

    Open tasks of plans that are `known` by now are settled: nobody has to ask any more.
    """
    _alone(connection, practice_id)
    tasks = coverage_tasks.c
    rows = connection.execute(sa.select(coverage_tasks).where(tasks.practice_id == practice_id)).mappings().all()
    opened = {str(row["plan_key"]): int(row["number"]) for row in rows if row["state"] == "open"}
    rounds: dict[str, int] = {}
    for row in rows:
        rounds[row["plan_key"]] = max(rounds.get(row["plan_key"], 0), int(row["round"]))
    number = max((int(row["number"]) for row in rows), default=0)
    new = []
    for one in sorted({plan.plan_key: plan for plan in asked}.values(), key=lambda plan: plan.plan_key):
        if one.plan_key in opened:
            continue
        number += 1
        opened[one.plan_key] = number
        keys = {"practice_id": practice_id, "number": number, "round": rounds.get(one.plan_key, 0) + 1}
        days = {"opened_date": today, "due_date": due, "first_month": month}
        new.append(asdict(one) | keys | days | {"state": "open", "owner": owner})
    if new:
        connection.execute(sa.insert(coverage_tasks), new)
    wanted = {one.plan_key for one in asked}
    for key in sorted(set(known) & set(opened) - wanted):
        where = (tasks.practice_id == practice_id, tasks.number == opened[key])
        connection.execute(sa.update(coverage_tasks).where(*where).values(state="settled"))
    return {key: opened[key] for key in wanted}


def task_of(connection: Connection, number: int, practice_id: str | None) -> dict[str, Any]:
    """The task; InputError when there is none, one in several practices, or one that no payer's answer ends."""
    tasks = coverage_tasks.c
    query = sa.select(coverage_tasks).where(tasks.number == number)
    found = connection.execute(query.where(tasks.practice_id == practice_id) if practice_id else query).mappings().all()
    if not found:
        whose = f" of practice {practice_id}" if practice_id else ""
        raise InputError(f"There is no verification task {task_text(number)}{whose}; see coverage_tasks.csv.")
    if len(found) > 1:
        names = ", ".join(sorted(row["practice_id"] for row in found))
        raise InputError(f"Task {task_text(number)} exists in the practices {names}; name one with --practice.")
    task = dict(found[0])
    if task["payer_kind"] == NOBODY_KNOWN:
        raise InputError(
            f"{task_text(number)} asks who pays for {task['plan']}; write that into the coverages and run the month "
            "again, which ends the task."
        )
    return task


def answer(connection: Connection, task: dict[str, Any], recorded: Recorded, now: datetime) -> Answered:
    """The plan of the task has this answer on record, beside those before; the same again changes nothing."""
    tasks = coverage_tasks.c
    _alone(connection, task["practice_id"])
    row = as_row(task, recorded)
    before = latest_answers(connection, task["practice_id"]).get(task["plan_key"])
    new = before is None or any(before[name] != value for name, value in row.items())
    if new:
        connection.execute(sa.insert(coverage_answers), row | {"recorded_at": now})
    where = (tasks.practice_id == task["practice_id"], tasks.number == task["number"])
    connection.execute(sa.update(coverage_tasks).where(*where).values(state="answered"))
    return Answered(task, row["holds_from"], before, new)


def as_row(task: dict[str, Any], recorded: Recorded) -> dict[str, Any]:
    """The answer as it stands on record, but for the moment of recording."""
    begins = recorded.holds_from or date.fromisoformat(f"{task['first_month']}-01")
    keys = {"practice_id": task["practice_id"], "plan_key": task["plan_key"], "task_number": task["number"]}
    return asdict(recorded) | {"holds_from": begins} | keys


def tasks_of(connection: Connection, practice_id: str) -> list[dict[str, Any]]:
    """Every verification task of the practice, by number."""
    query = sa.select(coverage_tasks).where(coverage_tasks.c.practice_id == practice_id)
    return [dict(row) for row in connection.execute(query.order_by(coverage_tasks.c.number)).mappings()]


def file_known(connection: Connection, digest: str) -> StoredFile | None:
    """The file of that content, when it came before."""
    c = eligibility_files.c
    query = sa.select(c.digest, c.file_name, c.state, c.reason, c.people).where(c.digest == digest)
    row = connection.execute(query).one_or_none()
    return StoredFile(*row) if row else None


def keep_file(connection: Connection, file: StoredFile, content: bytes, rows: pd.DataFrame, now: datetime) -> None:
    """The file and what it shows are on record; what stood of the same content is replaced.

    Of a file that was set aside name, digest and reason tell why; what is in it, whatever that was, is not kept.
    """
    content = content if file.state == "read" else b""
    for table in (eligibility, eligibility_files):
        connection.execute(sa.delete(table).where(table.c.digest == file.digest))
    connection.execute(sa.insert(eligibility_files), vars(file) | {"content": content, "read_at": now})
    if len(rows):
        columns = {name: bulk.as_column(rows[name], kind) for name, kind in ELIGIBILITY.items()}
        columns |= {"position": pa.array(range(1, len(rows) + 1), _NUMBER)}
        columns |= {"digest": pa.repeat(pa.scalar(file.digest, _TEXT), len(rows))}
        bulk.write(connection, eligibility, pa.table(columns))


def shown_since(connection: Connection, day: date) -> pd.DataFrame:
    """Every finding of the eligibility answers given since that day, in the order in which files were read."""
    return _findings(connection, eligibility.c.answered_date >= day)


def shown_in(connection: Connection, digests: Sequence[str]) -> pd.DataFrame:
    """Every finding of these files."""
    return _findings(connection, eligibility.c.digest.in_(list(digests)))


def _findings(connection: Connection, where: sa.ColumnElement[bool]) -> pd.DataFrame:
    joined = eligibility.join(eligibility_files, eligibility_files.c.digest == eligibility.c.digest)
    order = (eligibility_files.c.read_at, eligibility.c.digest, eligibility.c.position)
    columns = [eligibility.c[name] for name in ELIGIBILITY]
    query = sa.select(*columns, eligibility.c.digest, eligibility_files.c.read_at).select_from(joined)
    rows = connection.execute(query.where(where).order_by(*order)).mappings().all()
    names = [*ELIGIBILITY, "digest", "read_at"]
    frame = pd.DataFrame([dict(row) for row in rows], columns=names)
    for name, kind in ELIGIBILITY.items():
        if kind == _DAY:
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    frame["read_at"] = pd.to_datetime(frame["read_at"], utc=True).dt.tz_localize(None).astype("datetime64[ns]")
    texts = {name: "str" for name, kind in ELIGIBILITY.items() if kind == _TEXT} | {"digest": "str"}
    return frame.astype(texts | {"cents": "Int64", "response": "int64"})


def as_reported(numbers: pd.Series) -> pd.Series:
    """Member numbers as eligibility answers are stored with them: capital letters and digits alone, empty for none."""
    return numbers.astype("str").fillna("").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)


def newest(found: pd.DataFrame, whose: str) -> pd.DataFrame:
    """Of the findings, those of the latest answer of each payer about each number; of one day, the last read."""
    for moment in ("answered_date", "read_at"):
        latest = found.groupby([whose, "member_id", "payer_id"])[moment].transform("max")
        found = found[(found[moment] == latest).to_numpy(bool)]
    return found.reset_index(drop=True)


def _alone(connection: Connection, practice_id: str) -> None:
    # Tasks are counted on from the highest; two runs must not count at once.
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"coverage:{practice_id}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
