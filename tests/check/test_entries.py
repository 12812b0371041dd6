"""Each reason on a time entry is tripped by the row that deserves it, and by nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tasks.pull.time_log import identifiers
from tests.check.frames import check, entry, example, faults, local, reasons, warned

NINE = "2026-10-05 09:00"
PATIENTS = [example("patients"), example("patients", patient_id="200")]

# Rows that share nothing with one another, each with the one reason that it gets ("" for none).
ONE_REASON_EACH = [
    ("", entry("clean", NINE)),
    ("", entry("touching", "2026-10-05 09:10", patient_id="200")),
    ("", example("time_entries", entry_id="by the practitioner", performer_id="D1")),
    ("", entry("day only", service_date="2026-10-06")),
    ("", entry("day only again", service_date="2026-10-06")),
    ("", entry("nothing optional", "2026-10-20 09:00", source=None, country=None, entered_at=None, approved=None)),
    ("entry_id_missing", entry(None, "2026-10-06 09:00")),
    ("patient_unknown", entry("patient", "2026-10-06 10:00", patient_id="nobody")),
    ("patient_unknown", entry("no patient", "2026-10-06 11:00", patient_id=None)),
    ("performer_unknown", entry("performer", "2026-10-06 12:00", performer_id="nobody")),
    ("performer_unknown", entry("no performer", "2026-10-06 13:00", performer_id=None)),
    ("program_unknown", entry("programs", "2026-10-06 14:00", program="ccm+rpm")),
    ("program_unknown", entry("no program", "2026-10-06 15:00", program=None)),
    ("day_missing", entry("no day")),
    ("duration_missing", entry("unpaired", "2026-10-07 09:00", seconds=None)),
    ("duration_negative", entry("below zero", "2026-10-07 10:00", seconds=-5)),
    ("duration_negative", entry("backwards", "2026-10-07 11:00", None) | {"ended_at": local("2026-10-07 10:59")}),
    ("duration_impossible", entry("thirty hours", "2026-10-08 09:00", seconds=30 * 3600)),
    ("duration_exceeds_interval", entry("stretched", "2026-10-07 12:00") | {"ended_at": local("2026-10-07 12:05")}),
    ("in_the_future", entry("tomorrow", "2026-11-06 09:00")),
    ("after_death", entry("too late", "2026-10-12 09:00", patient_id="300")),
    ("source_not_allowed", entry("guessed", "2026-10-12 10:00", source="guessed")),
    ("patients_in_activity_not_allowed", entry("for nobody", "2026-10-12 11:00", patients_in_activity=0)),
    ("two_patients_at_once", entry("here", "2026-10-13 09:00")),
    ("two_patients_at_once", entry("there", "2026-10-13 09:05", patient_id="200")),
    ("double_tagged", entry("ccm", "2026-10-14 09:00")),
    ("double_tagged", entry("rpm", "2026-10-14 09:05", program="rpm")),
    ("", entry("work", "2026-10-15 09:00")),
    ("same_work_twice", entry("copied work", "2026-10-15 09:00")),
    ("sent_again", entry("sent", "2026-10-16 09:00", entered_at=local("2026-10-16 10:00"))),
    ("", entry("sent", "2026-10-16 09:00", seconds=900, entered_at=local("2026-10-17 10:00"))),
]


def test_each_row_gets_the_one_reason_that_it_deserves():
    died = example("patients", patient_id="300", death_date="2026-10-11")
    checked = check(patients=[*PATIENTS, died], time_entries=[row for _, row in ONE_REASON_EACH])
    assert reasons(checked, "time_entries") == {(row["entry_id"] or "", why) for why, row in ONE_REASON_EACH if why}
    kept = [row["entry_id"] for why, row in ONE_REASON_EACH if not why]
    assert checked.accepted["time_entries"]["entry_id"].tolist() == kept
    lines = [line for line, (why, _) in enumerate(ONE_REASON_EACH, start=2) if why]
    assert checked.quarantine["source_line"].tolist() == lines
    assert warned(checked, "time_entries") == {}


@pytest.mark.slow
def test_all_reasons_of_a_row_are_kept():
    row = entry("E2", "2026-11-09 09:00", patient_id="nobody", performer_id="nobody", program="x", seconds=-1)
    checked = check(time_entries=[entry("E1", NINE), row])
    assert reasons(checked, "time_entries") == {
        ("E2", reason)
        for reason in ("patient_unknown", "performer_unknown", "program_unknown", "duration_negative", "in_the_future")
    }
    assert checked.accepted["time_entries"]["entry_id"].tolist() == ["E1"]


def test_a_warning_counts_and_keeps_the_row():
    rows = [
        entry("E1", "2026-10-05 09:00", source="offline"),
        entry("E2", "2026-10-05 10:00", source="offline", approved=False),
        entry("E3", "2026-10-05 11:00", source="manual", approved=False),
        entry("E4", "2026-10-05 12:00", source="offline", approved=True),
        entry("E5", "2026-10-05 13:00", source="manual"),
        entry("E6", "2026-10-05 14:00", entered_at=local("2026-11-04 00:00")),
        entry("E7", "2026-10-05 15:00", entered_at=local("2026-11-04 00:00:01")),
        entry("E8", "2026-10-06 09:00", country="CA"),
        entry("E9", "2026-10-06 10:00", country="PR"),
        entry("E10", "2026-10-06 11:00", source="automated"),
        entry("E11", "2026-10-06 12:00", seconds=0),
    ]
    checked = check(time_entries=rows)
    expected = {"unapproved_offline": 3, "entered_late": 1, "other_country": 1, "automated_time": 1, "zero_duration": 1}
    assert warned(checked, "time_entries") == expected
    assert checked.quarantine.empty


@pytest.mark.parametrize(("seconds", "fault"), [(660, set()), (661, {("E1", "duration_exceeds_interval")})])
def test_a_length_may_exceed_its_interval_by_a_minute(seconds, fault):
    row = entry("E1", NINE, seconds=seconds) | {"ended_at": local("2026-10-05 09:10")}
    assert faults(time_entries=[row]) == fault


@pytest.mark.parametrize(("seconds", "fault"), [(14400, set()), (14401, {("E1", "duration_impossible")})])
def test_the_longest_entry_is_a_setting(seconds, fault):
    assert faults({"longest_entry_hours": 4}, time_entries=[entry("E1", NINE, seconds=seconds)]) == fault


@pytest.mark.parametrize(("day", "fault"), [("2026-10-05", set()), ("2026-10-04", {("E1", "after_death")})])
def test_the_day_of_death_still_counts(day, fault):
    assert faults(patients=[example("patients", death_date=day)], time_entries=[entry("E1", NINE)]) == fault


@pytest.mark.slow
def test_of_an_entry_sent_again_the_one_entered_last_stays():
    first = entry("E1", NINE, seconds=600, entered_at=local("2026-10-05 10:00"))
    later = entry("E1", NINE, seconds=900, entered_at=local("2026-10-06 10:00"))
    never = entry("E1", NINE, seconds=300, entered_at=None)
    for rows in ([later, first, never], [never, first, later]):
        checked = check(time_entries=rows)
        assert reasons(checked, "time_entries") == {("E1", "sent_again")}
        assert checked.accepted["time_entries"]["seconds"].tolist() == [900]


def test_of_equal_copies_the_last_in_the_file_stays():
    checked = check(time_entries=[entry("E1", NINE)] * 3)
    assert checked.quarantine["source_line"].tolist() == [2, 3]
    assert checked.accepted["time_entries"]["source_line"].tolist() == [4]


def test_a_copy_set_aside_does_not_drag_a_good_row_along():
    other = entry("E2", "2026-10-05 09:20", patient_id="200")
    old = entry("E1", NINE, seconds=1800, entered_at=local("2026-10-05 10:00"))
    new = entry("E1", NINE, seconds=600, entered_at=local("2026-10-06 10:00"))
    assert faults(patients=PATIENTS, time_entries=[old, new, other]) == {("E1", "sent_again")}


def test_a_timer_left_running_does_not_drag_good_rows_along():
    running = entry("E1", "2026-10-05 06:00", seconds=30 * 3600)
    found = faults(patients=PATIENTS, time_entries=[running, entry("E2", NINE, patient_id="200")])
    assert found == {("E1", "duration_impossible")}


@pytest.mark.parametrize(
    ("activities", "set_aside"),
    [
        (["A", "B"], set()),
        (["A", "A"], {"E2"}),
        (["A", None], {"E2"}),
        ([None, "A", "B"], {"E2", "E3"}),
        (["A", None, "B", "B"], {"E2", "E4"}),
    ],
)
def test_parts_of_different_activities_are_not_the_same_work(activities, set_aside):
    rows = [entry(f"E{n}", NINE, activity_id=activity) for n, activity in enumerate(activities, start=1)]
    assert faults(time_entries=rows) == {(key, "same_work_twice") for key in set_aside}


def test_rows_alike_of_a_log_without_identifiers_and_starts_are_kept_with_a_warning_that_names_both():
    cells = {name: pa.array(texts) for name, texts in {"who": ["a", "b", "a"], "minutes": ["22", "22", "22"]}.items()}
    made = identifiers(cells).to_pylist()
    rows = [entry(key, service_date="2026-10-05", seconds=1320) for key in (*made, "E4#2", "E4")]
    checked = check(time_entries=rows)
    assert checked.quarantine.empty  # both may have been worked
    assert warned(checked, "time_entries") == {"perhaps_twice": 2}
    told = checked.checks.query("check == 'perhaps_twice'").iloc[0]
    assert "time_entries.csv, lines 2, 4." in told["fix"]


def test_with_a_start_rows_alike_are_the_same_work_and_no_warning():
    rows = [entry(key, NINE) for key in ("00112233445566ff", "00112233445566ff#2")]
    assert faults(time_entries=rows) == {("00112233445566ff#2", "same_work_twice")}


def test_another_length_is_other_work():
    assert faults(time_entries=[entry("E1", NINE), entry("E2", NINE, seconds=601)]) == set()


def test_two_patients_at_once_needs_one_person_and_two_activities():
    rows = [entry("E1", NINE), entry("E2", "2026-10-05 09:05", patient_id="200")]
    assert len(faults(patients=PATIENTS, time_entries=rows)) == 2
    together = [{**row, "activity_id": "A"} for row in rows]
    by_two = [rows[0], {**rows[1], "performer_id": "D1"}]
    assert faults(patients=PATIENTS, time_entries=together) == set()
    assert faults(patients=PATIENTS, time_entries=by_two) == set()
    assert faults({"overlap_tolerance_seconds": 300}, patients=PATIENTS, time_entries=rows) == set()


def test_one_activity_in_two_programs_is_not_tagged_twice():
    rows = [entry("E1", NINE, activity_id="A"), entry("E2", NINE, program="bhi", activity_id="A")]
    assert faults(time_entries=rows) == set()


def test_entries_without_a_clock_take_no_part_in_overlaps():
    rows = [entry("E1", service_date="2026-10-05"), entry("E2", service_date="2026-10-05", patient_id="200")]
    assert faults(patients=PATIENTS, time_entries=rows) == set()
