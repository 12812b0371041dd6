"""Of all that is known of a payer's filing limit the most particular counts, wherever the limit is asked for."""

from __future__ import annotations

from datetime import date

import pandas as pd

from tasks.store.filing import Limits, limits_in

DAY = date(2026, 10, 31)
PLAN = {"patient_id": "P1", "payer_kind": "commercial", "payer_id": "SYN-41"}


def told(*days: int | None, **more: str) -> pd.DataFrame:
    return pd.DataFrame([PLAN | more | {"filing_days": one} for one in days]).astype({"filing_days": "Int64"})


def test_the_most_particular_term_counts() -> None:
    both = {"payer_answers": told(120, 180), "program_answers": told(30, program="bhi")}
    silent = {"payer_answers": told(120), "program_answers": told(None, program="bhi")}

    def days(limits: Limits, program: str, payer_id: str = "syn41", patient: str = "P1") -> tuple[int, str]:
        found = limits.of(patient, program, "commercial", payer_id, DAY)
        assert found is not None
        return (found.last_day - DAY).days, found.source.split(" ")[1]

    assert days(limits_in({}, both), "ccm") == (120, "payer's"), "of two plans of one payer the shorter term"
    assert days(limits_in({}, both), "bhi") == (30, "payer's"), "what it told for the program goes before"
    assert days(limits_in({}, silent), "bhi") == (120, "payer's"), "an answer silent of it takes nothing away"
    assert days(limits_in({"syn41": 60}, both), "bhi") == (60, "practice's")
    assert days(limits_in({}, both), "ccm", patient="P2")[0] == 90, "the usual one of its kind, only recalled"
    assert days(limits_in({}, {"payer_answers": told(120).drop(columns="filing_days")}), "ccm")[0] == 90
    assert limits_in({}, {}).of("P1", "ccm", "va", "V1", DAY) is None
