"""Every case of scenarios/ with its own judge: what a change of the rulebook is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pandas as pd

from config.month import Month
from config.rulebook import RuleBook
from tasks.qualify import findings, ledger
from tasks.qualify.decide import decide
from tests import minutes_by_year, published, test_scenarios
from tests.qualify.cases import rulebook, settings_of
from tests.qualify.together import Result, of_patient, practices_of

SHARES = ("shared_activity", "simultaneous", "counted_elsewhere")


class Judged(NamedTuple):
    """A case with its own judge; `about` is what it was written for."""

    name: str
    about: str
    month: str
    settings: dict[str, Any]
    facts: dict[str, Any]
    judge: Callable[[Result], None]


class Group(NamedTuple):
    """Cases decided as one practice's month."""

    month: Month
    settings: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    cases: list[Judged]


class Seen(NamedTuple):
    """What a patient's decision had to do with: a change of anything else cannot change it.

    `rules` are those that anybody of the group met.
    """

    rules: frozenset[str]
    programs: frozenset[str]
    codes: frozenset[str]


class Baseline(NamedTuple):
    """A group under the rulebook as it is, patient by patient in order; `failing` is the first case that fails."""

    seen: list[Seen]
    prints: dict[str, int]
    failing: str


def judged() -> list[Judged]:
    """Every case with its month and settings."""
    found = []
    for table in test_scenarios.RULE_TABLES:
        for case in table["cases"]:
            facts, month, settings = test_scenarios.told(case)
            name = f"{case['rule']}: {case['name']}"
            found.append(Judged(name, case["rule"], month, settings, facts, _scenario(case)))
    waiting = {entry["id"] for entry in published.TABLE["not_yet"]}
    found += [
        Judged(told.id, "", told.month, told.settings, told.facts, _published(told))
        for told in published.told() + published.told(published.TRAPS)
        if told.id not in waiting
    ]
    for row in minutes_by_year.boundaries():
        found.append(Judged(row.id, row.about, row.month, row.settings, row.facts, row.judge))
    return found


def _scenario(case: dict[str, Any]) -> Callable[[Result], None]:
    return lambda result: test_scenarios.check(case, result)


def _published(told: published.Told) -> Callable[[Result], None]:
    expected = {name: value for name, value in told.expected.items() if name != "lines"}
    return lambda result: published.check(told._replace(expected=expected), result)


def groups(cases: Iterable[Judged]) -> list[Group]:
    """The cases of one month, settings and practice together."""
    waiting: dict[str, list[Judged]] = {}
    for case in cases:
        waiting.setdefault(repr((case.month, sorted(case.settings.items()))), []).append(case)
    found = []
    for several in waiting.values():
        month = Month.parse(several[0].month)
        for places, tables in practices_of([case.facts for case in several], month):
            found.append(Group(month, several[0].settings, tables, [several[place] for place in places]))
    return found


def decided(group: Group, book: RuleBook, places: Sequence[int] = ()) -> Result:
    """What that book decides of the group, or of those of its cases alone."""
    tables = group.tables
    if places and len(places) < len(group.cases):
        names = [f"P{place + 1}" for place in places]
        tables = {
            name: frame[frame["patient_id"].isin(names)].reset_index(drop=True) if "patient_id" in frame else frame
            for name, frame in tables.items()
        }
    return decide(tables, group.month, book, settings_of(**group.settings))


def failing(group: Group, whole: Result, places: Iterable[int], unchanged: dict[str, int]) -> str:
    """The first of these cases that the decision makes fail; empty when none does.

    `unchanged` are the prints of patients under the book as it is: who has the same print need not be judged.
    """
    now = prints(whole)
    for place in places:
        patient = f"P{place + 1}"
        if patient in unchanged and unchanged[patient] == now.get(patient):
            continue
        try:
            group.cases[place].judge(of_patient(whole, place + 1))
        except Exception:  # whatever goes wrong in a judge fails its test
            return group.cases[place].name
    return ""


def prints(whole: Result) -> dict[str, int]:
    """For each patient a number that is another one as soon as any row of theirs is."""
    found: dict[str, int] = {}
    for place, (name, frame) in enumerate(sorted(whole.items())):
        if len(frame):
            rows = pd.util.hash_pandas_object(frame, index=False).astype(object)
            for patient, numbers in rows.groupby(frame["patient_id"].astype(object)):
                found[patient] = hash((found.get(patient, 0), place, name, *numbers))
    return found


def baseline(group: Group) -> Baseline:
    """The group under the rulebook as it is."""
    book = rulebook(group.month)
    met: set[str] = set()
    with _watched(met):
        whole = decided(group, book)
    everyone = range(len(group.cases))
    return Baseline(_seen(group, whole, frozenset(met)), prints(whole), failing(group, whole, everyone, {}))


def _seen(group: Group, whole: Result, met: frozenset[str]) -> list[Seen]:
    programs: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for patient, program in zip(whole["decisions"]["patient_id"], whole["decisions"]["program"], strict=True):
        programs.setdefault(patient, set()).add(str(program))
    for name in ("other_services", "visits"):
        frame = group.tables[name]
        for patient, code in zip(frame["patient_id"], frame["code"].astype("str"), strict=True):
            codes.setdefault(patient, set()).add(code.strip().upper())
    names = [f"P{number}" for number in range(1, len(group.cases) + 1)]
    return [Seen(met, frozenset(programs.get(name, ())), frozenset(codes.get(name, ()))) for name in names]


@contextmanager
def _watched(met: set[str]) -> Iterator[None]:
    """Adds to `met` the name of every rule that is true of anything while this lasts."""
    whole = {
        (module, name): getattr(module, name) for module, name in [(findings, "ask"), *((ledger, n) for n in SHARES)]
    }

    def noting(function: Callable[..., Any], share: str = "") -> Callable[..., Any]:
        def noted(first: Any, *others: Any) -> Any:
            found = function(first, *others)
            if found.any():
                met.add(share or first.name)
            return found

        return noted

    for (module, name), function in whole.items():
        setattr(module, name, noting(function, "" if name == "ask" else name))
    try:
        yield
    finally:
        for (module, name), function in whole.items():
            setattr(module, name, function)
