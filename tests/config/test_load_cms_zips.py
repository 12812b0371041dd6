"""CMS packs one table in several forms, and several tables in one zip."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.cms.load import CONFIG, load_cms
from config.errors import InputError
from tests.config import cms_files as cms
from tests.config.test_load_cms import ADD_ON, CCM, NAME, OTHERS, contents


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the project's own tables."""
    for name in ("amounts", "ncci"):
        shutil.copytree(CONFIG / name, tmp_path / "config" / name)
    return tmp_path / "config"


PDF = b"%PDF-1.7 secret"
FIXED = b"HDR 2027 secret\n99490    A   1.10  0.90\n"  # the text form of CMS's relative values has fixed columns
VALUES = cms.relative_values(CCM, ADD_ON, *OTHERS)
INDICES = cms.indices(["10112", "AL", "00", "ALABAMA", 1.0, 0.869, 0.575])
CAPS = [["2027 OPPS caps"], ["HCPCS", "MOD", "PROCSTAT", "CARRIER", "FACILITY PRICE"], ["70010", "TC", "A", "1", "9"]]
RELEASE = {
    "RVU27A.pdf": PDF,
    "PPRRVU2027_Jan_QPP.csv": VALUES,
    "PPRRVU2027_Jan_QPP.txt": FIXED,
    "PPRRVU2027_Jan_QPP.xlsx": VALUES,
    "GPCI2027.csv": INDICES,
    "GPCI2027.txt": INDICES,
    "GPCI2027.xlsx": INDICES,
    "OPPSCAP_Jan.csv": CAPS,
    "OPPSCAP_Jan.xlsx": CAPS,
    "__MACOSX/._PPRRVU2027_Jan_QPP.csv": b"resource",
}
UNITS = cms.limits(["99490", 1, "2 Date of Service Edit: Policy"], ["99439", 2, "2 Date of Service Edit: Policy"])
EDITS = cms.pairs(["99490", "99487", 20270101, "*", 0])


@pytest.mark.parametrize("ends", [(".csv", ".txt", ".xlsx"), (".txt", ".xlsx"), (".xlsx",)])
def test_a_table_in_several_forms_is_read_once(tables: Path, tmp_path: Path, ends: tuple[str, ...]) -> None:
    forms = {f"{NAME}{end}": FIXED if end == ".txt" else VALUES for end in ends}
    file = cms.package(tmp_path / "rvu27a-updated-12-29-2026.zip", forms | {f"{NAME}.pdf": PDF})
    assert [one.added for one in load_cms(file, folder=tables)] == [2, 1]
    text = (tables / "amounts" / "relative_values.csv").read_text("utf-8")
    assert "99490,2027-01-01,2027-12-31" in text
    form = next(end for end in ends if end != ".txt")
    assert f"CMS file rvu27a-updated-12-29-2026.zip, {NAME}{form}" in text


@pytest.mark.parametrize(
    ("more", "added", "table"),
    [
        ({"kind": "rvu"}, [2, 1], "relative_values.csv"),
        ({"kind": "gpci"}, [1], "gpci.csv"),
        ({"member": "GPCI2027.xlsx"}, [1], "gpci.csv"),
        ({"member": "pprrvu2027_jan_qpp.CSV"}, [2, 1], "relative_values.csv"),
    ],
)
def test_a_release_of_several_tables_is_told_which(
    tables: Path, tmp_path: Path, more: dict[str, str], added: list[int], table: str
) -> None:
    file = cms.package(tmp_path / "RVU27A.zip", RELEASE)
    loaded = load_cms(file, folder=tables, **more)
    assert ([one.added for one in loaded], loaded[0].table.name) == (added, table)


@pytest.mark.parametrize(
    ("name", "members", "more", "said"),
    [
        (
            "RVU27A.zip",
            RELEASE,
            {},
            r"several CMS tables, GPCI2027.csv \(gpci\), PPRRVU2027_Jan_QPP.csv \(rvu\); .* --member or --kind, as",
        ),
        (
            "RVU27A.zip",
            RELEASE | {"PPRRVU2027_Jan_nonQPP.csv": VALUES},
            {"kind": "rvu"},
            r'PPRRVU2027_Jan_nonQPP.csv \(rvu\), PPRRVU2027_Jan_QPP.csv \(rvu\); .* --member, as --member "P',
        ),
        (
            "RVU27A.zip",
            RELEASE,
            {"member": "PPRRVU.csv"},
            r"'PPRRVU.csv' is none of its files; they are GPCI2027.csv, ",
        ),
        ("RVU27A.zip", {"RVU27A.pdf": PDF}, {}, r"RVU27A.zip: it holds no .csv, .txt or .xlsx"),
        ("RVU27A.zip", {"OPPSCAP_Jan.csv": CAPS}, {}, r"none of OPPSCAP_Jan.csv has the header of a relative-value"),
        ("GPCI2027.csv", INDICES, {"member": "a.csv"}, r"GPCI2027.csv: this is no .zip, so it has no member 'a.csv'"),
    ],
)
def test_a_zip_that_does_not_say_which_table_gets_one_sentence(
    tables: Path, tmp_path: Path, name: str, members: dict[str, cms.Lines | bytes], more: dict[str, str], said: str
) -> None:
    pack = cms.package if name.endswith(".zip") else cms.write
    before = contents(tables)
    with pytest.raises(InputError, match=said) as stopped:
        load_cms(pack(tmp_path / name, members), folder=tables, **more)
    assert "\n" not in str(stopped.value)
    assert contents(tables) == before


@pytest.mark.parametrize(
    ("name", "members", "table", "added"),
    [
        (
            "CY2027-GPCI.zip",
            {"Addendum E/CY 2027 GPCIs.xlsx": INDICES, "Addendum E/CY 2027 GPCIs.txt": INDICES, "Read me.pdf": PDF},
            "gpci.csv",
            1,
        ),
        (
            "medicare-ncci-2027q1-practitioner-ptp-edits-ccipra-v331r0-f1.zip",
            {"ccipra-v331r0-f1.TXT": EDITS, "ccipra-v331r0-f1.XLSX": EDITS, "AMA license.pdf": PDF},
            "ptp_practitioner.csv",
            1,
        ),
        (
            "practitioner-services-mue-table-eff-01-01-2027.zip",
            {
                "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv": UNITS,
                "MCR_MUE_PractitionerServices_Eff_01-01-2027.xlsx": UNITS,
            },
            "mue_practitioner.csv",
            2,
        ),
    ],
)
def test_indices_and_edits_are_read_from_their_zips(
    tables: Path, tmp_path: Path, name: str, members: dict[str, cms.Lines | bytes], table: str, added: int
) -> None:
    loaded = load_cms(cms.package(tmp_path / name, members), since=date(2027, 1, 1), folder=tables)
    assert [(one.table.name, one.added) for one in loaded] == [(table, added)]
