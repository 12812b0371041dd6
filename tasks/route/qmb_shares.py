"""What payers left of the share of a Qualified Medicare Beneficiary: by month, until a person says that it is gone.

Nobody may ask for it, nor for what is left of a month before the program began. It is no case of the patient's, who is
asked for nothing; it is work of billing, with a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.case_settings import CaseSettings
from config.deadlines import working_day_from
from tasks.route.entries import option_named
from tasks.route.machine import QMB_SHARE, Move

LEFT = "qmb_share_left"
BLOCKED, ADJUSTED = "statement_blocked", "adjusted"
ANSWERS = (BLOCKED, ADJUSTED)
STEPS = {
    LEFT: "Block the patient's statement, take back any bill, send the share to Medicaid; answer statement_blocked",
    BLOCKED: "Take what Medicaid pays as the whole, and adjust the rest to nothing; answer adjusted",
}
# That somebody who is in the program by now is not asked for older months either is caution: no source at hand says so.
STEPS_BEFORE = {
    LEFT: (
        "Block the patient's statement: the share is of a month before the program is on file, and whoever is in it by "
        "now is not asked; ask the state from which day it counts; answer statement_blocked"
    ),
    BLOCKED: (
        "Where the state counts that month, send the share to Medicaid and take what it pays as the whole; settle the "
        "rest by the practice's policy, without asking the patient; answer adjusted"
    ),
}


@dataclass(frozen=True)
class ShareLeft:
    """What is left of one month of a case, how far billing has come with it, and by when the next step is due."""

    case_number: str
    patient_id: str
    month: str
    cents: int
    answered: date
    stage: str
    due: date
    escalated_to: str = ""
    before: bool = False  # of a month before the program began

    @property
    def told(self) -> bool:
        """Whether an alert tells of it: the statement is not blocked, or what follows is overdue."""
        return self.stage == LEFT or bool(self.escalated_to)

    @property
    def answer(self) -> str:
        """The answer that records the next step."""
        return BLOCKED if self.stage == LEFT else ADJUSTED

    @property
    def step(self) -> str:
        """What billing does next with it."""
        return (STEPS_BEFORE if self.before else STEPS)[self.stage]


def shares_left(
    left: pd.DataFrame, recorded: Mapping[str, Iterable[Move]], settings: CaseSettings, until: date
) -> list[ShareLeft]:
    """Each month of a case of which something is left and not adjusted, the soonest due first.

    `left` has case_number, patient_id, month, unpaid_cents, answered_date and `before` of the claims. What was adjusted
    comes back only where later answers leave more.
    """
    found = []
    groups = left[left["unpaid_cents"] > 0].groupby(["case_number", "patient_id", "month"])
    for (number, patient, month), rows in groups:
        cents, answered = int(rows["unpaid_cents"].sum()), rows["answered_date"].max().date()
        mine = [one for one in recorded.get(number, ()) if one.option == month and one.day <= until]
        if cents <= max((one.cents for one in mine if one.reason == ADJUSTED), default=0):
            continue
        blocked = [one.day for one in mine if one.reason == BLOCKED and one.cents >= cents]
        stage, since, days = LEFT, answered, settings.qmb_block_days
        if blocked:
            stage, since, days = BLOCKED, blocked[0], settings.qmb_adjust_days
        due = working_day_from(since + timedelta(days=days), settings.closed_days)
        late = until > due + timedelta(days=settings.escalate_after_days)
        above = "compliance" if settings.escalate_to == "billing" else settings.escalate_to
        before = bool(rows["before"].all())
        found.append(ShareLeft(number, patient, month, cents, answered, stage, due, above if late else "", before))
    return sorted(found, key=lambda one: (one.due, one.case_number, one.month))


def rows_of(shares: Iterable[ShareLeft]) -> pd.DataFrame:
    """The shares as lines of the worklist: nothing is asked of these patients."""
    entry = option_named("qmb_never_billed")
    words, document = (entry.words, entry.document) if entry else ("", "")
    rows: list[dict[str, Any]] = [
        {
            "case_number": one.case_number,
            "patient_id": one.patient_id,
            "month": one.month,
            "revision": 0,
            "due_date": pd.Timestamp(one.due),
            "owner": "billing",
            "escalated_to": one.escalated_to or None,
            "stage": one.stage,
            "response": LEFT,
            "response_date": pd.Timestamp(one.answered),
            "option": "qmb_never_billed",
            "option_words": f"{words}; ${one.cents / 100:,.2f} of {one.month} is left on remittances",
            "next_step": one.step,
            "document": document,
            "ask_cents": 0,
            "attempts": 0,
        }
        for one in shares
    ]
    return pd.DataFrame(rows)


def recording(share: ShareLeft, answer: str, day: date, by: str, note: str) -> Move:
    """The answer as it is kept: by month, and of so much as was left when it was given."""
    source = f"{QMB_SHARE}:{share.month}:{answer}:{day}:{share.cents}"
    return Move(QMB_SHARE, day, source, reason=answer, option=share.month, by=by, note=note, cents=share.cents)
