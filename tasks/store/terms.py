"""The practice's own terms with its payers: how long they take its claims, and within how many days it asks them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.engine import Connection

from config.denial_models import Route
from config.denials import due_date
from config.errors import InputError
from config.payer_settings import payer_settings
from config.settings import practice_settings, settings_file
from tasks.progress import LOG
from tasks.store.basis import latest_settings


@dataclass(frozen=True)
class Terms:
    """Days from the date of service by practice and payer, and days to ask a plan for its term by practice."""

    filing: Mapping[tuple[str, str], int] = field(default_factory=dict)
    ask: Mapping[str, int] = field(default_factory=dict)

    def last_day(self, route: Route, denial: Mapping[str, Any]) -> date | None:
        """The last day of the route for a denial, which has practice, payer, its kind, notice and date of service, and
        may have `payer_filing_days`, what the payer told."""
        practice, told = str(denial["practice_id"]), denial.get("payer_filing_days")
        billed = (practice, str(denial["billed_payer_id"]))
        return due_date(
            route,
            denial["opened_date"].date(),
            service_date=denial["service_date"].date(),
            payer_kind=str(denial["payer_kind"]),
            filing_days=self.filing.get(billed),
            told_days=None if told is None or pd.isna(told) else int(told),
            ask_days=self.ask.get(practice, 0),
            others_days=[days for whose, days in self.filing.items() if whose[0] == practice and whose != billed],
        )


def terms_of(connection: Connection, practices: Iterable[str], settings: Path | None = None) -> Terms:
    """The practices' terms: those of the settings file where one is given; else, for filing, those that the last
    decided month went by, and for asking those that ship.

    So it is too of a practice whose own settings cannot be used: one practice's fault keeps back no answer of another.
    InputError when the file cannot be used at all.
    """
    if settings:
        settings_file(settings)
    filing: dict[tuple[str, str], int] = {}
    ask: dict[str, int] = {}
    for practice in practices:
        own = settings if settings and _usable(practice, settings) else None
        if own:
            days = practice_settings(practice, own).filing_days
        else:
            days = json.loads(latest_settings(connection, practice) or "{}").get("filing_days", {})
        filing |= {(practice, payer): int(limit) for payer, limit in days.items()}
        ask[practice] = payer_settings(practice, own).ask_plan_days
    return Terms(filing, ask)


def _usable(practice: str, settings: Path) -> bool:
    try:
        practice_settings(practice, settings)
        payer_settings(practice, settings)
    except InputError as error:
        LOG.warning("%s Until then its terms are those of its last month.", error)
        return False
    return True
