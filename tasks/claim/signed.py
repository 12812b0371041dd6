"""A signed-off month, ready for its claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from config.care_settings import CareSetting, ClaimEntry, care_setting
from config.claim_settings import ClaimSettings, claim_settings
from config.contract import claim_outputs
from config.errors import InputError
from config.frames import empty
from config.month import Month, today_in
from config.settings import practice_settings
from tasks.claim.asked import Scrubber
from tasks.claim.assemble import Charges, drafts, text
from tasks.claim.drafts import Draft, Key, Practice
from tasks.claim.modifiers import credentials_of, of_setting, with_modifiers
from tasks.claim.needs import Held, lacking
from tasks.claim.x12.segments import digits, legible
from tasks.store import case_work, modifiers, month_life
from tasks.store import claims as stored
from tasks.store.case_numbers import unknown_practice
from tasks.store.records import Cycle
from tasks.store.store import Store


@dataclass(frozen=True)
class SignedMonth:
    """A decided month with all that its claims are made of; signed off, but where it is only looked ahead."""

    cycle: Cycle
    lines: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    practice: Practice
    setting: CareSetting
    charges: Charges
    settings: ClaimSettings


def decided_practices(store: Store, month: Month, practice: str | None) -> list[str]:
    """The practices whose month is to be billed; InputError when it was never decided."""
    known, every = store.practices(month), store.every_practice()
    if practice and every and practice not in every:
        raise InputError(unknown_practice(practice, every))
    if (practice and practice not in known) or not known:
        whose = f" of practice {practice}" if practice else ""
        raise InputError(f"There is no decided {month}{whose} in this database; run that month first.")
    return [practice] if practice else known


def undecided(store: Store, practice_id: str, month: Month) -> str:
    """One sentence for a practice that is not in the database, or whose month was never decided."""
    every = store.every_practice()
    if every and practice_id not in every:
        return unknown_practice(practice_id, every)
    return f"There is no decided {month} of practice {practice_id} in this database; run it first."


def refuse_unsigned(store: Store, month: Month, practice: str | None) -> None:
    """InputError where no practice that is to be billed may be: not decided, opened again, or not signed off."""
    errors = []
    for practice_id in decided_practices(store, month, practice):
        try:
            _signed_cycle(store, practice_id, month)
        except InputError as error:
            errors.append(error)
        else:
            return
    raise errors[0]


def _signed_cycle(store: Store, practice_id: str, month: Month) -> Cycle:
    """The latest revision of the month, which is signed off; InputError where it is not."""
    cycle = store.latest(practice_id, month)
    if cycle is None:
        raise InputError(undecided(store, practice_id, month))
    with store.reading() as connection:
        signed = stored.signed(connection, cycle)
        opened = month_life.last_move(connection, practice_id, month)
    if opened and opened.state == month_life.REOPENED:
        raise InputError(
            f"{practice_id}, {month} was opened again by {opened.moved_by} ({opened.reason}); run it and have it "
            "signed off, then its claims may go out."
        )
    if signed is None:
        raise InputError(
            f"{practice_id}, {month}: revision {cycle.revision} is not signed off; look at its report.html, then run "
            f"ccm sign-off --month {month} --practice {practice_id}."
        )
    return cycle


def signed_month(store: Store, practice_id: str, month: Month, settings: Path | None) -> SignedMonth:
    """The month with its lines and inputs; InputError when it is not signed off, or when a setting is missing."""
    return with_all_of_claims(store, _signed_cycle(store, practice_id, month), settings)


def with_all_of_claims(store: Store, cycle: Cycle, settings: Path | None) -> SignedMonth:
    """That revision with its lines and inputs, signed off or not; InputError when a setting is missing."""
    practice_id, month = cycle.practice_id, cycle.month
    with store.reading() as connection:
        determined = case_work.determined(connection, practice_id)
        recorded = modifiers.recorded(connection, practice_id, str(month))
    asked = claim_settings(practice_id, settings)
    tables = store.basis(cycle).tables
    practice = _practice(practice_id, tables["practices"])
    setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
    off = taken_off(determined, today_in(practice.time_zone))
    charges = Charges(practice_settings(practice_id, settings).charges_cents, asked.charge_percent_of_allowed, off)
    # What the practice recorded since the month was decided counts too: a hold is lifted without deciding again.
    said = pd.concat([recorded, of_setting(setting, month, asked.off_campus_modifier)], ignore_index=True)
    people = credentials_of(tables["practitioners"])
    lines = with_modifiers(store.frame("claim_lines", cycle), said, setting, month, people)
    return SignedMonth(cycle, lines, tables, practice, setting, charges, asked)


def taken_off(determined: pd.DataFrame, today: date) -> dict[str, int]:
    """By case number the percent of the share that the last determination of need lets the patient off, where it holds
    today and the claim to Medicare must follow it; a later refusal ends what was granted before."""
    begin, end = pd.to_datetime(determined["decided_date"]), pd.to_datetime(determined["until_date"])
    day = pd.Timestamp(today)
    rows = determined[((begin <= day) & (determined["kind"] == "hardship")).to_numpy(bool)]
    rows = rows.sort_values("decided_date", kind="stable").drop_duplicates("case_number", keep="last")
    rows = rows[rows["granted"].astype(bool) & rows["mirrored"].astype(bool) & (end[rows.index] >= day)]
    return {str(number): int(cut) for number, cut in zip(rows["case_number"], rows["reduced_percent"], strict=True)}


def _practice(practice_id: str, rows: pd.DataFrame) -> Practice:
    row = {str(name): text(value) for name, value in rows.iloc[0].items()}
    wrong = [
        name
        for name, right in (
            ("practice_name", legible(row["practice_name"])),
            ("billing_npi", bool(re.fullmatch(r"\d{10}", row["billing_npi"]))),
            ("tax_id", len(digits(row.get("tax_id", ""))) == 9),
        )
        if not right
    ]
    if wrong:
        raise InputError(
            f"{practice_id}: {' and '.join(wrong)} in the table practices cannot stand on a claim (a name in Latin "
            "letters, an NPI of ten digits, a tax number of nine); correct it, run the month again and sign it off."
        )
    return Practice(practice_id, row["practice_name"], row["billing_npi"], digits(row["tax_id"]), row["time_zone"])


@dataclass(frozen=True)
class Drafted:
    """The claims that a signed-off month wants: those that can be written, what others lack, what the scrub found.

    `stopped` could be written and are held by the scrub alone; `scrubber` asks what follows on them.
    """

    ready: list[Draft]
    held: Held
    scrub: pd.DataFrame = field(default_factory=lambda: empty(claim_outputs()["scrub"]), repr=False)
    stopped: list[Draft] = field(default_factory=list)
    scrubber: Scrubber | None = None

    @property
    def held_keys(self) -> set[Key]:
        """The claims that are kept back."""
        return {draft.key for draft, _, _ in self.held}


def drafted(month: SignedMonth) -> Drafted:
    """Every claim to a first payer that the month wants."""
    when = month.cycle.month
    return sorted_out(drafts(month.lines, month.tables, month.setting, when, month.charges, month.settings), month)


def sorted_out(found: Iterable[Draft], month: SignedMonth) -> Drafted:
    """The drafts that can be written, and what the others lack."""
    entries: dict[str, ClaimEntry] = {entry.claim: entry for entry in month.setting.claims(month.cycle.month)}
    ready, held = [], []
    for draft in found:
        lacks = [(draft, need, numbers) for need, numbers in lacking(draft, entries.get(draft.claim), month.settings)]
        held += lacks
        if not lacks:
            ready.append(draft)
    return Drafted(ready, held)
