"""A case decided by hand: refused where the rules leave nothing to a person, kept over reruns, shown everywhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from config.contract import outputs
from config.errors import InputError
from config.frames import empty
from config.month import Month
from config.rulebook import load_rulebook
from flows.audit_packet import write_audit_packet
from flows.decide_case import decide_case, print_decisions
from flows.explain import explain_case
from flows.reopen_month import reopen
from flows.replay import replay_month
from flows.sign_off import sign_off_month
from tasks.claim.step import write_claim_lines
from tasks.qualify.decide import decide
from tasks.send.by_hand import decided_by_hand
from tasks.send.report import render_report, report_view
from tasks.store.by_hand import history
from tasks.store.records import Saved
from tasks.store.step import decided_from, numbered, open_place, with_decisions_by_hand
from tests.claim.signed_months import PART_B, PERSON, covered
from tests.qualify.cases import settings_of, tables_of

pytestmark = pytest.mark.slow

MONTH = Month(2026, 10)
WAITING = {"time": [{"at": "2026-10-12 09:00", "length": "15", "source": "offline"}]}
CASES = [
    {"staff": "25"},
    {"staff": "25", **WAITING},
    {"staff": "25", "consents": []},
    {"staff": "25", "patient": PERSON | {"death_date": "2026-09-30"}},
    {"staff": "10"},
]
BILLS, WAITS, NO_CONSENT, DEAD, SHORT = (f"C-{number:06d}" for number in range(1, 6))


class Desk:
    """A practice whose month can be decided again and again, and what is said of its cases."""

    def __init__(self, folder: Path) -> None:
        self.place = open_place(str(folder), None, None, "A. Preparer")
        self.database = f"sqlite:///{folder / 'ccm.db'}"

    def run(self) -> tuple[Saved, dict[str, str]]:
        """The month as a run decides and keeps it; what each case came to."""
        cases = [{"coverages": covered(PART_B), "patient": PERSON, **case} for case in CASES]
        tables, book, settings = tables_of(cases, MONTH), load_rulebook(MONTH), settings_of()
        tables["time_entries"] = tables["time_entries"].assign(source_file="time.csv", source_line=2)
        tables = with_decisions_by_hand(self.place, "P1", tables, MONTH)
        decided = decide(tables, MONTH, book, settings)
        patients = decided["decisions"]["patient_id"].drop_duplicates()
        numbers = self.place.store.case_numbers("P1", patients)
        decided = numbered(decided, numbers.set_axis(patients.to_numpy()))
        decided |= {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
        self.frames = {name: empty(table) for name, table in outputs().items()} | decided
        basis = decided_from("input", tables, settings, book)
        known = ("P1", MONTH, basis, self.frames, self.frames["copay_cases"])
        saved = self.place.store.save_cycle(*known, lambda *_: [], by=self.place.by)
        return saved, dict(zip(decided["decisions"]["case_number"], decided["decisions"]["outcome"], strict=True))

    def decide(self, case: str, decision: str, reason: str = "looked at the chart", by: str = "B. Iller") -> str:
        """What the command says."""
        console = Console(file=StringIO(), width=400)
        decide_case(console, self.database, case, decision, MONTH, None, by, reason)
        return str(console.file.getvalue())

    def says(self, what: object, *given: object) -> str:
        """What a function prints."""
        console = Console(file=StringIO(), width=400)
        what(console, *given)  # type: ignore[operator]
        return str(console.file.getvalue())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("decide"))
    _, outcomes = made.run()
    assert outcomes == {BILLS: "bill", WAITS: "hold", NO_CONSENT: "hold", DEAD: "not_billable", SHORT: "short"}
    return made


@pytest.mark.parametrize(
    ("case", "decision", "said"),
    [
        (BILLS, "force", "is not on hold in 2026-10: it is billed already"),
        (
            NO_CONSENT,
            "force",
            r"is held by what nobody may lift \(consent_missing: No consent is on file.*may lift time_",
        ),
        (DEAD, "force", "minutes or a rule keep it back, which nobody may lift"),
        (SHORT, "force", "minutes or a rule keep it back, which nobody may lift"),
        (SHORT, "hold", "is not billed in 2026-10; there is nothing to hold"),
        (WAITS, "release", "nothing decided by hand stands on it"),
        (BILLS, "approve", "'approve' is no decision; write hold, release or force"),
    ],
)
def test_what_the_rules_leave_to_nobody_is_refused(desk: Desk, case: str, decision: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        desk.decide(case, decision)
    with desk.place.store.reading() as connection:
        assert not [one for one in history(connection, "P1", "2026-10") if one.case_number == case]


def test_a_decision_needs_a_reason_and_a_name_and_names_no_patient(desk: Desk) -> None:
    for told in ({"reason": " "}, {"by": ""}):
        with pytest.raises(InputError, match="Say why"):
            desk.decide(BILLS, "hold", **told)
    with pytest.raises(InputError, match="--reason"):
        desk.decide(BILLS, "hold", f"call {PERSON['first_name']} {PERSON['last_name']} first")


def test_decisions_outlast_reruns_and_are_shown(desk: Desk, tmp_path: Path) -> None:
    assert "C-000001, 2026-10: held by hand. Run 2026-10 again" in desk.decide(BILLS, "hold", "asks; to wait")
    assert "nothing was changed" in desk.decide(BILLS, "hold", "asked again")
    desk.decide(WAITS, "force", "refused time is being deleted")
    with pytest.raises(InputError, match="Cases were decided by hand after 2026-10 was run; run it again"):
        sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "S. Igner")
    saved, outcomes = desk.run()
    assert (saved.cycle.revision, outcomes[BILLS], outcomes[WAITS]) == (2, "hold", "bill")
    again, outcomes = desk.run()
    assert (again.cycle.revision, again.new, outcomes[BILLS], outcomes[WAITS]) == (2, False, "hold", "bill")
    assert set(desk.frames["claim_lines"]["case_number"]) == {WAITS}

    rows = decided_by_hand(desk.frames["findings"], desk.frames["decisions"])
    told = [(row["case"], row["decision"], row["outcome"], row["by"], row["reason"]) for row in rows]
    assert told == [
        (BILLS, "held", "hold", "B. Iller", "asks, to wait"),
        (WAITS, "not waited for", "bill", "B. Iller", "refused time is being deleted"),
    ]
    assert rows[0]["day"] == f"{pd.Timestamp.now('UTC'):%Y-%m-%d}"
    page = render_report(report_view(desk.frames, "Maple", MONTH, 2))
    assert "Decided by hand: 2 cases" in page
    assert "refused time is being deleted" in page
    explained = desk.says(explain_case, BILLS, MONTH, None, desk.database, None)
    packet = tmp_path / "packet.html"
    write_audit_packet(packet, WAITS, MONTH, None, desk.database)
    for text, reason in ((explained, "asks, to wait"), (packet.read_text("utf-8"), "refused time is being deleted")):
        assert "B. Iller" in text
        assert reason in text
    assert replay_month(Console(quiet=True), desk.database, MONTH, "P1", "stored", None, None)

    sign_off_month(Console(quiet=True), desk.database, MONTH, "P1", "S. Igner")
    with pytest.raises(InputError, match="P1, 2026-10 is signed off; open it again first: ccm reopen"):
        desk.decide(BILLS, "release")
    reopen.fn(desk.place, "P1", MONTH, "the case is cleared", "S. Igner")
    assert "the rules alone decide it" in desk.decide(BILLS, "release", "answered")
    assert desk.run()[1][BILLS] == "bill"
    shown = desk.says(print_decisions, desk.database, BILLS, MONTH, None)
    assert [line.split(" (")[0] for line in shown.splitlines()] == [
        "C-000001, 2026-10: hold",
        "C-000001, 2026-10: release",
    ]
