"""The month, top to bottom: pull, check, who covers it, qualify, claim, route, keep, tell, have approved."""

from __future__ import annotations

from typing import Any

from prefect import flow

from config.month import Month
from config.rulebook import load_rulebook
from flows import parameters as ask
from flows.approval import answered_since, approval_asked, prepared_in_the_name_of, run_name, runs_of_their_own
from flows.board import show_board
from flows.each_practice import each_practice
from flows.months_due import months_there, wanted
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
    which: ask.Which = "all",
) -> list[dict[str, Any]]:
    """Run the service month (without one: the month before this, on each practice's clock) for one practice, or for all
    in the source, or for those of them where it is missing or due.

    A practice that fails stops no other; its error comes at the end. Returns counts, without patient data. An address
    with a password comes from the environment, for Prefect keeps parameters. `prepared_by` is who answers for what is
    decided. A run that a deployment started waits for an approval where it is wanted (`approval`, which is mostly as
    the settings say), and runs several practices as a run of its own each.
    """
    if month:
        load_rulebook(Month.parse(month))  # what is plainly wrong is refused before anything is read
    if done := answered_since(out, database, settings, prepared_by):
        return [done]
    with steps_taken() as reading, unreadable_listed(out, practice) as listed:
        pulled = pull_source(source, practice, settings, profile)
        listed(pulled.unplaced)
    place = open_place(out, database, settings, prepared_in_the_name_of(prepared_by))
    there = months_there(pulled, month)
    months = wanted(place, pulled, there, which, practice)
    if started := runs_of_their_own(months, ask.WANTED[approval]):
        return started

    try:
        with side_by_side(pulled, months, place, database, reading) as run:
            results = each_practice(list(months), run)
    finally:
        for one in sorted(set(there.values())):  # whoever looks at this run sees them, also where nothing was missing
            show_board(place, one)
    return [approval_asked(place, months[done["practice_id"]], done, ask.WANTED[approval]) for done in results]
