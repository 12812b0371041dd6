"""A CMS file goes into the tables whole or not at all, and never changes an entry that is there."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from config.cms.entries import _begin
from config.cms.load import CONFIG, load_cms
from config.errors import InputError, PlaceError
from config.fees import load_fees
from config.month import Month
from tests.config import cms_files as cms

CCM = ["99490", "", "A", 1.1, 0.9, 0.4, 0.0700000001, 33.1693]
ADD_ON = ["99439", "", "A", 0.7, 0.6, 0.3, 0.05, 33.1693]
OTHERS = [["10021", "", "A", 1, 2, 3, 4, 33.1693], ["99490", "26", "A", 9, 9, 9, 9, 33.1693]]
NAME = "PPRRVU2027_Jan_QPP"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the project's own tables."""
    shutil.copytree(CONFIG / "amounts", tmp_path / "config" / "amounts")
    return tmp_path / "config"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".txt", ".zip"])
def test_relative_values_as_published_give_amounts_of_that_year(tables: Path, tmp_path: Path, ending: str) -> None:
    file = cms.write(tmp_path / f"{NAME}{ending}", cms.relative_values(CCM, ADD_ON, *OTHERS))
    before = contents(tables)
    loaded = load_cms(file, folder=tables)
    assert [(one.table.name, one.added, one.known) for one in loaded] == [
        ("relative_values.csv", 2, 0),
        ("conversion_factors.csv", 1, 0),
    ]
    for name, old in before.items():
        assert contents(tables)[name].startswith(old), "an entry that was there has changed"
    fees = load_fees(Month(2027, 3), folder=tables / "amounts")
    days = np.array(["2027-03-10"], "datetime64[ns]")
    office = fees.allowed("99490", days, fees.site("office"), True)
    assert office.cents[0] == 6866  # (1.10 + 0.90 + 0.07) x 33.1693 = 68.6605
    assert fees.allowed("99490", days, fees.site("hopd_on_campus"), True).cents[0] == 5208  # 1.57 x 33.1693
    assert np.isnan(fees.allowed("99490", days, fees.site("office"), False).cents[0])  # its factor is not loaded
    assert b"secret" not in b"".join(contents(tables).values())


def test_loading_again_adds_nothing(tables: Path, tmp_path: Path) -> None:
    file = cms.write(tmp_path / f"{NAME}.csv", cms.relative_values(CCM, ADD_ON))
    load_cms(file, folder=tables)
    once = contents(tables)
    again = cms.write(tmp_path / "PPRRVU2027_Apr_QPP.csv", cms.relative_values(CCM, ADD_ON, title="2027 April Release"))
    for path in (file, again):  # a quarterly release that repeats is the same entry
        assert [(one.added, one.known) for one in load_cms(path, folder=tables)] == [(0, 2), (0, 1)]
        assert contents(tables) == once


@pytest.mark.parametrize("kinds", [("nonQPP", "QPP"), ("QPP", "nonQPP")])
def test_both_files_of_a_year_load_in_either_order(tables: Path, tmp_path: Path, kinds: tuple[str, str]) -> None:
    factors = {"nonQPP": 33.1693, "QPP": 33.5}
    files = [
        cms.write(tmp_path / f"PPRRVU2027_Jan_{kind}.csv", cms.relative_values([*CCM[:-1], factors[kind]]))
        for kind in kinds
    ]
    assert [[(one.added, one.known) for one in load_cms(file, folder=tables)] for file in files] == [
        [(1, 0), (1, 0)],
        [(0, 1), (1, 0)],
    ]
    once = contents(tables)
    for file in files:
        assert [(one.added, one.known) for one in load_cms(file, folder=tables)] == [(0, 1), (0, 1)]
    assert contents(tables) == once
    fees = load_fees(Month(2027, 3), folder=tables / "amounts")
    days = np.array(["2027-03-10"], "datetime64[ns]")
    amounts = [fees.allowed("99490", days, fees.site("office"), qualifying).cents[0] for qualifying in (False, True)]
    assert amounts == [6866, 6935]  # 2.07 x 33.1693 and x 33.5
    other = cms.write(tmp_path / "b_PPRRVU2027_Jan_QPP.csv", cms.relative_values([*CCM[:-1], 33.6]))
    with pytest.raises(InputError, match=r"conversion factor \(yes\) has an entry .* says otherwise"):
        load_cms(other, folder=tables)
    assert contents(tables) == once


def test_a_factor_for_everyone_leaves_no_room_for_one_for_some(tables: Path, tmp_path: Path) -> None:
    with (tables / "amounts" / "conversion_factors.csv").open("a", encoding="utf-8") as stream:
        stream.write("2027-01-01,2027-12-31,any,33.1000,primary,entered by hand\n")
    before = contents(tables)
    file = cms.write(tmp_path / f"{NAME}.csv", cms.relative_values(CCM))
    with pytest.raises(InputError, match=r"conversion factor \(any\) has an entry from 2027-01-01 .* says otherwise"):
        load_cms(file, folder=tables)
    assert contents(tables) == before


def test_an_entry_that_says_otherwise_stops_the_whole_file(tables: Path, tmp_path: Path) -> None:
    load_cms(cms.write(tmp_path / f"{NAME}.csv", cms.relative_values(ADD_ON)), folder=tables)
    before = contents(tables)
    other = cms.write(tmp_path / f"{NAME}_b.csv", cms.relative_values(CCM, [*ADD_ON[:3], 0.8, *ADD_ON[4:]]))
    with pytest.raises(InputError, match=r"_b.csv: 99439 has an entry from 2027-01-01 to 2027-12-31 .* says otherwise"):
        load_cms(other, folder=tables)
    assert contents(tables) == before


def test_a_known_factor_is_recognised_whoever_it_is_for(tables: Path, tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    cms.write(file, cms.relative_values([*CCM[:-1], 33.4009], title="2026 Relative Value File January Release"))
    assert [(one.added, one.known) for one in load_cms(file, folder=tables)] == [(1, 0), (0, 1)]
    days = np.array(["2026-03-10"], "datetime64[ns]")
    fees = load_fees(Month(2026, 3), folder=tables / "amounts")
    assert fees.allowed("99490", days, fees.site("office")).cents[0] == 6914  # 2.07 x 33.4009, before the national
    assert fees.allowed("99490", days, fees.site("office"), True).cents[0] == 6948  # 2.07 x 33.5675


def test_a_new_factor_must_say_whom_it_is_for(tables: Path, tmp_path: Path) -> None:
    before = contents(tables)
    with pytest.raises(InputError, match=r"values.csv: whether its conversion factor is for qualifying"):
        load_cms(cms.write(tmp_path / "values.csv", cms.relative_values(CCM)), folder=tables)
    assert contents(tables) == before


def test_a_code_of_the_catalogue_gets_its_first_amount(tables: Path, tmp_path: Path) -> None:
    days = np.array(["2026-03-10"], "datetime64[ns]")
    for loaded, cents in ((False, np.nan), (True, 2639)):  # 0.79 x 33.4009
        fees = load_fees(Month(2026, 3), folder=tables / "amounts")
        np.testing.assert_equal(fees.allowed("99470", days, fees.site("office")).cents[0], cents)
        if not loaded:
            row = ["99470", "", "A", 0.31, 0.46, 0.2, 0.02, 33.4009]
            lines = cms.relative_values(row, title="2026 Relative Value File January Release")
            load_cms(cms.write(tmp_path / "PPRRVU26_nonQPP.csv", lines), folder=tables)


def test_localities_take_the_index_with_the_floor(tables: Path, tmp_path: Path) -> None:
    rows = [[15202, "OH", 0, "OHIO*", 1.0, 0.9111, 1.033], [1112, "CA", "05", "BAY", 1.1, 1.4, 0.4], ["note"] * 7]
    load_cms(cms.write(tmp_path / "CY2027_GPCIs.xlsx", cms.indices(*rows)), folder=tables)
    found = {one.locality: one for one in load_fees(Month(2027, 1), folder=tables / "amounts").indices}
    assert set(found) == {"15202-00", "01112-05"}
    assert (str(found["15202-00"].work), str(found["15202-00"].pe), found["15202-00"].name) == (
        "1.000",
        "0.911",
        "OHIO",
    )


def test_hospital_rates(tables: Path, tmp_path: Path) -> None:
    rows = [
        ["99490", "S", "5822", "$1,095.50", ".", "$19.10"],
        ["99439", "N", "", "", "", ""],
        ["0001F", "M"] + [""] * 4,
    ]
    load_cms(cms.write(tmp_path / "AddendumB.csv", cms.addendum_b(*rows)), folder=tables)
    fees = load_fees(Month(2027, 1), folder=tables / "amounts")
    assert [(one.code, one.status, one.cents, one.copay_cents) for one in fees.opps] == [
        ("99490", "S", 109550, 1910),
        ("99439", "N", None, None),
    ]


def test_edits_and_limits(tables: Path, tmp_path: Path) -> None:
    rows = [
        ["99490", "99487", 20150101, "*", 0],
        ["99490", "G0181", 20150101, 20261231, 1],
        ["10021", "99490", 1, "*", 0],
    ]
    file = cms.write(tmp_path / "ccipra-2027Q1.txt", cms.pairs(*rows))
    load_cms(file, folder=tables)
    assert (tables / "ncci" / "ptp_practitioner.csv").read_text().splitlines() == [
        "column1,column2,indicator,until,quarter",
        "99490,99487,0,,2027Q1",
        "99490,G0181,1,2026-12-31,2027Q1",
    ]
    with pytest.raises(InputError, match=r"ptp_practitioner.csv holds the edits of 2027Q1 already"):
        load_cms(file, folder=tables)
    part = cms.write(tmp_path / "ccipra-2027Q1-f4.txt", cms.pairs(["G0181", "99490", 20150101, "*", 0]))
    assert [one.added for one in load_cms(part, folder=tables)] == [1]  # another part of the same edition
    units = cms.write(tmp_path / "mue.xlsx", cms.limits(["99439", 2, "2 Date of Service Edit: Policy"]))
    load_cms(units, since=date(2027, 4, 1), folder=tables)
    lines = (tables / "ncci" / "mue_practitioner.csv").read_text().splitlines()
    assert lines == ["code,units,adjudication,quarter", "99439,2,2,2027Q2"]


def test_edits_are_of_the_edition_not_of_the_year_of_the_copyright(tables: Path, tmp_path: Path) -> None:
    lines = [["CPT only copyright 2025"], *cms.pairs(["99490", "99487", 20150101, "*", 0])]
    name = "medicare-ncci-2026-q4-practitioner-ptp-edits-ccipra-v323r0-f1.zip"
    load_cms(cms.package(tmp_path / name, {"ccipra-v323r0-f1.txt": lines}), folder=tables)
    assert (tables / "ncci" / "ptp_practitioner.csv").read_text().splitlines()[1:] == ["99490,99487,0,,2026Q4"]
    before = contents(tables)
    with pytest.raises(InputError, match=r"ccipra-v323r0-f1.txt: neither title nor name says from when .* --since"):
        load_cms(cms.write(tmp_path / "ccipra-v323r0-f1.txt", lines), folder=tables)
    assert contents(tables) == before


@pytest.mark.parametrize(
    ("name", "lines", "kind", "said"),
    [
        (
            "a.csv",
            [["patient", "minutes", "x"], ["1", "2", "3"]],
            None,
            r"a.csv: its header is not that of a relative-v",
        ),
        ("a.csv", [], None, r"a.csv: its header is not that of"),
        ("a.csv", cms.limits(), "rvu", r"a.csv: its header is not that of a CMS rvu file"),
        ("a.pdf", [], None, r"a.pdf: this is no .xlsx, .csv, .txt or .zip"),
        ("a.csv", cms.relative_values(*OTHERS), None, r"a.csv: none of its rows is about a code of the catalogue"),
        (
            "a.csv",
            cms.relative_values([*CCM[:3], "many", *CCM[4:]]),
            None,
            r"a.csv: work of 99490 is 'many', not a number",
        ),
        (
            "a.csv",
            cms.relative_values([*CCM[:2], "", *CCM[3:]]),
            None,
            r"a.csv: 'status' of 99490: .*is the file complete",
        ),
        ("a.csv", cms.relative_values(CCM, [*ADD_ON[:-1], 30]), None, r"a.csv: it has 2 conversion factors"),
        (
            "a.csv",
            cms.relative_values(CCM)[3:],
            None,
            r"a.csv: neither title nor name says from when it holds; add --since",
        ),
        ("a.csv", cms.pairs(["99490", "99487", 1, "*", 0]), None, r"a.csv: neither title nor name says"),
    ],
)
def test_a_wrong_file_gets_one_sentence(
    tables: Path, tmp_path: Path, name: str, lines: cms.Lines, kind: str, said: str
) -> None:
    before = contents(tables)
    with pytest.raises(InputError, match=said) as stopped:
        load_cms(cms.write(tmp_path / name, lines), kind, folder=tables)
    assert "\n" not in str(stopped.value)
    assert contents(tables) == before


def test_broken_containers_are_named(tables: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.zip"):
        path = tmp_path / name
        path.write_bytes(b"PK not really")
        with pytest.raises(InputError, match=rf"{name}: the file cannot be read .*download it again"):
            load_cms(path, folder=tables)
    with pytest.raises(InputError, match=r"none.csv: the file cannot be read \(FileNotFoundError\)"):
        load_cms(tmp_path / "none.csv", folder=tables)


def test_tables_that_cannot_be_written_stay_as_they_were(tables: Path, tmp_path: Path) -> None:
    file = cms.write(tmp_path / f"{NAME}.csv", cms.relative_values(CCM))
    (tables / "amounts" / ".conversion_factors.csv.draft").mkdir()  # the second of two tables cannot be written
    before = contents(tables)
    with pytest.raises(PlaceError, match="nothing was loaded"):
        load_cms(file, folder=tables)
    assert contents(tables) == before


def test_the_command_says_which_table_changed(monkeypatch, capsys, tables: Path, tmp_path: Path) -> None:
    from config.cms import load
    from flows import cli

    monkeypatch.setattr(load.load_cms, "__defaults__", (None, None, tables))
    file = cms.write(tmp_path / f"{NAME}.csv", cms.relative_values(CCM))
    monkeypatch.setattr(sys, "argv", ["ccm", "load-cms", str(file)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("amounts/relative_values.csv: 1 added, 0 there already")
    monkeypatch.setattr(sys, "argv", ["ccm", "load-cms", str(file), "--since", "January"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert "'January' is not a day; write it as 2027-01-01." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("MCR_MUE_PRACTITIONERSERVICES_EFF_10-01-2026.CSV", date(2026, 10, 1)),
        ("PRACTITIONER MUE, EFFECTIVE 01/01/2027", date(2027, 1, 1)),
        ("CCIPRA-V323R0-F1 2026-Q4", date(2026, 10, 1)),
        ("JULY 2026 NATIONAL PHYSICIAN FEE SCHEDULE", date(2026, 7, 1)),
        ("PPRRVU26_NONQPP", date(2026, 1, 1)),
        ("A TABLE", None),
        ("CPT ONLY COPYRIGHT 2025", None),
        ("COPYRIGHT (C) 1995 - 2025. 2026-Q4", date(2026, 10, 1)),
        ("© 2025 OF OTHERS, JULY 2026 RELEASE", date(2026, 7, 1)),
    ],
)
def test_the_day_from_which_a_file_holds_is_read_from_its_own_words(said: str, day: date | None) -> None:
    assert _begin(said) == day
