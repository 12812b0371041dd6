"""A row is its own practice's, also where the row of its patient or practice cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.contract import inputs
from config.errors import InputError
from config.month import Month
from tasks.pull.step import Source, pull_practice, pull_source
from tests.pull.conftest import Rows, Write, as_csv, example_rows

MONTH, TODAY = Month(2026, 10), date(2026, 11, 5)
NAMES = ["P1", "P2", "P3"]


@pytest.fixture
def three(tmp_path: Path) -> dict[str, Rows]:
    """Three practices, each with a practitioner, a member of staff, a patient and a row of his in every table."""
    rows: dict[str, Rows] = {name: [] for name in example_rows()}
    people = {
        "practitioner_id": "D", "performer_id": "S", "staff_id": "S", "patient_id": "N", "care_manager_id": "S",
    }  # fmt: skip
    for name in NAMES:
        for table, (row, *_) in example_rows().items():
            own = {column: f"{letter}{name}" for column, letter in people.items() if row.get(column)}
            if table == "practices":
                own = {"practice_id": name}
            elif "practice_id" in row:
                own["practice_id"] = name
            first = next(iter(row))
            rows[table].append(row | {first: f"{name}-{row[first]}"} | own)
    (tmp_path / "settings.yaml").write_text("defaults: {unreadable_cells: reject}\n", "utf-8")
    return rows


def pulled(folder: Path) -> Source:
    return pull_source.fn(str(folder), None, str(folder.parent / "settings.yaml"), None)


def held(source: Source) -> dict[str, dict[str, int]]:
    """How many rows of each table, and how many rejected ones, each practice has."""
    found = {}
    for name in source.practices:
        share = pull_practice.fn(source, name, MONTH, TODAY)
        found[name] = {table: len(frame) for table, frame in share.tables.items()} | {"rejected": len(share.rejected)}
    return found


def test_rows_of_a_patient_whose_row_cannot_be_read_are_of_his_practice(write: Write, three: dict[str, Rows]) -> None:
    whole = held(pulled(write("whole", **three)))
    three["patients"][2]["birth_date"] = "in spring"
    source = pulled(write("bad", **three))
    found = held(source)
    assert found["P1"] == whole["P1"]
    assert found["P2"] == whole["P2"]
    assert found["P3"] == whole["P3"] | {"patients": 0, "rejected": 1}
    assert len(source.unplaced) == 0


def test_where_the_patients_row_does_not_fit_its_first_cells_or_his_other_rows_tell_the_practice(
    write: Write, three: dict[str, Rows]
) -> None:
    whole = held(pulled(write("whole", **three)))
    lines = as_csv(three["patients"]).splitlines(keepends=True)
    patient, practice, rest = lines[3].split(",", 2)
    without = {"P3": whole["P3"] | {"patients": 0, "rejected": 1}}
    too_many, quoted, too_few = f"{patient},{practice},,,{rest}", f'{patient},"P3",a,,{rest}', f"{patient},\n"
    for line in (too_many, quoted, too_few):
        source = pulled(write("bad", **three | {"patients": "".join([*lines[:3], line])}))
        assert held(source) == whole | without, line
        assert len(source.unplaced) == 0
    source = pulled(write("bad", **three | {"patients": "".join([*lines[:3], f",{rest}"])}))
    assert held(source) == whole | {"P3": whole["P3"] | {"patients": 0}}
    assert source.unplaced["column"].tolist() == ["row"], "nobody knows whose that row is"
    folder = write("bad", **three | {"patients": "".join([*lines[:3], too_many])})
    stopping = pull_source.fn(str(folder), None, None, None)
    assert list(stopping.stopped) == ["P3"], "the others go on"


def test_what_is_nobodys_goes_to_no_practice_and_is_listed(write: Write, three: dict[str, Rows]) -> None:
    whole = held(pulled(write("whole", **three)))
    patient = {"patient_id": "stray", "practice_id": "P9", "practitioner_id": "who", "care_manager_id": ""}
    entry = {"patient_id": "", "performer_id": "who"}
    stray = {"conditions": {"patient_id": "who"}, "patients": patient, "time_entries": entry}
    added = {name: [three[name][0] | row, *three[name]] for name, row in stray.items()}
    source = pulled(write("bad", **three | added))
    assert held(source) == whole
    listed = source.unplaced.sort_values("table")
    assert listed["table"].tolist() == ["conditions", "patients", "time_entries"]
    assert listed["source_line"].tolist() == [2, 2, 2]
    assert listed["column"].tolist() == ["patient_id", "practice_id", "patient_id"]
    assert listed["words"].str.contains("practice").all()


def test_a_patient_of_no_known_practice_is_of_his_practitioners(write: Write, three: dict[str, Rows]) -> None:
    whole = held(pulled(write("whole", **three)))
    three["patients"][2]["practice_id"] = "P33"
    source = pulled(write("bad", **three))
    assert held(source) == whole, "there the checks set it aside"
    assert len(source.unplaced) == 0


def test_where_a_practices_row_does_not_fit_no_other_practice_has_its_rows(
    write: Write, three: dict[str, Rows]
) -> None:
    whole = held(pulled(write("whole", **three)))
    lines = as_csv(three["practices"]).splitlines(keepends=True)
    for number in (1, 2):
        text = "".join([*lines[: number + 1], "P\n", *lines[number + 2 :]])
        source = pulled(write("bad", **three | {"practices": text}))
        lost = NAMES[number]
        assert held(source) == {name: counts for name, counts in whole.items() if name != lost}
        assert set(source.unplaced["table"]) == set(three), "its rows are nobody's"
    both = pulled(write("bad", **three | {"practices": "".join([*lines[:2], "P\n", "P\n"])}))
    assert held(both) == {"P1": whole["P1"]}, "also where one practice alone is left"


def test_a_practice_without_its_identifier_stops_the_run_and_does_not_vanish(
    write: Write, three: dict[str, Rows]
) -> None:
    three["practices"][1]["practice_id"] = ""
    folder = write("bad", **three)
    with pytest.raises(InputError, match=r"practices\.csv, line 3, column practice_id: the cell names no practice"):
        pull_source.fn(str(folder), None, None, None)
    assert "practices" in set(pulled(folder).unplaced["table"]), "where such rows are left out, it is listed"


def test_an_unreadable_row_with_anothers_identifier_takes_no_row_of_his(write: Write, three: dict[str, Rows]) -> None:
    whole = held(pulled(write("whole", **three)))
    three["patients"].insert(0, three["patients"][2] | {"patient_id": "NP1", "birth_date": "in spring"})
    found = held(pulled(write("bad", **three)))
    assert found == whole | {"P3": whole["P3"] | {"rejected": 1}}


def test_how_many_rows_are_nobodys_is_told_beside_each_practice(write: Write, three: dict[str, Rows]) -> None:
    assert pulled(write("whole", **three)).notes == []
    nobodys = {name: "" if name.endswith("er_id") else cell for name, cell in three["visits"][2].items()}
    nobodys["patient_id"] = "N7"
    three["visits"] += [nobodys | {"visit_date": day} for day in ("2026-10-05", "late")]
    source = pulled(write("bad", **three))
    assert len(source.unplaced) == 2
    told = "2 rows of the source are no practice's and in no month; unreadable.csv in the folder of results says where"
    for notes in (source.notes, source.of("P1").notes):
        assert notes == [f"{told} and why"]


def test_a_share_taken_alone_is_the_one_taken_from_the_whole(write: Write, three: dict[str, Rows]) -> None:
    three["patients"][2]["birth_date"] = "in spring"
    source = pulled(write("bad", **three))
    for name in NAMES:
        ours = pull_practice.fn(source, name, MONTH, TODAY).tables
        alone = pull_practice.fn(source.of(name), name, MONTH, TODAY).tables
        for table, frame in ours.items():
            pd.testing.assert_frame_equal(frame, alone[table])


def test_a_word_of_another_practices_rows_is_no_choice_of_its_own(write: Write, three: dict[str, Rows]) -> None:
    three["time_entries"][2]["program"] = "nonsense"
    source = pulled(write("bad", **three))
    words = {
        name: list(pull_practice.fn(source, name, MONTH, TODAY).tables["time_entries"]["program"].cat.categories)
        for name in NAMES
    }
    assert words["P3"] == [*words["P1"], "nonsense"]
    assert words["P1"] == words["P2"] == list(inputs()["time_entries"].column("program").values)
