"""A stored month decided again: as it was, or as it would be by other rules, settings, minutes or consents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
from rich.console import Console

from config.draft import draft_rulebook
from config.errors import InputError
from config.month import Month
from config.rulebook import RuleBook, load_rulebook
from config.rulebook_archive import restored
from config.settings import PracticeSettings, practice_settings, stored_settings, with_policy
from flows.compared import print_differences, print_effect
from tasks.claim.step import write_claim_lines
from tasks.qualify.compare import REPLAYED, differences, effect
from tasks.qualify.decide import decide
from tasks.qualify.suppose import with_minutes, with_program
from tasks.store.records import Basis, Cycle
from tasks.store.step import numbered
from tasks.store.store import Store, open_store

Frames = dict[str, pd.DataFrame]


def replay_month(
    console: Console,
    database: str,
    month: Month,
    practice: str | None,
    rulebook: str = "stored",
    settings: Path | None = None,
    policy: str | None = None,
) -> bool:
    """Print what deciding the month again gives; False when the stored month does not come out as it is stored.

    By its own rulebook and settings it must come out the same. By others the table says what would differ.
    """
    books = {"current": load_rulebook} | ({} if rulebook in ("stored", "current") else {rulebook: drafted(rulebook)})
    same = True
    for store, cycle, basis in stored_months(database, month, practice):
        book = restored(basis.rulebook) if rulebook == "stored" else books[rulebook](month)
        chosen = practice_settings(cycle.practice_id, settings) if settings else stored_settings(basis.settings)
        chosen = with_policy(chosen, policy) if policy else chosen
        again = decide_again(store, cycle, dict(basis.tables), book, chosen)
        stored = stored_frames(store, cycle)
        if rulebook == "stored" and not settings and not policy:
            found = differences(stored, again)
            print_differences(console, cycle, {name: len(stored[name]) for name in REPLAYED}, found)
            same &= found.empty
            continue
        whose = "" if rulebook == "current" else f" of {rulebook}"
        by = [f"rulebook {book.digest}{whose}"] if rulebook != "stored" else []
        by += [f"settings {settings}"] if settings else []
        by += [f"policy {policy}"] if policy else []
        print_effect(console, cycle, f"as decided, and by {', '.join(by)}", effect(stored, again))
    return same


def drafted(folder: str) -> Callable[[Month], RuleBook]:
    """Reads the folder's draft once, whatever the number of practices."""
    return cache(lambda month: draft_rulebook(month, Path(folder)))


def suppose(
    console: Console,
    database: str,
    month: Month,
    practice: str | None,
    add_minutes: int | None = None,
    to: str | None = None,
    policy: str | None = None,
) -> None:
    """Print what the month would come to with these minutes, that program or that policy; nothing is written."""
    if not (add_minutes or to or policy):
        raise InputError("Say what to suppose: --add-minutes 3, --to apcm, or --policy simplest.")
    for store, cycle, basis in stored_months(database, month, practice):
        tables, book, settings = dict(basis.tables), restored(basis.rulebook), stored_settings(basis.settings)
        stored, what = stored_frames(store, cycle), []
        if to:
            tables = with_program(tables, to, month, book)
            what.append(f"every consent of its kind for {to}")
        if add_minutes:
            tables = with_minutes(tables, stored["decisions"], add_minutes, month, book)
            what.append(f"{add_minutes} min more of staff time on {month.last} where minutes are missing")
        if policy:
            settings = with_policy(settings, policy)
            what.append(f"policy {policy}")
        again = decide_again(store, cycle, tables, book, settings)
        print_effect(console, cycle, f"as decided, and with {'; '.join(what)}", effect(stored, again))


def stored_months(database: str, month: Month, practice: str | None) -> Iterator[tuple[Store, Cycle, Basis]]:
    """The latest revision of the month, of one practice or of all, each with what it was decided from."""
    store = open_store(database)
    try:
        practices = [practice] if practice else store.practices(month)
        found = [cycle for one in practices if (cycle := store.latest(one, month))]
        if not found:
            whose = f" of practice {practice}" if practice else ""
            raise InputError(f"There is no decided {month}{whose} in this database; run that month first.")
        for cycle in found:
            yield store, cycle, store.basis(cycle)
    finally:
        store.close()


def stored_frames(store: Store, cycle: Cycle) -> Frames:
    """What was decided, as it is stored."""
    return {name: store.frame(name, cycle) for name in REPLAYED}


def decide_again(store: Store, cycle: Cycle, tables: Frames, book: RuleBook, settings: PracticeSettings) -> Frames:
    """What the tables, the rulebook and the settings give, by the very steps of the month; nothing is written."""
    decided = decide(tables, cycle.month, book, settings)
    patients = decided["decisions"]["patient_id"].drop_duplicates()
    numbers = store.known_case_numbers(cycle.practice_id, patients)
    decided = numbered(decided, pd.Series(numbers.to_numpy(), index=patients.to_numpy()))
    return decided | {"claim_lines": write_claim_lines.fn(decided, tables, book, settings)}
