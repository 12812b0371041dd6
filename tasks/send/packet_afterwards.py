"""What the audit packet says of a patient-month after it was decided: sign-off, claims, answers, money returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tasks.send import words
from tasks.send.case import text
from tasks.store.afterwards import Afterwards, Row
from tasks.store.month_life import WORDS

PLACES = {1: "first", 2: "second", 3: "third"}


def afterwards_view(since: Afterwards, zone: ZoneInfo) -> dict[str, Any]:
    """Rows of text for the packet's tables, times by the practice's clock; empty where nothing happened yet."""
    claims = {one["claim_number"]: one for one in since.claims}
    return {
        "moves": [
            {
                "at": _moment(move.moved_at, zone),
                "state": WORDS[move.state],
                "revision": str(move.revision) if move.revision else "",
                "by": move.moved_by,
                "why": move.reason,
            }
            for move in since.moves
        ],
        "claims": [_claim(one, zone) for one in since.claims],
        "answers": [_answer(one, since.adjustments) for one in since.answers],
        "denials": [_denial(one, claims[one["claim_number"]]) for one in since.denials],
        "returns": [_return(one, since.refunds) for one in since.overpayments],
    }


def _claim(one: Row, zone: ZoneInfo) -> dict[str, str]:
    how = {"7": "replaces", "8": "voids"}.get(one["frequency"], "")
    return {
        "number": one["claim_number"] + (f", {how} {one['replaces']}" if how else ""),
        "codes": one["codes"],
        "payer": f"{one['payer_name']} ({PLACES.get(one['payer_order'], 'later')} payer)",
        "service_date": text(one["service_date"]),
        "charge": words.dollars(one["charge_cents"]),
        "written": f"{_moment(one['created_at'], zone)}, of revision {one['revision']}",
        "state": words.plain(one["state"]),
    }


def _answer(one: Row, taken_off: Sequence[Row]) -> dict[str, str]:
    """The codes as the payer gave them; what each amount was taken off for stands in the answer's own file."""
    mine = [row for row in taken_off if row["claim_payment_id"] == one["id"]]
    return {
        "claim": one["claim_number"],
        "payer": one["payer_name"],
        "paid_on": text(one["payment_date"]) or "no day",
        "trace": one["trace_number"],
        "paid": words.dollars(one["paid_cents"]),
        "patient": words.dollars(one["patient_cents"]),
        "taken_off": "; ".join(
            f"{row['adjustment_group']}-{row['reason']} {words.dollars(row['cents'])}" for row in mine
        ),
    }


def _denial(one: Row, claim: Mapping[str, Any]) -> dict[str, str]:
    codes = f"{one['adjustment_group']}-{one['reason']}" + (f", {one['remarks']}" if one["remarks"] else "")
    line = f"line {one['line']}" if one["line"] else "the whole claim"
    return {
        "claim": f"{one['claim_number']}, {line}",
        "payer": claim["payer_name"],
        "codes": codes,
        "denied": words.dollars(one["denied_cents"]),
        "error": words.capital(words.plain(one["error"])) if one["error"] else "No rule yet",
        "route": words.plain(one["route"]),
        "state": words.plain(one["state"]) + (f", due {text(one['due_date'])}" if one["due_date"] else ""),
    }


def _return(one: Row, refunds: Sequence[Row]) -> dict[str, str]:
    back = [row for row in refunds if row["claim_number"] == one["claim_number"]]
    said = [f"{words.dollars(row['cents'])} on {row['refunded_date']}, {row['reference']}" for row in back]
    return {
        "claim": one["claim_number"],
        "why": words.sentence(words.plain(one["why"])),
        "amount": words.dollars(one["cents"]),
        "found": f"{one['identified_date']}, to be returned by {one['due_date']}",
        "returned": "; ".join(said) or "nothing by a refund of ours",
        "open": f"{words.dollars(one['open_cents'])} ({words.plain(one['state'])})",
    }


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
