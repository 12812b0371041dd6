"""Time logs as other systems write them: one file for each form, beside time_entries."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

from tasks.demo.stage import Stage
from tasks.demo.truth import Row


class Export:
    """A file under way: lines are added with what must become of each."""

    def __init__(self, stage: Stage, profile: str, header: list[str]) -> None:
        self.stage, self.file = stage, f"time_log_{profile}.csv"
        self.header = header
        self.lines = 1

    def line(self, pattern: int, patient: int, cells: list[object], kind: str, expect: object, note: str = "") -> None:
        """One row, and its truth."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if self.lines == 1:
            writer.writerow(self.header)
        writer.writerow(cells)
        exports = self.stage.truth.exports
        exports[self.file] = exports.get(self.file, "") + text.getvalue()
        self.lines += 1
        self.expect(pattern, patient, kind, expect, note)

    def expect(self, pattern: int, patient: int, kind: str, expect: object, note: str = "") -> None:
        """What must become of the line written last."""
        row = Row("time_entries", file=self.file, line=self.lines)
        name = self.file.removeprefix("time_log_").removesuffix(".csv")
        self.stage.truth.add(pattern, name, row, self.stage.roster.patient_ids[patient], kind, expect, note)


def _who(stage: Stage, patient: int) -> tuple[str, str, str]:
    """Identifiers of the patient, of the care manager and of the practitioner."""
    people = stage.roster.person_ids
    return (
        stage.roster.patient_ids[patient],
        people[stage.roster.manager[patient]],
        people[stage.roster.practitioner[patient]],
    )


def _day(stage: Stage, number: int) -> date:
    return stage.days[number % len(stage.days)]


def _milliseconds(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def page_timer_seconds(stage: Stage, patients: list[int]) -> None:
    """Seconds with their unit beside them, billable and raw; one page was not billable at all."""
    (patient,) = patients
    export = Export(
        stage,
        "page_timer_seconds",
        [
            "billable_duration",
            "duration",
            "duration_unit",
            "patient_id",
            "provider_id",
            "start_time",
            "end_time",
            "url_short",
        ],
    )
    who, manager, _ = _who(stage, patient)
    for billable, raw in ((412, 412), (377, 520), (0, 241)):
        start = stage.free(stage.manager(patient))
        end = start + timedelta(seconds=raw)
        cells = [billable, raw, "seconds", who, manager, start.isoformat(" "), end.isoformat(" "), "care-plan"]
        export.line(1 if billable == raw else 9, patient, cells, "seconds", billable, "seconds with a unit column")
    export.expect(9, patient, "warn", "zero_duration", "no part of it is billable")


def category_milliseconds(stage: Stage, patients: list[int]) -> None:
    """Milliseconds; the category says that the practitioner worked."""
    (patient,) = patients
    header = ["patientId", "userId", "timeCategoryId", "durationMs", "startTime", "endTime"]
    export = Export(stage, "category_milliseconds", header)
    who, manager, doctor = _who(stage, patient)
    manager_number, doctor_number = stage.manager(patient), int(stage.roster.practitioner[patient])
    for person, number, category, length in (
        (manager, manager_number, "CCM", 412_731),
        (doctor, doctor_number, "CCM (QHP)", 625_999),
        (manager, manager_number, "CCM", 301_000),
    ):
        start = stage.free(number)
        end = start + timedelta(milliseconds=length)
        cells = [who, person, category, length, _milliseconds(start), _milliseconds(end)]
        pattern = 14 if "QHP" in category else 1
        export.line(pattern, patient, cells, "seconds", length // 1000, "milliseconds; parts of a second fall away")


def performer_type_minutes(stage: Stage, patients: list[int]) -> None:
    """Whole minutes; the export says what kind of person worked, not who."""
    (patient,) = patients
    header = ["patientId", "entryDate", "durationMinutes", "activity", "performerType"]
    export = Export(stage, "performer_type_minutes", header)
    who = _who(stage, patient)[0]
    for number, (minutes, activity, kind) in enumerate(
        [
            (6, "PHONE_CALL", "CLINICAL_STAFF"),
            (9, "PATIENT_REVIEW", "PHYSICIAN_QHP"),
            (4, "DOCUMENTATION", "CLINICAL_STAFF"),
        ]
    ):
        cells = [who, _day(stage, 5 + number), minutes, activity, kind]
        export.line(1, patient, cells, "seconds", minutes * 60, "whole minutes")


def clinician_log_minutes(stage: Stage, patients: list[int]) -> None:
    """Whole minutes with the export's own identifier."""
    (patient,) = patients
    header = [
        "id",
        "patient_id",
        "clinician_id",
        "log_date",
        "duration_minutes",
        "activity_type",
        "notes",
        "billing_period",
        "created_at",
    ]
    export = Export(stage, "clinician_log_minutes", header)
    who, manager, _ = _who(stage, patient)
    for number, minutes in enumerate((5, 11, 3)):
        day = _day(stage, 3 + 4 * number)
        note = "spoke with daughter, will call back" if number == 1 else ""
        cells = [
            f"CL-{number + 1}",
            who,
            manager,
            day,
            minutes,
            "medication_review",
            note,
            stage.month,
            f"{day} 19:20:41",
        ]
        export.line(1, patient, cells, "seconds", minutes * 60, "whole minutes")


def clock_durations(stage: Stage, patients: list[int]) -> None:
    """HH:MM:SS: the seconds are kept."""
    (patient,) = patients
    export = Export(stage, "clock_durations", ["Patient ID", "Staff ID", "Date", "Time Spent", "Activity"])
    who, manager, _ = _who(stage, patient)
    for number, (text, seconds) in enumerate([("00:19:30", 1170), ("00:00:42", 42), ("0:07:05", 425)]):
        cells = [who, manager, _day(stage, 4 + number), text, "phone_call"]
        export.line(2, patient, cells, "seconds", seconds, f"{text} is not rounded up")


def session_words(stage: Stage, patients: list[int]) -> None:
    """Lengths in words."""
    (patient,) = patients
    export = Export(stage, "session_words", ["patient_id", "staff_id", "date", "activities", "session_duration"])
    who, manager, _ = _who(stage, patient)
    texts = [("25 minutes and 3 seconds", 1503), ("1 minute", 60), ("1h 5m", 3900), ("7 minutes", 420)]
    for number, (text, seconds) in enumerate(texts):
        cells = [who, manager, _day(stage, 6 + number), "Phone call, Documentation", text]
        export.line(1, patient, cells, "seconds", seconds, text)


def decimal_minutes(stage: Stage, patients: list[int]) -> None:
    """Minutes with decimals."""
    (patient,) = patients
    export = Export(stage, "decimal_minutes", ["Patient ID", "Staff ID", "Date", "Minutes", "Activity"])
    who, manager, _ = _who(stage, patient)
    for number, (text, seconds) in enumerate([("20.10", 1206), ("4.55", 273), ("0.25", 15)]):
        cells = [who, manager, _day(stage, 7 + number), text, "coordination"]
        export.line(1, patient, cells, "seconds", seconds, f"{text} minutes")


def code_column(stage: Stage, patients: list[int]) -> None:
    """Billing codes instead of programs, some mistyped; one is no time code at all."""
    (patient,) = patients
    export = Export(stage, "code_column", ["Patient ID", "Staff ID", "Date", "CPT Code", "Minutes", "Activity"])
    who, manager, _ = _who(stage, patient)
    rows = [("99490", 6), ("94489", 5), ("994987", 4), ("99439(>40mins)", 3)]
    for number, (code, minutes) in enumerate(rows):
        cells = [who, manager, _day(stage, 2 + number), code, minutes, "education"]
        export.line(15, patient, cells, "seconds", minutes * 60, f"{code} is care management")
    cells = [who, manager, _day(stage, 9), "G0511X", 8, "education"]
    export.line(15, patient, cells, "quarantined", "program_unknown", "no code of a program")


def start_end_pairs(stage: Stage, patients: list[int]) -> None:
    """Starts and ends in one cell; once the last end is missing."""
    (patient,) = patients
    header = ["patient_id", "staff_id", "date", "activities", "time_log", "session_duration"]
    export = Export(stage, "start_end_pairs", header)
    who, manager, _ = _who(stage, patient)
    for paired in (True, False):
        start = stage.free(stage.manager(patient)).replace(second=0)
        clock = [f"{start + timedelta(minutes=minutes):%H:%M}" for minutes in (1, 8, 10, 14)]
        if paired:
            cells = [who, manager, start.date(), "Phone call", f"{clock[0]} - {clock[1]}, {clock[2]} - {clock[3]}", ""]
            export.line(1, patient, cells, "seconds", 660, "seven minutes and four")
        else:
            cells = [who, manager, start.date(), "Phone call", f"{clock[0]} -", ""]
            export.line(5, patient, cells, "quarantined", "duration_missing", "a start without an end")


def offline_minutes(stage: Stage, patients: list[int]) -> None:
    """Work away from the system: one row approved, one waiting."""
    (patient,) = patients
    header = [
        "type",
        "comment",
        "duration_minutes",
        "patient_id",
        "provider_id",
        "is_behavioral",
        "performed_at",
        "approved",
    ]
    export = Export(stage, "offline_minutes", header)
    who, manager, _ = _who(stage, patient)
    for number, (approved, minutes) in enumerate([("true", 6), ("false", 9)]):
        cells = ["offline call", "by mobile phone", minutes, who, manager, 0, _day(stage, 8 + number), approved]
        kind, expect = ("seconds", minutes * 60) if approved == "true" else ("disposition", "unapproved")
        export.line(10, patient, cells, kind, expect, f"approved: {approved}")
    export.expect(10, patient, "warn", "unapproved_offline", "waits for approval")


# pattern, name, patients, entries set aside, function
EXPORTS = [
    (1, "page_timer_seconds", 1, 0, page_timer_seconds),
    (1, "category_milliseconds", 1, 0, category_milliseconds),
    (1, "performer_type_minutes", 1, 0, performer_type_minutes),
    (1, "clinician_log_minutes", 1, 0, clinician_log_minutes),
    (1, "decimal_minutes", 1, 0, decimal_minutes),
    (1, "session_words", 1, 0, session_words),
    (2, "clock_durations", 1, 0, clock_durations),
    (5, "start_end_pairs", 1, 1, start_end_pairs),
    (10, "offline_minutes", 1, 0, offline_minutes),
    (15, "code_column", 1, 1, code_column),
]
