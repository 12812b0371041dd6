"""Reasons on the other tables, and the order of the tables."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.contract import inputs, outputs
from expectations.suites import load_suite
from tasks.check.check import check_tables
from tasks.check.flags import npi_malformed, place_not_of_setting
from tests.check.frames import AS_OF, MONTH, check, entry, example, frame, practice, reasons, settings, warned

pytestmark = pytest.mark.slow

CHILDREN = [
    name for name, table in inputs().items() if "patient_id" in table.names and name not in ("patients", "time_entries")
]
SET_ASIDE = [name for name in inputs() if name not in ("practices", "time_entries")]


def spoiled(chosen, value, reason):
    """Every table with a clean row and, for each chosen column, a row spoiled in it; and the reasons that they get."""
    rows, expected = {}, {}
    for name in SET_ASIDE:
        key = inputs()[name].key[0]
        rows[name], expected[name] = [example(name)], set()
        for column in filter(chosen, inputs()[name].columns):
            row = example(name, **{key: f"spoiled {column.name}"}) | {column.name: value}
            rows[name].append(row)
            expected[name].add((row[key] or "", reason.format(column.name)))
    return rows, expected


def test_a_clean_practice_trips_nothing():
    checked = check_tables(practice(), settings(), MONTH, AS_OF)
    assert checked.quarantine.empty
    assert not checked.checks["failed"].any()
    for name, table in practice().items():
        pd.testing.assert_frame_equal(checked.accepted[name], table)


def test_outputs_have_the_columns_of_the_contract():
    checked = check(time_entries=[entry("E1", "2026-10-05 09:00"), entry("E2")])
    for name in ("quarantine", "checks", "signals"):
        assert list(getattr(checked, name).columns) == outputs()[name].names
    assert not checked.checks.duplicated(["table", "check"]).any()


def test_an_empty_required_cell_is_named_by_its_column():
    rows, expected = spoiled(lambda column: column.required, None, "{}_missing")
    checked = check(**rows)
    assert {name: reasons(checked, name) for name in SET_ASIDE} == expected


@pytest.mark.slow
def test_a_choice_outside_the_list_is_named_by_its_column():
    warned = {entry.name.removesuffix("_not_allowed") for entry in load_suite("coverages") if entry.severity == "warn"}
    rows, expected = spoiled(
        lambda column: column.type == "choice" and column.name not in warned, "nonsense", "{}_not_allowed"
    )
    checked = check(**rows)
    assert {name: reasons(checked, name) for name in SET_ASIDE} == expected


@pytest.mark.slow
def test_an_odd_plan_letter_or_savings_program_is_told_and_costs_no_coverage():
    row = example("coverages") | {"plan_letter": "Q", "savings_program": "xyz"}
    checked = check(coverages=[row])
    assert len(checked.accepted["coverages"]) == 1
    failed = checked.checks[(checked.checks["table"] == "coverages") & (checked.checks["failed"] > 0)]
    assert set(failed["check"]) == {"plan_letter_not_allowed", "savings_program_not_allowed"}


def test_of_a_key_that_stands_twice_the_first_stays():
    names = [name for name in SET_ASIDE if name not in ("practitioners", "staff")]
    checked = check(**{name: [example(name)] * 2 for name in names})
    assert checked.quarantine["table"].tolist() == names
    assert set(checked.quarantine["reason"]) == {"key_twice"}
    assert set(checked.quarantine["source_line"]) == {3}
    assert all(checked.accepted[name]["source_line"].tolist() == [2] for name in names)


def test_a_child_of_nobody_is_set_aside():
    rows = {
        name: [example(name), example(name, **{inputs()[name].key[0]: "other", "patient_id": "nobody"})]
        for name in CHILDREN
    }
    checked = check(**rows)
    assert {name: reasons(checked, name) for name in CHILDREN} == {
        name: {("other", "patient_unknown")} for name in CHILDREN
    }


def test_a_patient_set_aside_takes_the_children_along():
    patients = [example("patients"), example("patients", patient_id="200", birth_date=None)]
    rows = {name: [example(name, patient_id="200")] for name in CHILDREN}
    entries = [entry("E1", "2026-10-05 09:00"), entry("E2", "2026-10-05 10:00", patient_id="200")]
    checked = check(patients=patients, time_entries=entries, **rows)
    assert reasons(checked, "patients") == {("200", "birth_date_missing")}
    for name in CHILDREN:
        assert {reason for _, reason in reasons(checked, name)} == {"patient_unknown"}
        assert checked.accepted[name].empty
    assert reasons(checked, "time_entries") == {("E2", "patient_unknown")}


SPANS = {
    "patients": ("enrolled_date", "unenrolled_date"),
    "coverages": ("start_date", "end_date"),
    "stays": ("admit_date", "discharge_date"),
    "other_services": ("service_date", "end_date"),
}


@pytest.mark.slow
def test_what_ends_before_it_starts_is_set_aside():
    rows = {}
    for name, (first, last) in SPANS.items():
        key = inputs()[name].key[0]
        one_day = example(name, **{first: "2026-02-01", last: "2026-02-01"})
        open_end = example(name, **{key: "open", first: "2026-02-01", last: None})
        rows[name] = [one_day, open_end, example(name, **{key: "other", first: "2026-02-01", last: "2026-01-31"})]
    checked = check(**rows)
    for name in SPANS:
        assert reasons(checked, name) == {("other", "ends_before_start")}


@pytest.mark.parametrize(
    ("born", "found"),
    [
        ("2027-03-09", {"not_born_yet"}),  # a typed century, or the year of a letter
        ("2026-10-20", set()),  # told only: the day on which they joined may be the wrong one
        ("2026-02-01", set()),
    ],
)
def test_who_was_born_after_the_month_is_set_aside(born, found):
    row = example("patients", patient_id="P9", birth_date=pd.Timestamp(born), enrolled_date=pd.Timestamp("2026-02-01"))
    checked = check(patients=[example("patients"), row])
    assert reasons(checked, "patients") == {("P9", reason) for reason in found}


ICD10 = {
    "E11.9": True, "E119": True, "e11.9": True, "I10": True, "M1A.0110": True, "S72.001A": True, "T36.0X1A": True,
    "U07.1": True, "Z79.4": True, "E11.9, I10": False, "E11.9;I10": False, "250.00": False, "N/A": False,
    "E11.": False, "E1": False, "diabetes": False, "S72.001AXX": False,
}  # fmt: skip


def test_the_form_of_an_icd10_code():
    checked = check(conditions=[example("conditions", condition_id=code, icd10_code=code) for code in ICD10])
    assert reasons(checked, "conditions") == {(code, "icd10_malformed") for code, fits in ICD10.items() if not fits}


def test_a_priority_out_of_bounds_is_set_aside():
    rows = [example("coverages", coverage_id=f"V{priority}", priority=priority) for priority in (0, 1, 9, 10)]
    assert reasons(check(coverages=rows), "coverages") == {(key, "priority_not_allowed") for key in ("V0", "V10")}


def test_a_patient_without_a_known_practitioner_is_set_aside():
    patients = [example("patients"), example("patients", patient_id="200", practitioner_id="D9")]
    assert reasons(check(patients=patients), "patients") == {("200", "practitioner_unknown")}


def test_a_warning_keeps_the_row():
    checked = check(
        practices=[example("practices", billing_npi="1234567890")],
        practitioners=[example("practitioners", npi="123456789")],
        patients=[example("patients", care_manager_id="S9", state="Ohio", zip="6060")],
        coverages=[example("coverages", state="oh"), example("coverages", coverage_id="V2", state="QQ")],
        visits=[example("visits", code="G018")],
        conditions=[
            example("conditions", rank=0),
            example("conditions", condition_id="K2", resolved_date="2014-01-01"),
        ],
        consents=[example("consents", revoked_date="2024-01-01", began_date="2024-01-01")],
        care_plans=[example("care_plans", revised_date="2024-01-01")],
        copay_responses=[
            example("copay_responses", response_id=f"R{n}", recorded_by=who)
            for n, who in enumerate((None, "S9", "S1", "D1"))
        ],
    )
    assert warned(checked, "copay_responses") == {"recorder_unknown": 1}
    assert warned(checked, "practices") == {"npi_malformed": 1}
    assert warned(checked, "practitioners") == {"npi_malformed": 1}
    assert warned(checked, "patients") == {"care_manager_unknown": 1, "state_unknown": 1, "zip_wrong": 1}
    assert warned(checked, "coverages") == {"state_unknown": 1}
    assert warned(checked, "visits") == {"code_unknown": 1}
    assert warned(checked, "conditions") == {"rank_not_allowed": 1, "resolved_before_onset": 1}
    assert warned(checked, "consents") == {"revoked_before_given": 1, "began_before_given": 1}
    assert warned(checked, "care_plans") == {"revised_before_established": 1}
    assert checked.quarantine.empty
    told = checked.checks.set_index(["table", "check"])["fix"]
    assert told["patients", "state_unknown"].endswith("See patients.csv, line 2.")
    assert told["coverages", "state_unknown"].endswith("See coverages.csv, line 3.")
    assert not checked.checks.query("failed == 0")["fix"].str.contains(r" See \w+\.csv").any()


def test_a_warning_names_its_first_rows_and_counts_the_others():
    many = [example("visits", visit_id=f"V{number}", code="G018") for number in range(7)]
    fix = check(visits=many).checks.query("table == 'visits' and check == 'code_unknown'")["fix"].item()
    assert fix.endswith(" See visits.csv, lines 2, 3, 4, 5, 6 and 2 more.")


def test_the_check_digit_of_an_npi():
    npi = pd.Series(["1234567893", "1234567890", "3234567893", "123456789", None, "123456789X"], dtype="str")
    assert npi_malformed(npi).tolist() == [False, True, True, True, False, True]


@pytest.mark.slow
def test_every_row_is_accepted_or_set_aside_and_nothing_is_both():
    tables = practice(
        patients=[example("patients"), example("patients"), example("patients", patient_id="2", sex="none")],
        time_entries=[
            entry(f"E{n % 3}", f"2026-10-0{n} 09:00", patient_id="2" if n > 6 else "100234") for n in range(1, 9)
        ],
    )
    checked = check_tables(tables, settings(), MONTH, AS_OF)
    for name, table in tables.items():
        aside = checked.quarantine[checked.quarantine["table"] == name]
        lines = set(aside["source_line"]), set(checked.accepted[name]["source_line"])
        assert lines[0] | lines[1] == set(table["source_line"])
        assert not lines[0] & lines[1]
        assert list(checked.accepted[name].columns) == list(table.columns)
        assert checked.accepted[name].index.equals(pd.RangeIndex(len(checked.accepted[name])))


def test_absent_optional_tables_are_no_trouble():
    empty = {name: [] for name, table in inputs().items() if not table.required}
    checked = check(**empty)
    assert checked.quarantine.empty
    assert checked.checks.query("table == 'stays'")["rows"].eq(0).all()


@pytest.mark.slow
def test_the_input_is_left_as_it_was():
    tables = practice(time_entries=[entry("E1", "2026-10-05 09:00"), entry("E2")])
    before = {name: table.copy(deep=True) for name, table in tables.items()}
    check_tables(tables, settings(), MONTH, date(2026, 11, 5))
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


@pytest.mark.slow
def test_a_choice_may_come_as_text():
    tables = practice()
    tables["consents"]["program"] = tables["consents"]["program"].astype("str")
    tables["time_entries"]["program"] = tables["time_entries"]["program"].astype("str")
    assert check_tables(tables, settings(), MONTH, AS_OF).quarantine.empty
    assert frame("consents", []).empty


def test_a_place_belongs_to_its_care_setting() -> None:
    rows = [
        ("office", "11", False),
        ("office", "22", True),
        ("office", "02", True),  # telehealth, wherever the patient is
        ("office", "10", True),
        ("office", "31", True),  # a skilled nursing stay is paid the facility rate
        ("office", "49", False),  # an independent clinic is paid as an office is
        ("office", "28", True),  # there is no such place
        ("office", "1", True),
        ("nursing_facility", "32", False),
        ("nursing_facility", "31", True),
        ("nursing_facility", "10", True),
        ("assisted_living", "21", True),
        ("home", "12", False),
        ("home", "10", True),
        ("cah_method_1", "22", False),
        ("cah_method_1", "11", True),
        ("hopd_on_campus", "02", True),
        ("hopd_on_campus", "22", False),
        ("hopd_on_campus", "11", True),
        ("hopd_off_campus", "22", True),
        ("rhc", "22", False),
        ("cah_method_2", "22", False),
        ("home", None, False),
    ]
    practices = pd.DataFrame(rows, columns=["setting", "place_of_service", "wrong"])
    assert place_not_of_setting(practices).tolist() == practices["wrong"].tolist()


def test_a_row_set_aside_says_which_of_its_columns_to_look_at() -> None:
    rows = [example("time_entries", entry_id="A", performer_id="NOBODY"), example("time_entries", entry_id=None)]
    found = check(time_entries=rows).quarantine.set_index("reason")["fix"]
    assert found["performer_unknown"].endswith("or correct performer_id."), "it is said once"
    assert found["entry_id_missing"] == "Export the identifier of every entry (column entry_id)."
