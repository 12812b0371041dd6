"""A modifier that the practice decides on, from the hold that asks for it to the claim that carries it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from config.contract import outputs
from config.errors import InputError
from config.frames import empty
from config.month import Month
from config.rulebook import load_rulebook
from flows.audit_packet import write_audit_packet
from flows.line_modifier import print_recorded, put_on
from flows.sign_off import sign_off_month
from tasks.claim.step import draft_claims, send_claims, with_recorded_modifiers, write_claim_lines
from tasks.qualify.decide import decide
from tasks.send.report import modifiers as modifiers_told
from tasks.store.step import Place, decided_from, numbered, open_place
from tests.claim.scrub_cases import member_of
from tests.claim.signed_months import CHARGES, PART_B, PARTIES, PERSON, covered
from tests.claim.validators import complaints, named
from tests.qualify.cases import settings_of, tables_of

pytestmark = pytest.mark.slow

MONTH = Month(2026, 10)
BOTH = {
    "consents": [{}, {"program": "bhi"}],
    "conditions": [{"icd10_code": "E11.9"}, {"icd10_code": "I10"}, {"icd10_code": "F33.1"}],
    "time": [
        {"at": "2026-10-12 15:00", "length": "35", "performer_id": "D1"},
        {"at": "2026-10-12 09:00", "length": "25", "program": "bhi"},
    ],
}
HOSPICE = {"staff": "25", "stays": [{"kind": "hospice", "admit_date": "2026-09-01"}]}
PLAIN = {"staff": "45"}  # a base code and what is added to it, which are billed beside each other
WHY = "Own log of behavioral work, on other days and by other staff"


class Desk:
    """A practice with three cases: an edit between two programs, a hospice election, and nothing special."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        path = folder / "settings.yaml"
        path.write_text(
            json.dumps({"practices": {"P1": {"claims": PARTIES, "charges_cents": {**CHARGES, "99484": 7000}}}})
        )
        self.place: Place = open_place(str(folder), None, str(path))
        self.database = f"sqlite:///{folder / 'ccm.db'}"
        self.folder = folder

    def decide(self) -> dict[str, pd.DataFrame]:
        """The month as a run decides it, kept and signed off."""
        cases = [
            {"coverages": covered(PART_B | {"member_id": member_of(number)}), "patient": PERSON, **case}
            for number, case in enumerate((BOTH, HOSPICE, PLAIN), start=1)
        ]
        tables, book, settings = tables_of(cases, MONTH), load_rulebook(MONTH), settings_of(choose_family="personal")
        tables["practices"] = tables["practices"].assign(billing_npi="2900000011", tax_id="001234567")
        people = {"name": "Okafor, Ada", "npi": ["2900010002", "2900010176", "2900010341"]}
        tables["practitioners"] = tables["practitioners"].assign(**people)
        tables["time_entries"] = tables["time_entries"].assign(source_file="time.csv", source_line=2)
        tables = with_recorded_modifiers(self.place, "P1", tables, MONTH)
        decided = decide(tables, MONTH, book, settings)
        patients = decided["decisions"]["patient_id"].drop_duplicates()
        numbers = self.place.store.case_numbers("P1", patients)
        decided = numbered(decided, numbers.set_axis(patients.to_numpy()))
        decided |= {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
        frames = {name: empty(table) for name, table in outputs().items()} | decided
        basis = decided_from("input", tables, settings, book)
        self.place.store.save_cycle("P1", MONTH, basis, frames, frames["copay_cases"], lambda *_: [])
        sign_off_month(Console(file=StringIO()), self.database, MONTH, "P1", "A. Biller")
        return frames

    def bill(self) -> tuple[list[str], set[tuple[str, str]]]:
        """The claims are sent: codes with modifiers of the new files, which both readers take; and what is held."""
        signed, drafts = draft_claims.fn(self.place, "P1", MONTH)
        billed = send_claims.fn(self.place, signed, drafts)
        found = []
        for file in billed.new:
            assert complaints(file.content) == [], file.content.decode()
            found += [one[1] for one in named(file.content, "SV1")]
        on_lines = signed.lines["code"] + ":" + signed.lines["modifiers"].fillna("").str.replace(" ", ":")
        assert {"HC:" + text.rstrip(":") for text in on_lines} >= set(found), "the superbill says what the claim says"
        holds, self.held = billed.frames["claim_holds"], billed.frames["held"]
        return found, set(zip(holds["case_number"], holds["need"], strict=True))

    def put(self, case: str, modifier: str, code: str = "", why: str = WHY) -> str:
        """What the command says."""
        console = Console(width=300, file=StringIO(), record=True)
        put_on(console, self.database, case, modifier, MONTH, code, why, "A. Biller")
        return console.export_text()


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    made = Desk(tmp_path / "out")
    yield made
    made.place.store.close()


def test_the_edit_holds_until_the_modifier_is_recorded_and_a_rerun_keeps_it(desk: Desk) -> None:
    decided = desk.decide()
    rules = set(decided["findings"]["rule"])
    assert {"modifier_between_programs", "in_hospice"} <= rules
    sent, held = desk.bill()
    assert sorted(sent) == ["HC:99439", "HC:99484", "HC:99490"]
    assert ("C-000001", "edit_needs_modifier") in held
    assert "99491: 59 (work and time truly separate" in desk.put("C-000001", "59", "99491")
    assert "nothing was changed" in desk.put("C-000001", "59", "99491")
    sent, held = desk.bill()
    assert sent == ["HC:99491:59"]
    assert ("C-000001", "edit_needs_modifier") not in held
    write_audit_packet(desk.folder / "packet.html", "C-000001", None, None, desk.database)
    assert WHY in (desk.folder / "packet.html").read_text("utf-8"), "sent with it, though the month was not run again"
    again = desk.decide()
    assert "modifier_between_programs" not in set(again["findings"]["rule"])
    assert modifiers_told(again["claim_lines"]) == [
        {"modifiers": "59", "code": "99491", "lines": 1, "cases": "C-000001"}
    ]
    assert desk.bill()[0] == [], "the same claims are not sent twice"
    write_audit_packet(desk.folder / "packet.html", "C-000001", None, None, desk.database)
    page = (desk.folder / "packet.html").read_text("utf-8")
    assert all(text in page for text in ("Modifiers that the practice put on", WHY, "A. Biller"))


def test_a_hospice_patient_is_billed_once_the_practice_says_why(desk: Desk) -> None:
    desk.decide()
    desk.bill()
    held = desk.held[desk.held["case_number"] == "C-000002"]
    assert held[["need", "claim"]].fillna("").values.tolist() == [["in_hospice", ""]], "what the decision holds, too"
    assert held["due_date"].notna().all()
    once = desk.held.groupby(["case_number", "program", desk.held["claim"].fillna("")])["expected_cents"].count()
    assert once.max() == 1, "the amount stands once a claim"
    assert "Run 2026-10 again" in desk.put("C-000002", "GW", why="Care of diabetes, the election is for the heart")
    desk.bill()
    assert desk.held.loc[desk.held["case_number"] == "C-000002", "modifiers"].tolist() == ["GW"]
    again = desk.decide()
    mine = again["decisions"][again["decisions"]["case_number"] == "C-000002"]
    assert mine["outcome"].astype("str").tolist() == ["bill"]
    sent, held = desk.bill()
    assert "HC:99490:GW" in sent
    assert not {need for case, need in held if case == "C-000002"}


def test_what_was_recorded_last_counts_and_all_of_it_stays_on_record(desk: Desk) -> None:
    desk.decide()
    for modifier, why in (("59", "one"), ("XU", "two"), ("off", "three")):
        desk.put("C-000001", modifier, "99491", why)
    assert ("C-000001", "edit_needs_modifier") in desk.bill()[1]
    console = Console(width=300, file=StringIO(), record=True)
    print_recorded(console, desk.database, "C-000001", MONTH)
    said = console.export_text().splitlines()
    assert [line.split(": ")[1].split(" (")[0] for line in said] == ["59", "XU", "off"]
    assert [line.rpartition(": ")[2].strip() for line in said] == ["one", "two", "three"]
    assert "unverified" in desk.put("C-000001", "XE", "99484", "four")


@pytest.mark.parametrize(
    ("case", "modifier", "code", "why", "words"),
    [
        ("C-000003", "59", "99490", WHY, "Nothing that stands beside 99490 in 2026-10 asks for a modifier"),
        ("C-000003", "GW", "", WHY, "No hospice election of C-000003 in 2026-10 is on file"),
        ("C-000001", "59", "", WHY, "Say on which code 59 stands"),
        ("C-000001", "59", "99490", WHY, "has no 99490 in 2026-10; its codes are 99484, 99491"),
        ("C-000001", "25", "99491", WHY, "25 goes on the visit's line"),
        ("C-000001", "95", "99491", WHY, "is no modifier that is recorded here in 2026-10; known are 59"),
        ("C-000001", "PO", "99491", WHY, "PO is put on by the program itself"),
        ("C-000001", "off", "99484", WHY, "No modifier is on record for 99484 of C-000001"),
        ("C-000001", "59", "99484", " ", "Say why"),
        ("C-000001", "59", "99484", "As Jamie Doe told us", "a patient's name stands in the text"),
        ("C-000009", "59", "99484", WHY, "There is no case C-000009"),
    ],
)
def test_what_may_not_stand_is_refused_in_a_sentence(
    desk: Desk, case: str, modifier: str, code: str, why: str, words: str
) -> None:
    desk.decide()
    with pytest.raises(InputError, match=words):
        desk.put(case, modifier, code, why)
