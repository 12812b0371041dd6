"""Time logs as other systems export them: every shipped profile on a small file, and what a profile may say."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
import yaml

from config.errors import InputError, RuleError
from tasks.pull.durations import reader
from tasks.pull.profiles import FOLDER, load_profile, profiles
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tests.pull.conftest import example_rows

# ruff: noqa: E501 - headers of exports are as long as they are
LOGS = {
    "page_timer_seconds": """billable_duration,duration,duration_unit,patient_id,provider_id,start_time,end_time,url_short
570,600,seconds,100234,S1,2026-10-05 09:00:00,2026-10-05 09:10:00,chart
0,240,seconds,100234,S1,2026-10-05 10:00:00,2026-10-05 10:04:00,inbox
2.5,3,minutes,00777,S1,2026-10-06 10:00:00,2026-10-06 10:03:00,chart
""",
    "category_milliseconds": """patientId,userId,timeCategoryId,durationMs,startTime,endTime
100234,S1,CCM,90500,2026-10-05T13:00:00.000Z,2026-10-05T13:01:30.500Z
100234,U77,CCM (QHP),1800999,2026-10-05T14:00:00.000Z,2026-10-05T14:30:01.000Z
100234,S1,PCM,60000,2026-10-05T15:00:00.000Z,2026-10-05T15:01:00.000Z
100234,S1,RPM?,60000,2026-10-05T16:00:00.000Z,2026-10-05T16:01:00.000Z
""",
    "performer_type_minutes": """patientId,entryDate,durationMinutes,activity,performerType
100234,2026-10-05,12,PHONE_CALL,CLINICAL_STAFF
00777,2026-10-06,31,DOCUMENTATION,PHYSICIAN_QHP
100234,2026-10-07,3,OTHER,
""",
    "clinician_log_minutes": """id,patient_id,clinician_id,log_date,duration_minutes,activity_type,notes,billing_period,created_at
L1,100234,S1,10/05/2026,25,phone_call,secret note,2026-10,10/5/2026 4:00 PM
""",
    "offline_minutes": """type,comment,duration_minutes,patient_id,provider_id,is_behavioral,performed_at,approved
call,x,20,100234,S1,0,2026-10-05 11:00:00,1
call,x,20,100234,S1,1,2026-10-05 11:00:00,0
""",
    "decimal_minutes": """Patient ID,Staff ID,Date,Minutes,Activity
100234,S1,10/05/2026,20.10,call
100234,S1,10/05/2026,0.33,call
""",
    "clock_durations": """Patient ID,Staff ID,Date,Time Spent,Activity,Entered At
100234,S1,2026-10-05,00:19:30,call,2026-10-05 17:00
100234,S1,2026-10-06,1:00:05,call,
""",
    "session_words": """patient_id,staff_id,date,activities,session_duration
100234,S1,2026-10-05,"call, review",25 minutes and 3 seconds
100234,S1,2026-10-06,call,1h 5m
100234,S1,2026-10-07,call,45 minutes
""",
    "start_end_pairs": """patient_id,staff_id,date,activities,time_log,session_duration
100234,S1,2026-10-05,call,"09:10 - 09:25, 13:00 - 13:05",20 minutes
100234,S1,10/6/2026,call,"23:50 - 00:10; 9:05 AM - 9:06:30 AM, 14:00",
100234,S1,2026-10-07,call,,7 minutes
""",
    "code_column": """Patient ID,Staff ID,Date,CPT Code,Minutes,Activity,Billable
100234,S1,2026-10-05,94489,30,call,Billable
100234,S1,2026-10-05,994987,60,call,Billable
100234,S1,2026-10-05,99439(>40mins),20,call,Billable
100234,S1,2026-10-05,99484,20,call,Non-billable
100234,S1,2026-10-05,G0511,20,call,Billable
""",
}
SECONDS = {
    "page_timer_seconds": [570, 0, 150],
    "category_milliseconds": [90, 1800, 60, 60],
    "performer_type_minutes": [720, 1860, 180],
    "clinician_log_minutes": [1500],
    "offline_minutes": [1200, 1200],
    "decimal_minutes": [1206, 19],
    "clock_durations": [1170, 3605],
    "session_words": [1503, 3900, 2700],
    "start_end_pairs": [900, 300, 1200, 90, -1, 420],
    "code_column": [1800, 3600, 1200, 0, 1200],
}


@pytest.fixture
def read(write):
    def entries(**logs: str):
        place = write(**{"time_entries": None, **logs})
        pulled = read_source(str(place))
        return pulled.tables["time_entries"], pulled

    return entries


def test_every_shipped_profile_is_tried_here():
    assert set(profiles()) == set(LOGS) == set(SECONDS)
    assert len(profiles()) >= 7


@pytest.mark.parametrize("name", LOGS)
def test_seconds_of_every_profile(read, name):
    frame, pulled = read(export=LOGS[name])
    assert frame["seconds"].tolist() == SECONDS[name]
    assert f"export.csv is a time log of the form {name}" in pulled.notes
    assert not len(pulled.unreadable)
    assert frame["entry_id"].is_unique
    assert set(frame["source_file"]) == {"export.csv"}
    assert frame["source_line"].is_monotonic_increasing
    assert frame["patient_id"].isin(["100234", "00777"]).all()
    assert frame["local_date"].notna().all()


def test_a_category_names_program_and_role(read):
    frame, pulled = read(export=LOGS["category_milliseconds"])
    assert frame["program"].tolist() == ["ccm", "ccm", "pcm", "rpm?"]
    assert frame["performer_id"].tolist() == ["S1", "D1", "S1", "S1"]
    assert any(note.endswith("entries given to the patient's own practitioner 1") for note in pulled.notes)


def test_a_practitioner_who_is_known_keeps_the_entry(read, write):
    other = example_rows()["practitioners"][0]
    log = LOGS["category_milliseconds"].replace("U77", "D2")
    frame, _ = read(export=log, practitioners=[other, other | {"practitioner_id": "D2"}])
    assert frame["performer_id"][1] == "D2"


def test_a_role_alone_gives_the_patients_own_people(read):
    frame, _ = read(export=LOGS["performer_type_minutes"])
    assert frame["performer_id"].tolist()[:2] == ["S1", "D1"]
    assert pd.isna(frame["performer_id"][2])
    assert not frame["has_clock"].any()


def test_codes_with_typos_and_remarks(read):
    frame, _ = read(export=LOGS["code_column"])
    assert frame["program"].tolist() == ["ccm", "ccm", "ccm", "bhi", "g0511"]


def test_offline_work_waits_and_behavioral_work_is_another_program(read):
    frame, _ = read(export=LOGS["offline_minutes"])
    assert frame["program"].tolist() == ["ccm", "bhi"]
    assert frame["source"].tolist() == ["offline", "offline"]
    assert frame["approved"].tolist() == [True, False]


def test_pairs_become_entries_of_their_own(read):
    frame, _ = read(export=LOGS["start_end_pairs"])
    assert frame["source_line"].tolist() == [2, 2, 3, 3, 3, 4]
    base = frame["entry_id"][0]
    assert frame["entry_id"][1] == f"{base}/2"
    assert frame["started_at"][2] == pd.Timestamp("2026-10-07 03:50")
    assert frame["ended_at"][2] == pd.Timestamp("2026-10-07 04:10")
    assert frame["has_clock"].tolist() == [True] * 5 + [False]
    assert pd.isna(frame["ended_at"][4])


def test_a_stretch_that_is_none_is_unreadable(read):
    log = 'patient_id,staff_id,date,time_log\n100234,S1,2026-10-05,"09:10 - 09:20, about noon"\n'
    frame, pulled = read(export=log)
    assert frame["seconds"].tolist() == [600, -1]
    assert pulled.unreadable[["source_line", "column", "value"]].values.tolist() == [[2, "started_at", "about noon"]]
    with pytest.raises(InputError, match=r"export.csv, line 2, column time_log: the cell is not a time"):
        settle_unreadable(pulled, "stop")


def test_identifiers_stay_the_same_and_equal_rows_are_kept(read):
    log = LOGS["decimal_minutes"] + "100234,S1,10/05/2026,20.10,call\n" * 2
    first, _ = read(export=log)
    again, _ = read(export=log)
    other, _ = read(export=log.replace("0.33", "0.34"))
    assert first["entry_id"].tolist() == again["entry_id"].tolist()
    base = first["entry_id"][0]
    assert first["entry_id"].tolist()[2:] == [f"{base}#2", f"{base}#3"]
    assert (first["entry_id"] == other["entry_id"]).tolist() == [True, False, True, True]


def test_several_logs_stand_below_the_contract_table(write):
    place = write(one=LOGS["clock_durations"], two=LOGS["code_column"])
    frame = read_source(str(place)).tables["time_entries"]
    assert frame["source_file"].astype(str).value_counts().to_dict() == {
        "time_entries.csv": 2,
        "one.csv": 2,
        "two.csv": 5,
    }
    assert list(frame["program"].cat.categories)[:2] == ["ccm", "pcm"]
    assert frame["program"].tolist()[-1] == "g0511"
    assert frame.dtypes["duration_seconds"] == "Int64"
    assert frame.index.tolist() == list(range(9))


def test_a_log_under_the_name_of_the_table(read):
    frame, _ = read(time_entries=LOGS["clock_durations"])
    assert frame["seconds"].tolist() == [1170, 3605]


def test_clock_cells_of_a_worksheet(write):
    place = write(time_entries=None)
    day, spent = pd.Timestamp("2026-10-05"), pd.Timedelta(seconds=1170).to_pytimedelta()
    frame = pd.DataFrame({"Patient ID": [100234], "Staff ID": ["S1"], "Date": [day], "Time Spent": [spent]})
    with pd.ExcelWriter(place / "export.xlsx", engine="openpyxl") as writer:
        frame.to_excel(writer, index=False)
        writer.sheets["Sheet1"]["D2"].number_format = "[h]:mm:ss"
    found = read_source(str(place)).tables["time_entries"]
    assert found["seconds"].tolist() == [1170]
    assert found["patient_id"].tolist() == ["100234"]


def test_two_profiles_that_fit_ask_for_a_choice(write):
    both = "id,clinician_id,log_date,duration_minutes,activity_type,type,comment,patient_id,provider_id,is_behavioral,performed_at,approved\n"
    place = write(time_entries=None, export=both + "L1,S1,2026-10-05,5,call,call,x,100234,S1,0,2026-10-05,1\n")
    with pytest.raises(
        InputError, match=r"export.csv: more than one .*clinician_log_minutes, offline_minutes.*--profile"
    ):
        read_source(str(place))
    frame = read_source(str(place), "offline_minutes").tables["time_entries"]
    assert frame["source"].tolist() == ["offline"]


def test_a_profile_of_ones_own_is_a_file(write, tmp_path):
    own = {
        "name": "own",
        "meaning": "Mine.",
        "match": ["Who", "Wann"],
        "columns": {
            "patient_id": "Patient",
            "performer_id": "Who",
            "started_at": {"column": ["Wann", "Um"], "format": "%d.%m.%Y %H:%M"},
        },
        "constants": {"program": "ccm", "country": "US"},
        "duration": {"column": "Stunden", "form": "hours"},
    }
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(own))
    place = write(
        time_entries=None, export="Patient,Who,Wann,Um,Stunden\n100234,S1,05.10.2026,09:30,0.25\n100234,S1,x,y,-\n"
    )
    pulled = read_source(str(place), str(path))
    frame = pulled.tables["time_entries"]
    assert frame["started_at"][0] == pd.Timestamp("2026-10-05 13:30")
    assert frame["seconds"].tolist() == [900, -1]
    assert frame["country"].tolist() == ["US", "US"]
    assert pulled.unreadable["value"].tolist() == ["x y"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nosuch": 1}, "nosuch"),
        ({"columns": {"patient": "x"}}, "'patient' is not a column"),
        ({"duration": {"column": "a", "form": "weeks"}}, "form"),
        ({"duration": None}, "says nothing about the length"),
        ({"columns": {"program": {"column": "a", "map": {99490: "ccm"}}}}, "program.map.99490: write text"),
        ({"columns": {"program": {"column": "a", "take": "no group"}}}, "group in parentheses"),
        ({"columns": {"program": {"column": "a", "take": "(("}}}, "pattern"),
        ({"name": "other"}, "file's own name"),
    ],
)
def test_a_profile_that_is_wrong_names_file_and_key(tmp_path, change, words):
    good = yaml.safe_load((FOLDER / "decimal_minutes.yaml").read_text())
    path = tmp_path / "decimal_minutes.yaml"
    path.write_text(yaml.safe_dump(good | change))
    with pytest.raises(RuleError) as caught:
        load_profile(path)
    assert "decimal_minutes.yaml" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("form", "text", "seconds"),
    [
        ("seconds", "59.9", 59),
        ("seconds", "-60", -60),
        ("seconds", "1,000", None),
        ("milliseconds", "999", 0),
        ("minutes", "19.99", 1199),
        ("minutes", "20.1", 1206),
        ("minutes", "0.55", 33),
        ("minutes", "20 min", None),
        ("hours", "1.5", 5400),
        ("clock", "00:19:30", 1170),
        ("clock", "26:00:00", 93600),
        ("clock", "-0:01:00", -60),
        ("clock", "00:19:30.999", 1170),
        ("clock", "19:30", None),
        ("clock", "00:60:00", None),
        ("words", "1 minute", 60),
        ("words", "25 minutes and 3 seconds", 1503),
        ("words", "1h5m", 3900),
        ("words", "1 Hr, 2 mins, 3 secs", 3723),
        ("words", "1.5 hours", 5400),
        ("words", "250 ms", 0),
        ("words", "00:19:30", 1170),
        ("words", "a while", None),
        ("words", "20", None),
        ("words", "5 months", None),
        ("words", "-5 minutes", -300),
    ],
)
def test_forms_of_a_length(form, text, seconds):
    values, bad = reader(form)(pa.array([text, None]))
    assert bad.tolist() == [seconds is None, False]
    if seconds is not None:
        assert values[0] == seconds
