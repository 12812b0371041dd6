"""What a month means for the people who work on it: co-pay cases, questions to payers and care team, action items."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from sqlalchemy.engine import Connection

from config.month import Month
from config.settings import PracticeSettings
from flows.tell_actions import write_actions
from flows.tell_queries import write_queries
from flows.typed_worklists import typed_cases
from tasks.action.step import Taught, what_it_taught
from tasks.cover.step import Covered, ask_payers
from tasks.query.step import Looked, due_queries, look_at_queries
from tasks.remit.step import claim_balances
from tasks.route.step import Routed, due_cases, keep_cases, route_copay_cases
from tasks.send.step import write_worklists
from tasks.store.records import Saved
from tasks.store.step import Place

Frames = dict[str, pd.DataFrame]


class Desk(NamedTuple):
    """What a month's run found of cases, queries and action items, before any of it is kept."""

    routed: Routed
    looked: Looked
    taught: Taught

    def keep(self, connection: Connection, saved: Saved) -> None:
        """Queries and action items are on record, in the transaction that saves the month."""
        self.looked.keep(connection, saved)
        self.taught.keep(connection)


def month_desk(
    place: Place, practice_id: str, month: Month, covered: Covered, decided: Frames, settings: PracticeSettings,
    read: Frames, evidence: Frames,
) -> tuple[Desk, Frames]:  # fmt: skip
    """The co-pay cases by what patients said and payers answered until now, what payers must be asked (which is on
    record), where the queries to the care team stand after this run, and what the month taught; and all as frames."""
    owed = claim_balances(place, practice_id)
    routed = route_copay_cases(place, practice_id, covered.tables, decided, settings, month, owed)
    asked = ask_payers(place, practice_id, month, covered, decided["decisions"])
    looked = look_at_queries(place, practice_id, month, covered.tables, decided)
    frames = decided | asked | evidence | {"copay_cases": routed.cases, "queries": looked.queries}
    taught = what_it_taught(place, practice_id, month, frames, read)
    return Desk(routed, looked, taught), frames | {"actions": taught.actions}


def month_outreach(place: Place, practice_id: str, month: Month, desk: Desk, saved: Saved) -> None:
    """What the month found of cases is on record, and the worklists are those of today; nobody is told twice."""
    keep_cases(place, practice_id, month, desk.routed)
    lists = due_cases(place, practice_id, desk.routed.balances).lists
    write_worklists(place, practice_id, typed_cases(place, practice_id, lists))
    queries = due_queries(place, practice_id)
    write_queries(place, practice_id, queries.lists | {"holds": desk.looked.holds(saved)}, queries.to_answer)
    write_actions(place, practice_id)
