"""The tables of denials: what payers answer, the error behind it, and what is done about it by when."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.denials import FOLDER, denials, due_date, fitting, is_denial, traced, valid_answer
from config.errors import RuleError
from config.month import Month
from config.payer_kinds import payer_kinds
from config.rulebook import all_rules

DAY, NOTICE = date(2026, 10, 15), date(2026, 11, 20)
PART_B: dict[str, Any] = {"payer_kind": "medicare_part_b", "form": "837P"}


def test_forty_one_rows_each_with_words_remedy_and_source() -> None:
    errors = denials().errors
    assert sorted({error.row for error in errors}) == list(range(1, 42))
    for error in errors:
        assert all((error.prevent, error.correct, error.source)), error.name


def test_every_rule_that_is_said_to_stop_an_error_exists() -> None:
    rules = {rule.name for rule in all_rules()}
    named = {rule for error in denials().errors for rule in error.stopped_by}
    assert named <= rules, named - rules
    assert len([error for error in denials().errors if error.stopped_by]) >= 34


def test_a_predicted_denial_is_one_that_the_error_table_knows() -> None:
    """Every code that a rule says it prevents is predicted of an error that the rule stops, in the months of both."""
    for rule in all_rules():
        errors = denials().stopped_by(rule.name, Month.parse(min(rule.until, "2026-10")).last)
        assert errors or not rule.denial, f"{rule.name} stops no error of errors.yaml"
        answers = {answer for error in errors for answer in error.predicted}
        pairs = {f"{answer.group}-{answer.reason}" for answer in answers}
        assert set(re.findall(r"[A-Z]{2}-\w+", rule.denial)) <= pairs, rule.name
        remarks = {remark for answer in answers for remark in answer.remarks}
        assert set(re.findall(r"(?<!-)\b(?:M|MA|N)\d+\b", rule.denial)) <= remarks, rule.name


def test_a_rule_stops_no_error_whose_answer_it_does_not_name() -> None:
    names = {rule.name: set(re.findall(r"[A-Z]{2}-\w+", rule.denial)) for rule in all_rules()}
    for error in denials().errors:
        pairs = {f"{answer.group}-{answer.reason}" for answer in error.predicted}
        for rule in error.stopped_by if pairs else ():
            assert names[rule] & pairs, f"{rule} names no answer of {error.name}"


def test_a_duplicate_is_answered_with_group_oa_alone() -> None:
    answers = [answer for error in denials().errors for answer in error.predicted if answer.reason == "18"]
    assert {answer.group for answer in answers} == {"OA"}


def test_a_recalled_answer_is_never_called_sure() -> None:
    for error in denials().errors:
        for answer in error.predicted:
            assert answer.confidence == "unverified" or "Recalled" not in answer.source, error.name


def test_every_error_of_an_answer_is_found_again_by_it() -> None:
    """Each predicted answer leads back to its own error, when its remarks and the line's code are told."""
    for error in denials().errors:
        for answer in error.predicted:
            code = error.codes[0] if error.codes else ""
            found = traced(answer.group, answer.reason, answer.remarks, DAY, code=code)
            assert error in (found.error, *found.others), (error.name, answer.words)


def test_errors_that_share_an_answer_have_one_that_is_usual() -> None:
    """Without remark, code or finding one error stands first, and not by its place in the file."""
    shared: dict[str, list[bool]] = {}
    for error in denials().errors:
        for reason in {answer.reason for answer in error.predicted if answer.reason}:
            usual = any(answer.usual for answer in error.predicted if answer.reason == reason)
            shared.setdefault(reason, []).append(usual)
    assert not [reason for reason, usual in shared.items() if len(usual) > 1 and not any(usual)]


@pytest.mark.parametrize(
    ("answer", "remarks", "told", "error", "route"),
    [
        (("OA", "18"), [], {}, "same_code_twice", "none"),
        (("OA", "18"), ["N522"], {}, "crossover_sent_twice", "wait_for_crossover"),
        (("CO", "97"), [], {}, "two_families_in_month", "clerical_reopening"),
        (("CO", "97"), ["M86"], {}, "same_code_twice", "none"),
        (("CO", "97"), [], {"code": "99426"}, "program_beside_its_rival", "refund"),
        (("CO", "97"), [], {"met": ["modifier_needed"]}, "visit_without_modifier", "clerical_reopening"),
        (("CO", "151"), ["N362"], {"code": "99439"}, "units_above_absolute_limit", "clerical_reopening"),
        (("CO", "151"), ["N362"], {"code": "99437"}, "units_above_appealable_limit", "unit_appeal"),
        (("CO", "50"), [], {}, "diagnoses_do_not_support", "clerical_reopening"),
        (("CO", "50"), ["N706"], {}, "no_care_plan", "redetermination"),
        (("CO", "50"), ["N706"], {"met": ["consent_late"]}, "consent_not_in_time", "refund"),
        (("CO", "16"), ["MA130"], {}, "information_missing", "resubmission"),
        (("CO", "16"), ["MA130", "M76"], {}, "diagnoses_do_not_support", "resubmission"),
        (("CO", "109"), [], {}, "advantage_plan_pays", "bill_other_payer"),
        (("PR", "2"), [], {}, "patient_share", "patient_bill"),
        (("PR", "2"), ["N782"], {}, "qualified_beneficiary_billed", "patient_refund"),
        (("PR", "96"), [], {}, "not_covered_by_plan", "patient_bill"),
        (("CO", "96"), [], {}, "not_covered_by_plan", "none"),
        (("CO", "29"), [], {}, "filed_late", "none"),
    ],
)  # fmt: skip
def test_an_answer_leads_to_its_error_and_route(
    answer: tuple[str, str], remarks: list[str], told: dict[str, Any], error: str, route: str
) -> None:
    found = traced(answer[0], answer[1], remarks, DAY, **{**PART_B, **told})
    assert found.error is not None
    assert (found.error.name, found.route.name) == (error, route)


@pytest.mark.parametrize(
    ("answer", "remarks", "code", "rows"),
    [
        ("CO 50", "N115", "99490", {10, 12, 14, 16}),  # a remark that no row names tells none of them apart
        ("CO 50", "", "99490", {10, 12, 14, 16}),
        ("CO 50", "N706", "99490", {10, 12, 14}),
        ("CO 97", "M15", "99490", {5, 7, 8, 17, 40, 41, 1}),
        ("CO 97", "M86", "99490", {1}),
        ("CO 97", "N20", "99490", {5, 40}),
        ("CO 190", "", "99490", {17}),
        ("CO 96", "", "99490", {24, 38, 41}),
        ("PR 96", "", "99490", {38}),
        ("CO 133", "", "99490", set()),
    ],
)  # fmt: skip
def test_an_answer_fits_every_row_that_nothing_of_it_excludes(
    answer: str, remarks: str, code: str, rows: set[int]
) -> None:
    group, reason = answer.split()
    found = fitting(group, reason, frozenset(remarks.split()), Month.of(DAY), code)
    assert {error.row for error in found} == rows


def test_an_appeal_stays_open_beside_ways_that_settle_nothing_with_the_payer() -> None:
    beside = {name for name, route in denials().routes.items() if route.beside == "redetermination"}
    assert beside == {"clerical_reopening", "patient_bill", "none"}


def test_an_answer_that_nothing_predicts_has_no_rule_yet_and_keeps_its_appeal() -> None:
    found = traced("CO", "B13", [], DAY)
    assert (found.error, found.rules, found.route.name) == (None, (), "review")
    assert due_date(found.route, NOTICE) == date(2027, 3, 25)


def test_a_plan_that_takes_replacements_is_sent_one() -> None:
    assert traced("CO", "11", [], DAY, payer_kind="commercial", form="837P").route.name == "corrected_claim"
    assert traced("CO", "11", [], DAY, payer_kind="medicare_part_b", form="837I").route.name == "corrected_claim"


PLANS = ("medicare_advantage", "medicaid", "qmb", "commercial", "medigap", "tricare", "va", "other")


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize(
    ("answer", "remarks", "told", "route"),
    [
        (("CO", "B20"), [], {}, "plan_appeal"),
        (("CO", "151"), ["N362"], {"code": "99437"}, "plan_appeal"),
        (("CO", "B13"), [], {}, "plan_review"),
    ],
)
def test_a_plan_does_not_get_the_clocks_of_medicare(
    kind: str, answer: tuple[str, str], remarks: list[str], told: dict[str, Any], route: str
) -> None:
    """No source gives a plan's or a state's term of appeal: the day is the one to ask by, and the clock says so."""
    found = traced(*answer, remarks, DAY, payer_kind=kind, form="837P", **told).route
    assert found.name == route
    assert due_date(found, NOTICE, payer_kind=kind, ask_days=5) == date(2026, 11, 28)  # Monday the 23rd and 5 days
    assert found.clock is not None
    assert found.clock.words.startswith("unknown: ask the plan")
    assert "redetermination" not in found.words
    assert denials().route("clerical_reopening", kind).name == "plan_review"


@pytest.mark.parametrize(("notice", "day"), [(19, 20), (20, 23), (21, 23), (22, 23), (23, 24)])
def test_a_plan_is_asked_from_the_first_working_day_on(notice: int, day: int) -> None:
    """19 November 2026 is a Thursday."""
    asked = due_date(denials().routes["plan_appeal"], date(2026, 11, notice))
    assert asked == date(2026, 11, day)


def test_the_page_of_denials_tells_the_way_with_other_payers() -> None:
    told = {kinds: route.name for route, kinds, _ in denials().elsewhere(denials().routes["redetermination"])}
    assert set(told.values()) == {"plan_appeal"}
    assert {kind for kinds in told for kind in kinds} == set(PLANS)


def test_who_takes_frequency_seven_and_eight_stands_in_one_place() -> None:
    """The way back of a denial is what the table of payers says, for every kind and form of it."""
    for payer in payer_kinds():
        for kind in payer.kinds:
            corrected = denials().route("corrected_claim", kind, payer.form, DAY).name
            assert corrected == ("corrected_claim" if payer.takes_replacements else payer.instead)
            assert denials().route("void", kind, payer.form, DAY).name == ("void" if payer.takes_voids else "refund")
    told = denials().elsewhere(denials().routes["void"])
    assert [(route.name, kinds, forms) for route, kinds, forms in told] == [("refund", ("medicare_part_b",), ("837P",))]
    assert not denials().elsewhere(denials().routes["resubmission"])


def test_an_error_is_known_only_in_its_own_time() -> None:
    assert traced("CO", "181", [], date(2025, 9, 30), code="G0511").error.name == "code_not_of_its_date"  # type: ignore[union-attr]
    assert traced("CO", "181", [], date(2025, 10, 1), code="G0511").error.name == "bundled_code_after_its_end"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("route", "told", "day"),
    [
        ("redetermination", {}, date(2027, 3, 25)),  # 20 November + 5 + 120
        ("clerical_reopening", {}, date(2027, 11, 20)),
        ("reconsideration", {}, date(2027, 5, 19)),  # 20 November + 180
        ("hearing", {}, date(2027, 1, 19)),  # 20 November + 60
        ("refund", {}, date(2027, 1, 19)),  # 20 November + 60
        ("wait_for_crossover", {}, date(2026, 12, 20)),
        ("resubmission", {"service_date": DAY, "payer_kind": "medicare_part_b"}, date(2027, 10, 15)),
        ("resubmission", {"service_date": DAY, "payer_kind": "commercial"}, date(2027, 1, 13)),  # 15 October + 90
        ("resubmission", {"service_date": DAY, "payer_kind": "commercial", "filing_days": 365}, date(2027, 10, 15)),
        ("resubmission", {"service_date": DAY, "payer_kind": "va"}, None),
        # The payer to be billed is another one, whose term may be shorter than Medicare's year: 15 October + 90
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "medicare_part_b"}, date(2027, 1, 13)),
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "va"}, date(2027, 1, 13)),
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "commercial"}, date(2027, 1, 13)),  # a second plan
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "va", "others_days": [365, 60]}, date(2026, 12, 14)),
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "va", "filing_days": 60}, date(2027, 1, 13)),
        ("bill_other_payer", {"service_date": DAY, "payer_kind": "va", "others_days": [30]}, date(2027, 1, 13)),  # over
        # 90 days were over when the answer came: the next term that may still be kept, and the longest when none may
        ("bill_other_payer", {"service_date": date(2026, 6, 15), "payer_kind": "medicare_part_b"}, date(2027, 6, 15)),
        ("bill_other_payer", {"service_date": date(2025, 6, 15), "payer_kind": "medicare_part_b"}, date(2026, 6, 15)),
        ("none", {}, None),
    ],
)
def test_a_route_has_its_last_day(route: str, told: dict[str, Any], day: date | None) -> None:
    assert due_date(denials().routes[route], NOTICE, **told) == day


def test_contract_shares_and_sequestration_are_no_denial() -> None:
    assert not any(is_denial(reason) for reason in ("45", "253", "1", "2", "3", "23"))
    assert all(is_denial(reason) for reason in ("97", "18", "96", "B13", "A1"))


def test_a_code_is_refused_outside_of_its_days() -> None:
    assert valid_answer("B5", [], date(2016, 4, 30)) == ""
    assert re.fullmatch(r"B5 could not be used on 2026-10-15: .* to 2016-05-01\.", valid_answer("B5", ["N706"], DAY))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("errors.yaml", 'group: OA, reason: "18", usual', 'group: CO, reason: "18", usual', "18 is used with group OA"),
        ("errors.yaml", "reason: B9}", "reason: B5}", "B5 is valid from .* to 2016-05-01 only"),
        ("errors.yaml", "reason: B9}", "reason: B99}", "code 'B99' is not in the table"),
        ("errors.yaml", "remarks: [N674]", 'remarks: ["97"]', "97 is a reason, not a remark"),
        ("errors.yaml", "route: unit_appeal", "route: appeal", "route 'appeal' is not in the table"),
        ("errors.yaml", "    row: 41\n", "    row: 41\n    wrong: 1\n", "aligned_to_a_model.*wrong"),
        ("errors.yaml", "    seen_as: ", "    other: ", "minutes_rounded_up"),
        ("routes.yaml", "beside: redetermination", "beside: appeal", "route 'appeal' is not in the table"),
        ("routes.yaml", "days: 120, grace_days: 5", "grace_days: 5", "redetermination.*others need 'days' or 'years'"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "denials")
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError, match=message):
        denials(folder)
