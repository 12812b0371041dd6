"""What bad input gets: one clear sentence, the right exit code, nothing half written, nothing lost."""

from __future__ import annotations

import csv
import email
from pathlib import Path

import pytest

from config.errors import DataStopError, InputError, PlaceError, RuleError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tests.flows.conftest import Heard
from tests.flows.refusal import MONTH, edit, refused
from tests.flows.typed import typed

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


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


@pytest.mark.slow
def test_every_unreadable_cell_is_listed_without_what_stands_in_it_until_all_are_mended(
    source: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in source.iterdir() if path.is_file()}
    edit(source, "consents", lambda rows: rows[2].update(consent_date="sometime in May"))
    edit(source, "patients", lambda rows: rows[0].update(birth_date="3rd of May 1944"))
    edit(source, "time_entries", lambda rows: rows[6].update(duration_seconds="ten", approved="perhaps"))
    with (source / "staff.csv").open("a", encoding="utf-8") as stream:
        stream.write("S77,P1\n")
    out = tmp_path / "out"
    refused(InputError, r"\(and 4 more\); .*; the whole list is in .*out/unreadable\.csv\.$", source, tmp_path)
    assert [path.name for path in out.iterdir()] == ["unreadable.csv"]
    with (out / "unreadable.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    last = len((source / "staff.csv").read_text("utf-8").splitlines())
    assert sorted((row["source_file"], int(row["source_line"]), row["column"]) for row in rows) == [
        ("consents.csv", 4, "consent_date"),
        ("patients.csv", 2, "birth_date"),
        ("staff.csv", last, "row"),
        ("time_entries.csv", 8, "approved"),
        ("time_entries.csv", 8, "duration_seconds"),
    ]
    assert all(row["words"] and row["fix"].endswith("run the month again") for row in rows)
    text = (out / "unreadable.csv").read_text("utf-8")
    assert not [cell for cell in ("sometime in May", "1944", "ten,", "perhaps", "S77") if cell in text]

    for name, content in before.items():
        (source / name).write_bytes(content)
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert not (out / "unreadable.csv").exists()


def test_a_list_that_cannot_be_written_leaves_none(source: Path, tmp_path: Path) -> None:
    edit(source, "consents", lambda rows: rows[2].update(consent_date="sometime in May"))
    out = tmp_path / "out"
    (out / ".unreadable.csv.new").mkdir(parents=True)  # in the way
    refused(PlaceError, "cannot be written", source, tmp_path)
    assert not (out / "unreadable.csv").exists()


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_month_that_the_log_does_not_hold_is_told_with_those_it_does(source: Path, tmp_path: Path) -> None:
    undated = {"started_at": "", "ended_at": "", "service_date": ""}
    edit(source, "time_entries", lambda rows: rows[0].update(undated))
    said = r"P1: no time entry of 2026-08 is in the log, which holds \d+ of 2026-10; name one of its months"
    refused(DataStopError, said, source, tmp_path, month="2026-08")


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
    meant = "settings.yaml: P1: setting 'choose_famly': there is no such key, perhaps 'choose_family' was meant"
    refused(InputError, meant, source, tmp_path, settings=str(settings))
    settings.write_text("practices: {p1: {choose_family: simplest}}\n")
    refused(InputError, "'practices.p1': the practice is called 'P1'", source, tmp_path, settings=str(settings))


def test_a_broken_template_of_the_practice_stops_before_anything_is_decided(source: Path, tmp_path: Path) -> None:
    settings, own = tmp_path / "settings.yaml", tmp_path / "own"
    own.mkdir()
    (own / "billing.txt.j2").write_text("{{ subject }}\n{% if view.holds %}\n", "utf-8")
    settings.write_text("defaults: {messages: {templates: own}}\n")
    refused(InputError, r"own/billing\.txt\.j2, line 2: .*mend", source, tmp_path, settings=str(settings))


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


@pytest.mark.slow
def test_a_wrong_year_is_told_although_the_entry_is_of_another_month(
    source: Path, tmp_path: Path, heard: Heard
) -> None:
    def next_century(rows: list[dict[str, str]]) -> None:
        for row in rows[:3]:
            row |= {name: row[name].replace("2026-", "2126-", 1) for name in ("started_at", "ended_at", "service_date")}

    edit(source, "time_entries", next_century)
    out = tmp_path / "out"
    monthly_cycle(month=MONTH, source=str(source), out=str(out))
    assert "3 time entries of other months lie in the future: look for a wrong year" in heard.said
    with (out / "P1" / MONTH / "checks.csv").open(encoding="utf-8", newline="") as stream:
        row = next(row for row in csv.DictReader(stream) if row["check"] == "other_month_in_the_future")
    assert (row["severity"], row["rows"], row["failed"]) == ("warn", "3", "3")
    page = (out / "P1" / MONTH / "data_quality.html").read_text("utf-8")
    assert "Look for a wrong year or month in the time log" in page


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_rejected_row_is_reported_with_its_own_practice_and_one_that_names_none_beside_them(tmp_path: Path) -> None:
    source, out, settings = tmp_path / "two", tmp_path / "out", tmp_path / "settings.yaml"
    settings.write_text("defaults: {unreadable_cells: reject, quarantine_limit_percent: 50}\n")
    write_demo_data(source, 24, 1, 5, Month(2026, 10), dirty=False, practices=2)
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        practice = {row["patient_id"]: row["practice_id"] for row in csv.DictReader(stream)}
    last = list(practice)[-1]
    assert practice[last] == "P2"
    edit(source, "patients", lambda rows: rows[-1].update(birth_date="in spring"))
    expected: dict[str, set[tuple[str, str]]] = {"P1": set(), "P2": {("patients.csv", str(len(practice) + 1))}}
    for table, column in (("time_entries", "started_at"), ("visits", "visit_date")):
        with (source / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for wanted in ("P1", "P2"):
            line = next(n for n, row in enumerate(rows) if practice[row["patient_id"]] == wanted)
            edit(source, table, lambda rows, line=line, column=column: rows[line].update({column: "late"}))  # type: ignore[misc]
            expected[wanted].add((f"{table}.csv", str(line + 2)))
    consents = source / "consents.csv"
    expected["P2"].add(("consents.csv", str(len(consents.read_text("utf-8").splitlines()) + 1)))
    with consents.open("a", encoding="utf-8") as stream:
        stream.write(f"N98,{last}\nN99,nobody\n")  # too short, both; of the first its patient still stands in place

    monthly_cycle(month=MONTH, source=str(source), out=str(out), settings=str(settings))
    for name, places in expected.items():
        with (out / name / MONTH / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
            rejected = [row for row in csv.DictReader(stream) if row["disposition"] == "rejected"]
        assert {(row["source_file"], row["source_line"]) for row in rejected} == places, name
        mail = email.message_from_bytes((out / name / MONTH / "messages" / "operations-month.eml").read_bytes())
        parts = [part for part in mail.walk() if not part.is_multipart()]
        said = [" ".join(str(part.get_payload(decode=True), "utf-8").split()) for part in parts]  # type: ignore[arg-type]
        assert all("1 row of the source is no practice" in one and "in no month; unreadable.csv" in one for one in said)
    with (out / "unreadable.csv").open(encoding="utf-8", newline="") as stream:
        assert [(row["source_file"], row["column"]) for row in csv.DictReader(stream)] == [("consents.csv", "row")]


@pytest.mark.slow
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
    result = typed(*arguments)
    assert result.returncode == code, result.stderr
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
