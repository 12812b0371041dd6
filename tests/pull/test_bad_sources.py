"""Whatever is wrong with a source is told in one sentence with file, place and remedy."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from config.contract import inputs
from config.errors import InputError
from tasks.pull.source import read_source
from tests.pull.conftest import as_csv, example_rows

HEADER = ",".join(inputs()["time_entries"].names)


def refused(place, *words: str, profile: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_source(str(place), profile)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    for word in words:
        assert word in sentence
    return sentence


def test_no_such_folder(tmp_path):
    refused(tmp_path / "nowhere", "nowhere", "no such folder")


def test_required_table_is_missing(write):
    refused(write(coverages=None), "coverages.csv is not there", "payer_kind")


@pytest.mark.parametrize("table", ["patients", "stays"])
@pytest.mark.parametrize(
    ("suffix", "why"), [(".xls", "the format .xls is too old to be read"), (".ODS", "the format .ods cannot be read")]
)
def test_a_table_in_a_form_that_is_not_read_is_not_called_missing(write, table, suffix, why):
    place = write(**{table: None})
    (place / f"{table}{suffix}").write_bytes(b"\xd0\xcf\x11\xe0")
    refused(place, f"{table}{suffix}: {why}; save it as {table}.xlsx or {table}.csv.")
    write(**{table: example_rows()[table]})
    assert len(read_source(str(place)).tables[table]), "a file that is read stands for the one that is not"


def test_a_workbook_of_several_tables_in_the_old_form(write):
    place = write(patients=None)
    (place / "Everything.xls").write_bytes(b"")
    refused(place, "patients is not there", "Everything.xls: the format .xls is too old", "save it as Everything.xlsx")


def test_a_renamed_column_is_named_with_what_may_be_meant(write):
    place = write()
    path = place / "consents.csv"
    path.write_text(path.read_text("utf-8").replace("consent_date", "date_of_consent", 1), "utf-8")
    said = refused(place, "consents.csv: the column consent_date cannot be found in line 1 (perhaps date_of_consent);")
    assert "(the columns there are " in said
    assert "patient_id, " in said
    path.write_text("Smith,1950-01-02\n", "utf-8")
    assert "Smith" not in refused(place, "consents.csv: the columns ")  # a row of data and no header


def test_optional_table_is_missing_and_noted(write):
    pulled = read_source(str(write(stays=None)))
    assert "stays.csv is not there: no stays are known" in pulled.notes
    stays = pulled.tables["stays"]
    full = read_source(str(write(stays=example_rows()["stays"]))).tables["stays"]
    assert len(stays) == 0
    assert stays.dtypes.drop("source_file").to_dict() == full.dtypes.drop("source_file").to_dict()


def test_required_column_is_missing(write):
    rows = [{name: cell for name, cell in row.items() if name != "birth_date"} for row in example_rows()["patients"]]
    refused(write(patients=rows), "patients.csv", "birth_date", "line 1")


def test_column_twice(write):
    refused(write(stays="stay_id,Stay_ID\n1,2\n"), "stays.csv, line 1", "columns 1 and 2", "twice")


def test_a_patient_in_line_1_is_not_repeated(write):
    sentence = refused(write(patients="100234,P1,1947-03-09,Doe,1947-03-09\n" * 2), "patients.csv, line 1", "header")
    assert "1947" not in sentence


def test_a_formula_without_a_stored_value_is_not_read_as_empty(write):
    place = write(staff=None)
    book = Workbook()
    book.active.title = "staff"
    book.active.append([*inputs()["staff"].names, "note"])
    book.active.append(["S1", "P1", *["x"] * (len(inputs()["staff"].names) - 2), "=1+1"])
    book.save(place / "staff.xlsx")
    assert len(read_source(str(place)).tables["staff"]) == 1, "a formula in a column that nobody reads"
    book.active["A2"] = '=CONCATENATE("S", "1")'
    book.save(place / "staff.xlsx")
    refused(place, "staff.xlsx, row 2, column staff_id", "a formula without a stored value", "spreadsheet program")


def test_a_cell_that_a_workbook_misdescribes_is_not_repeated(write):
    place = write(staff=None)
    book = Workbook()
    book.active.title = "staff"
    book.active.append(inputs()["staff"].names)
    book.active.append([12345678, "P1", "", "", ""])
    book.save(place / "staff.xlsx")
    with ZipFile(place / "staff.xlsx") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with ZipFile(place / "staff.xlsx", "w") as new:
        for name, content in parts.items():
            new.writestr(name, content.replace(b"<v>12345678</v>", b"<v>Jamie Doe</v>"))
    sentence = refused(place, "staff.xlsx, row 2", "save it again")
    assert "Jamie" not in sentence


@pytest.mark.parametrize("table", ["practices", "patients", "time_entries"])
def test_header_only(write, table):
    refused(write(**{table: ",".join(inputs()[table].names) + "\n"}), f"{table}.csv", "not a single row")


def test_zero_bytes(write):
    refused(write(consents=""), "consents.csv", "0 bytes")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(write, encoding):
    refused(write(staff=as_csv(example_rows()["staff"]).encode(encoding)), "staff.csv", "UTF-16", "UTF-8")


def test_undecodable(write):
    bad = as_csv(example_rows()["staff"]).encode() + b"S9,P1,\x81\xff,RN,\n"
    refused(write(staff=bad), "staff.csv, line 3", "UTF-8")


def test_oversized_cell_names_line_and_column(write, entries):
    rows = entries({"activity": "two\nlines"}, {"activity": "x" * 40_000})
    sentence = refused(write(time_entries=rows), "time_entries.csv, line 4", "column activity", "40,000", "32,767")
    assert "xxx" not in sentence


def test_cell_at_the_limit_is_read(write, entries):
    pulled = read_source(str(write(time_entries=entries({"activity": "é" * 32_767}))))
    assert pulled.tables["time_entries"]["activity"].str.len().tolist() == [32_767]


def test_cell_larger_than_a_read_block(write, entries):
    refused(write(time_entries=entries({"activity": "x" * 10_000_000})), "time_entries.csv, line 2", "activity")


def test_missing_quote_swallows_no_rows_in_silence(write):
    lines = [f"E{n},100234,S1,ccm,2026-10-05 09:00,,,60,call,timer,,,,1,US" for n in range(900)]
    lines[3] = 'E3,100234,S1,ccm,2026-10-05 09:00,,,60,"call,timer,,,,1,US'
    refused(write(time_entries="\n".join([HEADER, *lines])), "time_entries.csv, line 5", "line 901", "missing quote")


def test_two_forms_of_a_table(write):
    place = write()
    (place / "staff.parquet").write_bytes(b"x")
    refused(place, "staff.csv", "staff.parquet", "both")


def test_broken_parquet_and_workbook(write):
    place = write(staff=None)
    (place / "staff.parquet").write_bytes(b"no parquet at all")
    refused(place, "staff.parquet", "Parquet")
    (place / "staff.parquet").unlink()
    (place / "staff.xlsx").write_bytes(b"no workbook at all")
    refused(place, "staff.xlsx", "Excel")


def test_sheet_and_file_of_one_table(write):
    place = write()
    book = Workbook()
    book.active.title = "Staff"
    book.active.append(["staff_id"])
    book.save(place / "everything.xlsx")
    refused(place, "everything.xlsx", "staff.csv", "both")


def test_unknown_time_zone(write):
    rows = [example_rows()["practices"][0] | {"time_zone": "Ohio/Dayton"}]
    sentence = refused(write(practices=rows), "practices.csv, line 2", "time_zone", "America/New_York")
    assert "Dayton" not in sentence, "no cell is repeated"


def test_unknown_profile(write):
    refused(write(), "'nosuch'", "page_timer_seconds", profile="nosuch")


def test_profile_that_no_file_fits(write):
    place = write()
    (place / "log.csv").write_text("patientId,userId\nP1,U1\n")
    refused(place, "category_milliseconds", "log.csv", "durationMs", profile="category_milliseconds")


def test_file_of_no_known_form_is_noted(write):
    place = write()
    (place / "notes.csv").write_text("a,b\n1,2\n")
    (place / "old.xls").write_bytes(b"")
    (place / "truth").mkdir()
    (place / "truth" / "staff.csv").write_text("staff_id\n")
    notes = read_source(str(place)).notes
    assert "notes.csv is not a table of the contract and no time-log profile fits: left unread" in notes
    assert any(note.startswith("old.xls") for note in notes)


def test_an_unknown_column_is_held_against_those_that_are_not_there(write, entries):
    rows = entries({"duration_seconds": ""})
    rows = [{name: value for name, value in row.items() if name != "duration_seconds"} for row in rows]
    notes = read_source(str(write(time_entries=[row | {"Duration Minutes": "15"} for row in rows]))).notes
    meant = "Duration Minutes (perhaps it is meant for duration_seconds, which is not there: seconds)"
    assert f"time_entries.csv: not in the contract and ignored: {meant}" in notes


def test_unknown_columns_are_noted(write):
    rows = [row | {"Shoe Size": "9"} for row in example_rows()["staff"]]
    assert "staff.csv: not in the contract and ignored: Shoe Size" in read_source(str(write(staff=rows))).notes
