"""A reader is told what they can act on, and once."""

from __future__ import annotations

import pytest

from tasks.send.messages import compose
from tests.send.actions import actions
from tests.send.frames import output
from tests.send.month import context, decision, frames
from tests.send.test_messages import plain


def said(audience: str, form: str, **changed: object) -> str:
    (message,) = [one for one in compose(context(frames=frames() | changed)) if one.audience == audience]
    return " ".join((plain(message.html) if form == "html" else message.text).split())


def aside(number: int, owner: str, **more: object) -> dict:
    row = {"table": "time_entries", "source_file": "log.csv", "source_line": number, "disposition": "quarantined"}
    return row | {"reason": f"r{number}", "words": f"Wrong {number}.", "fix": f"Mend {number}", "owner": owner} | more


@pytest.mark.parametrize("form", ["html", "text"])
def test_who_mends_a_row_set_aside_has_it_in_their_message_and_operations_have_the_rest(form: str) -> None:
    managed, unmanaged = decision(1, "bill", care_manager_id="S1"), decision(2, "bill", care_manager_id=None)
    mine = {name: managed[name] for name in ("case_number", "patient_id")}
    others = {name: unmanaged[name] for name in ("case_number", "patient_id")}
    rows = [aside(1, "billing"), aside(2, "it"), aside(3, "care_manager", **mine), aside(4, "care_manager", **others)]
    rows.append(aside(5, "care_manager"))
    changed = {
        "decisions": output("decisions", managed, unmanaged),
        "quarantine": output("quarantine", *rows),
    }
    told = {name: said(name, form, **changed) for name in ("billing", "operations", "care_manager")}
    found = {name: [one for one in range(1, 6) if f"Wrong {one}" in text] for name, text in told.items()}
    assert found == {"billing": [1], "operations": [2, 4, 5], "care_manager": [3]}
    assert "1 input row set aside" in told["billing"].replace("INPUT ROW SET ASIDE", "input row set aside")
    assert "2 more stand in the messages of care managers and billing" in told["operations"]
    nothing_left = changed | {"quarantine": output("quarantine", *rows[:1])}
    assert "1 of them stands in the messages of care managers and billing" in said("operations", form, **nothing_left)
    assert "set aside" not in said("billing", form, **changed | {"quarantine": output("quarantine", rows[1])}).lower()


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_sign_that_is_an_action_item_is_said_once(form: str) -> None:
    signs = [
        {"signal": "round_numbers", "subject": subject, "words": f"{n} of 9 entries."}
        for n, subject in ((7, "S1"), (8, "S2"))
    ]
    item = {"audience": "compliance", "kind": "time_signs", "about": "S1", "words": "The log of S1: round numbers"}
    changed = {"signals": output("signals", *signs), "actions": actions(item)}
    text = said("compliance", form, **changed)
    assert "7 of 9" not in text
    assert "8 of 9" in text
    alone = said("compliance", form, **changed | {"signals": output("signals", signs[0])})
    assert "9 entries" not in alone
    assert "before the month is signed off" in alone
