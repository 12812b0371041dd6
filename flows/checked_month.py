"""The first half of a practice's month: its share is pulled and checked, or the month stops with the proof kept."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from config.errors import DataStopError
from config.month import EASTERN, Month, is_time_zone
from config.settings import PracticeSettings
from tasks.check.check import Checked
from tasks.check.gate import gate
from tasks.check.step import check_practice, describe_quality
from tasks.claim.step import with_recorded_modifiers
from tasks.pull.step import Share, Source, pull_practice
from tasks.query.step import with_recorded_queries
from tasks.route.step import with_recorded_answers
from tasks.send.step import keep_stopped_month, try_templates
from tasks.store.day import today_by, zone_of
from tasks.store.step import Place, with_decisions_by_hand


class CheckedMonth(NamedTuple):
    """What deciding may begin with, beside every row that was set aside and the data-quality page.

    `accepted` has beside the checked rows what staff recorded in cases, and is corrected by what they answered billing;
    `line_modifiers` is what the practice decided on for its lines.
    """

    share: Share
    checked: Checked
    aside: pd.DataFrame
    pages: dict[str, str]
    accepted: dict[str, pd.DataFrame]


def day_there(pulled: Source, practice_id: str) -> date:
    """The day that it is now on the practice's own clock, as the source gives it."""
    return today_by(_own(pulled, practice_id))


def clock_there(pulled: Source, practice_id: str) -> ZoneInfo:
    """The practice's own clock, as the source gives it; Eastern time where that is none."""
    zone = zone_of(_own(pulled, practice_id))
    return ZoneInfo(zone if is_time_zone(zone) else EASTERN)


def _own(pulled: Source, practice_id: str) -> dict[str, pd.DataFrame]:
    practices = pulled.tables["practices"]
    return {"practices": practices[(practices["practice_id"] == practice_id).to_numpy(bool, na_value=False)]}


def checked_month(
    pulled: Source, practice_id: str, month: Month, settings: PracticeSettings, place: Place
) -> CheckedMonth:
    """The practice's accepted tables of the month, with all that was set aside and why.

    DataStopError when too much was set aside; what was and the page that shows it are kept before that.
    """
    try_templates(place, practice_id)
    today = day_there(pulled, practice_id)
    share = pull_practice(pulled, practice_id, month, today)
    other_month = share.set_aside["other_month"]
    checked = check_practice(share.tables, settings, month, today, other_month, share.future)
    past = place.store.checks_before(practice_id, month)
    aside, pages = describe_quality(share.name, month, checked, share.rejected, past, other_month)
    try:
        gate(checked, settings)
    except DataStopError:
        keep_stopped_month(place, practice_id, month, {"quarantine": aside, "checks": checked.checks}, pages)
        if elsewhere := share.elsewhere(month):
            raise DataStopError(
                f"{practice_id}: {elsewhere}; name one of its months, or mend the rows listed in quarantine.csv."
            ) from None
        raise
    accepted = with_recorded_answers(place, practice_id, checked.accepted, month)
    accepted = with_recorded_queries(place, practice_id, accepted, month)
    accepted = with_recorded_modifiers(place, practice_id, accepted, month)
    accepted = with_decisions_by_hand(place, practice_id, accepted, month)
    return CheckedMonth(share, checked, aside, pages, accepted)
