"""What is told of a month's claims: what went out, what is held, what is left to do by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from config.clocks import filing_limit
from config.contract import claim_outputs
from config.frames import as_contract
from tasks.claim.compare import ByHand
from tasks.claim.drafts import Draft
from tasks.claim.needs import Held


def sent_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The claims that went out, in contract columns."""
    return as_contract(pd.DataFrame(list(map(dict, rows))), claim_outputs()["claims_sent"])


def held_frame(held: Held, filing_days: Mapping[str, int]) -> pd.DataFrame:
    """The claims that do not go out, one row for each thing that is missing; the amount that waits stands once a claim.

    `filing_days` are the terms that the practice has with payers, by their identifiers.
    """
    rows = [
        {
            **_of(draft),
            "payer_order": draft.payer_order,
            "payer_name": draft.payer.name,
            "codes": draft.codes,
            "modifiers": " ".join(":".join([line.code, *line.modifiers]) for line in draft.lines if line.modifiers),
            "need": need.need,
            "words": need.words,
            "numbers": numbers,
            "owner": need.owner,
            "fix": need.fix,
            "due_date": _last_day(draft, filing_days),
            "expected_cents": draft.expected_cents,
        }
        for draft, need, numbers in held
    ]
    table = claim_outputs()["claim_holds"]
    frame = as_contract(pd.DataFrame(rows), table).drop_duplicates(list(table.key), ignore_index=True)
    return _expected_once(frame)


def held_sheet(
    holds: pd.DataFrame, decisions: pd.DataFrame, findings: pd.DataFrame, recorded: pd.DataFrame
) -> pd.DataFrame:
    """All that is held of the month in the columns of claim_holds: claims that lack something, then patient-months
    that the decision holds, one row for each rule, with the usual last day of their payer's kind.

    `recorded` are modifiers that the practice decided on.
    """
    waits = decisions[(decisions["outcome"].astype("str") == "hold").to_numpy(bool)]
    rules = findings[(findings["outcome"].astype("str") == "hold").to_numpy(bool)]
    key = ["patient_id", "program"]
    rows = rules.merge(waits[[*key, "codes", "payer_kind", "service_date", "expected_cents"]], on=key)
    limits = [_usual_day(kind, day) for kind, day in zip(rows["payer_kind"], rows["service_date"], strict=True)]
    said = {
        patient: " ".join(f"{code}:{modifier}".lstrip(":") for code, modifier in own[["code", "modifier"]].to_numpy())
        for patient, own in recorded.groupby("patient_id")
    }
    told = rows.assign(
        need=rows["rule"], due_date=pd.Series(limits, dtype="datetime64[ns]"), modifiers=rows["patient_id"].map(said)
    )
    table = claim_outputs()["claim_holds"]
    frame = as_contract(told.reindex(columns=table.names), table)
    frame = frame.sort_values(["case_number", "program", "need"], kind="stable")
    return pd.concat([holds, _expected_once(frame)], ignore_index=True)


def _usual_day(kind: Any, service_date: Any) -> pd.Timestamp:
    limit = None if pd.isna(kind) or pd.isna(service_date) else filing_limit(str(kind), service_date.date(), None)
    return pd.Timestamp(limit.last_day) if limit else pd.NaT


def _expected_once(frame: pd.DataFrame) -> pd.DataFrame:
    """The amount on the first row of a claim alone, so that the column may be summed."""
    again = frame.duplicated(["patient_id", "program", "claim", "payer_order"])
    return frame.assign(expected_cents=frame["expected_cents"].mask(again))


def corrections_frame(found: Iterable[ByHand]) -> pd.DataFrame:
    """The differences that a person settles."""
    rows = []
    for one in found:
        patient_id, program, claim = one.key
        stood = one.stood
        rows.append(
            {
                "case_number": stood.case_number,
                "patient_id": patient_id,
                "program": program,
                "claim": claim,
                "claim_number": stood.claim_number,
                "payer_name": stood.payer_name,
                "payer_claim_number": stood.payer_claim_number,
                "state": stood.state,
                "billed": stood.codes,
                "wanted": one.wanted,
                "paid_cents": stood.paid_cents,
                "action": one.action,
                "words": one.words,
                "fix": one.fix,
            }
        )
    rows.sort(key=lambda row: (row["case_number"], row["program"], row["claim"]))
    return as_contract(pd.DataFrame(rows), claim_outputs()["claim_corrections"])


def _last_day(draft: Draft, filing_days: Mapping[str, int]) -> pd.Timestamp:
    own = filing_days.get(draft.payer.payer_id)
    limit = filing_limit(draft.payer.kind, draft.lines[0].service_date, own)
    return pd.Timestamp(limit.last_day) if limit else pd.NaT


def _of(draft: Draft) -> dict[str, str]:
    names = ("case_number", "patient_id", "program", "claim")
    return {name: getattr(draft, name) for name in names}
