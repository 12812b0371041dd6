"""What must hold for every month, on random ones: totals tie, more never earns less, order does not matter."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dispositions import counting
from config.month import Month
from tasks.qualify.decide import decide
from tests.qualify.cases import rulebook, settings_of, tables_of
from tests.qualify.together import decided_apart

pytestmark = pytest.mark.slow  # hundreds of whole decisions
# One of every stretch of time whose codes and rules differ; the cases are written for the last one.
WRITTEN = "2026-10"
EVERY = ["2015-03", "2016-11", "2017-02", "2018-06", "2019-12", "2020-02", "2021-05", "2022-01", "2023-08", "2024-03"]
EVERY += ["2025-02", "2025-11", WRITTEN]
month_texts = st.sampled_from(EVERY)


def moved(case: Any, month: str) -> Any:
    """The case with its days in that month instead: those of the month before and after, too."""
    if isinstance(case, dict):
        return {name: moved(value, month) for name, value in case.items()}
    if isinstance(case, list):
        return [moved(value, month) for value in case]
    if not isinstance(case, str) or not (found := re.match(r"2026-(09|10|11)-(\d\d)", case)):
        return case
    middle = Month.parse(month)
    there = {"09": middle.previous, "10": middle, "11": middle.next}[found[1]]
    return f"{there}-{min(int(found[2]), there.last.day):02d}{case[10:]}"


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


@settings(max_examples=40, deadline=None)
@given(months, month_texts)
def test_the_totals_tie(cases: list[dict[str, Any]], month: str) -> None:
    whole = Month.parse(month)
    tables = tables_of(moved(cases, month), whole)
    result = decide(tables, whole, rulebook(whole), settings_of())
    ledger, rows = result["time_ledger"], result["decisions"]
    by_entry = ledger.groupby("entry_id")["seconds"].sum()
    logged = tables["time_entries"].set_index("entry_id")["seconds"]
    assert by_entry.reindex(logged.index, fill_value=0).tolist() == logged.tolist()
    assert (ledger["seconds"] >= 0).all()
    assert not ledger.duplicated(["entry_id", "part"]).any()
    assert ledger["disposition"].notna().all()
    rows = rows[rows["program"] == "ccm"]
    mine = ledger["program"] == "ccm"
    counted = ledger[mine & ledger["disposition"].isin(counting())].groupby("patient_id")["seconds"].sum()
    decided_seconds = (rows["staff_seconds"] + rows["practitioner_seconds"]).to_list()
    assert decided_seconds == counted.reindex(rows["patient_id"], fill_value=0).to_list()
    enrolled = tables["patients"].query(f"enrolled_date <= '{whole.last}'")["patient_id"]
    assert rows["patient_id"].tolist() == enrolled.tolist()
    assert rows["outcome"].isin(["bill", "hold", "short", "not_billable"]).all()
    billed = rows[rows["outcome"] == "bill"]
    lines = result["code_lines"].query("program == 'ccm'")
    assert set(lines["patient_id"]) == set(billed["patient_id"])
    assert (billed["reason"] == "").all()
    assert (rows[rows["outcome"] != "bill"]["reason"] != "").all()
    assert (result["candidates"].groupby(["patient_id", "program"])["chosen"].sum() <= 1).all()


@settings(max_examples=20, deadline=None)
@given(months, st.randoms(), month_texts)
def test_the_order_of_entries_does_not_matter(cases: list[dict[str, Any]], random: Any, month: str) -> None:
    whole = Month.parse(month)
    tables = tables_of(moved(cases, month), whole)
    order = list(range(len(tables["time_entries"])))
    random.shuffle(order)
    shuffled = tables | {"time_entries": tables["time_entries"].iloc[order].reset_index(drop=True)}
    one, other = (decide(some, whole, rulebook(whole), settings_of()) for some in (tables, shuffled))
    for name in ("decisions", "candidates", "findings", "code_lines"):
        pd.testing.assert_frame_equal(one[name], other[name])


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 130), st.integers(0, 130), st.integers(1, 40)), min_size=4, max_size=8),
    month_texts,
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
    month_texts,
)
def test_units_never_pass_the_cap(several: list[tuple[int, int]], policy: str, month: str) -> None:
    decision = [{"practitioner_id": "D1", "decided_date": f"{month}-05", "level": "moderate"}]
    cases = [
        {"staff": f"{staff}", "practitioner": f"{practitioner}", "medical_decisions": decision}
        for staff, practitioner in several
    ]
    caps = {"99490": 1, "99439": 2, "G2058": 2, "99491": 1, "99437": 2, "99487": 1, "99489": 10}
    for result in decided_apart(cases, month, choose_family=policy):
        lines = result["code_lines"].set_index("code")["units"]
        assert all(units <= caps[code] for code, units in lines.items())
        assert len({code for code in lines.index if code in ("99490", "99491", "99487")}) <= 1


PROGRAMS = {"ccm": 20, "pcm": 30, "bhi": 20, "cocm": 31, "cpm": 30, "rpm": 20}
CAPS = {
    "99490": 1, "99439": 2, "99491": 1, "99437": 2, "99487": 1, "99489": 10, "99424": 1, "99425": 2, "99426": 1,
    "99427": 2, "99484": 1, "99492": 1, "99493": 1, "99494": 4, "G2214": 1, "G3002": 1, "G3003": 4, "99457": 1,
    "99458": 3, "99470": 1, "G0556": 1, "G0557": 1, "G0558": 1, "G0568": 1, "G0569": 1, "G0570": 1,
    "G2058": 2, "G2064": 1, "G2065": 1,
}  # fmt: skip
ONE_OF = [  # of each line a practitioner bills one for a patient-month
    {"99490", "99491", "99487", "99424", "99426", "G2064", "G2065", "G0556", "G0557", "G0558"},
    {"99484", "99492", "99493", "G2214", "G0568", "G0569", "G0570"},
    {"99457", "99470"},
]
several_programs = st.dictionaries(
    st.sampled_from(list(PROGRAMS)), st.tuples(st.integers(0, 150), st.sampled_from(["S1", "D1"])), max_size=4
)


def in_programs(logged: dict[str, tuple[int, str]], more: int = 0, apcm: bool = False) -> dict[str, Any]:
    """A patient in each of these programs, with minutes of that person in each; `more` minutes in every one."""
    programs = [*logged, *(["apcm"] if apcm else [])]
    time = [
        {"at": f"2026-10-{day:02d} 09:00", "length": f"{minutes + more}", "program": program, "performer_id": who}
        for day, (program, (minutes, who)) in enumerate(logged.items(), start=5)
    ]
    conditions = [{"icd10_code": "E11.9"}, {"icd10_code": "I10"}, {"icd10_code": "F33.1"}]
    return {"consents": [{}, *({"program": one} for one in programs)], "conditions": conditions, "time": time}


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(several_programs, st.booleans()), min_size=5, max_size=10), month_texts)
def test_in_every_program_units_keep_to_the_cap_and_exclusive_codes_stay_apart(
    patients: list[tuple[dict[str, tuple[int, str]], bool]], month: str
) -> None:
    cases = [moved(in_programs(logged, apcm=apcm), month) for logged, apcm in patients]
    for result in decided_apart(cases, month):
        lines = result["code_lines"]
        assert (lines["units"] <= lines["code"].map(CAPS)).all()
        assert not lines["code"].duplicated().any()
        assert all(len(set(lines["code"]) & rivals) <= 1 for rivals in ONE_OF)
        ledger = result["time_ledger"]
        counted = ledger[ledger["disposition"].isin(counting())].groupby("program", observed=True)["seconds"]
        decisions = result["decisions"].set_index("program")
        for program, seconds in counted.sum().items():
            if seconds:
                assert decisions.loc[program, ["staff_seconds", "practitioner_seconds"]].sum() == seconds


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(several_programs, st.integers(1, 40)), min_size=4, max_size=8), month_texts)
def test_more_minutes_in_every_program_never_earn_less(
    patients: list[tuple[dict[str, tuple[int, str]], int]], month: str
) -> None:
    cases = [moved(in_programs(logged, extra), month) for logged, more in patients for extra in (0, more)]
    amounts = [
        int(result["decisions"].query("outcome == 'bill'")["expected_cents"].fillna(0).sum())
        for result in decided_apart(cases, month)
    ]
    assert all(less <= more for less, more in zip(amounts[::2], amounts[1::2], strict=True))


FAULTS: dict[str, dict[str, Any]] = {
    "consent": {"consents": []},
    "plan": {"care_plans": []},
    "visit": {"visits": []},
    "conditions": {"conditions": [{"icd10_code": "E11.9"}]},
    "coverage": {"coverages": []},
    "service": {"other_services": [{"code": "G0181", "service_date": "2026-10-05", "billed_by": "same_practitioner"}]},
    "hospice": {"stays": [{"kind": "hospice", "admit_date": "2026-09-01"}]},
}


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(sorted(FAULTS)), min_size=1), st.integers(0, 70)), min_size=3, max_size=6
    ),
    month_texts,
)
def test_removing_a_finding_never_removes_a_code(patients: list[tuple[set[str], int]], month: str) -> None:
    cases = []
    for faults, minutes in patients:
        mended = sorted(faults)[1:]
        for some in (sorted(faults), mended, []):
            case: dict[str, Any] = {"staff": f"{minutes}"}
            for fault in some:
                case |= moved(FAULTS[fault], month)
            cases.append(case)
    billed = [set(result["code_lines"]["code"]) for result in decided_apart(cases, month)]
    assert all(worst <= better <= best for worst, better, best in zip(*[iter(billed)] * 3, strict=True))
