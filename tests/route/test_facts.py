"""What is known of payers on the day of an ask: the coverages on file, and the answers that were verified."""

from __future__ import annotations

import pandas as pd

from tasks.route.facts import coverage_flags

DAY = pd.Timestamp("2026-10-09")


def asks_of(*patients: str) -> pd.DataFrame:
    return pd.DataFrame({"patient_id": list(patients), "day": DAY})


def coverages_of(*rows: tuple[str, int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["patient_id", "priority", "payer_kind"])
    frame["coverage_id"] = [f"V{number}" for number in range(len(frame))]
    return frame.assign(start_date=pd.Timestamp("2020-01-01"), end_date=pd.NaT)


def test_who_owes_nothing_by_an_eligibility_answer_is_a_qmb_though_no_coverage_says_so() -> None:
    coverages = coverages_of(("A", 1, "medicare_part_b"), ("B", 1, "medicare_part_b"))
    answers = pd.DataFrame(
        {"patient_id": ["A", "B"], "coverage_id": ["V0", "V1"], "answer": "covers", "patient_owes": ["never", "share"]}
    )
    assert not coverage_flags(asks_of("A", "B"), {"coverages": coverages})["qmb"].any()
    found = coverage_flags(asks_of("A", "B"), {"coverages": coverages, "payer_answers": answers})
    assert found["qmb"].tolist() == [True, False]


def test_a_second_payer_that_was_found_not_to_cover_it_is_none_to_wait_for() -> None:
    coverages = coverages_of(("A", 1, "medicare_part_b"), ("A", 2, "commercial"), ("B", 2, "commercial"))
    answers = pd.DataFrame(
        {
            "patient_id": ["A", "B"],
            "coverage_id": ["V1", "V2"],
            "answer": ["does_not", "unknown"],
            "patient_owes": "share",
        }
    )
    found = coverage_flags(asks_of("A", "B"), {"coverages": coverages, "payer_answers": answers})
    assert found["second_payer"].tolist() == [False, True]


def test_a_second_payer_is_taken_by_its_answer_for_the_program_that_the_patient_agreed_to() -> None:
    """It does not cover chronic care and covers principal care: A has the one, B the other, C both."""
    coverages = coverages_of(("A", 2, "commercial"), ("B", 2, "commercial"), ("C", 2, "commercial"))
    told = {"takes_coinsurance": "unknown", "takes_deductible": "unknown", "confidence": "primary", "place": 2}
    answers = coverages[["patient_id", "coverage_id"]].assign(answer="does_not", patient_owes="share", **told)
    consents = pd.DataFrame(
        {"patient_id": list("ABCC"), "program": ["ccm", "pcm", "ccm", "pcm"], "revoked_date": pd.NaT}
    )
    tables = {"coverages": coverages, "payer_answers": answers, "consents": consents}
    assert coverage_flags(asks_of(*"ABC"), tables)["second_payer"].tolist() == [False, False, False]
    tables |= {"program_answers": answers.assign(program="pcm", answer="covers")}
    assert coverage_flags(asks_of(*"ABC"), tables)["second_payer"].tolist() == [False, True, True]
