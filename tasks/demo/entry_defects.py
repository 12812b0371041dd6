"""Defects of who, for whom and how often: programs, people, copies. Each function seeds one."""

from __future__ import annotations

from datetime import timedelta

from tasks.demo.log import AUTOMATED, LOST, NONE, OFFLINE, SAME_ENTRY
from tasks.demo.stage import Stage
from tasks.demo.truth import Row
from tasks.demo.work import BHI, CCM, RPM


def offline_not_approved(stage: Stage, patients: list[int]) -> None:
    """Offline time that waits for approval."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, 480, source=OFFLINE, approved=0)
    stage.expect(10, "offline_not_approved", row, "disposition", "unapproved", "waits for approval")
    stage.expect(10, "offline_not_approved", row, "warn", "unapproved_offline", "waits for approval")


def split_activity(stage: Stage, patients: list[int]) -> None:
    """One activity in two rows with one start: its CCM part and its BHI part."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    group = 9_000_000 + len(stage.rows)
    for program, seconds in ((CCM, 421), (BHI, 187)):
        row = stage.entry(patient, stage.manager(patient), start, seconds, program=program, activity_id=group)
        stage.expect(11, "split_activity", row, "kept", "", "a part of one activity, not a copy")


def two_patients(stage: Stage, patients: list[int]) -> None:
    """One person works for two patients at the same time."""
    first, second = patients
    manager = stage.manager(first)
    start = stage.free(manager)
    for patient, begin, seconds in ((first, start, 613), (second, start + timedelta(seconds=240), 677)):
        row = stage.entry(patient, manager, begin, seconds)
        stage.expect(12, "two_patients", row, "quarantined", "two_patients_at_once", "373 seconds stand twice")


def conference(stage: Stage, patients: list[int]) -> None:
    """Two staff members speak with the same patient: their time counts once."""
    (patient,) = patients
    manager, counsellor = stage.manager(patient), int(stage.roster.counsellor[patient])
    start = stage.free(manager, counsellor)
    stage.entry(patient, manager, start, 727)
    row = stage.entry(patient, counsellor, start + timedelta(seconds=60), 600)
    stage.expect(12, "conference", row, "disposition", "simultaneous", "lies within the care manager's entry")


def two_programs_in_one_cell(stage: Stage, patients: list[int]) -> None:
    """Two programs in one cell."""
    (patient,) = patients
    program = stage.words.programs.number("ccm+rpm")
    row = stage.entry(patient, stage.manager(patient), stage.free(stage.manager(patient)), 512, program=program)
    stage.expect(12, "two_programs_in_one_cell", row, "quarantined", "program_unknown", "ccm+rpm")


def _tagged_twice(stage: Stage, patient: int, other: int, pattern: int, name: str) -> None:
    manager = stage.manager(patient)
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
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, 120, source=AUTOMATED, activity=activity)
    stage.expect(13, "bot_messages", row, "disposition", "automated", "no person worked")
    stage.expect(13, "bot_messages", row, "warn", "automated_time", "no person worked")


def unknown_person(stage: Stage, patients: list[int]) -> None:
    """Someone who is in no table."""
    (patient,) = patients
    row = stage.entry(patient, next(stage.words.strangers), stage.free(stage.manager(patient)), 366)
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
    row = stage.entry(patient, stage.manager(patient), stage.free(stage.manager(patient)), 443, country=country)
    stage.expect(14, "abroad", row, "disposition", "outside_us", "done in the Philippines")
    stage.expect(14, "abroad", row, "warn", "other_country", "done in the Philippines")


def not_available_cells(stage: Stage, patients: list[int]) -> None:
    """N/A where nothing is known."""
    (patient,) = patients
    row = stage.entry(patient, stage.manager(patient), stage.free(stage.manager(patient)), 402, activity=NONE)
    for column in ("activity", "activity_id", "service_date"):
        stage.truth.cells.append((Row("time_entries", handle=row), column, "N/A"))
    stage.expect(16, "not_available_cells", row, "seconds", 402, "N/A is an empty cell")


def no_entry_id(stage: Stage, patients: list[int]) -> None:
    """The identifier was lost."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    row = stage.entry(patient, stage.manager(patient), start, 398, entry=LOST)
    stage.expect(16, "no_entry_id", row, "quarantined", "entry_id_missing", "no identifier")


def unknown_patient(stage: Stage, patients: list[int]) -> None:
    """A patient who is not on the roster."""
    (patient,) = patients
    nobody = len(stage.words.patients) - 1
    row = stage.entry(nobody, stage.manager(patient), stage.free(stage.manager(patient)), 377)
    stage.expect(16, "unknown_patient", row, "quarantined", "patient_unknown", "not on the roster")


def sent_again(stage: Stage, patients: list[int]) -> None:
    """The same entry twice, alike in every cell."""
    (patient,) = patients
    start = stage.free(stage.manager(patient))
    entry = SAME_ENTRY - len(stage.rows)
    rows = [stage.entry(patient, stage.manager(patient), start, 457, entry=entry) for _ in range(2)]
    stage.expect(18, "sent_again", rows[0], "quarantined", "sent_again", "the copy further down stays")
    stage.expect(18, "sent_again", rows[1], "seconds", 457, "the copy that stays")


def sent_again_changed(stage: Stage, patients: list[int]) -> None:
    """The same entry again, two days later and longer."""
    (patient,) = patients
    start = stage.free(stage.manager(patient), until=-4)
    entry = SAME_ENTRY - len(stage.rows)
    old = stage.entry(patient, stage.manager(patient), start, 311, entry=entry)
    later = start + timedelta(days=2)
    new = stage.entry(patient, stage.manager(patient), start, 468, entry=entry, entered=later)
    stage.expect(18, "sent_again_changed", old, "quarantined", "sent_again", "corrected two days later")
    stage.expect(18, "sent_again_changed", new, "seconds", 468, "the corrected copy")


def same_work_new_id(stage: Stage, patients: list[int]) -> None:
    """The same work imported a second time under a new identifier."""
    (patient,) = patients
    start = stage.free(stage.manager(patient), until=-4)
    first = stage.entry(patient, stage.manager(patient), start, 439)
    entered = start + timedelta(days=1, hours=3)
    second = stage.entry(patient, stage.manager(patient), start, 439, entered=entered)
    stage.expect(18, "same_work_new_id", first, "seconds", 439, "the first import")
    stage.expect(
        18, "same_work_new_id", second, "quarantined", "same_work_twice", "imported again under a new identifier"
    )


# pattern, name, patients, entries set aside, function; the first of a pattern is its most telling form
ENTRY_DEFECTS = [
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
