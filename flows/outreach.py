"""The day's outreach: co-pay cases as they stand, what is due and overdue, worklists, letters, messages to owners."""

from __future__ import annotations

from typing import Any

from prefect import flow

from config.month import Month
from flows import parameters as ask
from flows.board import show_board
from flows.daily_letters import letters_due_written
from flows.daily_month_end import daily_month_end
from flows.daily_queries import daily_queries
from flows.each_practice import each_practice
from flows.tell_actions import remind_of_actions, write_actions
from flows.typed_worklists import lists_kept, typed_cases
from tasks.query.step import due_queries
from tasks.remit.step import claim_balances
from tasks.route.step import due_cases
from tasks.send.step import deliver_messages, tell_owners, write_worklists
from tasks.store.step import Place, open_place, practices_decided, steps_recorded


@flow(name="outreach")
def outreach(
    practice: ask.Practice = "",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    settings: ask.SettingsFile = "",
) -> list[dict[str, Any]]:
    """See what is due in the co-pay cases of one practice, or of all that have a decided month, and tell their owners.

    Run it every day, and as often as you like: nothing is opened, recorded or sent twice. What waits of no practice
    goes out too. Returns counts.
    """
    place = open_place(out, database, settings)
    practices = practices_decided(place, practice or None)
    # With practices in several zones every schedule names one: what waits of none must not wait for a run of all.
    deliver_of_others(place, practices_decided(place, None))

    def run(one: str) -> dict[str, Any]:
        with steps_recorded(place, one, Month.of(place.today(one)), [], "outreach"):
            return practice_outreach(place, one)

    try:
        return each_practice(practices, run)
    finally:
        for month in sorted({Month.of(place.today(one)).previous for one in practices}):
            show_board(place, month)


def practice_outreach(place: Place, practice_id: str) -> dict[str, Any]:
    """One practice's day, as a checklist."""
    due = due_cases(place, practice_id, claim_balances(place, practice_id))
    folder = write_worklists(place, practice_id, typed_cases(place, practice_id, due.lists))
    kept_back = letters_due_written(place, practice_id, due.lists["copay_letters"])
    asked = due_queries(place, practice_id)
    queries = daily_queries(place, practice_id, asked)
    daily_month_end(place, practice_id, asked)
    write_actions(place, practice_id, show=False)
    remind_of_actions(place, practice_id, asked)
    whose = (due.practice, due.cases, due.lists["copay_alerts"], due.staff, due.patients)
    tell_owners(place, practice_id, *whose, lists_kept(place, practice_id, due.lists, due.staff))
    deliver_messages(place, practice_id)
    return {"practice_id": practice_id, "report": folder, "letters_kept_back": kept_back, **due.counts, **queries}


def deliver_of_others(place: Place, practices: list[str]) -> None:
    """What waits of no practice that has a decided month goes out: what operations is told of a run of none."""
    waiting = {message.practice_id for message in place.store.pending_messages()}
    for one in sorted(waiting.difference(practices)):
        deliver_messages(place, one)
