"""What one case shows on the screen, on its page and in the audit packet: read out of a real database."""

from __future__ import annotations

import html
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from config.contract import outputs
from config.frames import empty
from config.month import Month
from config.rulebook import load_rulebook
from flows.audit_packet import write_audit_packet
from flows.explain import explain_case
from tasks.claim.step import write_claim_lines
from tasks.qualify.decide import decide
from tasks.store.step import decided_from, numbered
from tasks.store.store import open_store
from tests.qualify.cases import settings_of, tables_of
from tests.send.frames import output

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Logger .ccm.:UserWarning"),  # outside of `ccm`, which says so
]


@dataclass(frozen=True)
class Shown:
    """The three ways to look at a case."""

    screen: str
    page: str
    packet: str


@pytest.fixture
def look(tmp_path: Path) -> Any:
    """Decides one case, keeps it, and reads it back as a user would."""

    def of(month: str, set_aside: tuple[dict[str, Any], ...] = (), **facts: Any) -> Shown:
        service_month, settings, database = Month.parse(month), settings_of(), f"sqlite:///{tmp_path / 'ccm.db'}"
        book, tables = load_rulebook(service_month), tables_of([facts], service_month)
        tables["time_entries"] = tables["time_entries"].assign(source_file="time.csv", source_line=2)
        decided = decide(tables, service_month, book, settings) | {"quarantine": output("quarantine", *set_aside)}
        store = open_store(database)
        patients = decided["decisions"]["patient_id"].drop_duplicates()
        numbers = store.case_numbers("P1", patients)
        decided = numbered(decided, numbers.set_axis(patients.to_numpy()))
        decided |= {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
        rest = {name: empty(table) for name, table in outputs().items()}
        basis = decided_from("input", tables, settings, book)
        store.save_cycle("P1", service_month, basis, rest | decided, rest["copay_cases"], lambda *_: [])
        store.close()
        case = str(decided["decisions"]["case_number"].iloc[0])
        console = Console(width=400, file=StringIO(), record=True)
        explain_case(console, case, None, None, database)
        explain_case(console, case, None, None, database, tmp_path / "case.html")
        write_audit_packet(tmp_path / "packet.html", case, None, None, database)
        pages = [html.unescape((tmp_path / name).read_text("utf-8")) for name in ("case.html", "packet.html")]
        return Shown(console.export_text(), *pages)

    return of


@pytest.mark.slow
def test_two_coinsurances_stand_apart_wherever_a_hospitals_case_is_shown(look: Any) -> None:
    shown = look("2025-05", setting="hopd_on_campus", staff="20")
    for text in (shown.screen, shown.page, shown.packet):
        assert "Medicare" in text
        text = text.lower()
        for words, amount in (
            ("of it the patient's coinsurance", "$9.57"),  # a fifth of 47.87
            ("patient's second coinsurance, of the hospital's claim", "$18.50"),
            ("the hospital's own claim beside it", "$92.50"),
        ):
            assert amount in text[text.index(words) :][:120], words
    office = look("2025-05", staff="20")
    for text in (office.screen.lower(), office.page.lower(), office.packet.lower()):
        assert "of it the patient's coinsurance" in text
        assert "second coinsurance" not in text


@pytest.mark.parametrize(
    ("code", "by", "confidence", "source"),
    [
        ("90960", "other_practice", "unverified", "CMS FAQ of 2022-08-16 as quoted speaks of the same period"),
        ("G0557", "same_practitioner", "secondary", "the codes are younger than the NCCI file"),
    ],
)
def test_a_finding_shows_the_proof_of_its_own_pair(look: Any, code: str, by: str, confidence: str, source: str) -> None:
    service = {"code": code, "service_date": "2026-10-05", "billed_by": by}
    shown = look("2026-10", staff="20", other_services=[service])
    for text in (shown.screen, shown.page, shown.packet):
        place = text.index(source)
        assert confidence in text[place - 300 : place + 300]
    general = load_rulebook(Month(2026, 10)).rules["excluded_service_anyone"].source
    assert (general in shown.packet) == (by == "same_practitioner")  # there as a rule that was asked and not met


def test_rows_set_aside_are_told_with_their_reason_wherever_a_case_is_shown(look: Any) -> None:
    row = {"table": "time_entries", "source_file": "late.csv", "source_line": 7, "disposition": "quarantined"}
    row |= {"reason": "after_death", "owner": "care_manager", "row_key": "T-SECRET", "fix": "Correct the day"}
    row |= {"words": "The entry is dated after the patient's death"}
    kept = look("2026-10", staff="20")
    patient = str(tables_of([{"staff": "20"}], Month(2026, 10))["patients"]["patient_id"].iloc[0])
    other = row | {"patient_id": "somebody else", "source_file": "others.csv"}
    shown = look("2026-10", staff="20", set_aside=(row | {"patient_id": patient}, other))
    for text in (shown.screen, shown.page, shown.packet):
        said = " ".join(text.split())
        for words in ("ime entry in late.csv line 7", "dated after the patient's death", "after_death"):
            assert words in said
        assert "Care manager: Correct the day." in said
        assert "others.csv" not in said
        assert "T-SECRET" not in said
    for text in (kept.screen, kept.page, kept.packet):
        assert "set aside" not in text.lower()
