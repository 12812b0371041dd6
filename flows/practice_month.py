"""One practice's month, from its rows to its messages."""

from __future__ import annotations

from typing import Any

from config.month import Month
from config.rulebook import RuleBook
from config.settings import practice_settings
from flows.checked_month import checked_month
from flows.month_desk import month_desk, month_outreach
from flows.typed_worklists import with_typed_tasks
from tasks.claim.step import write_claim_lines
from tasks.cover.step import who_covers
from tasks.pull.step import Source
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.step import qualify_practice, tie_totals
from tasks.send.step import deliver_messages, ready_to_tell, show_progress, summarize, write_month
from tasks.store.step import Place, decided_from, number_cases, save_month


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
    told = ready_to_tell(place, practice_id, month, accepted, frames, pulled.notes)
    basis = decided_from(share.digest, tables, settings, book)
    saved = save_month(place, practice_id, month, basis, frames, told.compose, desk.keep)
    month_outreach(place, practice_id, month, desk, saved)
    progress(80)
    tasks = with_typed_tasks(place.folder(practice_id, month), told.frames["coverage_tasks"])
    write_month(place, told, saved, pages, tasks)
    done = summarize(place, told, saved, deliver_messages(place, practice_id))
    progress(100)
    return done
