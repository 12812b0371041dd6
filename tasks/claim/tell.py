"""What is told of a month's claims: what went out, what is held, what is left to do by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from config.contract import claim_outputs
from config.frames import as_contract
from tasks.claim.compare import ByHand
from tasks.claim.drafts import Draft
from tasks.claim.needs import Held
from tasks.store.filing import Limits
from tasks.store.modifiers import in_words


def sent_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The claims that went out, in contract columns."""
    return as_contract(pd.DataFrame(list(map(dict, rows))), claim_outputs()["claims_sent"])


def held_frame(held: Held, limits: Limits) -> pd.DataFrame:
    """The claims that do not go out, one row for each thing that is missing; the amount that waits stands once a claim.

    `limits` say until when each payer takes its claim.
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
            "due_date": _last_day(draft, limits),
            "expected_cents": draft.expected_cents,
        }
        for draft, need, numbers in held
    ]
    table = claim_outputs()["claim_holds"]
    frame = as_contract(pd.DataFrame(rows), table).drop_duplicates(list(table.key), ignore_index=True)
    return _expected_once(frame)


def held_sheet(
    holds: pd.DataFrame,
    decisions: pd.DataFrame,
    findings: pd.DataFrame,
    recorded: pd.DataFrame,
    limits: Limits,
    coverages: pd.DataFrame,
) -> pd.DataFrame:
    """All that is held of the month in the columns of claim_holds: claims that lack something, then patient-months
    that the decision holds, one row for each rule, with the last day of who pays first.

    `recorded` are modifiers that the practice decided on; `coverages` name the payers.
    """
    waits = decisions[(decisions["outcome"].astype("str") == "hold").to_numpy(bool)]
    rules = findings[(findings["outcome"].astype("str") == "hold").to_numpy(bool)]
    key = ["patient_id", "program"]
    rows = rules.merge(waits[[*key, "codes", "payer_kind", "service_date", "expected_cents"]], on=key)
    rows["payer_id"] = _payers_of_day(rows, coverages)
    days = [_day_of(row, limits) for row in rows.to_dict("records")]
    told = rows.assign(
        need=rows["rule"],
        due_date=pd.Series(days, dtype="datetime64[ns]"),
        modifiers=rows["case_number"].map(in_words(recorded)),
    )
    table = claim_outputs()["claim_holds"]
    frame = as_contract(told.reindex(columns=table.names), table)
    frame = frame.sort_values(["case_number", "program", "need"], kind="stable")
    return pd.concat([holds, _expected_once(frame)], ignore_index=True)


def _payers_of_day(rows: pd.DataFrame, coverages: pd.DataFrame) -> pd.Series:
    """The identifier of each row's payer: that of the coverage of its kind in force on the date of service."""
    names = ["patient_id", "payer_kind", "payer_id", "start_date", "end_date"]
    payers = coverages.sort_values(["priority", "coverage_id"])[names]
    asked = rows[["patient_id", "payer_kind", "service_date"]].reset_index(names="row")
    found = asked.merge(payers, on=["patient_id", "payer_kind"], sort=False)
    ended = found["end_date"] < found["service_date"]
    found = found[(found["start_date"] <= found["service_date"]) & ~ended]
    return found.drop_duplicates("row").set_index("row")["payer_id"].reindex(rows.index)


def _day_of(row: Mapping[str, Any], limits: Limits) -> pd.Timestamp:
    if pd.isna(row["payer_kind"]) or pd.isna(row["service_date"]):
        return pd.NaT
    payer = str(row["payer_kind"]), "" if pd.isna(row["payer_id"]) else str(row["payer_id"])
    limit = limits.of(str(row["patient_id"]), str(row["program"]), *payer, row["service_date"].date())
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


def _last_day(draft: Draft, limits: Limits) -> pd.Timestamp:
    payer, day = draft.payer, draft.lines[0].service_date
    limit = limits.of(draft.patient_id, draft.program, payer.kind, payer.payer_id, day)
    return pd.Timestamp(limit.last_day) if limit else pd.NaT


def _of(draft: Draft) -> dict[str, str]:
    names = ("case_number", "patient_id", "program", "claim")
    return {name: getattr(draft, name) for name in names}
