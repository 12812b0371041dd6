"""Routing the co-pay cases as Prefect runs it."""

from __future__ import annotations

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.frames import among
from config.month import Month
from config.settings import PracticeSettings
from tasks.progress import step
from tasks.route.cases import copay_cases
from tasks.store.step import Place


@task(name="route the co-pay cases", cache_policy=NO_CACHE)
def route_copay_cases(
    place: Place,
    practice_id: str,
    tables: dict[str, pd.DataFrame],
    decided: dict[str, pd.DataFrame],
    settings: PracticeSettings,
    month: Month,
) -> pd.DataFrame:
    """Every refusal or inability to pay as one case with its first option, owner and due date."""
    with step("route", "routing the co-pay cases") as done:
        known = place.store.open_copay_cases(practice_id)
        patients = tables["patients"]
        heard = among(patients["patient_id"], tables["copay_responses"]["patient_id"])
        # Who answered before being enrolled, or after leaving, has no decision to take the number from.
        numbers = place.store.case_numbers(practice_id, patients.loc[heard, "patient_id"])
        numbered = dict(tables) | {"patients": patients.assign(case_number=numbers)}
        cases = copay_cases(numbered, decided["decisions"], settings, month, known)
        opened = cases[cases["state"] == "open"]
        done(f"{len(opened):,} open, {len(cases) - len(opened):,} closed", len(cases))
    return cases
