"""FHIR R4 resources as the source of the roster."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from config.errors import InputError
from tasks.pull.source import read_source
from tests.pull.conftest import example_rows

DATA = Path(__file__).parent / "data" / "fhir"
ROSTER = dict.fromkeys(["patients", "practitioners", "conditions", "visits"])


@pytest.fixture
def place(write):
    place = write(**ROSTER)
    for path in DATA.iterdir():
        shutil.copy(path, place)
    return place


def row(frame: pd.DataFrame, at: int) -> dict[str, object]:
    found = {
        name: (str(cell)[:10] if isinstance(cell, pd.Timestamp) else cell) for name, cell in frame.iloc[at].items()
    }
    return {name: cell for name, cell in found.items() if not pd.isna(cell)}


def test_patients_who_are_enrolled(place):
    patients = read_source(str(place)).tables["patients"]
    assert row(patients, 0) == {
        "patient_id": "pa-1",
        "practice_id": "P1",
        "mrn": "0042",
        "last_name": "Ñandú",
        "first_name": "Alma Rosa",
        "birth_date": "1944-02-29",
        "sex": "F",
        "phone": "555-0101",
        "address": "1 Elm St, Apt 2",
        "city": "Dayton",
        "state": "OH",
        "zip": "45402",
        "practitioner_id": "pr-1",
        "care_manager_id": "S1",
        "enrolled_date": "2026-01-05",
        "source_file": "Patient.ndjson",
        "source_line": 1,
    }
    assert patients["patient_id"].tolist() == ["pa-1", "pa-2"]
    assert patients["sex"].tolist() == ["F", "X"]
    assert patients["death_date"].tolist()[1] == pd.Timestamp("2026-10-09")


def test_a_birth_year_alone_is_no_birth_date(place):
    cells = read_source(str(place)).unreadable
    assert cells[["source_file", "source_line", "row_key", "column"]].values.tolist() == [
        ["Patient.ndjson", 2, "pa-2", "birth_date"]
    ]


def test_practitioners(place):
    practitioners = read_source(str(place)).tables["practitioners"]
    assert row(practitioners, 0) == {
        "practitioner_id": "pr-1",
        "practice_id": "P1",
        "name": "Haze, Iris",
        "npi": "1234567893",
        "credential": "MD",
        "email": "haze@maple.example",
        "source_file": "Practitioner.ndjson",
        "source_line": 1,
    }
    assert practitioners["credential"].tolist() == ["MD", "NP"]
    assert pd.isna(practitioners["npi"][1])


def test_conditions_with_a_code_and_their_end(place):
    conditions = read_source(str(place)).tables["conditions"]
    assert conditions["condition_id"].tolist() == ["c-1", "c-2", "c-3"]
    assert conditions["patient_id"].tolist() == ["pa-1", "pa-1", "pa-2"]
    assert conditions["icd10_code"].tolist() == ["I10", "J18.9", "E11.9"]
    assert conditions["onset_date"].tolist()[:2] == [pd.Timestamp("2015-06-01"), pd.Timestamp("2026-01-10")]
    assert conditions["resolved_date"].tolist()[1:] == [pd.Timestamp("2026-02-01"), pd.Timestamp("2020-05-05")]
    assert pd.isna(conditions["resolved_date"][0])


def test_visits_on_the_practices_day(place):
    visits = read_source(str(place)).tables["visits"]
    assert visits["visit_id"].tolist() == ["e-1", "e-2"]
    assert visits["visit_date"].tolist() == [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-04")]
    assert visits["practitioner_id"].tolist()[0] == "pr-1"
    assert pd.isna(visits["practitioner_id"][1])
    assert visits["code"].tolist()[0] == "99214"


def test_what_was_left_out_is_told(place):
    notes = read_source(str(place)).notes
    assert "Patient resources that enrollment does not list, so that they are not enrolled: 1" in notes
    assert "Condition resources left out, since they are not usable as conditions: 2" in notes
    assert "Encounter resources left out, since they are not usable as visits: 2" in notes
    assert "Encounter resources that do not say which practitioner saw the patient: 1" in notes
    assert "FHIR resources of other kinds were left unread: Goal, Observation" in notes


def test_csv_comes_before_fhir(place, write):
    write(patients=example_rows()["patients"])
    assert read_source(str(place)).tables["patients"]["patient_id"].tolist() == ["100234", "00777"]


def test_without_enrollment(place):
    (place / "enrollment.csv").unlink()
    with pytest.raises(InputError, match=r"^enrollment.csv is not there.*enrolled_date\.$"):
        read_source(str(place))


def test_enrollment_with_a_column_missing_or_a_patient_twice(place):
    text = (place / "enrollment.csv").read_text()
    (place / "enrollment.csv").write_text(text.replace("enrolled_date", "since"))
    with pytest.raises(InputError, match=r"enrollment.csv: .*enrolled_date"):
        read_source(str(place))
    (place / "enrollment.csv").write_text(text + "pa-1,pr-2,S1,2026-01-05\n")
    with pytest.raises(InputError, match=r"enrollment.csv, line 4: this patient stands there twice") as caught:
        read_source(str(place))
    assert "pa-1" not in str(caught.value)


def test_several_practices_need_to_be_told_apart(place, write):
    two = example_rows()["practices"][0]
    write(practices=[two, two | {"practice_id": "P2"}], **ROSTER)
    with pytest.raises(InputError, match=r"^practitioners.csv is not there"):
        read_source(str(place))
    people = [
        example_rows()["practitioners"][0] | {"practitioner_id": name, "practice_id": "P2"} for name in ("pr-1", "pr-2")
    ]
    write(practices=[two, two | {"practice_id": "P2"}], **ROSTER | {"practitioners": people})
    assert read_source(str(place)).tables["patients"]["practice_id"].tolist() == ["P2", "P2"]


@pytest.mark.parametrize(
    "line", ["{not json", "[]", '"text"', '{"id": "x"}', '{"resourceType": "Patient", "name": "Ann"}']
)
def test_a_line_that_is_no_resource(place, line):
    with (place / "Patient.ndjson").open("a") as stream:
        stream.write("\n" + line + "\n")
    with pytest.raises(InputError, match=r"^Patient.ndjson, line 5: this is not a FHIR R4 resource") as caught:
        read_source(str(place))
    assert "Ann" not in str(caught.value)


def test_digest_follows_every_file(place):
    first = read_source(str(place)).digest
    assert read_source(str(place)).digest == first
    with (place / "enrollment.csv").open("a") as stream:
        stream.write("pa-3,pr-1,S1,2026-01-05\n")
    assert read_source(str(place)).digest != first
