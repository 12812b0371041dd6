"""Insurance: Part B alone, with a supplement, with Medicaid; Medicare Advantage; others; and changes in the year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.numbers import member_ids, stream, text_ids
from tasks.demo.roster import DAY, Roster

# (share, payer of first priority, payer of second priority)
MIX: list[tuple[float, str, str]] = [
    (0.15, "medicare_part_b", ""),
    (0.40, "medicare_part_b", "medigap"),
    (0.12, "medicare_part_b", "qmb"),
    (0.04, "medicare_part_b", "medicaid"),
    (0.02, "medicare_part_b", "commercial"),
    (0.01, "medicare_part_b", "tricare"),
    (0.18, "medicare_advantage", ""),
    (0.04, "commercial", ""),
    (0.005, "va", ""),
    (0.005, "other", ""),
    (0.03, "unknown", ""),
]
PAYERS: dict[str, list[tuple[str, str]]] = {
    "medicare_part_b": [("Medicare", "15202")],
    "medicare_advantage": [
        ("Buckeye Advantage Plus", "SYN11"),
        ("Silver River Health Plan", "SYN12"),
        ("Acorn Senior HMO", "SYN13"),
    ],
    "medigap": [
        ("Lakeside Supplement G", "SYN21"),
        ("Heartland Mutual Plan N", "SYN22"),
        ("Founders Medigap F", "SYN23"),
    ],
    "qmb": [("State Medicaid QMB", "SYN31")],
    "medicaid": [("State Medicaid", "SYN31")],
    "commercial": [("Trillium Group Health", "SYN41"), ("Ironworks Retiree Plan", "SYN42")],
    "tricare": [("TRICARE for Life", "SYN51")],
    "va": [("Veterans Community Care", "SYN61")],
    "other": [("Railway Workers Fund", "SYN71")],
    "unknown": [("", "")],
}
# What tells the plans of a payer apart, by payer identifier: plan letter, contract and plan, state.
PARTS: dict[str, dict[str, str]] = {
    "SYN11": {"plan_id": "H9901-001"},
    "SYN12": {"plan_id": "H9902-004"},
    "SYN13": {"plan_id": "H9903-012"},
    "SYN21": {"plan_letter": "G"},
    "SYN22": {"plan_letter": "N"},
    "SYN23": {"plan_letter": "F"},
    "SYN31": {"state": "OH"},
}
SWITCHES = 0.02  # share of patients who went from Part B to Medicare Advantage, or back, in the last year


def make_coverages(roster: Roster, seed: int, last_month: Month) -> pd.DataFrame:
    """The coverages, at most two at a time for a patient."""
    rng = stream(seed, "coverages")
    shares = np.array([share for share, _, _ in MIX])
    kind = rng.choice(len(MIX), roster.size, p=shares / shares.sum())
    kind = np.where(roster.cast, 1, kind)
    first = np.array([mix[1] for mix in MIX], dtype=object)[kind]
    second = np.array([mix[2] for mix in MIX], dtype=object)[kind]
    everyone = np.arange(roster.size)
    born = np.datetime64(last_month.last) - (roster.age * 365.25).astype(int) * DAY
    start = np.minimum(born + 24_000 * DAY, roster.enrolled - rng.integers(400, 2500, roster.size) * DAY)
    start = start.astype("datetime64[M]").astype("datetime64[D]")
    never = np.full(roster.size, np.datetime64("NaT"), "datetime64[D]")

    switches = (rng.random(roster.size) < SWITCHES) & ~roster.cast & np.isin(kind, [0, 1, 6])
    months_ago = rng.integers(0, 11, roster.size)
    changed = (np.datetime64(last_month.first, "M") - months_ago).astype("datetime64[D]")
    other = np.where(first == "medicare_advantage", "medicare_part_b", "medicare_advantage")
    end = np.where(switches, changed - DAY, never)
    two = second != ""
    pieces = [
        _span(everyone, 1, first, start, end),
        _span(everyone[two], 2, second[two], start[two], end[two]),
        _span(everyone[switches], 1, other[switches], changed[switches], never[switches]),
    ]
    frame = pd.concat(pieces, ignore_index=True).sort_values(["patient", "start_date", "priority"], kind="stable")
    return _named(rng, frame.reset_index(drop=True), roster, last_month)


def _span(patient: np.ndarray, priority: int, kind: np.ndarray, start: np.ndarray, end: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {"patient": patient, "priority": priority, "payer_kind": kind, "start_date": start, "end_date": end}
    )


def _named(rng: np.random.Generator, frame: pd.DataFrame, roster: Roster, last_month: Month) -> pd.DataFrame:
    """With payer names, payer identifiers and member identifiers; unknown payers have none."""
    count = len(frame)
    patient = frame.pop("patient").to_numpy()
    kinds = frame["payer_kind"].to_numpy(dtype=object)
    lot = rng.integers(0, 6, roster.size)[patient]
    name = np.full(count, None, dtype=object)
    payer = np.full(count, None, dtype=object)
    for kind, choices in PAYERS.items():
        rows = kinds == kind
        chosen = lot[rows] % len(choices)
        name[rows] = np.array([choice[0] or None for choice in choices], dtype=object)[chosen]
        payer[rows] = np.array([choice[1] or None for choice in choices], dtype=object)[chosen]
    member = np.where(kinds == "unknown", None, member_ids(rng, roster.size)[patient].astype(object))
    parts = {
        part: np.array([PARTS.get(one or "", {}).get(part) for one in payer], dtype=object)
        for part in ("plan_letter", "plan_id", "state")
    }
    # An HMO authorized half of its patients; a third of those with Medicaid have a program that pays premiums only.
    authorized = (payer == "SYN13") & (lot % 2 == 0)
    premiums_only = (kinds == "medicaid") & (lot % 3 == 0)
    # Most group plans came with the job of the patient's wife or husband.
    insured = (kinds == "commercial") & (lot % 3 != 0)
    given = np.array(["Wilhelmina", "Thaddeus"], dtype=object)[lot % 2]
    born = np.datetime64("1944-03-01") + (lot * 377).astype("timedelta64[D]")
    subscriber = {
        "subscriber_relationship": "spouse",
        "subscriber_last_name": "Ostrander",
        "subscriber_first_name": given,
        "subscriber_sex": np.array(["F", "M"], dtype=object)[lot % 2],
    }
    return frame.assign(
        **parts,
        **{
            name: pd.Series(value, index=frame.index, dtype=object).where(insured) for name, value in subscriber.items()
        },
        subscriber_birth_date=np.where(insured, born, np.datetime64("NaT")),
        msp_type=None,
        savings_program=pd.Series("slmb", index=frame.index).where(premiums_only),
        authorization_number=pd.Series(text_ids("AU", np.arange(1, count + 1), 7), index=frame.index).where(authorized),
        verified_date=np.where(kinds == "unknown", np.datetime64("NaT"), np.datetime64(last_month.first)),
        coverage_id=text_ids("V", np.arange(1, count + 1), 7),
        patient_id=roster.patient_ids[patient],
        payer_name=name,
        payer_id=payer,
        member_id=member,
    )
