"""The month, top to bottom: pull, check, who covers it, qualify, claim, route, keep, tell, have approved."""

from __future__ import annotations

from typing import Any

from prefect import flow

from config.month import EASTERN, Month, today_in
from config.rulebook import load_rulebook
from flows import parameters as ask
from flows.approval import answered_since, approval_asked, run_name, runs_of_their_own
from flows.board import show_board
from flows.each_practice import each_practice
from flows.side_by_side import side_by_side
from tasks.progress import steps_taken
from tasks.pull.step import pull_source
from tasks.send.step import unreadable_listed
from tasks.store.step import open_place


@flow(name="monthly-cycle", flow_run_name=run_name)
def monthly_cycle(
    month: ask.ServiceMonth = "",
    source: ask.SourcePlace = "source",
    practice: ask.Practice = "",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    settings: ask.SettingsFile = "",
    profile: ask.LogProfile = "",
    prepared_by: ask.PreparedBy = "",
    approval: ask.Approval = "as set",
) -> list[dict[str, Any]]:
    """Run the service month (without one: the month before this) for one practice, or for all in the source.

    A practice that fails stops no other; its error comes at the end. Returns counts, without patient data. An address
    with a password comes from the environment, for Prefect keeps parameters. `prepared_by` is who answers for what is
    decided. A run that a deployment started waits for an approval where it is wanted (`approval`, which is mostly as
    the settings say), and runs several practices as a run of its own each.
    """
    service_month = Month.parse(month) if month else Month.of(today_in(EASTERN)).previous
    book = load_rulebook(service_month)
    if done := answered_since(out, database, settings, prepared_by):
        return [done]
    with steps_taken() as reading, unreadable_listed(out, practice) as listed:
        pulled = pull_source(source, practice, settings, profile)
        listed(pulled.unplaced)
    place = open_place(out, database, settings, prepared_by)
    if started := runs_of_their_own(place, service_month, pulled.practices, ask.WANTED[approval]):
        return started

    try:
        with side_by_side(pulled, service_month, book, place, database, reading) as run:
            results = each_practice(pulled.practices, run)
    finally:
        show_board(place, service_month)
    return [approval_asked(place, service_month, done, ask.WANTED[approval]) for done in results]
