"""A denied line is sent again alone; a claim denied whole goes again as the claim that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console

from config.denials import denials as denials_table
from config.errors import InputError
from flows.one_denial import change
from tasks.claim.send_out import send_again
from tasks.claim.signed import drafted
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import claims
from tasks.store.denials import mark
from tasks.store.remit_tables import adjustments, claim_payments, denial_events, denials, line_payments
from tasks.store.store import Store
from tests.claim.signed_months import NOW, answer, remit, rows, send, signed
from tests.claim.validators import complaints, named

pytestmark = pytest.mark.slow  # whole months, signed, sent and answered: minutes in all

MONTH = {"staff": "45"}


def denied(
    store: Store,
    *lines: int,
    state: str = "part_paid",
    route: str = "resubmission",
    code: str = "B7 N95",
    kind: str = "medicare_part_b",
) -> str:
    """The month is sent and these lines of its claim are denied; the claim's number."""
    send(store, signed(MONTH))
    number = str(rows(store, "claim_number")[0][0])
    remit(store, number)
    answer(store, number, state, 0 if state == "denied" else 5184)
    with store.writing() as connection:
        connection.execute(sa.update(claims).values(payer_kind=kind))
        paid = connection.execute(sa.select(claim_payments.c.id)).scalar_one()
        connection.execute(sa.delete(adjustments))
        if state == "denied":
            connection.execute(sa.update(claim_payments).values(paid_cents=0))
            connection.execute(sa.update(line_payments).values(paid_cents=0))
        for line in lines:
            case: dict[str, Any] = {"claim_number": number, "line": line, "practice_id": "P1", "claim_payment_id": paid}
            case |= {
                "adjustment_group": "CO",
                "reason": code.split()[0],
                "remarks": code.partition(" ")[2],
                "denied_cents": 7200,
                "error": "",
                "rule": "",
            }
            case |= {"due_date": date(2027, 3, 25)}
            case |= {"route": route, "owner": "billing", "opened_date": date(2026, 11, 20), "state": "open"}
            known = {name: value for name, value in case.items() if name in denials.c}
            connection.execute(sa.insert(denials).values(known))
    return number


def again(store: Store, number: str, *lines: int, month: Any = None, anyway: bool = False) -> Any:
    signed_month = month or signed(MONTH)
    with store.writing() as connection:
        return send_again(connection, signed_month, drafted(signed_month), number, lines, NOW, anyway)


def test_the_denied_line_goes_alone_and_what_was_paid_stays_as_it_is(store: Store) -> None:
    number = denied(store, 2)
    file = again(store, number)
    assert complaints(file.content) == []
    assert [one[1:3] for one in named(file.content, "SV1")] == [["HC:99439", "72"]]
    assert named(file.content, "LX") == [["LX", "1"]]
    assert named(file.content, "CLM")[0][5] == "11:B:1"
    assert rows(store, "version", "state", "replaces") == [(1, "part_paid", ""), (2, "written", number)]
    assert send(store, signed(MONTH)) == [], "the claim that stands still says what the month bills"
    with store.reading() as connection:
        assert connection.execute(sa.select(denials.c.state)).scalars().all() == ["resent"]
        assert connection.execute(sa.select(denial_events.c.note)).scalar_one().startswith("sent again as ")
    with pytest.raises(InputError, match="has no open denial, so nothing of it is sent again"):
        again(store, number)


def test_marked_resent_by_hand_it_says_that_nothing_went_and_the_way_back(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    number, database = denied(store, 2), store.engine.url.render_as_string(False)
    change(Console(width=300), database, number, 2, "resent", None, "by hand")
    back = f"ccm denial {number} 2 --state open"
    said = f"Nothing was sent by this; unless it went another way: {back}, then ccm resend {number} --line 2."
    assert said in capsys.readouterr().out
    for lines in ((), (2,)):
        with pytest.raises(InputError, match=f"marked resent by hand, which sends nothing: {back} takes that back"):
            again(store, number, *lines)
    with store.writing() as connection:
        mark(connection, number, 2, "open", "by hand", NOW)
    assert again(store, number).content


def test_denied_whole_it_goes_whole_and_stands_for_the_month(store: Store) -> None:
    number = denied(store, 0, state="denied")
    file = again(store, number)
    assert [one[1] for one in named(file.content, "SV1")] == ["HC:99490", "HC:99439"]
    assert rows(store, "version", "state") == [(1, "replaced"), (2, "written")]
    assert send(store, signed(MONTH)) == []
    with pytest.raises(InputError, match="is not the claim that stands"):
        again(store, number)


@pytest.mark.slow
def test_what_cannot_be_sent_again_is_said(store: Store) -> None:
    number = denied(store, 2)
    with pytest.raises(InputError, match=f"{number} has no line 3; its lines are 1, 2"):
        again(store, number, 3)
    with pytest.raises(InputError, match=f"Line 1 of {number} has no open denial"):
        again(store, number, 1)
    with pytest.raises(InputError, match="There is no claim of that number in this database"):
        again(store, "NONE")
    with pytest.raises(InputError, match="does not bill the denied lines"):
        again(store, number, month=signed({"staff": "25"}))
    with pytest.raises(InputError, match=r"does not bill .* any more, or it is held"):
        again(store, number, month=signed({"staff": "5"}, {"staff": "25"}))
    assert len(rows(store, "claim_number")) == 1


@pytest.mark.slow
def test_after_a_line_went_alone_a_correction_still_gets_a_number_of_its_own(store: Store) -> None:
    number = denied(store, 2)
    again(store, number)
    answer(store, str(rows(store, "claim_number")[1][0]), "denied")
    answer(store, number, "reversed")
    send(store, signed({"staff": "25"}, revision=2))
    assert [one[0] for one in rows(store, "version")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("redetermination", r"Appeal to the contractor: redetermination, by 2027-03-25 \(120 days from the payer's"),
        ("unit_appeal", r"by 2027-03-25 .*: Print the time log that shows every unit; then file a redetermination"),
        (
            "corrected_claim",
            r"Send a corrected claim, by 2027-10-\d\d \(by the payer's filing limit\): Put",
        ),
        ("clerical_reopening", "Ask for a reopening of a clerical error"),
        ("refund", "report and return the money"),
        ("wait_for_crossover", "Send nothing for thirty days"),
        ("review", "Find out what the payer means by this answer"),
    ],
)
def test_what_another_way_puts_right_is_not_sent_again(store: Store, route: str, said: str) -> None:
    number = denied(store, 2, route=route)
    with pytest.raises(InputError, match=f"Line 2 of {number} is not put right by sending it again.*{said}") as refused:
        again(store, number)
    assert str(refused.value).endswith("; with --anyway it is sent all the same.")
    assert len(rows(store, "claim_number")) == 1
    assert named(again(store, number, anyway=True).content, "SV1")[0][1] == "HC:99439"


@pytest.mark.parametrize("route", sorted(name for name, one in denials_table().routes.items()))
def test_a_route_is_a_resend_or_is_refused(store: Store, route: str) -> None:
    number = denied(store, 0, state="denied", route=route)
    if route in ("resubmission", "retroactive_authorization"):
        assert again(store, number).claims == 1
    else:
        with pytest.raises(InputError, match=f"{number} as a whole is not put right by sending it again"):
            again(store, number)


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("redetermination", "Appeal to the plan by its own procedure, by 2026-11-28 (unknown: ask the plan"),
        ("clerical_reopening", "Ask the plan what is to be done, by 2026-11-28 (unknown: ask the plan"),
    ],
)
def test_a_plans_denial_goes_the_way_that_the_worklist_shows_whatever_was_stored(
    store: Store, route: str, told: str
) -> None:
    number = denied(store, 2, route=route, kind="medicare_advantage")
    with pytest.raises(InputError) as refused:
        again(store, number)
    assert told in str(refused.value)
    listed = answers_of(store, "P1")["denials"].iloc[0]
    assert listed["steps"] in str(refused.value)


@pytest.mark.parametrize("code", ["16 M53", "16", "B7 MA130 N95"])
@pytest.mark.parametrize("line", [2, 0], ids=["a line", "the whole claim"])
def test_what_lacked_something_does_not_go_again_as_it_was(store: Store, code: str, line: int) -> None:
    number = denied(store, line, state="part_paid" if line else "denied", code=code)
    with pytest.raises(InputError, match=f"{number} was denied for something that it lacks .*, and nothing of it has"):
        again(store, number)
    assert len(rows(store, "claim_number")) == 1
    assert again(store, number, anyway=True).claims == 1


@pytest.mark.parametrize(
    "changed",
    [
        lambda month: replace(month, practice=replace(month.practice, npi="2900010176")),
        lambda month: replace(
            month, tables={**month.tables, "patients": month.tables["patients"].assign(first_name="JOAN")}
        ),
        lambda month: signed(MONTH | {"conditions": [{"icd10_code": "E11.9"}, {"icd10_code": "I50.9"}]}, revision=2),
    ],
    ids=["the biller's number", "the patient's name", "the diagnoses"],
)
def test_what_lacked_something_goes_again_once_anything_of_it_is_put_right(store: Store, changed: Any) -> None:
    number = denied(store, 2, code="16 N290")
    assert again(store, number, month=changed(signed(MONTH))).claims == 1
