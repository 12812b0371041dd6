"""The day's queries: overdue ones are escalated, the lists are those of today, and whom they concern is told once."""

from __future__ import annotations

from functools import partial

from flows.tell_queries import pass_on_queries, tell_of_queries, write_queries
from tasks.query.step import QueriesDue, was_told, who_is_told
from tasks.store.step import Place


def daily_queries(place: Place, practice_id: str, due: QueriesDue) -> dict[str, int]:
    """One practice's queries, as a checklist; counts of those that wait, are overdue, and are answered."""
    write_queries(place, practice_id, due.lists, due.to_answer)
    today = place.today(practice_id)
    wanted, told = who_is_told(due, today), partial(was_told, practice_id, due, today)
    tell_of_queries(place, practice_id, due.practice, due.lists["queries"], due.staff, wanted, told)
    pass_on_queries(place, practice_id, due)
    states = [one.state for one in due.queries]
    waiting = sum(one.waiting for one in due.queries)
    return {
        "queries": waiting,
        "queries_overdue": states.count("escalated"),
        "queries_answered": states.count("answered"),
    }
