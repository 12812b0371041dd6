"""The month, top to bottom: pull, check, who covers it, qualify, claim, route, keep, tell."""

from __future__ import annotations

from typing import Any

from prefect import flow

from config.month import EASTERN, Month, today_in
from config.rulebook import RuleBook, load_rulebook
from config.settings import practice_settings
from flows import parameters as ask
from flows.checked_month import checked_month
from flows.each_practice import each_practice
from flows.month_desk import month_desk, month_outreach
from tasks.claim.step import write_claim_lines
from tasks.cover.step import who_covers
from tasks.progress import steps_taken
from tasks.pull.step import Source, pull_source
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.step import qualify_practice, tie_totals
from tasks.send.step import deliver_messages, ready_to_tell, show_progress, summarize, unreadable_listed, write_month
from tasks.store.step import Place, decided_from, number_cases, open_place, save_month, steps_recorded


@flow(name="monthly-cycle", flow_run_name="month {month}")
def monthly_cycle(
    month: ask.ServiceMonth = "",
    source: ask.SourcePlace = "source",
    practice: ask.Practice = "",
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    settings: ask.SettingsFile = "",
    profile: ask.LogProfile = "",
) -> list[dict[str, Any]]:
    """Run the service month (without one: the month before this) for one practice, or for all in the source.

    A practice that fails stops no other; its error comes at the end. Returns counts, without patient data. An address
    with a password comes from the environment, for Prefect keeps parameters.
    """
    service_month = Month.parse(month) if month else Month.of(today_in(EASTERN)).previous
    book = load_rulebook(service_month)
    with steps_taken() as reading, unreadable_listed(out) as listed:
        pulled = pull_source(source, practice, settings, profile)
        listed(pulled.unplaced)
    place = open_place(out, database, settings)

    def run(practice_id: str) -> dict[str, Any]:
        with steps_recorded(place, practice_id, service_month, reading):
            return practice_month(pulled, practice_id, service_month, book, place)

    return each_practice(pulled.practices, run)


def practice_month(pulled: Source, practice_id: str, month: Month, book: RuleBook, place: Place) -> dict[str, Any]:
    """One practice's month, as a checklist. Nothing is written before the totals tie; every write may be repeated."""
    progress = show_progress(practice_id, month)
    settings = practice_settings(practice_id, place.settings)
    share, checked, aside, pages, accepted = checked_month(pulled, practice_id, month, settings, place)
    covered = who_covers(place, practice_id, accepted, month)
    tables = with_earlier_claims(covered.tables, place.store.offered(practice_id, month), month, book, settings)
    decided = qualify_practice(tables, month, book, settings)
    totals = tie_totals(share.read, aside, share.set_aside, checked.accepted, decided)
    progress(50)
    decided, aside = number_cases(place, practice_id, decided, aside)
    claims = write_claim_lines(decided, accepted, book, settings)
    evidence = {"quarantine": aside, "checks": checked.checks, "signals": checked.signals, "reconciliation": totals}
    desk, frames = month_desk(place, practice_id, month, covered, decided, settings, share.tables, evidence)
    frames |= {"claim_lines": claims}
    told = ready_to_tell(place, practice_id, month, accepted, frames)
    basis = decided_from(share.digest, tables, settings, book)
    saved = save_month(place, practice_id, month, basis, frames, told.compose, desk.keep)
    month_outreach(place, practice_id, month, desk, saved)
    progress(80)
    write_month(place, told, saved, pages)
    done = summarize(place, told, saved, deliver_messages(place, practice_id))
    progress(100)
    return done
