"""Unreadable cells stop the run with a sentence, or set their rows aside."""

from __future__ import annotations

import traceback

import pytest

from config.contract import inputs, outputs
from config.errors import InputError
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


@pytest.mark.parametrize("table", list(inputs()))
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
    with pytest.raises(InputError, match=r"^staff.csv, line 3: 2 cells where the header has 5; "):
        settle_unreadable(read_source(str(write(staff=text))), "stop")


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
