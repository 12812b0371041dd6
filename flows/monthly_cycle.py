"""The month, top to bottom: pull, check, qualify, claim, route, keep, tell."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow

from config.errors import DataStopError, UserError
from config.month import Month
from config.rulebook import RuleBook, load_rulebook
from config.settings import practice_settings
from tasks.check.gate import gate
from tasks.check.step import check_practice, describe_quality
from tasks.claim.step import write_claim_lines
from tasks.progress import LOG, steps_taken
from tasks.pull.step import Source, pull_practice, pull_source
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.step import qualify_practice, tie_totals
from tasks.route.step import route_copay_cases
from tasks.send.step import (
    Told,
    deliver_messages,
    keep_stopped_month,
    show_progress,
    summarize,
    unreadable_listed,
    write_month,
)
from tasks.store.step import Place, decided_from, number_cases, open_place, save_month, steps_recorded


@flow(name="monthly-cycle", flow_run_name="month {month}")
def monthly_cycle(
    month: str | None = None,
    source: str = "source",
    practice: str | None = None,
    out: str = "out",
    database: str | None = None,
    settings: str | None = None,
    profile: str | None = None,
) -> list[dict[str, Any]]:
    """Run the service month (without one: the month before this) for one practice, or for all in the source.

    Returns counts for each practice, without patient data. A practice that fails stops no other; its error is raised
    at the end. Parameters are kept by Prefect, so addresses with a password come from the environment instead.
    """
    service_month = Month.parse(month) if month else Month.of(date.today()).previous
    book = load_rulebook(service_month)
    with steps_taken() as reading, unreadable_listed(out) as listed:
        pulled = pull_source(source, practice, settings, profile)
        listed(pulled.unplaced)
    place = open_place(out, database, settings)
    summaries, errors = [], []
    for practice_id in pulled.practices:
        try:
            with steps_recorded(place, practice_id, service_month, reading):
                summaries.append(practice_month(pulled, practice_id, service_month, book, place))
        except UserError as error:
            errors.append(type(error)(f"{practice_id}: {error}" if len(pulled.practices) > 1 else str(error)))
    if errors:
        for done in summaries:
            LOG.info("%s is done: open %s", done["practice_id"], done["report"])
        raise errors[0]
    return summaries


def practice_month(pulled: Source, practice_id: str, month: Month, book: RuleBook, place: Place) -> dict[str, Any]:
    """One practice's month, as a checklist. Nothing is written before the totals tie; every write may be repeated."""
    progress = show_progress(practice_id, month)
    settings = practice_settings(practice_id, place.settings)
    share = pull_practice(pulled, practice_id, month, place.today)
    checked = check_practice(share.tables, settings, month, place.today, share.set_aside["other_month"], share.future)
    past = place.store.history(practice_id, "checks", month)
    aside, pages = describe_quality(share.name, month, checked, share.rejected, past, share.set_aside["other_month"])
    progress(30)
    try:
        gate(checked, settings)
    except DataStopError:
        keep_stopped_month(place, practice_id, month, {"quarantine": aside, "checks": checked.checks}, pages)
        raise
    tables = with_earlier_claims(checked.accepted, place.store.offered(practice_id, month), month, book, settings)
    decided = qualify_practice(tables, month, book, settings)
    totals = tie_totals(share.read, aside, share.set_aside, checked.accepted, decided)
    progress(50)
    decided, aside = number_cases(place, practice_id, decided, aside)
    claims = write_claim_lines(decided, checked.accepted, book)
    cases = route_copay_cases(place, practice_id, checked.accepted, decided, settings, month)
    evidence = {"quarantine": aside, "checks": checked.checks, "signals": checked.signals, "reconciliation": totals}
    frames = decided | evidence | {"claim_lines": claims, "copay_cases": cases}
    told = Told(practice_id, month, checked.accepted, frames, place.today)
    basis = decided_from(share.digest, tables, settings, book)
    saved = save_month(place, practice_id, month, basis, told.frames, told.compose)
    progress(80)
    write_month(place, told, saved, pages)
    delivered = deliver_messages(place, practice_id)
    progress(100)
    return summarize(place, told, saved, delivered)
