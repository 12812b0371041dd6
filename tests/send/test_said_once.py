"""A reader is told what they can act on, and once."""

from __future__ import annotations

import pytest

from config.staff_left import have_left
from tasks.send.messages import compose
from tests.send.actions import actions
from tests.send.frames import output
from tests.send.month import context, decision, frames
from tests.send.test_messages import plain
from tests.send.test_staff_left import NEXT, STAFF

pytestmark = pytest.mark.slow


def said(form: str, **changed: object) -> dict[str, str]:
    """What each audience of the month is told, where it has but one message."""
    found = compose(context(frames=frames() | changed))
    return {
        one.audience: " ".join((plain(one.html) if form == "html" else one.text).split())
        for one in found
        if [other.audience for other in found].count(one.audience) == 1
    }


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
    told = said(form, **changed)
    found = {name: [n for n in range(1, 6) if f"Wrong {n}" in text] for name, text in told.items() if "Wrong" in text}
    assert found == {"billing": [1], "operations": [2, 4, 5], "care_manager": [3]}
    assert "1 input row set aside" in told["billing"].replace("INPUT ROW SET ASIDE", "input row set aside")
    assert "2 more stand in the messages of care managers and billing" in told["operations"]
    told = said(form, **changed | {"quarantine": output("quarantine", rows[0])})
    assert "1 of them stands in the messages of care managers and billing" in told["operations"]
    told = said(form, **changed | {"quarantine": output("quarantine", rows[1])})
    assert "set aside" not in told["billing"].lower()


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_sign_that_is_an_action_item_is_said_once(form: str) -> None:
    signs = [
        {"signal": "round_numbers", "subject": subject, "words": f"{n} of 9 entries."}
        for n, subject in ((7, "S1"), (8, "S2"))
    ]
    item = {"audience": "compliance", "kind": "time_signs", "about": "S1", "words": "The log of S1: round numbers"}
    changed = {"signals": output("signals", *signs), "actions": actions(item)}
    told = said(form, **changed)
    assert "7 of 9" not in told["compliance"]
    assert "8 of 9" in told["compliance"]
    assert "integrity_signals" not in told["billing"], "which is compliance's alone"
    alone = said(form, **changed | {"signals": output("signals", signs[0])})["compliance"]
    assert "9 entries" not in alone
    assert "before the month is signed off" in alone


def test_a_sign_whose_item_is_somebody_elses_is_still_told_to_compliance() -> None:
    sign = {"signal": "round_numbers", "subject": "S1", "words": "7 of 9 entries."}
    item = {"audience": "operations", "kind": "time_signs", "about": "S1", "words": "The log of S1: round numbers"}
    told = said("text", signals=output("signals", sign), actions=actions(item))
    assert "7 of 9 entries." in told["compliance"]


@pytest.mark.parametrize("manager", ["S1", "S2"])
def test_rows_of_a_care_manager_who_has_left_are_for_operations(manager: str) -> None:
    mine = decision(1, "bill", care_manager_id=manager)
    row = aside(3, "care_manager", **{name: mine[name] for name in ("case_number", "patient_id")})
    changed = frames() | {"decisions": output("decisions", mine), "quarantine": output("quarantine", row)}
    found = compose(context(frames=changed, staff=STAFF, today=NEXT))
    assert [one.audience for one in found if "Wrong 3" in one.text] == [
        "operations" if manager in have_left(STAFF, NEXT) else "care_manager"
    ]
