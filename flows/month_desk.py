"""What a month means for the people who work on it: co-pay cases, questions to payers and to the care team."""

from __future__ import annotations

import pandas as pd

from config.month import Month
from config.settings import PracticeSettings
from flows.tell_queries import write_queries
from tasks.cover.step import Covered, ask_payers
from tasks.query.step import due_queries, keep_queries, look_at_queries
from tasks.remit.step import claim_balances
from tasks.route.step import Routed, due_cases, keep_cases, route_copay_cases
from tasks.send.step import write_worklists
from tasks.store.records import Saved
from tasks.store.step import Place

Frames = dict[str, pd.DataFrame]


def month_cases(
    place: Place, practice_id: str, month: Month, tables: Frames, decided: Frames, settings: PracticeSettings
) -> Routed:
    """The co-pay cases as they stand at the month's end, by what patients said and payers answered until then."""
    owed = claim_balances(place, practice_id)
    return route_copay_cases(place, practice_id, tables, decided, settings, month, owed)


def month_questions(place: Place, practice_id: str, month: Month, covered: Covered, decided: Frames) -> Frames:
    """What payers must be asked, which is on record, and where the queries to the care team stand after this run."""
    asked = ask_payers(place, practice_id, month, covered, decided["decisions"])
    return asked | look_at_queries(place, practice_id, month, covered.tables, decided)


def month_outreach(
    place: Place, practice_id: str, month: Month, routed: Routed, tables: Frames, decided: Frames, saved: Saved
) -> None:
    """What the month found of cases and queries is on record, and the worklists are those of today; nobody is told
    twice."""
    keep_cases(place, practice_id, month, routed)
    write_worklists(place, practice_id, due_cases(place, practice_id, routed.balances).lists)
    holds = keep_queries(place, practice_id, month, tables, decided, saved)
    queries = due_queries(place, practice_id)
    write_queries(place, practice_id, queries.lists | holds, queries.to_answer)
