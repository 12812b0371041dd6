"""Defects of the time log itself. Each function seeds one, for the patients it is given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tasks.demo.log import AUTOMATED, LOST, NO_TIME, NONE, OFFLINE, SAME_ENTRY
from tasks.demo.stage import Stage
from tasks.demo.truth import Row

CCM, BHI, RPM = 0, 1, 2


def _manager(stage: Stage, patient: int) -> int:
    return int(stage.roster.manager[patient])


def _at(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second)


def previous_month(stage: Stage, patients: list[int]) -> None:
    """Last month's work in this month's export."""
    (patient,) = patients
    start = _at(stage.month.previous.last - timedelta(days=2), 21, 40, 13)
    row = stage.entry(patient, _manager(stage, patient), start, 611)
    stage.expect(3, "previous_month", row, "other_month", stage.month.previous, "belongs to the month before")


def over_midnight(stage: Stage, patients: list[int]) -> None:
    """A session from one day into the next; every second of it counts."""
    (patient,) = patients
    start = _at(stage.free(_manager(stage, patient)).date(), 23, 50, 10)
    row = stage.entry(patient, _manager(stage, patient), start, 2131, seconds=NONE)
    stage.expect(4, "over_midnight", row, "seconds", 2131, "ends on the next day")


def end_before_start(stage: Stage, patients: list[int]) -> None:
    """The end lies before the start."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, -540, seconds=NONE)
    stage.expect(4, "end_before_start", row, "quarantined", "duration_negative", "nine minutes before the start")


def thirty_hours(stage: Stage, patients: list[int]) -> None:
    """A timer that was left running."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient), until=-4)
    row = stage.entry(patient, _manager(stage, patient), start, 108_031)
    stage.expect(4, "thirty_hours", row, "quarantined", "duration_impossible", "the timer ran for thirty hours")


def no_end(stage: Stage, patients: list[int]) -> None:
    """A start without an end, and no length."""
    (patient,) = patients
    row = stage.entry(
        patient, _manager(stage, patient), stage.free(_manager(stage, patient)), 300, end=NO_TIME, seconds=NONE
    )
    stage.expect(5, "no_end", row, "quarantined", "duration_missing", "the timer was never stopped")


def no_day(stage: Stage, patients: list[int]) -> None:
    """A length, but neither a start nor a day."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, 433, start=NO_TIME, end=NO_TIME)
    stage.expect(5, "no_day", row, "quarantined", "day_missing", "the start was lost")


def utc_near_month_end(stage: Stage, patients: list[int]) -> None:
    """Times with a UTC offset: the day in UTC is in another month than the day on the practice's clock."""
    (patient,) = patients
    zone = ZoneInfo(stage.roster.zones[stage.roster.practice[patient]])
    inside = _at(stage.month.last, 22, 5, 17)
    outside = _at(stage.month.previous.last, 22, 15, 29)
    for start, kind, expect in ((inside, "seconds", 504), (outside, "other_month", stage.month.previous)):
        row = stage.entry(patient, _manager(stage, patient), start, 504)
        for column, local in (("started_at", start), ("ended_at", start + timedelta(seconds=504))):
            instant = local.replace(tzinfo=zone).astimezone(UTC)
            stage.truth.cells.append((Row("time_entries", handle=row), column, instant.strftime("%Y-%m-%dT%H:%M:%SZ")))
        stage.expect(6, "utc_near_month_end", row, kind, expect, "the practice's clock decides, not UTC")


def thirty_days(stage: Stage, patients: list[int]) -> None:
    """An export of thirty days instead of a calendar month."""
    (patient,) = patients
    for back in (3, 11, 19):
        start = _at(stage.month.first - timedelta(days=back), 21, 50, 31)
        row = stage.entry(patient, _manager(stage, patient), start, 389)
        stage.expect(7, "thirty_days", row, "other_month", stage.month.previous, "a rolling period is not a month")


def back_dated(stage: Stage, patients: list[int]) -> None:
    """Written three weeks after the month was over."""
    (patient,) = patients
    entered = _at(stage.month.last + timedelta(days=21), 16, 4, 9)
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, 318, entered=entered, source=1, approved=1)
    stage.expect(8, "back_dated", row, "warn", "entered_late", "entered 21 days after the month's end")


def after_death(stage: Stage, patients: list[int]) -> None:
    """Work on a day after the patient's death."""
    (patient,) = patients
    died = stage.days[len(stage.days) // 2]
    stage.change("patients", patient, "death_date", died)
    stage.change("patients", patient, "unenrolled_date", died)
    stage.clear(patient, died + timedelta(days=1))
    start = stage.free(_manager(stage, patient), since=len(stage.days) // 2 + 1, until=-1)
    row = stage.entry(patient, _manager(stage, patient), start, 371)
    stage.expect(8, "after_death", row, "quarantined", "after_death", "days after the date of death")


def billable_is_less(stage: Stage, patients: list[int]) -> None:
    """Two counters: the billable length is shorter than the time between start and end, once it is nothing."""
    (patient,) = patients
    manager = _manager(stage, patient)
    start = stage.free(manager)
    row = stage.entry(patient, manager, start, 900, seconds=402)
    stage.expect(9, "billable_is_less", row, "seconds", 402, "the billable length counts, not the interval of 900")
    start = stage.free(manager)
    row = stage.entry(patient, manager, start, 300, seconds=0)
    stage.expect(9, "billable_is_nothing", row, "seconds", 0, "no part of it is billable")
    stage.expect(9, "billable_is_nothing", row, "warn", "zero_duration", "no part of it is billable")


def billable_is_more(stage: Stage, patients: list[int]) -> None:
    """The length is more than lies between start and end."""
    (patient,) = patients
    row = stage.entry(patient, _manager(stage, patient), stage.free(_manager(stage, patient)), 305, seconds=905)
    stage.expect(9, "billable_is_more", row, "quarantined", "duration_exceeds_interval", "905 seconds within 305")


def offline_not_approved(stage: Stage, patients: list[int]) -> None:
    """Offline time that waits for approval."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, 480, source=OFFLINE, approved=0)
    stage.expect(10, "offline_not_approved", row, "disposition", "unapproved", "waits for approval")
    stage.expect(10, "offline_not_approved", row, "warn", "unapproved_offline", "waits for approval")


def split_activity(stage: Stage, patients: list[int]) -> None:
    """One activity in two rows with one start: its CCM part and its BHI part."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    group = 9_000_000 + len(stage.rows)
    for program, seconds in ((CCM, 421), (BHI, 187)):
        row = stage.entry(patient, _manager(stage, patient), start, seconds, program=program, activity_id=group)
        stage.expect(11, "split_activity", row, "kept", "", "a part of one activity, not a copy")


def two_patients(stage: Stage, patients: list[int]) -> None:
    """One person works for two patients at the same time."""
    first, second = patients
    manager = _manager(stage, first)
    start = stage.free(manager)
    for patient, begin, seconds in ((first, start, 613), (second, start + timedelta(seconds=240), 677)):
        row = stage.entry(patient, manager, begin, seconds)
        stage.expect(12, "two_patients", row, "quarantined", "two_patients_at_once", "373 seconds stand twice")


def conference(stage: Stage, patients: list[int]) -> None:
    """Two staff members speak with the same patient: their time counts once."""
    (patient,) = patients
    manager, counsellor = _manager(stage, patient), int(stage.roster.counsellor[patient])
    start = stage.free(manager, counsellor)
    stage.entry(patient, manager, start, 727)
    row = stage.entry(patient, counsellor, start + timedelta(seconds=60), 600)
    stage.expect(12, "conference", row, "disposition", "simultaneous", "lies within the care manager's entry")


def two_programs_in_one_cell(stage: Stage, patients: list[int]) -> None:
    """Two programs in one cell."""
    (patient,) = patients
    program = stage.words.programs.number("ccm+rpm")
    row = stage.entry(patient, _manager(stage, patient), stage.free(_manager(stage, patient)), 512, program=program)
    stage.expect(12, "two_programs_in_one_cell", row, "quarantined", "program_unknown", "ccm+rpm")


def _tagged_twice(stage: Stage, patient: int, other: int, pattern: int, name: str) -> None:
    manager = _manager(stage, patient)
    start = stage.free(manager)
    for program in (CCM, other):
        row = stage.entry(patient, manager, start, 547, program=program)
        stage.expect(pattern, name, row, "quarantined", "double_tagged", "the same minutes in two programs")


def tagged_twice(stage: Stage, patients: list[int]) -> None:
    """The same minutes as CCM and as RPM."""
    _tagged_twice(stage, patients[0], RPM, 12, "tagged_twice")


def bhi_repeats_ccm(stage: Stage, patients: list[int]) -> None:
    """The BHI counter repeats the CCM minutes."""
    _tagged_twice(stage, patients[0], BHI, 17, "bhi_repeats_ccm")


def bot_messages(stage: Stage, patients: list[int]) -> None:
    """Messages of a machine, credited with two minutes."""
    (patient,) = patients
    activity = stage.words.activities.number("automated_message")
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, 120, source=AUTOMATED, activity=activity)
    stage.expect(13, "bot_messages", row, "disposition", "automated", "no person worked")
    stage.expect(13, "bot_messages", row, "warn", "automated_time", "no person worked")


def unknown_person(stage: Stage, patients: list[int]) -> None:
    """Someone who is in no table."""
    (patient,) = patients
    nobody = len(stage.words.people) - 1
    row = stage.entry(patient, nobody, stage.free(nobody), 366)
    stage.expect(14, "unknown_person", row, "quarantined", "performer_unknown", "neither staff nor practitioner")


def clerk(stage: Stage, patients: list[int]) -> None:
    """A clerk's time."""
    (patient,) = patients
    person = int(stage.roster.clerk[patient])
    row = stage.entry(patient, person, stage.free(person), 415, activity=stage.words.activities.number("scheduling"))
    stage.expect(14, "clerk", row, "disposition", "not_clinical_staff", "clerical work")


def abroad(stage: Stage, patients: list[int]) -> None:
    """Work done in another country."""
    (patient,) = patients
    country = stage.words.countries.number("PH")
    row = stage.entry(patient, _manager(stage, patient), stage.free(_manager(stage, patient)), 443, country=country)
    stage.expect(14, "abroad", row, "disposition", "outside_us", "done in the Philippines")
    stage.expect(14, "abroad", row, "warn", "other_country", "done in the Philippines")


def not_available_cells(stage: Stage, patients: list[int]) -> None:
    """N/A where nothing is known."""
    (patient,) = patients
    row = stage.entry(patient, _manager(stage, patient), stage.free(_manager(stage, patient)), 402, activity=NONE)
    for column in ("activity", "activity_id", "service_date"):
        stage.truth.cells.append((Row("time_entries", handle=row), column, "N/A"))
    stage.expect(16, "not_available_cells", row, "seconds", 402, "N/A is an empty cell")


def no_entry_id(stage: Stage, patients: list[int]) -> None:
    """The identifier was lost."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    row = stage.entry(patient, _manager(stage, patient), start, 398, entry=LOST)
    stage.expect(16, "no_entry_id", row, "quarantined", "entry_id_missing", "no identifier")


def unknown_patient(stage: Stage, patients: list[int]) -> None:
    """A patient who is not on the roster."""
    (patient,) = patients
    nobody = len(stage.words.patients) - 1
    row = stage.entry(nobody, _manager(stage, patient), stage.free(_manager(stage, patient)), 377)
    stage.expect(16, "unknown_patient", row, "quarantined", "patient_unknown", "not on the roster")


def sent_again(stage: Stage, patients: list[int]) -> None:
    """The same entry twice, alike in every cell."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient))
    entry = SAME_ENTRY - len(stage.rows)
    rows = [stage.entry(patient, _manager(stage, patient), start, 457, entry=entry) for _ in range(2)]
    stage.expect(18, "sent_again", rows[0], "quarantined", "sent_again", "the copy further down stays")
    stage.expect(18, "sent_again", rows[1], "seconds", 457, "the copy that stays")


def sent_again_changed(stage: Stage, patients: list[int]) -> None:
    """The same entry again, two days later and longer."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient), until=-4)
    entry = SAME_ENTRY - len(stage.rows)
    old = stage.entry(patient, _manager(stage, patient), start, 311, entry=entry)
    later = start + timedelta(days=2)
    new = stage.entry(patient, _manager(stage, patient), start, 468, entry=entry, entered=later)
    stage.expect(18, "sent_again_changed", old, "quarantined", "sent_again", "corrected two days later")
    stage.expect(18, "sent_again_changed", new, "seconds", 468, "the corrected copy")


def same_work_new_id(stage: Stage, patients: list[int]) -> None:
    """The same work imported a second time under a new identifier."""
    (patient,) = patients
    start = stage.free(_manager(stage, patient), until=-4)
    first = stage.entry(patient, _manager(stage, patient), start, 439)
    entered = start + timedelta(days=1, hours=3)
    second = stage.entry(patient, _manager(stage, patient), start, 439, entered=entered)
    stage.expect(18, "same_work_new_id", first, "seconds", 439, "the first import")
    stage.expect(
        18, "same_work_new_id", second, "quarantined", "same_work_twice", "imported again under a new identifier"
    )


# pattern, name, patients, entries set aside, function; the first of a pattern is its most telling form
TIME_DEFECTS = [
    (3, "previous_month", 1, 0, previous_month),
    (4, "over_midnight", 1, 0, over_midnight),
    (4, "end_before_start", 1, 1, end_before_start),
    (4, "thirty_hours", 1, 1, thirty_hours),
    (5, "no_end", 1, 1, no_end),
    (5, "no_day", 1, 1, no_day),
    (6, "utc_near_month_end", 1, 0, utc_near_month_end),
    (7, "thirty_days", 1, 0, thirty_days),
    (8, "back_dated", 1, 0, back_dated),
    (8, "after_death", 1, 1, after_death),
    (9, "billable_is_less", 1, 0, billable_is_less),
    (9, "billable_is_more", 1, 1, billable_is_more),
    (10, "offline_not_approved", 1, 0, offline_not_approved),
    (11, "split_activity", 1, 0, split_activity),
    (12, "conference", 1, 0, conference),
    (12, "two_patients", 2, 2, two_patients),
    (12, "two_programs_in_one_cell", 1, 1, two_programs_in_one_cell),
    (12, "tagged_twice", 1, 2, tagged_twice),
    (13, "bot_messages", 1, 0, bot_messages),
    (14, "clerk", 1, 0, clerk),
    (14, "unknown_person", 1, 1, unknown_person),
    (14, "abroad", 1, 0, abroad),
    (16, "not_available_cells", 1, 0, not_available_cells),
    (16, "no_entry_id", 1, 1, no_entry_id),
    (16, "unknown_patient", 1, 1, unknown_patient),
    (17, "bhi_repeats_ccm", 1, 2, bhi_repeats_ccm),
    (18, "sent_again", 1, 1, sent_again),
    (18, "sent_again_changed", 1, 1, sent_again_changed),
    (18, "same_work_new_id", 1, 1, same_work_new_id),
]
