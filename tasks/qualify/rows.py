"""The decided month in the columns of config/outputs, without the case numbers that the store gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.frames import as_texts, one_below_another, repeated
from config.month import Month
from config.rulebook import RuleBook
from tasks.qualify.findings import with_words
from tasks.qualify.frames import CLASSES, Months
from tasks.qualify.prices import CONFIDENCES

OUTCOMES = ["bill", "hold", "short", "not_billable"]


def decisions(m: Months, month: Month, book: RuleBook) -> pd.DataFrame:
    """The enrolled patient-months in the columns of config/outputs/decisions.yaml, without the case number."""
    billed = ((m["outcome"] == "bill") | (m["outcome"] == "hold")).to_numpy() & (m["family"] != "").to_numpy()
    sure = np.where(m["confidence"].notna(), m["confidence"], 0).astype(int)
    frame = pd.DataFrame(
        {
            "practice_id": m["practice_id"],
            "month": repeated(str(month), len(m)),
            "program": repeated(book.program, len(m)),
            "patient_id": m["patient_id"],
            "practitioner_id": m["practitioner_id"],
            "care_manager_id": m["care_manager_id"],
            "outcome": pd.Categorical(m["outcome"], OUTCOMES),
            "family": m["family"].where(billed, ""),
            "codes": m["codes"].where(billed, ""),
            "service_date": m["service_date"].where(billed),
            "staff_seconds": m["staff_seconds"].astype("Int64"),
            "practitioner_seconds": m["practitioner_seconds"].astype("Int64"),
            "excluded_seconds": m["excluded_seconds"].astype("Int64"),
            "minutes": m["minutes"].astype("Int64"),
            "minutes_missing": m["minutes_missing"].astype("Int64"),
            "payer_kind": m["payer_kind"],
            "expected_cents": m["expected_cents"].where(billed).astype("Int64"),
            "coinsurance_cents": m["coinsurance_cents"].where(billed).astype("Int64"),
            **{
                name: m[name].where(billed).astype("Int64")
                for name in ("medicare_cents", "hospital_cents", "hospital_copay_cents")
            },
            "amount_basis": m["basis"].where(billed & m["expected_cents"].notna(), ""),
            "amount_confidence": as_texts(
                np.where(billed & m["expected_cents"].notna(), np.array(CONFIDENCES, dtype=object)[sure], "")
            ),
            "reason": m["reason"],
            "rulebook_digest": repeated(book.digest, len(m)),
        }
    )
    return frame[m["is_enrolled"].to_numpy()].reset_index(drop=True)


def candidate_rows(found: pd.DataFrame, m: Months, book: RuleBook) -> pd.DataFrame:
    """The candidates in the columns of config/outputs/candidates.yaml, without the case number."""
    return pd.DataFrame(
        {
            "patient_id": m["patient_id"].array.take(found["patient"].to_numpy()),
            "program": repeated(book.program, len(found)),
            "family": found["family"],
            "codes": found["codes"],
            "minutes": found["minutes"].astype("Int64"),
            "expected_cents": found["expected_cents"].astype("Int64"),
            "coinsurance_cents": found["coinsurance_cents"].astype("Int64"),
            **{
                name: found[name].astype("Int64")
                for name in ("medicare_cents", "share_up_to_cents", "hospital_cents", "hospital_copay_cents")
            },
            "basis": found["basis"],
            "supported": found["supported"].astype("boolean"),
            "chosen": found["chosen"].astype("boolean"),
            "why": found["why"],
        }
    )


def finding_rows(findings: pd.DataFrame, m: Months, book: RuleBook) -> pd.DataFrame:
    """The findings in patient order with their words, in the columns of config/outputs/findings.yaml."""
    findings = findings.sort_values("patient", kind="stable", ignore_index=True)
    findings.insert(0, "patient_id", m["patient_id"].array.take(findings["patient"].to_numpy()))
    findings.insert(1, "program", repeated(book.program, len(findings)))
    columns = [
        "patient_id",
        "program",
        "rule",
        "outcome",
        "words",
        "numbers",
        "owner",
        "fix",
        "denial",
        "source",
        "confidence",
    ]
    return with_words(findings, book)[columns]


def ledger_rows(ledgers: list[pd.DataFrame], tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The ledgers of all programs in the columns of config/outputs/time_ledger.yaml."""
    shown = ["entry", "part", "performer_class", "local_date", "seconds", "disposition"]
    ledger = one_below_another([one[shown] for one in ledgers])
    entries, row = tables["time_entries"], ledger["entry"].to_numpy()
    return pd.DataFrame(
        {
            "entry_id": entries["entry_id"].array[row],
            "part": ledger["part"].astype("Int64"),
            "patient_id": entries["patient_id"].array[row],
            "performer_id": entries["performer_id"].array[row],
            "performer_class": pd.Categorical.from_codes(ledger["performer_class"], list(CLASSES)),
            "performed_date": ledger["local_date"].to_numpy(),
            "seconds": ledger["seconds"].astype("Int64"),
            "program": entries["program"].array[row],
            "disposition": ledger["disposition"].array,
        }
    )


def code_lines(found: pd.DataFrame, m: Months, book: RuleBook) -> pd.DataFrame:
    """One row a code of every patient-month that bills: the first code, then the further one with its units."""
    bills = (m["outcome"] == "bill").to_numpy(bool)[found["patient"]]
    chosen = found[found["chosen"].to_numpy() & bills]
    names = np.array(CONFIDENCES, dtype=object)
    lines = []
    for line, code in ((1, "first"), (2, "further")):
        rows = chosen if line == 1 else chosen[chosen["further_units"] > 0]
        lines.append(
            pd.DataFrame(
                {
                    "patient": rows["patient"],
                    "line": line,
                    "code": rows[code],
                    "units": 1 if line == 1 else rows["further_units"],
                    "service_date": rows["service_date"],
                    "expected_cents": rows[f"{code}_cents"],
                    "coinsurance_cents": rows[f"{code}_coinsurance"],
                    "amount_confidence": as_texts(names[rows["confidence"].to_numpy(int)]),
                }
            )
        )
    frame = pd.concat(lines, ignore_index=True).sort_values(["patient", "line"], ignore_index=True)
    for column in ("line", "units", "expected_cents", "coinsurance_cents"):
        frame[column] = frame[column].astype("Int64")
    frame.insert(0, "patient_id", m["patient_id"].array.take(frame.pop("patient").to_numpy()))
    frame.insert(1, "program", repeated(book.program, len(frame)))
    return frame
