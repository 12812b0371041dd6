from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.contract import inputs
from config.errors import InputError, PlaceError
from config.month import Month
from tasks.demo.write import DemoTruth, write_demo_data


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_arguments_give_the_same_bytes(tmp_path: Path, form: str) -> None:
    first = fingerprints(write_demo_data(tmp_path / "a", 150, 2, 3, form=form).folder)
    assert first == fingerprints(write_demo_data(tmp_path / "b", 150, 2, 3, form=form).folder)
    other = fingerprints(write_demo_data(tmp_path / "c", 150, 2, 4, form=form).folder)
    assert first.keys() == other.keys()
    assert first[f"patients.{form}"] != other[f"patients.{form}"]
    assert first[f"time_entries.{form}"] != other[f"time_entries.{form}"]


# No synthetic patient has Medicare in the second place or is aligned to a model, and nobody has left (2026-11-28).
NOT_IN_A_SYNTHETIC_PRACTICE = {
    "coverages": ["msp_type"],
    "patients": ["aligned_model", "aligned_date", "alignment_ended_date"],
    "practitioners": ["end_date"],
    "staff": ["end_date"],
    "visits": ["modifiers"],
    "other_services": ["modifiers"],
}


def test_every_column_of_the_contract_is_written_and_somewhere_filled(demo: DemoTruth) -> None:
    for table in inputs().values():
        frame = pd.read_csv(demo.folder / f"{table.table}.csv", dtype=str)
        assert list(frame.columns) == table.names
        assert len(frame) == demo.rows[table.table] > 0
        empty = [column.name for column in table.columns if frame[column.name].isna().all()]
        assert empty == NOT_IN_A_SYNTHETIC_PRACTICE.get(table.table, []), f"{table.table}: {empty} are never filled"


def test_parquet_holds_the_same_rows_as_csv_typed(tmp_path: Path) -> None:
    rows = {}
    for form in ("csv", "parquet"):
        rows[form] = write_demo_data(tmp_path / form, 150, 1, 3, form=form).rows
    assert rows["csv"] == rows["parquet"]
    typed = pd.read_parquet(tmp_path / "parquet" / "time_entries.parquet")
    written = pd.read_csv(tmp_path / "csv" / "time_entries.csv", dtype={"entry_id": str})
    assert str(typed["started_at"].dtype).startswith("datetime64")
    assert typed["entry_id"].fillna("N/A").tolist() == written["entry_id"].fillna("N/A").tolist()
    assert typed["duration_seconds"].sum() == written["duration_seconds"].sum()


def test_a_dozen_patients_are_enough(tmp_path: Path) -> None:
    small = write_demo_data(tmp_path / "small", 12, 1, 1)
    assert small.rows["patients"] == 12
    assert small.rows["time_entries"] > 40
    assert len(small.left_out) > 10
    assert "page_timer_seconds" in (tmp_path / "small" / "truth" / "README.txt").read_text("utf-8")


def test_practices_have_their_own_clocks_and_people(demo: DemoTruth) -> None:
    practices = pd.read_csv(demo.folder / "practices.csv")
    assert practices["practice_id"].tolist() == ["P1", "P2"]
    assert practices["time_zone"].tolist() == ["America/New_York", "America/Chicago"]
    assert practices["practice_name"][0] == "Maple Street Family Medicine"
    patients = pd.read_csv(demo.folder / "patients.csv")
    staff = pd.read_csv(demo.folder / "staff.csv").set_index("staff_id")["practice_id"]
    doctors = pd.read_csv(demo.folder / "practitioners.csv").set_index("practitioner_id")["practice_id"]
    assert patients["care_manager_id"].map(staff).tolist() == patients["practice_id"].tolist()
    assert patients["practitioner_id"].map(doctors).tolist() == patients["practice_id"].tolist()


def test_an_earlier_demo_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_demo_data(out, 150, 1, 1)
    (out / "notes.txt").write_text("mine")
    write_demo_data(out, 20, 1, 1, form="parquet", dirty=False)
    names = {path.name for path in out.iterdir()}
    assert {"notes.txt", "truth", "patients.parquet"} <= names
    assert not [name for name in names if name.endswith(".csv") or name.startswith(".")]


@pytest.mark.parametrize("name", ["patients.csv", "time_log_clock_durations.csv"])
def test_real_tables_are_not_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("patient_id\n1\n")
    with pytest.raises(InputError, match=rf"{name} is no demo data"):
        write_demo_data(tmp_path, 20, 1, 1)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceError, match="file: the demo data cannot be written there"):
        write_demo_data(tmp_path / "file", 20, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"patients": 11}, "11 patients in 1 practices cannot be made; ask for 12"),
        ({"patients": 20, "practices": 4}, "ask for 24"),
        ({"months": 0}, "0 months"),
        ({"entries_per_patient": 0.5}, "0.5 entries"),
        ({"form": "xlsx"}, "'xlsx' is not known"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path: Path, arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        write_demo_data(**{"out": tmp_path, "patients": 20, "months": 1, "seed": 1, **arguments})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_months_come_one_after_the_other(tmp_path: Path) -> None:
    write_demo_data(tmp_path, 20, 3, 1, last_month=Month(2026, 1), dirty=False)
    entries = pd.read_csv(tmp_path / "time_entries.csv")
    months = entries["started_at"].fillna(entries["service_date"]).str[:7]
    assert sorted(months.unique()) == ["2025-11", "2025-12", "2026-01"]


def test_no_honest_work_lies_after_the_day_it_is_written(tmp_path: Path) -> None:
    write_demo_data(tmp_path / "a", 24, 1, 3, dirty=False, until=date(2026, 10, 12))
    entries = pd.read_csv(tmp_path / "a" / "time_entries.csv", parse_dates=["started_at"])
    assert len(entries) > 0
    assert entries["started_at"].max() < pd.Timestamp(2026, 10, 13)
