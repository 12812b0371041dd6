"""Claim lines and claims, as Prefect runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.care_settings import care_setting
from config.claim_settings import off_campus_modifier
from config.hospital_rates import campus_modifier
from config.line_modifiers import RECORDED
from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.asked import LineHeldError, Scrubber, lines_of
from tasks.claim.claims import on_claims
from tasks.claim.difference import difference
from tasks.claim.final_look import final_look
from tasks.claim.kept_back import scrubbed, scrubbed_by
from tasks.claim.lists import claim_lists
from tasks.claim.modifiers import credentials_of, of_setting, with_modifiers
from tasks.claim.needs import Held
from tasks.claim.send_out import send_again, send_out
from tasks.claim.signed import Drafted, SignedMonth, signed_month
from tasks.claim.superbill import claim_lines
from tasks.claim.tell import sent_frame
from tasks.progress import step
from tasks.store import claims as stored
from tasks.store import modifiers, month_life
from tasks.store.claims import ClaimFile
from tasks.store.known_findings import keep_warnings
from tasks.store.step import Place


def with_recorded_modifiers(
    place: Place, practice_id: str, tables: dict[str, pd.DataFrame], month: Month
) -> dict[str, pd.DataFrame]:
    """The tables with `line_modifiers`, what the practice decided on for lines of the month; as they are without."""
    with place.store.reading() as connection:
        recorded = modifiers.recorded(connection, practice_id, str(month))
    setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
    put_on = of_setting(setting, month, off_campus_modifier(practice_id, place.settings))
    said = pd.concat([recorded, put_on], ignore_index=True)
    return tables | {RECORDED: said} if len(said) else tables


@task(name="write the claim lines", cache_policy=NO_CACHE)
def write_claim_lines(
    decided: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame], book: RuleBook, settings: PracticeSettings
) -> pd.DataFrame:
    """One line for every code that bills, with all that billing otherwise looks up by hand."""
    with step("claim", "writing the claim lines") as done:
        chronic, acute = (frozenset(code for code, status in book.chronic.items() if status == n) for n in (1, 0))
        lines = claim_lines(decided["decisions"], decided["code_lines"], tables, chronic, acute, decided["findings"])
        setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
        lines = on_claims(lines, setting, book, settings.claims_here, campus_modifier(tables.get(RECORDED)))
        people = credentials_of(tables["practitioners"])
        lines = with_modifiers(lines, tables.get(RECORDED), setting, book.month, people)
        unpriced = int(lines["expected_cents"].isna().sum())
        done(f"{len(lines):,} claim lines" + (f", {unpriced:,} of them without a loaded rate" if unpriced else ""))
    return lines


@dataclass(frozen=True)
class Billed:
    """The month's claims as they stand in the database: every file, the lists of them, and which files are new."""

    files: Mapping[str, bytes]
    frames: Mapping[str, pd.DataFrame]
    new: list[ClaimFile]
    refused: LineHeldError | None = None


@task(name="draft the claims", cache_policy=NO_CACHE)
def draft_claims(place: Place, practice_id: str, month: Month) -> tuple[SignedMonth, Drafted]:
    """A draft of every claim of the signed-off month; UserError when it is not signed off or a setting is missing."""
    with step("claim", "drafting the claims") as done:
        signed = signed_month(place.store, practice_id, month, place.settings)
        found = scrubbed(place.store, signed, place.settings)
        done(f"{practice_id}: {len(found.ready):,} claims can be written, {len(found.held_keys):,} lack something")
    return signed, found


@task(name="send the claims out", cache_policy=NO_CACHE)
def send_claims(place: Place, month: SignedMonth, drafts: Drafted) -> Billed:
    """What differs from what was sent is numbered, written and in the ledger, all or nothing; then all that stands."""
    with step("claim", "comparing with what was sent") as done:
        with place.store.writing() as connection:
            stored.only_one_at_a_time(connection)
            found = difference(connection, month, drafts)
            now = datetime.now(UTC)
            new = send_out(connection, month, drafts, now, found)
            month_life.release(connection, month.cycle, now)
            sent = stored.sent_claims(connection, month.cycle.practice_id, str(month.cycle.month))
            warned = pd.concat([drafts.scrub, found.scrub], ignore_index=True)
            keep_warnings(connection, sent, {file.control_number for file in new}, warned)
            asked = drafts.scrubber or Scrubber(*scrubbed_by(month, place.settings), month.tables, month.practice.npi)
            others = lines_of(found.beside, asked.billing_npi)
            told = (asked.tables, asked.book, asked.settings, asked.today, others)
            final_look((file.content for file in new), sent, *told)
        said = ", ".join(f"{file.claims:,} claims in {file.file_name}" for file in new) or "nothing new to send"
        done(said, sum(file.claims for file in new))
        return _billed(place, month, drafts, new, found.scrub)


@task(name="send denied lines again", cache_policy=NO_CACHE)
def send_denied_lines(
    place: Place,
    month: SignedMonth,
    drafts: Drafted,
    claim_number: str,
    lines: Sequence[int],
    anyway: bool = False,
    after_reversal: bool = False,
) -> Billed:
    """The denied lines of that claim in a file of their own, then all that stands; UserError when there are none, or
    when they go another way and not `anyway`. `after_reversal` it is all of a claim that the payer took back.

    Lines that a rule holds are not sent: they stand on the lists, and `refused` says it.
    """
    with step("claim", "sending denied lines again") as done:
        try:
            with place.store.writing() as connection:
                now = datetime.now(UTC)
                file = send_again(connection, month, drafts, claim_number, lines, now, anyway, after_reversal)
                sent = stored.sent_claims(connection, month.cycle.practice_id, str(month.cycle.month))
                keep_warnings(connection, sent, {file.control_number}, drafts.scrub)
        except LineHeldError as error:
            done(f"{claim_number} is held", 0)
            return replace(_billed(place, month, drafts, [], error.findings, error.held), refused=error)
        done(f"{claim_number} again in {file.file_name}", 1)
        return _billed(place, month, drafts, [file])


def _billed(
    place: Place,
    month: SignedMonth,
    drafts: Drafted,
    new: list[ClaimFile],
    following: pd.DataFrame | None = None,
    held: Held | None = None,
) -> Billed:
    """`following` is what the scrub found of claims that follow on an answer, `held` those of them it holds."""
    whose = (month.cycle.practice_id, str(month.cycle.month))
    with place.store.reading() as connection:
        files, sent = stored.files(connection, *whose), stored.sent_claims(connection, *whose)
        left = difference(connection, month, drafts)
    lists = claim_lists(place.store, month, drafts, left, place.settings, following, held)
    frames = {"claims_sent": sent_frame(sent)} | lists
    return Billed({file.file_name: file.content for file in files}, frames, new)


def month_of_claim(place: Place, claim_number: str) -> tuple[str, Month]:
    """Practice and month of a claim; InputError when there is none of that number."""
    with place.store.reading() as connection:
        practice_id, month = stored.month_of(connection, claim_number)
    return practice_id, Month.parse(month)


def claims_summary(month: SignedMonth, billed: Billed, folder: str) -> dict[str, Any]:
    """Counts of the month's claims for the terminal and Prefect. No patient data."""
    sent, holds = billed.frames["claims_sent"], billed.frames["claim_holds"]
    return {
        "practice_id": month.cycle.practice_id,
        "month": str(month.cycle.month),
        "revision": month.cycle.revision,
        "new": [(file.file_name, file.claims, file.charge_cents) for file in billed.new],
        "sent": len(sent),
        "held": len(holds.drop_duplicates(["patient_id", "program", "claim", "payer_order"])),
        "needs": holds["words"].value_counts().to_dict(),
        "corrections": billed.frames["claim_corrections"]["action"].value_counts().to_dict(),
        "folder": folder,
        "usage": month.settings.usage,
    }
