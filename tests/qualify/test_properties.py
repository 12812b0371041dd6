"""What must hold for every month, on random ones: totals tie, more never earns less, order does not matter."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from config.month import Month
from config.rulebook import load_rulebook
from tasks.qualify.decide import decide
from tests.qualify.cases import settings_of, tables_of
from tests.qualify.together import decided_apart

MONTH = Month.parse("2026-10")
BOOK = load_rulebook(MONTH)

time = st.fixed_dictionaries(
    {
        "at": st.builds(
            "{} {:02d}:{:02d}".format,
            st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-02", "2026-10-15", "2026-10-31"]),
            st.integers(0, 23),
            st.integers(0, 59),
        ),
        "length": st.builds("{}:{:02d}".format, st.integers(0, 100), st.integers(0, 59)),
        "performer_id": st.sampled_from(["S1", "S2", "D1", "C1", "nobody"]),
        "program": st.sampled_from(["ccm", "ccm", "ccm", "rpm"]),
        "source": st.sampled_from(["timer", "timer", "manual", "offline", "automated"]),
        "patients_in_activity": st.sampled_from([None, 1, 2, 3]),
        "country": st.sampled_from([None, "US", "PH"]),
        "activity": st.sampled_from(["call", "prior_authorization"]),
    }
)
case = st.fixed_dictionaries(
    {"time": st.lists(time, max_size=6)},
    optional={
        "consents": st.sampled_from([[], [{"consent_date": "2026-10-02"}], [{"practitioner_id": "D2"}]]),
        "stays": st.just([{"kind": "inpatient", "admit_date": "2026-10-14", "discharge_date": "2026-10-16"}]),
        "coverages": st.sampled_from([[], [{"priority": 1, "payer_kind": "commercial", "start_date": "2020-01-01"}]]),
        "care_plans": st.just([]),
        "patient": st.sampled_from([{"enrolled_date": "2026-11-01"}, {"death_date": "2026-09-15"}]),
        "medical_decisions": st.just([{"practitioner_id": "D1", "decided_date": "2026-10-15", "level": "high"}]),
    },
)
months = st.lists(case, min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(months)
def test_the_totals_tie(cases: list[dict[str, Any]]) -> None:
    tables = tables_of(cases, MONTH)
    result = decide(tables, MONTH, BOOK, settings_of())
    ledger, rows = result["time_ledger"], result["decisions"]
    by_entry = ledger.groupby("entry_id")["seconds"].sum()
    logged = tables["time_entries"].set_index("entry_id")["seconds"]
    assert by_entry.reindex(logged.index, fill_value=0).tolist() == logged.tolist()
    assert (ledger["seconds"] >= 0).all()
    assert not ledger.duplicated(["entry_id", "part"]).any()
    assert ledger["disposition"].notna().all()
    rows = rows[rows["program"] == "ccm"]
    mine = ledger["program"] == "ccm"
    counted = ledger[mine & (ledger["disposition"] == "counted")].groupby("patient_id")["seconds"].sum()
    decided_seconds = (rows["staff_seconds"] + rows["practitioner_seconds"]).to_list()
    assert decided_seconds == counted.reindex(rows["patient_id"], fill_value=0).to_list()
    enrolled = tables["patients"].query("enrolled_date <= '2026-10-31'")["patient_id"]
    assert rows["patient_id"].tolist() == enrolled.tolist()
    assert rows["outcome"].isin(["bill", "hold", "short", "not_billable"]).all()
    billed = rows[rows["outcome"] == "bill"]
    lines = result["code_lines"].query("program == 'ccm'")
    assert set(lines["patient_id"]) == set(billed["patient_id"])
    assert (billed["reason"] == "").all()
    assert (rows[rows["outcome"] != "bill"]["reason"] != "").all()
    assert (result["candidates"].groupby(["patient_id", "program"])["chosen"].sum() <= 1).all()


@settings(max_examples=30, deadline=None)
@given(months, st.randoms())
def test_the_order_of_entries_does_not_matter(cases: list[dict[str, Any]], random: Any) -> None:
    tables = tables_of(cases, MONTH)
    order = list(range(len(tables["time_entries"])))
    random.shuffle(order)
    shuffled = tables | {"time_entries": tables["time_entries"].iloc[order].reset_index(drop=True)}
    one, other = (decide(some, MONTH, BOOK, settings_of()) for some in (tables, shuffled))
    for name in ("decisions", "candidates", "findings", "code_lines"):
        pd.testing.assert_frame_equal(one[name], other[name])


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 130), st.integers(0, 130), st.integers(1, 40)), min_size=4, max_size=8),
    st.sampled_from(["2016-05", "2019-05", "2020-05", "2026-05"]),
)
def test_more_minutes_never_earn_less(several: list[tuple[int, int, int]], month: str) -> None:
    decision = [{"practitioner_id": "D1", "decided_date": f"{month}-05", "level": "high"}]
    cases = [
        {"staff": f"{staff + extra[0]}", "practitioner": f"{practitioner + extra[1]}", "medical_decisions": decision}
        for staff, practitioner, more in several
        for extra in ((0, 0), (more, 0), (0, more))
    ]
    results = decided_apart(cases, month)
    amounts = [int(result["decisions"]["expected_cents"].fillna(0).item()) for result in results]
    assert all(less <= more for less, more in zip(amounts[::3], amounts[1::3], strict=True))
    assert all(less <= more for less, more in zip(amounts[::3], amounts[2::3], strict=True))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=4, max_size=8),
    st.sampled_from(["highest_allowed", "simplest", "personal"]),
)
def test_units_never_pass_the_cap(several: list[tuple[int, int]], policy: str) -> None:
    decision = [{"practitioner_id": "D1", "decided_date": "2026-10-05", "level": "moderate"}]
    cases = [
        {"staff": f"{staff}", "practitioner": f"{practitioner}", "medical_decisions": decision}
        for staff, practitioner in several
    ]
    caps = {"99490": 1, "99439": 2, "99491": 1, "99437": 2, "99487": 1, "99489": 10}
    for result in decided_apart(cases, choose_family=policy):
        lines = result["code_lines"].set_index("code")["units"]
        assert all(units <= caps[code] for code, units in lines.items())
        assert len({code for code in lines.index if code in ("99490", "99491", "99487")}) <= 1
