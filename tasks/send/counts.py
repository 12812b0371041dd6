"""What a month comes to: the counts and sums that the report and the billing message both show. No identities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from config.frames import ONE_OF_TWO, among, cents_at_stake, month_key, of_beneficiaries, rows_set_aside

OUTCOMES = ("bill", "hold", "short", "not_billable")
CONFIDENCE = ("unverified", "secondary", "primary")  # weakest first

MONTH_KEY = ["patient_id", "program"]

Frames = Mapping[str, pd.DataFrame]
Row = dict[str, Any]


def outcomes(decisions: pd.DataFrame) -> dict[str, int]:
    """How many patient-months came to each outcome; every outcome is named."""
    found = decisions["outcome"].value_counts()
    return {name: int(found.get(name, 0)) for name in OUTCOMES}


def weakest(confidences: pd.Series) -> str:
    """The least sure of them; empty when there is none."""
    found = set(confidences.dropna())
    return next((name for name in CONFIDENCE if name in found), "")


def billed(claim_lines: pd.DataFrame) -> Row:
    """Expected amount and coinsurance in cents of all claim lines, and how many of them have no loaded rate."""
    return {
        "expected": int(claim_lines["expected_cents"].fillna(0).sum()),
        "coinsurance": int(claim_lines["coinsurance_cents"].fillna(0).sum()),
        "confidence": weakest(claim_lines["amount_confidence"]),
        "lines": len(claim_lines),
        "without_amount": int(claim_lines["expected_cents"].isna().sum()),
    }


def waiting(decisions: pd.DataFrame, findings: pd.DataFrame) -> Row:
    """What the patient-months on hold would be allowed, in cents; of two that exclude one another, one."""
    held = int((decisions["outcome"] == "hold").sum())
    return {"patients": held, "expected": int(cents_at_stake(decisions, findings).fillna(0).sum())}


def sureness(claim_lines: pd.DataFrame) -> list[tuple[str, int]]:
    """Expected cents of the claim lines by how sure their amounts are, surest first; empty kinds left out."""
    cents = claim_lines["expected_cents"].fillna(0).groupby(claim_lines["amount_confidence"].astype("str")).sum()
    return [(name, int(cents[name])) for name in reversed(CONFIDENCE) if cents.get(name, 0)]


def patients_share(decisions: pd.DataFrame, claim_lines: pd.DataFrame) -> Row:
    """Coinsurance in cents that may be asked of patients, and that of Qualified Medicare Beneficiaries, who owe none.

    The kinds of payer are those on the date of service, first and second.
    """
    qmb = of_beneficiaries(decisions, claim_lines)
    cents = claim_lines["coinsurance_cents"].fillna(0)
    return {
        "owed": int(cents[~qmb].sum()),
        "qmb": int(cents[qmb].sum()),
        "qmb_patients": int(claim_lines.loc[qmb, "patient_id"].nunique()),
    }


def codes_billed(claim_lines: pd.DataFrame) -> list[Row]:
    """Lines, units and cents of each code, by code."""
    rows = []
    for code, lines in claim_lines.groupby("code", observed=True, sort=True):
        sums = {name: int(lines[f"{name}_cents"].fillna(0).sum()) for name in ("expected", "coinsurance")}
        counts = {"code": str(code), "lines": len(lines), "units": int(lines["units"].fillna(0).sum())}
        known = {"is_loaded": bool(lines["expected_cents"].notna().any()), "sureness": sureness(lines)}
        rows.append(counts | sums | known)
    return rows


def holds(findings: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The findings that hold a month back, one row each, with `alone`: nothing else holds that patient-month."""
    found = of_decisions(findings[findings["outcome"] == "hold"], decisions[decisions["outcome"] == "hold"])
    return found.assign(alone=~found.duplicated(MONTH_KEY, keep=False))


def of_decisions(findings: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The findings that belong to one of these patient-months; one patient may have several, one for each program."""
    return findings[among(month_key(findings), month_key(decisions))]


def by_rule(found: pd.DataFrame) -> list[Row]:
    """Each rule with its words, owner, fix and cases, most cases first.

    Where the frame says it, also in how many cases the rule stands alone and what its cases are worth.
    """
    rows = []
    for rule, group in found.groupby("rule", observed=True):
        first = group.iloc[0]
        row: Row = {name: text(first[name]) for name in ("words", "owner", "fix", "denial", "source", "confidence")}
        row |= {"rule": str(rule), "cases": len(group), "list": group["case_number"].drop_duplicates().tolist()}
        if "alone" in group:
            ordered = group.sort_values(["alone", "case_number"], ascending=[False, True])
            row |= {"alone": int(group["alone"].sum()), "list": ordered["case_number"].drop_duplicates().tolist()}
        if "expected_cents" in group:
            row |= {"expected": int(group["expected_cents"].fillna(0).sum()), "one_of_two": rule in ONE_OF_TWO}
        rows.append(row)
    return sorted(rows, key=lambda row: (-row["cases"], row["rule"]))


def denials_avoided(findings: pd.DataFrame, decisions: pd.DataFrame) -> list[Row]:
    """Patient-months with enough minutes for a code that were kept back by a rule which names a denial, by denial."""
    kept = decisions[decisions["outcome"].isin(["hold", "not_billable"]) & (decisions["family"].fillna("") != "")]
    found = of_decisions(_keep_from_denial(findings), kept).drop_duplicates([*MONTH_KEY, "denial"])
    counts = found["denial"].astype("str").value_counts()
    return [{"denial": str(denial), "cases": int(cases)} for denial, cases in sorted(counts.items(), key=_most_first)]


def avoided_patients(findings: pd.DataFrame, decisions: pd.DataFrame) -> int:
    """How many patient-months are kept from a denial."""
    kept = decisions[decisions["outcome"].isin(["hold", "not_billable"]) & (decisions["family"].fillna("") != "")]
    return len(of_decisions(kept, _keep_from_denial(findings)))


def _keep_from_denial(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that keep a patient-month back and name the denial that this prevents."""
    back = findings[findings["outcome"].isin(["hold", "not_billable"])]
    return back[back["denial"].fillna("") != ""]


def set_aside(quarantine: pd.DataFrame) -> list[Row]:
    """Rows set aside by table and reason, most first, each with its owner and fix."""
    rows = []
    for (table, reason), group in quarantine.groupby(["table", "reason"], observed=True):
        first = group.iloc[0]
        words = {name: text(first[name]) for name in ("disposition", "words", "owner", "fix")}
        rows.append(words | {"table": str(table), "reason": str(reason), "rows": len(group)})
    return sorted(rows, key=lambda row: (-row["rows"], row["table"], row["reason"]))


def set_aside_rows(quarantine: pd.DataFrame) -> int:
    """How many rows were set aside, quarantined or rejected; a row with two reasons is one row."""
    return sum(rows_set_aside(quarantine).values())


def copay_by_option(cases: pd.DataFrame) -> list[Row]:
    """Open co-pay cases by option, soonest due first."""
    rows = []
    for option, group in cases[cases["state"] == "open"].groupby("option", observed=True):
        first = group.iloc[0]
        words = {name: text(first[name]) for name in ("option_words", "owner", "next_step", "source")}
        rows.append(words | {"option": str(option), "cases": len(group), "due": group["due_date"].min()})
    return sorted(rows, key=lambda row: (row["due"], row["option"]))


def text(value: Any) -> str:
    """The value in words; nothing for a missing one."""
    return "" if pd.isna(value) else str(value)


def _most_first(item: tuple[Any, int]) -> tuple[int, str]:
    return -item[1], str(item[0])
