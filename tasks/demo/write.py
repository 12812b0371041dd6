"""A synthetic practice: every table of the contract, and the truth about what was put wrong on purpose."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from config.contract import inputs
from config.errors import InputError, PlaceError
from config.month import Month
from tasks.demo.chart import make_care_plans, make_consents, make_medical_decisions, make_visits
from tasks.demo.claim_settings import SETTINGS, claim_settings_text
from tasks.demo.conditions import make_conditions
from tasks.demo.coverages import make_coverages
from tasks.demo.defects import ONCE, Programme, choose_defects, seed_defects
from tasks.demo.entries import Vocabulary, in_order, pieces
from tasks.demo.events import make_alignments, make_copay_responses, make_other_services, make_stays
from tasks.demo.files import Written, as_arrow, write_csv, write_parquet
from tasks.demo.log import joined_logs
from tasks.demo.payments import make_patient_payments
from tasks.demo.roster import make_roster
from tasks.demo.truth import Truth, write_truth
from tasks.demo.work import make_plan, month_of_work

LAST_MONTH = Month(2026, 10)
FEWEST_PATIENTS, MOST_PATIENTS = 12, 1_000_000
PATIENTS_A_PRACTICE = 6
Form = Literal["csv", "parquet"]


@dataclass(frozen=True)
class DemoTruth:
    """What was written: the folder, rows by table, and the seeded defects as in truth/defects.csv."""

    folder: Path
    rows: dict[str, int]
    defects: pd.DataFrame
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.folder)


def write_demo_data(
    out: Path,
    patients: int,
    months: int,
    seed: int,
    last_month: Month = LAST_MONTH,
    dirty: bool = True,
    entries_per_patient: float = 6.7,
    form: Form = "csv",
    practices: int = 1,
    until: date | None = None,
) -> DemoTruth:
    """The folder holds one file for each table of the contract and, in truth/, what must become of each seeded defect.

    The same arguments give the same bytes. An earlier demo in the folder is replaced, other files stay, and when
    writing fails nothing has changed. No honest work is later than the day `until`, where one is given.

    Below about a hundred patients some defects find no room; `left_out` names them.
    """
    _check(patients, months, entries_per_patient, form, practices, seed)
    said = (
        f"{patients=}, {months=}, {seed=}, last_month={last_month}, {dirty=}, "
        f"{entries_per_patient=}, form={form}, {practices=}"
    )
    try:
        _prepare(out)
        span = [last_month]
        for _ in range(months - 1):
            span.insert(0, span[0].previous)
        programme = choose_defects(patients, patients * entries_per_patient) if dirty else Programme([], [])
        roster = make_roster(patients, practices, seed, last_month, programme.cast)
        plan = make_plan(roster, seed)
        stays, away = make_stays(roster, seed, span)
        log = joined_logs(
            [month_of_work(roster, plan, seed, month, entries_per_patient, away, odd=dirty) for month in span]
        )
        log = log if until is None else _done_until(log, until)
        tables = {
            **roster.tables,
            "coverages": make_coverages(roster, seed, last_month),
            "conditions": make_conditions(roster, seed),
            "consents": make_consents(roster, plan, seed),
            "care_plans": make_care_plans(roster, seed, last_month),
            "visits": make_visits(roster, seed, last_month, log),
            "other_services": make_other_services(roster, seed, span),
            "stays": stays,
            "alignments": make_alignments(roster),
            "medical_decisions": make_medical_decisions(roster, seed, span, log),
            "copay_responses": make_copay_responses(roster, seed, last_month),
        }
        tables["patient_payments"] = make_patient_payments(roster, tables["coverages"], seed, last_month)
        truth = Truth(last_month)
        words = Vocabulary(roster)
        if dirty:
            log = seed_defects(programme, tables, log, roster, words, truth)
        log = in_order(log)
        return _write(out, tables, log, words, truth, form, said)
    except OSError as error:
        raise PlaceError(f"{out}: the demo data cannot be written there ({error.strerror}); choose another.") from error


def _done_until(log: pd.DataFrame, until: date) -> pd.DataFrame:
    """The entries that had ended and were written by the end of that day."""
    last = log[["start", "end", "day", "entered"]].max(axis=1)
    return log[(last < pd.Timestamp(until) + pd.Timedelta(days=1)).to_numpy(bool)].reset_index(drop=True)


def _check(patients: int, months: int, entries_per_patient: float, form: str, practices: int, seed: int) -> None:
    needs = max(FEWEST_PATIENTS, PATIENTS_A_PRACTICE * practices)
    if practices < 1 or patients < needs or patients > MOST_PATIENTS:
        asked = f"{patients} patients in {practices} practices"
        raise InputError(f"demo data: {asked} cannot be made; ask for {needs} to {MOST_PATIENTS} patients.")
    if not 1 <= months <= 36:
        raise InputError(f"demo data: {months} months cannot be made; ask for 1 to 36.")
    if not 1 <= entries_per_patient <= 60:
        raise InputError(f"demo data: {entries_per_patient} entries a patient cannot be made; ask for 1 to 60.")
    if form not in ("csv", "parquet"):
        raise InputError(f"demo data: the form '{form}' is not known; ask for csv or parquet.")
    if seed < 0:
        raise InputError(f"demo data: the seed {seed} is negative; give 0 or more.")


def _prepare(out: Path) -> None:
    """The folder is there and holds nothing but an earlier demo under the names that will be written."""
    out.mkdir(parents=True, exist_ok=True)
    strangers = [] if (out / "truth" / "README.txt").exists() else _own_files(out)
    if strangers:
        raise InputError(f"{out / strangers[0]} is no demo data and would be replaced; choose another folder.")


def _own_files(out: Path) -> list[str]:
    """Names that a demo writes and that are there."""
    names = [f"{table}.{form}" for table in inputs() for form in ("csv", "parquet")]
    names += [f"time_log_{export}.csv" for export in sorted(ONCE)]
    return [name for name in [*names, SETTINGS] if (out / name).exists()]


def _write(
    out: Path,
    tables: dict[str, pd.DataFrame],
    log: pd.DataFrame,
    words: Vocabulary,
    truth: Truth,
    form: Form,
    said: str,
) -> DemoTruth:
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=out) as name:
        folder = Path(name)
        rows = {}
        for table in inputs().values():
            path = folder / f"{table.table}.{form}"
            parts: Iterator[pa.Table]
            parts = (
                pieces(log, words) if table.table == "time_entries" else iter([as_arrow(tables[table.table], table)])
            )
            rows[table.table] = _write_table(path, parts, truth.written(table.table, tables, log), form)
        for file, text in truth.exports.items():
            (folder / file).write_text(text, "utf-8")
        (folder / SETTINGS).write_text(claim_settings_text(tables["practices"]), "utf-8")
        defects = write_truth(folder / "truth", truth, tables, log, words, form, said)
        _replace(folder, out)
    return DemoTruth(out, rows, defects, tuple(truth.left_out))


def _write_table(path: Path, parts: Iterator[pa.Table], written: Written, form: Form) -> int:
    return write_csv(path, parts, written) if form == "csv" else write_parquet(path, parts)


def _replace(folder: Path, out: Path) -> None:
    """Put the new files in the place of an earlier demo's."""
    for name in _own_files(out):
        (out / name).unlink()
    shutil.rmtree(out / "truth", ignore_errors=True)
    for path in sorted(folder.iterdir()):
        path.rename(out / path.name)
