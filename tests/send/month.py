"""A small decided month with every kind of news in it, and with identities that must never get out."""

import pandas as pd

from config.contract import inputs
from config.frames import as_contract
from config.month import Month
from tasks.send.messages import Context
from tests.send.frames import nothing, output

PATIENT, NAME, MEMBER, ROW = "PATIENT-SECRET-", "NAME-SECRET", "MEMBER-SECRET", "ROW-SECRET"
SECRETS = (PATIENT, NAME, MEMBER, ROW)
MANAGERS = {1: "S1", 2: "S1", 3: "S1", 4: "S2", 5: "S1", 6: "S1"}


def case(number: int) -> dict:
    return {"case_number": f"C-{number:06d}", "patient_id": f"{PATIENT}{number}", "program": "ccm"}


def decision(number: int, outcome: str, **more) -> dict:
    amounts = {"expected_cents": 6613, "coinsurance_cents": 1323, "amount_confidence": "secondary", "family": "staff"}
    none = {"expected_cents": None, "coinsurance_cents": None, "family": ""}
    counted = {"minutes": 21, "staff_seconds": 1270, "practitioner_seconds": 0, "practice_id": "P1", "month": "2026-10"}
    row = case(number) | counted | {"outcome": outcome, "care_manager_id": MANAGERS.get(number)}
    return row | (amounts if outcome in ("bill", "hold") else none) | more


def finding(number: int, rule: str, owner: str, outcome: str = "hold", **more) -> dict:
    words = {"words": f"Words of {rule}", "fix": f"Fix of {rule}.", "denial": "CO-50", "source": f"Source of {rule}"}
    return case(number) | {"rule": rule, "owner": owner, "outcome": outcome, "confidence": "primary"} | words | more


def frames() -> dict[str, pd.DataFrame]:
    """Cases 1 and 5 bill, 2 and 3 hold, 4 and 7 are short, 6 is not billable."""
    decisions = [
        decision(1, "bill"),
        decision(2, "hold"),
        decision(3, "hold"),
        decision(4, "short", minutes=17, minutes_missing=3, staff_seconds=1050),
        decision(5, "bill", expected_cents=11318, coinsurance_cents=2264),
        decision(6, "not_billable"),
        decision(7, "short", minutes=19, minutes_missing=1, staff_seconds=1199),
    ]
    findings = [
        finding(2, "consent_missing", "care_manager"),
        finding(3, "consent_missing", "care_manager"),
        finding(3, "care_plan_unsigned", "practitioner"),
        finding(1, "care_plan_copy_missing", "care_manager", "warn"),
        finding(6, "no_part_b", "billing", "not_billable", denial="CO-109"),
    ]
    line = {"line": 1, "units": 1, "last_name": NAME, "member_id": MEMBER, "amount_confidence": "secondary"}
    amounts = {"expected_cents": 6613, "coinsurance_cents": 1323}
    lines = [
        case(1) | line | amounts | {"code": "99490"},
        case(5) | line | amounts | {"code": "99490"},
        case(5) | line | {"line": 2, "code": "99439", "expected_cents": 4705, "coinsurance_cents": 941},
    ]
    asked = {"option_words": "Words of option", "state": "open", "response_date": "2026-10-09"}
    cases = [
        case(5) | asked | _option("screen_for_savings_program", "care_manager", "cannot_pay", "2026-10-20"),
        case(1) | asked | _option("explain_the_share", "care_manager", "surprised", "2026-10-19"),
        case(2) | asked | _option("qmb_never_billed", "billing", "refused", "2026-10-19"),
        case(3) | {"state": "closed", "response": "agreed"},
    ]
    aside = {"table": "time_entries", "source_file": "log.csv", "row_key": ROW, "words": "No length.", "owner": "it"}
    parts = [
        {"total": "rows:time_entries", "part": "in", "amount": 9},
        {"total": "rows:time_entries", "part": "accepted", "amount": 8},
        {"total": "rows:time_entries", "part": "quarantined", "amount": 1},
        {"total": "seconds", "part": "in", "amount": 1300},
        {"total": "seconds", "part": "counted", "amount": 1200},
        {"total": "seconds", "part": "outside_us", "amount": 100},
    ]
    ledger = [
        {"entry_id": "T1", "seconds": 1200, "disposition": "counted"},
        {"entry_id": "T2", "seconds": 100, "disposition": "outside_us"},
    ]
    return nothing() | {
        "decisions": output("decisions", *decisions),
        "findings": output("findings", *findings),
        "claim_lines": output("claim_lines", *lines),
        "copay_cases": output("copay_cases", *cases),
        "quarantine": output("quarantine", aside | {"source_line": 4, "reason": "duration_missing", "fix": "Fix it."}),
        "reconciliation": output("reconciliation", *parts),
        "time_ledger": output("time_ledger", *ledger),
    }


def _option(name: str, owner: str, response: str, due: str) -> dict:
    return {"option": name, "owner": owner, "response": response, "due_date": due, "next_step": f"Step of {name}"}


def context(**more) -> Context:
    """That month at Maple Street with two care managers, S2 without an address."""
    staff = pd.DataFrame({"staff_id": ["S1", "S2"], "email": ["maja@maple.example", None]})
    given = {
        "practice_id": "P1",
        "practice_name": "Maple Street",
        "billing_email": "billing@maple.example",
        "month": Month(2026, 10),
        "revision": 1,
        "frames": frames(),
        "staff": as_contract(staff, inputs()["staff"]),
    }
    return Context(**(given | more))
