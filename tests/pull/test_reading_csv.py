"""Cells, encodings and exact lines of CSV files."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from config.contract import inputs
from tasks.pull.source import read_source
from tests.pull.conftest import as_csv, example_rows

NAMES = inputs()["time_entries"].names


def read(place):
    return read_source(str(place))


def test_dtypes_of_every_column(write):
    kinds = {
        "text": "str",
        "date": "datetime64[ns]",
        "timestamp": "datetime64[ns]",
        "integer": "Int64",
        "cents": "Int64",
        "flag": "boolean",
        "choice": "category",
    }
    tables = read(write()).tables
    for name, table in inputs().items():
        frame = tables[name]
        assert isinstance(frame.index, pd.RangeIndex)
        assert frame["source_line"].dtype == "int64"
        for column in table.columns:
            assert str(frame[column.name].dtype) == kinds[column.type], (name, column.name)
            if column.type == "choice":
                assert frame[column.name].cat.categories.dtype == "str"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(write, encoding, ends):
    rows = [row | {"last_name": "Peña", "first_name": 'Zoë "Zo", Jr.'} for row in example_rows()["patients"]]
    pulled = read(write(patients=as_csv(rows).replace("\n", ends).encode(encoding)))
    patients = pulled.tables["patients"]
    assert patients["last_name"].tolist() == ["Peña", "Peña"]
    assert patients["first_name"].tolist() == ['Zoë "Zo", Jr.'] * 2
    assert patients["source_line"].tolist() == [2, 3]
    assert any("Windows-1252" in note for note in pulled.notes) == (encoding == "cp1252")


def test_headers_in_any_case_and_blanks(write):
    text = as_csv(example_rows()["staff"]).replace("staff_id", " Staff_ID ")
    assert read(write(staff=text)).tables["staff"]["staff_id"].tolist() == ["S1"]


def test_identifiers_keep_zeros_and_cells_are_trimmed(write, entries):
    rows = entries({"patient_id": " 00777 ", "program": " CCM ", "activity": "\u00a0call "})
    row = read(write(time_entries=rows)).tables["time_entries"].iloc[0]
    assert (row["patient_id"], row["program"], row["activity"]) == ("00777", "ccm", "call")


@pytest.mark.parametrize("text", ["", "N/A", "NA", "null", "NULL", "-", "  ", " N/A "])
def test_what_counts_as_missing(write, entries, text):
    cells = dict.fromkeys(["activity", "program", "started_at", "service_date", "duration_seconds", "approved"], text)
    pulled = read(write(time_entries=entries(cells)))
    assert pulled.tables["time_entries"].loc[0, list(cells)].isna().all()
    assert not len(pulled.unreadable)


def test_choices_take_the_contract_spelling_and_keep_strangers(write, entries):
    rows = [
        example_rows()["practitioners"][0] | {"credential": text, "practitioner_id": text}
        for text in ("md", "Np", "DDS")
    ]
    pulled = read(write(practitioners=rows, time_entries=entries({"program": "ccm+rpm"}, {"program": "RPM"})))
    assert pulled.tables["practitioners"]["credential"].tolist() == ["MD", "NP", "dds"]
    assert pulled.tables["time_entries"]["program"].tolist() == ["ccm+rpm", "rpm"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-05", "2026-10-05"),
        ("10/05/2026", "2026-10-05"),
        ("1/5/2026", "2026-01-05"),
        ("2026-10-05T00:00:00Z", "2026-10-05"),
        ("2026-10-05 14:30:00", "2026-10-05"),
        ("10/5/2026 2:30 PM", "2026-10-05"),
        ("2024-02-29", "2024-02-29"),
        ("9999-12-31", "2261-12-31"),
        ("2026-02-29", None),
        ("2026-10-32", None),
        ("13/05/2026", None),
        ("31.12.2026", None),
        ("10/05/26", None),
        ("2026-10-05T14:30:00Z", None),
        ("soon", None),
        ("0001-01-01", None),
    ],
)
def test_dates(write, entries, text, day):
    pulled = read(write(time_entries=entries({}, {"service_date": text}, {"service_date": "2026-10-07"})))
    found = pulled.tables["time_entries"]["service_date"]
    assert found[1] == pd.Timestamp(day) if day else pd.isna(found[1])
    assert found[2] == pd.Timestamp("2026-10-07")
    cells = pulled.unreadable
    assert cells[["source_line", "row_key", "column", "value"]].values.tolist() == (
        [] if day else [[3, "E2", "service_date", text]]
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-05T09:12:30", "2026-10-05T13:12:30"),
        ("2026-10-05 09:12", "2026-10-05T13:12"),
        ("2026-10-05T09:12:30.250", "2026-10-05T13:12:30.250"),
        ("2026-10-05T09:12:30Z", "2026-10-05T09:12:30"),
        ("2026-10-05 09:12:30-05:00", "2026-10-05T14:12:30"),
        ("2026-10-05T09:12:30 +0530", "2026-10-05T03:42:30"),
        ("2026-10-05 09:12:30 UTC", "2026-10-05T09:12:30"),
        ("10/05/2026 09:12", "2026-10-05T13:12"),
        ("10/5/2026 9:12 PM", "2026-10-06T01:12"),
        ("10/5/2026, 12:05:10 AM", "2026-10-05T04:05:10"),
        ("10/5/2026 12:05 p.m.", "2026-10-05T16:05"),
        ("10/5/2026 13:05 PM", None),
        ("2026-10-05", None),
        ("2026-02-29 10:00", None),
        ("2026-10-05 25:00", None),
        ("yesterday", None),
    ],
)
@pytest.mark.parametrize("among", ["alone", "mixed"])
def test_timestamps(write, entries, text, utc, among):
    others = [{"started_at": "2026-10-07T10:00:00Z"}, {"started_at": ""}] if among == "mixed" else []
    pulled = read(write(time_entries=entries({"started_at": text}, *others)))
    frame = pulled.tables["time_entries"]
    assert frame["started_at"][0] == pd.Timestamp(utc) if utc else pd.isna(frame["started_at"][0])
    assert pulled.unreadable["value"].tolist() == ([] if utc else [text])
    if others:
        assert frame["started_at"][1] == pd.Timestamp("2026-10-07T10:00:00")


def test_a_day_is_enough_for_when_it_was_written(write, entries):
    pulled = read(write(time_entries=entries({"entered_at": "2026-10-05"}, {"entered_at": "10/06/2026"})))
    assert pulled.tables["time_entries"]["entered_at"].tolist() == [
        pd.Timestamp("2026-10-05T04:00"),
        pd.Timestamp("2026-10-06T04:00"),
    ]


def test_whole_numbers_and_flags(write, entries):
    texts = [("570", "true"), ("570.0", "Y"), ("-60", "0"), ("1e3", "maybe"), ("9.5", "FALSE")]
    pulled = read(write(time_entries=entries(*({"duration_seconds": n, "approved": f} for n, f in texts))))
    frame = pulled.tables["time_entries"]
    assert frame["duration_seconds"].tolist() == [570, 570, -60, pd.NA, pd.NA]
    assert frame["approved"].tolist() == [True, True, False, pd.NA, False]
    assert sorted(zip(pulled.unreadable["column"], pulled.unreadable["value"], strict=True)) == [
        ("approved", "maybe"),
        ("duration_seconds", "1e3"),
        ("duration_seconds", "9.5"),
    ]


def test_identity_never_stands_among_unreadable_values(write):
    rows = [row | {"birth_date": "not a day"} for row in example_rows()["patients"]]
    cells = read(write(patients=rows)).unreadable
    assert cells["value"].tolist() == ["", ""]
    assert cells["source_line"].tolist() == [2, 3]


def test_lines_are_exact_behind_breaks_in_cells_blank_lines_and_ragged_rows(write):
    def row(entry: str, activity: str = "call", day: str = "2026-10-05") -> str:
        cells = dict.fromkeys(NAMES, "") | {"entry_id": entry, "patient_id": "100234", "performer_id": "S1"}
        return ",".join((cells | {"program": "ccm", "activity": activity, "service_date": day}).values())

    lines = [",".join(NAMES), row("E1"), row("E2", '"one\ntwo ""x""\n\nthree"'), "", row("E3", day="bad")]
    regular = read(write(time_entries="\n".join(lines))).tables["time_entries"]
    assert regular["source_line"].tolist() == [2, 3, 8]
    assert regular["activity"][1] == 'one\ntwo "x"\n\nthree'

    lines += ["E4,too,few", row("E5") + ",too many", row("E6") + ",,", '5" tall', row("E7", 'a 5" b')]
    for end in ("\n", "\r\n"):
        pulled = read(write(time_entries=end.join(lines).encode()))
        frame = pulled.tables["time_entries"]
        assert frame["entry_id"].tolist() == ["E1", "E2", "E3", "E6", "E7"]
        assert frame["source_line"].tolist() == [2, 3, 8, 11, 13]
        cells = pulled.unreadable.sort_values("source_line")
        assert cells["source_line"].tolist() == [8, 9, 10, 12]
        assert cells["column"].tolist() == ["service_date", "row", "row", "row"]
        assert cells["value"].tolist()[1:3] == ["3 cells where the header has 15", "16 cells where the header has 15"]


def test_fast_and_slow_ways_agree(write, entries):
    rng = np.random.default_rng(7)
    cells = ["call", "a, b", 'quote " inside', "line\nbreak", "", " ", "é"]
    rows = entries(*({"activity": cells[n], "started_at": f"2026-10-05 09:{n:02d}"} for n in rng.integers(0, 7, 400)))
    text = as_csv(rows)
    fast = read(write(time_entries=text)).tables["time_entries"]
    slow = read(write(time_entries=text + "ragged,row\n")).tables["time_entries"]
    pd.testing.assert_frame_equal(fast, slow)
    starts = [n for n, line in enumerate(text.split("\n"), 1) if line.startswith("E")]
    assert fast["source_line"].tolist() == starts


def test_rows_with_nothing_in_them_are_skipped_and_noted(write):
    text = as_csv(example_rows()["staff"]) + ",,,,,\n\n"
    pulled = read(write(staff=text))
    assert len(pulled.tables["staff"]) == 1
    assert "staff.csv: rows with nothing in them were skipped: 1" in pulled.notes


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators(write, sign):
    text = as_csv([example_rows()["staff"][0] | {"name": "Lindqvist"}]).replace(",", sign)
    assert read(write(staff=text)).tables["staff"]["name"].tolist() == ["Lindqvist"]


def test_digest_follows_content_not_time(write):
    place = write()
    first = read(place).digest
    os.utime(place / "staff.csv", (1, 1))
    (place / "notes.csv").write_text("a\n")
    assert read(place).digest == first
    assert read(write(staff=[example_rows()["staff"][0] | {"name": "Other"}])).digest != first
