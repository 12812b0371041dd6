"""Each audience in a month with nothing, with one thing and with a hundred things to say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tasks.send.messages import MOST_ROWS, Message, compose
from tests.send.frames import nothing, output
from tests.send.month import case, context, decision, finding

PRACTITIONERS = pd.DataFrame({"practitioner_id": ["D1"], "email": ["okafor@maple.example"]})
MOST_BYTES = 102_000  # a large mail provider cuts what is longer


def month(things: int) -> dict[str, Any]:
    """A month with so many things for everybody."""
    numbers = range(1, things + 1)
    own = {"care_manager_id": "S1", "practitioner_id": "D1"}
    paid = {"state": "open", "response": "qmb_paid", "option": "qmb_never_billed", "owner": "billing"}
    paid |= {"option_words": "Nothing is owed", "next_step": "Give it back", "due_date": "2026-11-20"}
    aside = {"table": "time_entries", "disposition": "quarantined", "words": "No length", "fix": "Mend"}
    frames = nothing() | {
        "decisions": output("decisions", *[decision(one, "hold", **own) for one in numbers]),
        "findings": output(
            "findings",
            *[finding(one, "consent_missing", "care_manager") for one in numbers],
            *[finding(one, "decision_making_missing", "practitioner") for one in numbers],
        ),
        "copay_cases": output("copay_cases", *[case(one) | paid for one in numbers]),
        "quarantine": output(
            "quarantine",
            *[
                aside | {"reason": f"r{one}", "source_line": one, "owner": owner}
                for owner in ("it", "billing")
                for one in numbers
            ],
        ),
    }
    returns = {"state": "open", "why": "paid_twice", "open_cents": 4742}
    days = pd.date_range("2026-12-01", periods=max(things, 1))
    owed = pd.DataFrame([returns | {"due_date": days[one - 1]} for one in numbers])
    return {"frames": frames, "practitioners": PRACTITIONERS, "overpayments": owed}


def composed(things: int, name: str) -> list[Message]:
    return [one for one in compose(context(**month(things))) if one.audience == name]


TABLE = [
    # audience, things, the subject's end (None: no message), where the rest of a long list is
    ("care_manager", 0, None, ""),
    ("care_manager", 1, "1 hold to fix", ""),
    ("care_manager", 100, "100 holds to fix", "and 70 more in findings.csv"),
    ("billing_practitioner", 0, None, ""),
    ("billing_practitioner", 1, "1 patient waits for you", ""),
    ("billing_practitioner", 100, "100 patients wait for you", "and 70 more in findings.csv"),
    ("billing", 0, "0 ready to bill ($0.00 expected)", ""),
    ("billing", 1, "0 ready to bill ($0.00 expected), 1 hold, 1 co-pay case", ""),
    ("billing", 100, "0 ready to bill ($0.00 expected), 100 holds, 100 co-pay cases", "and 70 more in quarantine.csv"),
    ("operations", 0, "0 ready to bill, 0 holds", ""),
    ("operations", 1, "0 ready to bill, 1 hold, 1 row set aside, 1 message not delivered", ""),
    ("operations", 100, "0 ready to bill, 100 holds, 100 rows set aside, 1 message not delivered", "and 70 more in"),
    ("compliance", 0, None, ""),
    ("compliance", 1, "$47.42 to return, 1 patient paid without owing", ""),
    ("compliance", 100, "$4,742.00 to return, 100 patients paid without owing", "and 70 more in copay_cases.csv"),
]


@pytest.mark.parametrize(("name", "things", "end", "rest"), TABLE)
def test_nothing_one_thing_and_a_hundred(name, things, end, rest):
    found = composed(things, name)
    if end is None:
        assert found == [], "an audience with nothing to do gets no message"
        return
    (message,) = found
    assert message.subject.endswith(f"October 2026 · {end}")
    for body in (message.html, message.text):
        assert rest in " ".join(body.split())
        assert not any(f"C-{number:06d}" in body for number in range(MOST_ROWS + 1, 101)), "a list stops at thirty"
    assert len(message.html.encode()) < MOST_BYTES


def test_operations_hear_of_whom_no_message_reached():
    (message,) = composed(1, "operations")
    assert "Compliance</td><td" in message.html.replace("\n", "")
    assert "* Compliance: no address is on file" in message.text
