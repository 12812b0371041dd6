"""Who pays for a patient: what is on file, and what was verified before it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from config.month import Month
from config.rulebook import load_rulebook
from tasks.route.forecast import Terms, patient_shares
from tasks.route.payers_on_file import of_programs, payers_in, payers_on_file
from tasks.route.usual_service import for_patients, usual_lines
from tests.route.test_forecast import GAP, PART_B, QMB, SETTINGS, coverage


def test_payers_on_file_are_those_of_the_last_day_in_order() -> None:
    rows = [
        ("1", 2, "medigap", "2020-01-01", None), ("1", 1, "medicare_part_b", "2020-01-01", None),
        ("1", 3, "commercial", "2020-01-01", "2026-10-30"), ("2", 1, "medicare_part_b", "2020-01-01", None),
        ("2", 1, "commercial", "2020-01-01", None), ("3", 1, "medicare_part_b", "2026-11-01", None),
        ("4", 1, "medicare_part_b", "2020-01-01", "2026-10-31"), ("4", 2, "qmb", "2026-10-31", None),
        ("5", 1, "medicare_part_b", "2020-01-01", None), ("5", 2, "qmb", "2020-01-01", "2026-10-01"),
        ("6", 1, "medicare_part_b", "2020-01-01", None), ("6", 2, "qmb", "2020-01-01", "2026-09-30"),
    ]  # fmt: skip
    names = ["patient_id", "priority", "payer_kind", "start_date", "end_date"]
    frame = pd.DataFrame(rows, columns=names).assign(coverage_id=[f"V{place}" for place in range(len(rows))])
    frame["start_date"], frame["end_date"] = pd.to_datetime(frame["start_date"]), pd.to_datetime(frame["end_date"])
    found = payers_on_file(frame, Month(2026, 10))
    assert list(zip(found["patient_id"], found["place"], found["payer_kind"], found["answer"], strict=True)) == [
        ("1", 1, "medicare_part_b", "covers"), ("1", 2, "medigap", "covers"),
        ("2", 1, "medicare_part_b", "conflicting"), ("2", 2, "commercial", "conflicting"),
        ("4", 1, "medicare_part_b", "covers"), ("4", 2, "qmb", "covers"),
        ("5", 1, "medicare_part_b", "covers"), ("5", 2, "qmb", "covers"), ("6", 1, "medicare_part_b", "covers"),
    ]  # fmt: skip
    assert list(found["patient_owes"]) == [
        "share",
        "unknown",
        "share",
        "unknown",
        "share",
        "never",
        "share",
        "never",
        "share",
    ]


def test_a_payer_is_taken_by_its_answer_for_the_program_of_the_lines() -> None:
    """The supplement takes all of chronic care; of principal care it is not known, and of BHI it takes nothing."""
    payers = pd.concat([coverage(PART_B, GAP).assign(patient_id=one) for one in "1234"], ignore_index=True)
    payers["coverage_id"] = payers["patient_id"] + payers["place"].astype("str")
    gap = payers[payers["place"] == 2]
    others = pd.concat(
        [
            gap.assign(program="pcm", answer="unknown", takes_coinsurance="unknown"),
            gap.assign(program="bhi", takes_coinsurance="none"),
        ]
    )
    had = [("1", "ccm"), ("2", "pcm"), ("3", "bhi"), ("4", "ccm"), ("4", "bhi")]
    wanted = pd.DataFrame(had, columns=["patient_id", "program"])
    found = of_programs(payers, others, wanted)
    told = found[found["place"] == 2]
    assert list(zip(told["answer"], told["takes_coinsurance"], strict=True)) == [
        ("covers", "all"), ("unknown", "unknown"), ("covers", "none"), ("covers", "unknown"),
    ]  # fmt: skip
    assert found[found["place"] == 1].equals(payers[payers["place"] == 1].astype(found.dtypes))
    protected = of_programs(payers.assign(patient_owes="never"), others, wanted)
    assert set(protected["patient_owes"]) == {"never"}
    assert of_programs(payers, None, wanted) is payers


def test_what_was_verified_stands_before_what_is_on_file() -> None:
    """As a decided month keeps it: texts as categories, payers that do not count at place 0."""
    names = ["patient_id", "priority", "payer_kind", "start_date", "end_date", "coverage_id"]
    day, ended = pd.Timestamp("2020-01-01"), pd.Timestamp("2026-10-09")
    filed = [(one, 1, "medicare_part_b", day, pd.NaT, f"{one}1") for one in "123"]
    filed += [("1", 2, "medigap", day, pd.NaT, "12"), ("3", 2, "qmb", day, ended, "32")]
    coverages = pd.DataFrame(filed, columns=names)
    answers = pd.concat(
        [
            coverage(PART_B | {"deductible_left_cents": 0}, GAP).assign(patient_id="1"),
            coverage(PART_B | {"patient_owes": "never"}).assign(patient_id="2"),
            coverage(PART_B).assign(patient_id="3"),
            coverage(QMB).assign(patient_id="3", place=0, patient_owes="share"),
        ]
    ).astype(
        dict.fromkeys(["payer_kind", "answer", "takes_coinsurance", "takes_deductible", "patient_owes"], "category")
    )
    book = load_rulebook(Month(2026, 10))
    people = pd.DataFrame({"patient_id": list("123"), "case_number": ["C-000001", "C-000002", "C-000003"]})
    lines = for_patients(usual_lines({"99490": 1}, "office", "", book, SETTINGS), people)

    def owes(tables: dict[str, pd.DataFrame]) -> list[tuple[str, Any]]:
        found = patient_shares(lines, payers_in(tables, Month(2026, 10)), Terms.of("office", book, 12))
        return [
            (row["owes"], None if pd.isna(row["share_cents"]) else row["share_cents"]) for _, row in found.iterrows()
        ]

    assert owes({"coverages": coverages}) == [("unknown", None), ("share", 1323), ("never", 0)]
    assert owes({"coverages": coverages, "payer_answers": answers}) == [("share", 0), ("never", 0), ("never", 0)]
