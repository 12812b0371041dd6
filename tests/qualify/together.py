"""Cases that stand for themselves, decided many at a time: one decision over fifty patients costs little more than one.

Each case gets people and activities of its own, so that nothing it says can touch another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from config.contract import inputs
from config.month import Month
from tasks.qualify.decide import decide
from tests.qualify.cases import decided, rulebook, settings_of, tables_of

Case = dict[str, Any]
Result = dict[str, pd.DataFrame]

# What a case says of its patient alone; cases that differ in anything else are not decided together.
OF_THE_PATIENT = {
    "patient", "coverages", "conditions", "consents", "care_plans", "visits", "other_services", "stays", "alignments",
    "medical_decisions", "copay_responses", "earlier_claims", "payer_answers", "time", "staff", "practitioner",
}  # fmt: skip
PEOPLE = {"practitioners": "practitioner_id", "staff": "staff_id"}
OWN = {"practitioner_id", "care_manager_id", "performer_id", "activity_id"}


def decided_apart(cases: Sequence[Case], month: str = "2026-10", **settings: Any) -> list[Result]:
    """What `decided` gives for each case alone, in their order; the patient is P1, P2, ... in that order."""
    results: dict[int, Result] = {}
    service_month = Month.parse(month)
    for places, tables in practices_of(cases, service_month):
        whole = decide(tables, service_month, rulebook(service_month), settings_of(**settings))
        results |= {place: of_patient(whole, number) for number, place in enumerate(places, start=1)}
    return [results[place] for place in range(len(cases))]


def practices_of(cases: Sequence[Case], month: Month) -> list[tuple[list[int], Result]]:
    """The cases' places and tables, practice by practice: those that agree in all that is not the patient's."""
    groups: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        apart = sorted((name, repr(value)) for name, value in case.items() if name not in OF_THE_PATIENT)
        groups.setdefault(repr(apart), []).append(place)
    return [
        (places, _with_own_people(tables_of([cases[place] for place in places], month))) for places in groups.values()
    ]


def of_patient(whole: Result, number: int) -> Result:
    """What was decided of the patient of that number, counted from one."""
    return {name: frame[frame["patient_id"] == f"P{number}"].reset_index(drop=True) for name, frame in whole.items()}


class Decided:
    """Gives the result of one case after another; the first that is asked for decides all of its month and settings."""

    def __init__(self, cases: Sequence[tuple[Case, str, Case]]) -> None:
        self._waiting: dict[str, list[tuple[str, Case]]] = {}
        self._found: dict[str, Result] = {}
        for facts, month, settings in cases:
            self._waiting.setdefault(repr((month, settings)), []).append((repr(facts), facts))

    def result(self, facts: Case, month: str, settings: Case) -> Result:
        """What is decided of that case."""
        group = repr((month, settings))
        waiting = self._waiting.pop(group, [])
        try:
            results = decided_apart([case for _, case in waiting], month, **settings)
        except Exception:  # the case that it is about shall fail, and no other
            results = []
        self._found |= {group + name: result for (name, _), result in zip(waiting, results, strict=False)}
        return self._found.get(group + repr(facts)) or decided([facts], month, **settings)


def _with_own_people(tables: Result) -> Result:
    patients = tables["patients"]["patient_id"]
    own = dict(tables)
    for name, key in PEOPLE.items():
        frame = tables[name].merge(patients.rename("of"), how="cross")
        own[name] = frame.assign(**{key: frame[key] + "@" + frame["of"]}).drop(columns="of")
    for name, table in inputs().items():
        if "patient_id" in table.names:
            frame = tables[name]
            columns = {column: frame[column] + "@" + frame["patient_id"] for column in OWN & set(table.names)}
            own[name] = frame.assign(**columns)
    return own
