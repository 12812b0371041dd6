"""Claim lines and claims, as Prefect runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.care_settings import care_setting
from config.month import Month
from config.rulebook import RuleBook
from tasks.claim.claims import on_claims
from tasks.claim.compare import ByHand, compared
from tasks.claim.drafts import Draft
from tasks.claim.needs import Need
from tasks.claim.send_out import send_out
from tasks.claim.signed import SignedMonth, ready_and_held, signed_month
from tasks.claim.superbill import claim_lines
from tasks.claim.tell import corrections_frame, held_frame, sent_frame
from tasks.progress import step
from tasks.store import claims as stored
from tasks.store.claims import ClaimFile
from tasks.store.step import Place


@task(name="write the claim lines", cache_policy=NO_CACHE)
def write_claim_lines(
    decided: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame], book: RuleBook
) -> pd.DataFrame:
    """One line for every code that bills, with all that billing otherwise looks up by hand."""
    with step("claim", "writing the claim lines") as done:
        chronic = frozenset(code for code, status in book.chronic.items() if status == 1)
        lines = claim_lines(decided["decisions"], decided["code_lines"], tables, chronic)
        setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
        lines = on_claims(lines, setting, book.month, book.fees)
        unpriced = int(lines["expected_cents"].isna().sum())
        done(f"{len(lines):,} claim lines" + (f", {unpriced:,} of them without a loaded rate" if unpriced else ""))
    return lines


@dataclass(frozen=True)
class Drafted:
    """The claims that a signed-off month wants: those that can be written, and what the others lack."""

    month: SignedMonth
    ready: list[Draft]
    held: list[tuple[Draft, Need, str]]


@dataclass(frozen=True)
class Billed:
    """The month's claims as they stand in the database: every file, the lists of them, and which files are new."""

    files: Mapping[str, bytes]
    frames: Mapping[str, pd.DataFrame]
    new: list[ClaimFile]


@task(name="draft the claims", cache_policy=NO_CACHE)
def draft_claims(place: Place, practice_id: str, month: Month) -> Drafted:
    """A draft of every claim of the signed-off month; UserError when it is not signed off or a setting is missing."""
    with step("claim", "drafting the claims") as done:
        signed = signed_month(place.store, practice_id, month, place.settings)
        ready, held = ready_and_held(signed)
        kept = len({(draft.key, draft.payer_order) for draft, _, _ in held})
        done(f"{practice_id}: {len(ready):,} claims can be written, {kept:,} lack something", len(signed.lines))
    return Drafted(signed, ready, held)


@task(name="send the claims out", cache_policy=NO_CACHE)
def send_claims(place: Place, drafted: Drafted) -> Billed:
    """What differs from what was sent is numbered, written and in the ledger, all or nothing; then all that stands."""
    month = drafted.month
    cycle, held = month.cycle, {draft.key for draft, _, _ in drafted.held}
    with step("claim", "comparing with what was sent") as done:
        with place.store.writing() as connection:
            now = datetime.now(UTC)
            new = send_out(connection, cycle, month.practice, drafted.ready, held, month.settings, now)
        with place.store.reading() as connection:
            files = stored.files(connection, cycle.practice_id, str(cycle.month))
            sent = stored.sent_claims(connection, cycle.practice_id, str(cycle.month))
            standing = stored.standing(connection, cycle.practice_id, str(cycle.month))
        steps = compared(drafted.ready, held, standing, month.settings)
        by_hand = [one for one in steps if isinstance(one, ByHand)]
        frames = {
            "claims_sent": sent_frame(sent),
            "claim_holds": held_frame(drafted.held),
            "claim_corrections": corrections_frame(by_hand),
        }
        said = ", ".join(f"{file.claims:,} claims in {file.file_name}" for file in new) or "nothing new to send"
        done(said, sum(file.claims for file in new))
    return Billed({file.file_name: file.content for file in files}, frames, new)


def claims_summary(drafted: Drafted, billed: Billed, folder: str) -> dict[str, Any]:
    """Counts of the month's claims for the terminal and Prefect. No patient data."""
    cycle, sent = drafted.month.cycle, billed.frames["claims_sent"]
    return {
        "practice_id": cycle.practice_id,
        "month": str(cycle.month),
        "revision": cycle.revision,
        "new": [(file.file_name, file.claims, file.charge_cents) for file in billed.new],
        "sent": len(sent),
        "held": billed.frames["claim_holds"]
        .drop_duplicates(["patient_id", "program", "claim", "payer_order"])
        .shape[0],
        "needs": billed.frames["claim_holds"]["words"].value_counts().to_dict(),
        "corrections": billed.frames["claim_corrections"]["action"].value_counts().to_dict(),
        "folder": folder,
        "usage": drafted.month.settings.usage,
    }
