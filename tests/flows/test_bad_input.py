"""What bad input gets: one clear sentence, the right exit code, nothing half written, nothing lost."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import DataStopError, InputError, PlaceError, RuleError, UserError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tests.flows.test_month import ccm

pytestmark = pytest.mark.usefixtures("prefect_server")
MONTH = "2026-10"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean") / "source"
    write_demo_data(folder, 24, 1, 5, Month(2026, 10), dirty=False)
    return folder


@pytest.fixture
def source(clean: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    shutil.copytree(clean, folder)
    return folder


def edit(source: Path, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    path = source / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def refused(kind: type[UserError], said: str, source: Path, tmp_path: Path, **arguments: str) -> None:
    """The month is refused with that sentence, and neither a folder nor a decision is left behind."""
    out = Path(arguments.pop("out", str(tmp_path / "out")))
    with pytest.raises(kind, match=said) as caught:
        monthly_cycle(**{"month": MONTH, "source": str(source), "out": str(out)} | arguments)
    assert "\n" not in str(caught.value)
    assert not (out / "P1" / MONTH).exists()
    database = out / "ccm.db"
    if database.is_file():
        with sqlite3.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM cycles").fetchone() == (0,)


def test_missing_folder(tmp_path: Path) -> None:
    refused(InputError, "nowhere", tmp_path / "nowhere", tmp_path)


def test_missing_file(source: Path, tmp_path: Path) -> None:
    (source / "consents.csv").unlink()
    refused(InputError, "consents", source, tmp_path)


def test_missing_column(source: Path, tmp_path: Path) -> None:
    path = source / "patients.csv"
    path.write_text(path.read_text("utf-8").replace("birth_date", "born", 1), "utf-8")
    refused(InputError, r"patients\.csv.*birth_date", source, tmp_path)


def test_unreadable_date_names_file_line_and_column(source: Path, tmp_path: Path) -> None:
    edit(source, "consents", lambda rows: rows[2].update(consent_date="sometime in May"))
    refused(InputError, r"consents\.csv, line 4, column consent_date.*date such as 2026-10-05", source, tmp_path)


def test_unreadable_cells_may_be_rejected_instead(source: Path, tmp_path: Path) -> None:
    edit(source, "time_entries", lambda rows: rows[2].update(started_at="late"))
    settings = tmp_path / "settings.yaml"
    settings.write_text("defaults: {unreadable_cells: reject}\n")
    out = tmp_path / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out), settings=str(settings))
    with (out / "P1" / MONTH / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["source_file"], row["source_line"], row["disposition"]) for row in rows] == [
        ("time_entries.csv", "4", "rejected")
    ]
    assert rows[0]["reason"] == "started_at_unreadable"


def test_empty_export(source: Path, tmp_path: Path) -> None:
    (source / "time_entries.csv").write_bytes(b"")
    refused(InputError, r"time_entries\.csv.*empty", source, tmp_path)


def test_wrong_encoding(source: Path, tmp_path: Path) -> None:
    path = source / "patients.csv"
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    refused(InputError, r"patients\.csv.*UTF", source, tmp_path)


def test_absurdly_large_cell(source: Path, tmp_path: Path) -> None:
    edit(source, "time_entries", lambda rows: rows[6].update(activity="x" * 2_000_000))
    refused(InputError, r"time_entries\.csv, line 8.*activity", source, tmp_path)


@pytest.mark.parametrize("month", ["2027-01", "2014-12"])
def test_month_not_loaded(source: Path, tmp_path: Path, month: str) -> None:
    refused(RuleError, f"rules for {month} are not loaded", source, tmp_path, month=month)


def test_unknown_practice(source: Path, tmp_path: Path) -> None:
    refused(InputError, "no practice 'P9'.*known are P1", source, tmp_path, practice="P9")


def test_a_practice_that_would_write_outside_of_its_folder(source: Path, tmp_path: Path) -> None:
    for table in ("practices", "practitioners", "staff", "patients"):
        edit(source, table, lambda rows: [row.update(practice_id="../../elsewhere") for row in rows])  # type: ignore[func-returns-value]
    refused(DataStopError, r"practices\.csv, line 2: .*cannot name a folder", source, tmp_path)
    assert not (tmp_path.parent / "elsewhere").exists()


def test_unknown_setting(source: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("defaults: {choose_famly: simplest}\n")
    refused(InputError, "settings.yaml: setting 'choose_famly'", source, tmp_path, settings=str(settings))


def test_output_folder_that_is_a_file(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("in the way")
    refused(PlaceError, "choose another --out", source, tmp_path)
    assert out.read_text() == "in the way"


def test_database_in_a_missing_folder(source: Path, tmp_path: Path) -> None:
    refused(PlaceError, "no/such/folder", source, tmp_path, database=f"sqlite:///{tmp_path}/no/such/folder/ccm.db")


def test_database_that_does_not_answer_keeps_its_password(source: Path, tmp_path: Path) -> None:
    url = "postgresql+psycopg://ccm:secret@127.0.0.1:1/ccm"
    with pytest.raises(PlaceError) as caught:
        monthly_cycle(month=MONTH, source=str(source), out=str(tmp_path / "out"), database=url)
    assert "secret" not in str(caught.value)


def test_locked_database(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCM_DATABASE_WAIT_SECONDS", "0.5")
    out = tmp_path / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    edit(source, "visits", lambda rows: rows.clear())
    before = (out / "P1" / MONTH / "decisions.csv").read_bytes()
    with sqlite3.connect(out / "ccm.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PlaceError, match=r"locked|busy"):
            monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert (out / "P1" / MONTH / "decisions.csv").read_bytes() == before


def test_too_much_set_aside_stops_before_deciding_and_says_what_to_mend(source: Path, tmp_path: Path) -> None:
    def scramble(rows: list[dict[str, str]]) -> None:
        for row in rows[:20]:
            row["patient_id"] = "nobody"

    edit(source, "time_entries", scramble)
    refused(DataStopError, r"time entries .* were set aside.*patient_unknown", source, tmp_path)
    stopped = tmp_path / "out" / "P1" / f"{MONTH}-stopped"
    with (stopped / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["reason"] for row in csv.DictReader(stream)} == {"patient_unknown"}
    assert "patient_unknown" in (stopped / "data_quality.html").read_text("utf-8").replace(" ", "_")


def test_a_wrong_year_is_told_although_the_entry_is_of_another_month(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def next_century(rows: list[dict[str, str]]) -> None:
        for row in rows[:3]:
            row |= {name: row[name].replace("2026-", "2126-", 1) for name in ("started_at", "ended_at", "service_date")}

    edit(source, "time_entries", next_century)
    out = tmp_path / "out"
    with caplog.at_level("INFO", "ccm"):
        monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert "3 time entries of other months lie in the future: look for a wrong year" in caplog.messages
    with (out / "P1" / MONTH / "checks.csv").open(encoding="utf-8", newline="") as stream:
        row = next(row for row in csv.DictReader(stream) if row["check"] == "other_month_in_the_future")
    assert (row["severity"], row["rows"], row["failed"]) == ("warn", "3", "3")
    page = (out / "P1" / MONTH / "data_quality.html").read_text("utf-8")
    assert "Look for a wrong year or month in the time log" in page


def test_one_practice_with_bad_data_does_not_stop_the_other(tmp_path: Path) -> None:
    source, out = tmp_path / "two", tmp_path / "out"
    write_demo_data(source, 40, 1, 5, Month(2026, 10), dirty=False, practices=2)
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        ours = {row["patient_id"] for row in csv.DictReader(stream) if row["practice_id"] == "P1"}

    def scramble(rows: list[dict[str, str]]) -> None:
        for row in rows:
            if row["patient_id"] in ours:
                row["program"] = "nonsense"

    edit(source, "time_entries", scramble)
    with pytest.raises(DataStopError, match="program_unknown"):
        monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert not (out / "P1" / MONTH).exists()
    assert (out / "P2" / MONTH / "report.html").exists()


def test_a_cell_that_a_spreadsheet_would_run_is_written_inert(source: Path, tmp_path: Path) -> None:
    edit(source, "patients", lambda rows: [row.update(last_name='=HYPERLINK("x")') for row in rows])  # type: ignore[func-returns-value]
    out = tmp_path / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    with (out / "P1" / MONTH / "superbill.csv").open(encoding="utf-8", newline="") as stream:
        names = {row["last_name"] for row in csv.DictReader(stream)}
    assert names == {'\'=HYPERLINK("x")'}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "--month", "2027-01", "--source", "."], 2, "rules for 2027-01 are not loaded"),
        (["run", "--month", "Oktober", "--source", "."], 2, "is not a service month"),
        (["run", "--month", "2026-10"], 2, "--source"),
        (["explain", "C-000001", "--out", "/proc/none"], 4, "/proc/none"),
    ],
)
def test_the_command_ends_with_one_sentence_and_its_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    result = ccm(*arguments, home=tmp_path)
    assert result.returncode == code, result.stderr
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
