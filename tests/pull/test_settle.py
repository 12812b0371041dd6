"""Unreadable cells stop the run with a sentence, or set their rows aside."""

from __future__ import annotations

import traceback

import pytest

from config.contract import inputs, outputs, source_outputs
from config.errors import InputError, UnreadableError
from tasks.pull.owners import Whose, owners
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tests.pull.conftest import as_csv, example_rows


def test_nothing_to_settle(write):
    pulled = read_source(str(write()))
    for policy in ("stop", "reject"):
        tables, rejected = settle_unreadable(pulled, policy)
        assert tables is pulled.tables
        assert not len(rejected)
        assert list(rejected) == outputs()["quarantine"].names


def test_a_rejected_row_says_which_cell_is_bad(write, entries):
    rows = [{name.upper(): cell for name, cell in row.items()} for row in entries({"service_date": "Oct 5"})]
    _, rejected = settle_unreadable(read_source(str(write(time_entries=rows))), "reject")
    fix = "Correct the cell in column SERVICE_DATE of the source and run the month again"
    assert rejected["fix"].tolist() == [fix]


def test_stop_names_the_first_cell_and_counts_the_others(write, entries):
    rows = entries({"service_date": "Oct 5"}, {"duration_seconds": "ten"})
    pulled = read_source(str(write(time_entries=rows)))
    with pytest.raises(InputError) as caught:
        settle_unreadable(pulled, "stop")
    assert str(caught.value) == (
        "time_entries.csv, line 2, column service_date: the cell is not a date such as 2026-10-05 or 10/05/2026 "
        "(and 1 more); correct it, or set unreadable_cells: reject."
    )


def test_stop_does_not_tell_an_identity(write):
    rows = [row | {"birth_date": "3rd of May 1944"} for row in example_rows()["patients"][:1]]
    with pytest.raises(InputError) as caught:
        settle_unreadable(read_source(str(write(patients=rows))), "stop")
    assert "patients.csv, line 2, column birth_date: the cell is not a date" in str(caught.value)
    assert "1944" not in str(caught.value)


QUICK = ("time_entries", "consents")
EACH_TABLE = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in inputs()]


@pytest.mark.parametrize("table", EACH_TABLE)  # a reading for every column
def test_no_cell_is_repeated_whatever_stands_in_it(write, table):
    marker = "Jamie-Doe-1947-03-09"
    said = {}
    for column in inputs()[table].columns:
        rows = [example_rows()[table][0] | {column.name: marker}]
        try:
            settle_unreadable(read_source(str(write(**{table: rows}))), "stop")
        except InputError as error:
            said[column.name] = "".join(traceback.format_exception(error))
    told = {column.name for column in inputs()[table].columns if column.type not in ("text", "choice")}
    assert set(said) - {"time_zone"} == told
    assert [name for name, text in said.items() if marker in text] == []


def test_stop_on_a_ragged_row(write):
    text = as_csv(example_rows()["staff"]) + "S9,P1\n"
    with pytest.raises(InputError, match=r"^staff.csv, line 3: 2 cells where the header has 6; "):
        settle_unreadable(read_source(str(write(staff=text))), "stop")


def test_a_rows_practice_is_its_own_else_its_patients_else_its_performers(write, entries):
    example = example_rows()
    second = {
        "practices": {"practice_id": "P2"},
        "practitioners": {"practitioner_id": "D2", "practice_id": "P2"},
        "staff": {"staff_id": "S2", "practice_id": "P2"},
        "patients": {"patient_id": "2", "practice_id": "P2", "practitioner_id": "D2", "birth_date": "x"},
    }
    tables = {name: [*example[name], example[name][0] | change] for name, change in second.items()}
    bad = {"service_date": "x"}
    nobody = {"patient_id": "?", "performer_id": "?"}
    tables["time_entries"] = entries(
        bad | {"patient_id": "2"}, bad, bad | nobody | {"performer_id": "S2"}, bad | nobody | {"patient_id": "!"}
    )
    pulled = read_source(str(write(**tables)))
    cells = pulled.unreadable.assign(owner=owners(pulled, Whose(pulled.tables, pulled.unreadable))).sort_values(
        ["table", "source_line"]
    )
    assert cells["table"].tolist() == ["patients"] + ["time_entries"] * 4
    assert cells["owner"].fillna("nobody").tolist() == ["P2", "P2", "P1", "P2", "nobody"]
    one = read_source(str(write(time_entries=as_csv(entries(bad)) + "E9,100234\n")))
    assert owners(one, Whose(one.tables, one.unreadable)).tolist() == ["P1", "P1"], (
        "a source of one practice has no other owner"
    )


def test_the_list_calls_a_column_as_the_source_does(write, entries):
    text = as_csv(entries({"service_date": "x"})).replace("service_date", " Service_Date ")
    with pytest.raises(UnreadableError) as caught:
        settle_unreadable(read_source(str(write(time_entries=text))), "stop")
    (row,) = caught.value.cells.to_dict("records")
    assert list(row) == source_outputs()["unreadable"].names
    assert row["column"] == " Service_Date "
    assert row["words"] == "Not a date such as 2026-10-05 or 10/05/2026"


def test_reject_takes_the_rows_out_once_for_each_cell(write, entries):
    rows = entries({"service_date": "x", "duration_seconds": "y"}, {"service_date": "2026-10-05"}, {"approved": "z"})
    text = as_csv(rows) + "E9,100234\n"
    pulled = read_source(str(write(time_entries=text)))
    tables, rejected = settle_unreadable(pulled, "reject")
    assert tables["time_entries"]["entry_id"].tolist() == ["E2"]
    assert tables["time_entries"].index.tolist() == [0]
    assert list(rejected) == outputs()["quarantine"].names
    assert sorted(zip(rejected["source_line"], rejected["row_key"], rejected["reason"], strict=True)) == [
        (2, "E1", "duration_seconds_unreadable"),
        (2, "E1", "service_date_unreadable"),
        (4, "E3", "approved_unreadable"),
        (5, "", "row_unreadable"),
    ]
    assert set(rejected["disposition"]) == {"rejected"}
    assert rejected.set_index("source_line")["patient_id"].dropna().to_dict() == {2: "100234", 4: "100234"}
    assert len(pulled.tables["time_entries"]) == 3


def test_what_a_length_of_time_looks_like_is_said():
    from tasks.pull.unreadable import _column, _expected

    assert "a number alone, such as 25" in _expected(_column("time_entries", "duration_seconds"))
