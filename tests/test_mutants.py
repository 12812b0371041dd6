"""The mutation check can fail: it notices what a case speaks of, and says so when none does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.judged import baseline, decided, groups, judged, prints
from tests.mutants import SURVIVED, Bench, asked, bench, main, report, selected
from tests.mutations import mutations
from tests.qualify.cases import rulebook

EVERY = {mutation.name: mutation for mutation in mutations()}
MONTH = "2026-10"


def bench_of(*about: str) -> Bench:
    """The cases of one month that were written for these rules."""
    own = groups(case for case in judged() if case.month == MONTH and case.about in about)
    return bench(own, [baseline(group) for group in own])


@pytest.fixture(scope="module")
def consents() -> Bench:
    return bench_of("consent_late", "consent_incomplete", "simultaneous")


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("consent_incomplete since 2015-01 off", "consent_incomplete: "),
        ("before_consent since 2015-01 off", "consent_late: "),
        ("simultaneous since 2015-01 off", "simultaneous: "),
        ("staff since 2021-01: off", ""),
        ("chronic_conditions_needed since 2015-01: 3", ""),
    ],
)
def test_a_change_is_noticed_by_a_case(consents: Bench, name: str, case: str) -> None:
    killer = consents.killer_of(EVERY[name])
    assert killer != SURVIVED
    assert killer.startswith(case)


@pytest.mark.parametrize("name", ["in_hospice since 2015-01 off", "chronic_with_dialysis since 2015-01 off"])
def test_a_change_that_no_case_speaks_of_survives(consents: Bench, name: str) -> None:
    assert consents.killer_of(EVERY[name]) == SURVIVED


def test_a_change_is_over_when_it_was_judged(consents: Bench) -> None:
    consents.killer_of(EVERY["simultaneous since 2015-01 off"])
    for group, before in zip(consents.groups, consents.baselines, strict=True):
        assert baseline(group) == before
        assert before.failing == ""


def test_what_is_left_out_could_not_have_changed_anything(consents: Bench) -> None:
    for group, before in zip(consents.groups, consents.baselines, strict=True):
        book = rulebook(group.month)
        unseen = [
            mutation
            for mutation in EVERY.values()
            if mutation.kind in ("rule", "pair") and not any(mutation.touches(seen, book) for seen in before.seen)
        ]
        assert len(unseen) > 50
        names = {mutation.about for mutation in unseen}
        pairs = tuple(pair for pair in book.exclusions.pairs if pair.name not in names)
        rules = {name: rule for name, rule in book.rules.items() if name not in names}
        assert len(rules) < len(book.rules)
        assert len(pairs) < len(book.exclusions.pairs)
        changed = replace(book, rules=rules, exclusions=book.exclusions.model_copy(update={"pairs": pairs}))
        assert prints(decided(group, changed)) == before.prints


def test_a_case_is_decided_alike_without_the_others(consents: Bench) -> None:
    for group, before in zip(consents.groups, consents.baselines, strict=True):
        places = list(range(0, len(group.cases), 2))
        some = prints(decided(group, rulebook(group.month), places))
        assert some == {f"P{place + 1}": before.prints[f"P{place + 1}"] for place in places}


def test_a_survivor_fails_the_run_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = list(EVERY.values())[:2]
    assert report([(first, "a case"), (second, "another")]) == 0
    assert report([(first, "a case"), (second, SURVIVED)]) == 1
    assert second.name in capsys.readouterr().out.splitlines()[-1]


def test_some_are_tried_alone_by_a_word_of_their_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert {mutation.name for mutation in selected([])} == set(EVERY)
    some = selected(["advanced_level_1", "in_hospice since"])
    assert {mutation.about for mutation in some} == {"advanced_level_1", "in_hospice"}
    assert main(["--only", "no_such_rule"]) == 1
    assert "no_such_rule" in capsys.readouterr().out


@pytest.mark.slow
def test_only_months_that_a_mutant_changes_are_decided() -> None:
    every = groups(case for case in judged() if case.month in (MONTH, "2024-12"))
    assert asked(selected(["advanced_level_1"]), every) == [one for one in every if str(one.month) == MONTH]
    assert asked(selected(["in_hospice"]), every) == every


@pytest.mark.slow
def test_the_command_tries_what_was_asked_for_and_nothing_else() -> None:
    name = "clinic_general_rpm since 2024-01: off"
    command = [sys.executable, "-m", "tests.mutants", "--only", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert name in done.stdout
    assert done.stdout.splitlines()[-1].split()[:3] == ["all", "1", "1"]


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len(EVERY) == len(mutations())
