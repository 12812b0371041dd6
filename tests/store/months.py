"""Small months in the columns of the output contract, made of nothing but a number of patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.contract import outputs
from config.frames import as_contract, empty
from config.month import Month
from tasks.store import Digests, Saved, Store
from tasks.store.records import Basis

OCTOBER = Month(2026, 10)
DIGESTS = Digests("input", "settings", "rules")
BASIS = Basis(DIGESTS, {"stays": pd.DataFrame({"patient_id": ["PT000001"]})}, "{}", b"rules")


@dataclass(frozen=True)
class Letter:
    """A message as the step that composes them makes it."""

    audience: str = "billing"
    kind: str = "month"
    recipient: str = "billing@example.org"
    subject: str = "October is decided"
    html: str = "<p>October</p>"
    text: str = "October"
    message_id: str = "<1@ccm>"


def month(patients: int = 5, entries_each: int = 2, practice: str = "P1") -> dict[str, pd.DataFrame]:
    """All frames of a month; patients are in no particular order."""
    rng = np.random.default_rng(7)
    ids = pd.Series([f"PT{number:06d}" for number in rng.permutation(patients)])
    cases = pd.Series([f"C-{number:06d}" for number in range(1, patients + 1)])
    few = np.arange(patients)
    dates = pd.Timestamp("2026-10-01") + pd.to_timedelta(few % 31, "D")
    decisions = {
        "case_number": cases,
        "practice_id": practice,
        "month": "2026-10",
        "patient_id": ids,
        "practitioner_id": "D1",
        "outcome": np.where(few % 3 == 0, "bill", "short"),
        "family": np.where(few % 3 == 0, "staff", ""),
        "codes": np.where(few % 3 == 0, "99490 x1", ""),
        "service_date": pd.Series(dates).where(few % 3 == 0),
        "staff_seconds": few * 60,
        "expected_cents": np.where(few % 3 == 0, 6100, 0),
        "rulebook_digest": "rules",
    }
    lines = {"case_number": cases, "patient_id": ids, "last_name": "Ng", "birth_date": pd.Timestamp("1940-02-29")}
    entry = np.arange(patients * entries_each)
    ledger = {
        "entry_id": pd.Series(entry).map("E{:08d}".format),
        "part": 1,
        "patient_id": ids.iloc[entry % patients].reset_index(drop=True),
        "performer_id": pd.Series(entry % 40).map("S{:02d}".format),
        "performer_class": "clinical_staff",
        "performed_date": pd.Timestamp("2026-10-01") + pd.to_timedelta(entry % 31, "D"),
        "seconds": 60 + entry % 1800,
        "program": "ccm",
        "disposition": np.where(entry % 9 == 0, "no_consent", "counted"),
    }
    candidates = {"case_number": cases, "patient_id": ids, "family": "staff", "minutes": few, "supported": few % 2 == 0}
    frames = {
        "decisions": decisions,
        "claim_lines": lines | {"line": 1, "code": "99490", "units": 1, "service_date": dates},
        "findings": {"case_number": cases, "patient_id": ids, "rule": "consent_late", "numbers": "a=1; b=2"},
        "candidates": candidates | {"chosen": True, "expected_cents": 6100},
        "time_ledger": ledger,
        "quarantine": {
            "patient_id": [sorted(ids)[1], None],
            "table": "time_entries",
            "source_line": [7, 8],
            "reason": "duration_missing",
        },
        "checks": {"table": ["patients"], "check": ["name_missing"], "rows": [patients], "failed": [0]},
        "reconciliation": {"total": ["seconds"], "part": ["in"], "amount": [int(ledger["seconds"].sum())]},
    }
    made = {name: as_contract(pd.DataFrame(columns), outputs()[name]) for name, columns in frames.items()}
    return made | {"signals": empty(outputs()["signals"])}


def no_cases() -> pd.DataFrame:
    """No co-pay case."""
    return empty(outputs()["copay_cases"])


def case(number: str = "C-000001", **values: object) -> pd.DataFrame:
    """One co-pay case."""
    given = {
        "case_number": number,
        "patient_id": "PT000001",
        "response": "refused",
        "response_date": pd.Timestamp("2026-10-05"),
        "state": "open",
        "option": "payment_plan",
        "due_date": pd.Timestamp("2026-10-19"),
    }
    return as_contract(pd.DataFrame([given | values]), outputs()["copay_cases"])


def save(store: Store, frames: dict[str, pd.DataFrame], cases: pd.DataFrame | None = None, **more: object) -> Saved:
    """The month saved for practice P1 in October, unless `more` says otherwise, with one message a revision."""
    return store.save_cycle(
        str(more.get("practice", "P1")),
        more.get("month", OCTOBER),
        more.get("basis", BASIS),
        frames,
        no_cases() if cases is None else cases,
        lambda revision, changes: [Letter(subject=f"Revision {revision}: {len(changes)} changes")],
    )


def knows(store: Store, practice: str = "P1", **patient: object) -> None:
    """A decided month with one patient of the practice: Cora Pine, born 1941-05-06, MRN 7654321."""
    cora = {"first_name": "Cora", "last_name": "Pine", "birth_date": pd.Timestamp("1941-05-06"), "mrn": "7654321"}
    people = pd.DataFrame([{"patient_id": "1"} | cora | patient])
    basis = Basis(DIGESTS, {"patients": people, "coverages": pd.DataFrame({"patient_id": ["1"]})}, "{}", b"rules")
    rest = {name: empty(table) for name, table in outputs().items()}
    store.save_cycle(practice, OCTOBER, basis, rest, rest["copay_cases"], lambda *_: [])
