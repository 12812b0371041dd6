"""A Medicaid answers by its state: one that pays, one that does not, one of which nobody knows; and none at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.medicaid_states import STATES
from config.month import Month
from config.payer_questions import questions
from config.payer_register import FOLDER, Register, all_entries, register_in
from tasks.cover import lists
from tests.cover import month as cover_month
from tests.cover.month import B, listed, october, payer, queried

pytestmark = pytest.mark.slow

SOURCED = 'since: 2015-01-01, source: "A fee schedule, made up", confidence: primary'
PAYS = f'{{state: OH, name: Ohio, program: "Ohio Medicaid", covers: "yes", words: "It pays the codes", {SOURCED}}}'
PAYS_NOT = (
    '{state: KY, name: Kentucky, program: "Kentucky Medicaid", covers: "no", words: "It pays none of the codes", '
    f"takes_coinsurance: none, {SOURCED}}}"
)


@pytest.fixture(autouse=True)
def some_states_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = STATES.read_text("utf-8").splitlines()
    kept = [line for line in lines if not any(f'state: "{one}"' in line for one in ("OH", "KY"))]
    path = tmp_path / "medicaid_states.yaml"
    path.write_text("\n".join([*kept, f"  - {PAYS}", f"  - {PAYS_NOT}"]) + "\n", "utf-8")
    entries = all_entries(FOLDER / "register.yaml", path)

    def found(month: Month) -> Register:
        shipped = register_in(month)
        return Register(month, entries, shipped.order, shipped.contradictions)

    monkeypatch.setattr(cover_month, "register_in", found)


BY_STATE = [
    ("OH", "covers", "medicaid_ohio", "unknown"),
    ("KY", "does_not", "medicaid_kentucky", "none"),
    ("TX", "unknown", "medicaid_texas", "unknown"),
    ("PR", "unknown", "medicaid_puerto_rico", "unknown"),
]


@pytest.mark.parametrize(("state", "answer", "reason", "takes"), BY_STATE)
def test_a_medicaid_answers_as_its_state_does(state: str, answer: str, reason: str, takes: str) -> None:
    covered = october([payer("medicaid", state=state)])
    row = listed(covered).iloc[0]
    assert (row["answer"], row["reason"], row["takes_coinsurance"]) == (answer, reason, takes)
    assert [one.plan_key for one in lists.asked_plans(covered.tables["payer_answers"])] == (
        [f"medicaid||{state}"] if answer == "unknown" else []
    )
    assert queried(covered) == {}


@pytest.mark.parametrize(("state", "answer", "reason", "takes"), BY_STATE)
def test_a_qmb_owes_nothing_whatever_the_medicaid_of_the_state_does(
    state: str, answer: str, reason: str, takes: str
) -> None:
    rows = listed(october([B, payer("qmb", 2, state=state), payer("medicaid", 3, state=state)]))
    assert list(rows["answer"]) == ["covers", "covers", answer]
    assert rows["reason"].iloc[2] == reason
    assert set(rows["patient_owes"]) == {"never"}


def test_the_task_of_a_state_has_the_steps_and_says_whose_medicaid_it_is() -> None:
    covered = october([payer("medicaid", state="tx")])
    answers = lists.asked_about(covered.tables, pd.DataFrame({"patient_id": ["P1"], "family": ["staff"]}))
    asked = lists.asked_plans(answers)[0]
    day = pd.Timestamp("2026-10-31").date()
    task = vars(asked) | {"number": 1, "state": "open", "owner": "billing", "due_date": day, "opened_date": day}
    nobody = lists.nobody_known(answers, pd.Series({"P1": "C-000001"}))
    row = lists.worklist(answers, nobody, [task], questions()).iloc[0]
    assert (row["reason"], row["plan"]) == ("medicaid_texas", "TX")
    assert row["bill"] == "Last of all payers: Texas Medicaid"
    assert "What does the Medicaid of TX do" in row["question"]
    assert [row["steps"].count(f"{place}. ") for place in range(1, 6)] == [1] * 5
    evidence = listed(covered)["evidence"].iloc[0]
    assert "ask the Texas Health and Human Services Commission" in evidence


@pytest.mark.parametrize(
    ("state", "at_home", "told"),
    [(None, None, True), ("ZZ", "OH", True), ("Ohio", "OH", True), (None, "FM", True), (None, " oh ", False),
     ("pr", None, False)],
)  # fmt: skip
def test_a_medicaid_whose_state_is_missing_or_none_is_told_by_name(
    state: str | None, at_home: str | None, told: bool
) -> None:
    home: dict[str, Any] = {"patient": {"state": at_home}} if at_home else {}
    covered = october([B, payer("medicaid", 2, state=state)], **home)
    assert queried(covered) == ({"medicaid_state_not_known": False} if told else {})
    row = listed(covered).iloc[1]
    assert row["reason"] == "medicaid" if told else row["reason"].startswith("medicaid_")
    assert row["answer"] == ("covers" if at_home == " oh " else "unknown")
