"""The tables of scenarios/minutes_by_year.yaml as cases: each row at both ends of its span."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from config.strict_yaml import load_yaml

WRITTEN = load_yaml(Path(__file__).parent / "scenarios" / "minutes_by_year.yaml")
TABLES, CANDIDATES = WRITTEN["tables"], WRITTEN["candidates"]
BUNDLED = {"clinic_codes": "bundled"}
MOOD = [{"icd10_code": "E11.9"}, {"icd10_code": "I10"}, {"icd10_code": "F33.1"}]


class Boundary(NamedTuple):
    """One length of time in one month, and the codes that it earns, or the families that come into question."""

    id: str
    facts: dict[str, Any]
    month: str
    settings: dict[str, Any]
    program: str
    codes: str = ""
    families: list[str] | None = None

    @property
    def about(self) -> str:
        """The family that it was written for."""
        return self.id.partition(" ")[0] if self.families is None else next(iter(self.families), "")

    def judge(self, result: dict[str, pd.DataFrame]) -> None:
        """It came out as the table says."""
        if self.families is None:
            assert billed(result, self.program) == self.codes
        else:
            rows = result["candidates"][result["candidates"]["program"] == self.program]
            assert sorted(rows["family"]) == sorted(self.families)


def facts_of(table: dict[str, Any], month: str, length: str) -> dict[str, Any]:
    """A patient of that program alone, with that much time on the tenth and everything documented."""
    before = int(month[:4]) - 1
    program = table["program"]
    performer = "D1" if table["who"] == "practitioner" else "S1"
    began = f"{month}-01" if table.get("started") else f"{before}-02-01"
    facts = {
        "setting": table.get("setting", "office"),
        "time": [{"at": f"{month}-10 09:00", "length": length, "program": program, "performer_id": performer}],
        "conditions": MOOD,
        "consents": [{"program": program, "consent_date": began}],
        "visits": [{"practitioner_id": "D1", "visit_date": f"{before}-01-20", "code": "99214", "ccm_discussed": True}],
    }
    if "credential" in table:
        facts["credential"] = table["credential"]
    if table.get("beside"):
        facts["consents"].append({"program": table["beside"]})
    if table.get("family") == "complex":
        facts["medical_decisions"] = [{"practitioner_id": "D1", "decided_date": f"{month}-08", "level": "moderate"}]
        day = f"{month}-05"
        facts["care_plans"] = [{"established_date": day, "signed_date": day, "copy_given_date": day}]
    return facts


def boundaries() -> list[Boundary]:
    """Every row at the first and the last month of its span, and one second short of the first row."""
    found = []
    for table in TABLES:
        first = min(table["rows"])
        lengths = {f"{first - 1}:59": table["below"]}
        for minutes, codes in table["rows"].items():
            lengths |= {f"{minutes}": codes, f"{minutes}:59": codes}
        settings = {"clinic_codes": table.get("clinic_codes", "bundled")}
        if table["family"] in ("complex", "personal"):
            settings["choose_family"] = table["family"]
        for month in dict.fromkeys([table["first"], table["last"]]):
            for length, codes in lengths.items():
                name = f"{table['family']} {table.get('setting', '')} {month} {length}".replace("  ", " ")
                facts = facts_of(table, month, length)
                found.append(Boundary(name, facts, month, settings, table["program"], codes))
    return found + questions()


def questions() -> list[Boundary]:
    """Every row of the candidates at the first and the last month of its span."""
    found = []
    for table in CANDIDATES:
        who = f"{table['program']} {table.get('setting', '')} {'first month ' if table.get('started') else ''}"
        for month in dict.fromkeys([table["first"], table["last"]]):
            for length, families in table["rows"].items():
                name = f"candidates of {who}{table['who']} {table.get('beside', '')} {month} {length}"
                facts = facts_of(table, month, f"{length}")
                found.append(Boundary(" ".join(name.split()), facts, month, BUNDLED, table["program"], "", families))
    return found


def billed(result: dict[str, pd.DataFrame], program: str) -> str:
    """The codes of the program that go out; empty when none do."""
    rows = result["decisions"]
    rows = rows[(rows["program"] == program) & (rows["outcome"] == "bill")]
    return str(rows["codes"].iloc[0]) if len(rows) else ""
