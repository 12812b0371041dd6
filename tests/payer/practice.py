"""Practices that bill for a year: each month decided, signed off and sent by the program, on a clock of the test.

What the commands do through Prefect is called here as plain functions, so that today is the simulated day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
import yaml

from config.care_settings import care_setting
from config.contract import outputs
from config.frames import empty
from config.month import Month
from config.rulebook import RuleBook, load_rulebook
from config.settings import practice_settings
from tasks.check.check import Checked, check_tables
from tasks.claim.claims import on_claims
from tasks.claim.final_look import final_look
from tasks.claim.kept_back import kept_back
from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import Drafted, SignedMonth, drafted, signed_month
from tasks.claim.superbill import claim_lines
from tasks.demo.write import SETTINGS, write_demo_data
from tasks.pull.practice import of_practice
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tasks.qualify.decide import decide
from tasks.qualify.earlier_runs import with_earlier_claims
from tasks.qualify.reconcile import reconcile
from tasks.store import claims as stored
from tasks.store.claims import ClaimFile
from tasks.store.records import Cycle
from tasks.store.step import decided_from, numbered
from tasks.store.store import Store

Tables = dict[str, pd.DataFrame]
PLACES = {"office": "11", "home": "12", "assisted_living": "13", "hopd_off_campus": "19", "hopd_on_campus": "22",
          "cah_method_1": "22", "nursing_facility": "32"}  # fmt: skip
CHOSEN = {"hopd_off_campus": {"off_campus_modifier": "PO"},
          "cah_method_2": {"revenue_codes": {"096X, 097X or 098X": "0960"}}}  # fmt: skip
CHARGES = {"99490": 9500, "99439": 7200, "99487": 21000, "99489": 11000, "99491": 12500, "99437": 9000, "G0511": 8000}
book_of = cache(load_rulebook)


def make_source(folder: Path, patients: int, seed: int, last: Month, months: int, settings_of: dict[str, str]) -> Path:
    """Synthetic practices of those care settings; their folder has the settings that their claims need, with a charge
    for what no rate is loaded of.
    """
    write_demo_data(folder, patients, months, seed, last, dirty=False, practices=len(settings_of))
    path = folder / "practices.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows["setting"] = rows["practice_id"].map(settings_of)
    rows["place_of_service"] = rows["setting"].map(PLACES).fillna("")
    rows.to_csv(path, index=False)
    everything = yaml.safe_load((folder / SETTINGS).read_text("utf-8"))
    for practice, setting in settings_of.items():
        if setting not in ("office", "rhc", "hopd_on_campus"):
            everything["practices"][practice]["charges_cents"] = CHARGES
        everything["practices"][practice]["claims"] |= CHOSEN.get(setting, {})
    (folder / SETTINGS).write_text(yaml.safe_dump(everything), "utf-8")
    return folder / SETTINGS


def read_tables(folder: Path) -> Tables:
    """The source's tables."""
    return settle_unreadable(read_source(str(folder)), "stop")[0]


def decide_month(
    store: Store, tables: Tables, practice_id: str, month: Month, settings: Path, today: date, check: bool = False
) -> Cycle:
    """The month is decided and kept, and its totals tie; it is checked before where that is asked for."""
    book, ours = book_of(month), practice_settings(practice_id, settings)
    share, aside = of_practice(tables, practice_id, month)
    nothing = (empty(outputs()[name]) for name in ("quarantine", "checks", "signals"))
    checked = check_tables(share, ours, month, today) if check else Checked(share, *nothing)
    assert checked.quarantine.empty
    accepted = with_earlier_claims(checked.accepted, store.offered(practice_id, month), month, book, ours)
    decided = decide(accepted, month, book, ours)
    read = {name: len(frame) for name, frame in share.items()}
    read["time_entries"] += sum(aside.values())
    totals = reconcile(read, checked.quarantine, aside, checked.accepted, decided)
    patients = decided["decisions"]["patient_id"].drop_duplicates()
    by_patient = pd.Series(store.case_numbers(practice_id, patients).to_numpy(), index=patients.to_numpy())
    decided = numbered(decided, by_patient)
    frames = decided | {"claim_lines": _lines(decided, checked.accepted, book, ours)}
    frames |= {"quarantine": checked.quarantine.assign(case_number=pd.NA), "checks": checked.checks}
    frames |= {"signals": checked.signals, "reconciliation": totals}
    told = hashlib.sha256(pd.util.hash_pandas_object(share["time_entries"][["entry_id", "seconds"]]).to_numpy())
    basis = decided_from(told.hexdigest()[:16], accepted, ours, book)
    return store.save_cycle(practice_id, month, basis, frames, empty(outputs()["copay_cases"]), lambda *_: []).cycle


def _lines(decided: Tables, accepted: Tables, book: RuleBook, ours: Any) -> pd.DataFrame:
    chronic, acute = (frozenset(code for code, status in book.chronic.items() if status == n) for n in (1, 0))
    lines = claim_lines(decided["decisions"], decided["code_lines"], accepted, chronic, acute)
    return on_claims(lines, care_setting(str(accepted["practices"]["setting"].iloc[0])), book, ours.claims_here)


class Billing:
    """The billing desk of one practice."""

    def __init__(self, store: Store, practice_id: str, settings: Path) -> None:
        self.store, self.practice_id, self.settings = store, practice_id, settings

    def sign_off(self, cycle: Cycle, today: date) -> None:
        """Somebody answers for the revision."""
        with self.store.writing() as connection:
            stored.sign(connection, cycle, "B. Iller", at(today))

    def send(self, month: Month, today: date) -> list[ClaimFile]:
        """The difference to what was sent, sent: new claims, replacements, voids, claims to second payers."""
        ready = self.drafted(month, today)
        with self.store.writing() as connection:
            files = send_out(connection, *ready, at(today))
            sent = stored.sent_claims(connection, self.practice_id, str(month))
            rules = (book_of(month), practice_settings(self.practice_id, self.settings), today)
            final_look((file.content for file in files), sent, ready[0].tables, *rules)
        return files

    def resend(self, month: Month, claim_number: str, lines: Collection[int], today: date) -> ClaimFile:
        """The denied lines again, word for word: this payer had not processed them."""
        ready = self.drafted(month, today)
        with self.store.writing() as connection:
            return send_again(connection, *ready, claim_number, lines, at(today), anyway=True)

    def drafted(self, month: Month, today: date) -> tuple[SignedMonth, Drafted]:
        """The signed-off month and its claims, those that the scrub holds kept back."""
        signed = signed_month(self.store, self.practice_id, month, self.settings)
        ours = practice_settings(self.practice_id, self.settings)
        return signed, kept_back(signed, drafted(signed), book_of(month), ours, today)


def at(day: date) -> datetime:
    """Noon of that day."""
    return datetime.combine(day, time(12), UTC)


def changed(tables: Tables, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    """The tables with one of them changed."""
    return tables | {name: change(tables[name].copy())}


def dump(store: Store, *tables: sa.Table) -> str:
    """A fingerprint of every row of those tables."""
    found = hashlib.sha256()
    with store.reading() as connection:
        for table in tables:
            for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()
