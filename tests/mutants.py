"""With any one rule switched off or one number changed, some case must fail: `make mutants` prints which.

A mutant changes the rulebook of a month in one place. Every case of scenarios/ is decided anew in its month until one
fails. A mutant that no case notices has survived: the rule could be wrong and nobody would see it.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

import pandas as pd

from config.month import Month
from config.rulebook import RuleBook
from tasks.qualify.decide import decide
from tests import minutes_by_year, published, test_scenarios
from tests.mutations import Mutation, mutations
from tests.qualify.cases import rulebook, settings_of
from tests.qualify.together import of_patient, practices_of


class Judged(NamedTuple):
    """A case with its own judge; `about` is what it was written for."""

    name: str
    about: str
    facts: dict[str, Any]
    judge: Any


class Group(NamedTuple):
    """Cases decided as one practice's month."""

    month: Month
    settings: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    cases: list[Judged]


def judged() -> list[tuple[str, dict[str, Any], Judged]]:
    """Every case with its month and settings."""
    found = []
    for table in test_scenarios.RULE_TABLES:
        for case in table["cases"]:
            facts, month, settings = test_scenarios.told(case)
            name = f"{case['rule']}: {case['name']}"
            found.append((month, settings, Judged(name, case["rule"], facts, _scenario(case))))
    waiting = {entry["id"] for entry in published.TABLE["not_yet"]}
    found += [
        (told.month, told.settings, Judged(told.id, "", told.facts, _published(told)))
        for told in published.told() + published.told(published.TRAPS)
        if told.id not in waiting
    ]
    for boundary in minutes_by_year.boundaries():
        case = Judged(boundary.id, boundary.id.partition(" ")[0], boundary.facts, _boundary(boundary))
        found.append((boundary.month, boundary.settings, case))
    return found


def _scenario(case: dict[str, Any]) -> Any:
    return lambda result: test_scenarios.check(case, result)


def _published(told: published.Told) -> Any:
    expected = {name: value for name, value in told.expected.items() if name != "lines"}
    return lambda result: published.check(told._replace(expected=expected), result)


def _boundary(boundary: minutes_by_year.Boundary) -> Any:
    def judge(result: dict[str, pd.DataFrame]) -> None:
        assert minutes_by_year.billed(result, boundary.program) == boundary.codes

    return judge


def groups() -> list[Group]:
    """All cases, those of one month, settings and practice together."""
    waiting: dict[str, list[tuple[str, dict[str, Any], Judged]]] = {}
    for month, settings, case in judged():
        waiting.setdefault(repr((month, sorted(settings.items()))), []).append((month, settings, case))
    found = []
    for several in waiting.values():
        month, settings = Month.parse(several[0][0]), several[0][1]
        cases = [case for _, _, case in several]
        for places, tables in practices_of([case.facts for case in cases], month):
            found.append(Group(month, settings, tables, [cases[place] for place in places]))
    return found


def failing(group: Group, book: RuleBook) -> str:
    """The first case of the group that the book makes fail; empty when none does."""
    try:
        whole = decide(group.tables, group.month, book, settings_of(**group.settings))
    except Exception as error:
        return f"{group.month}: {type(error).__name__}"
    for number, case in enumerate(group.cases, start=1):
        try:
            case.judge(of_patient(whole, number))
        except AssertionError:
            return case.name
    return ""


GROUPS: list[Group] = []
EVERY: list[Mutation] = []
"""Both are filled before the processes part, for neither a judge nor a mutation travels between them."""


def killed_by(number: int) -> str:
    """The case that notices the mutant of that number; empty when it survives."""
    mutation = EVERY[number]
    likely = [group for group in GROUPS if any(case.about in mutation.about for case in group.cases if case.about)]
    rest = [group for group in GROUPS if not any(group is other for other in likely)]
    for group in likely + rest:
        with mutation.elsewhere():
            book = mutation.of(rulebook(group.month))
            if book is not None and (name := failing(group, book)):
                return name
    return ""


def main(words: list[str]) -> int:
    """Prints the table; the exit code is the number of survivors, or 1 when a case fails without any change."""
    GROUPS.extend(groups())
    for group in GROUPS:
        if name := failing(group, rulebook(group.month)):
            print(f"Fails without a mutant: {group.month} {name}")
            return 1
    EVERY.extend(mutation for mutation in mutations() if not words or any(word in mutation.name for word in words))
    survivors = []
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        for mutation, name in zip(EVERY, pool.map(killed_by, range(len(EVERY))), strict=True):
            print(f"{mutation.kind:10} {mutation.name:62} {name or 'SURVIVED'}", flush=True)
            if not name:
                survivors.append(mutation)
    total, lost = Counter(mutation.kind for mutation in EVERY), Counter(mutation.kind for mutation in survivors)
    print()
    for kind, number in total.items():
        print(f"{kind:10} {number - lost[kind]:4} of {number:4} killed")
    print(f"{'all':10} {len(EVERY) - len(survivors):4} of {len(EVERY):4} killed by {len(judged())} cases")
    return len(survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
