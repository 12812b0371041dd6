"""Denied lines of one claim sent again, in a file of their own."""

from __future__ import annotations

from typing import Any

from prefect import flow

from tasks.claim.step import claims_summary, draft_claims, month_of_claim, send_denied_lines
from tasks.send.step import write_claims
from tasks.store.step import open_place


@flow(name="resend", flow_run_name="resend a claim")
def resend(
    claim_number: str,
    lines: list[int] | None = None,
    out: str = "out",
    database: str | None = None,
    settings: str | None = None,
    anyway: bool = False,
    after_reversal: bool = False,
) -> dict[str, Any]:
    """Send the denied lines of a claim again, or those given, as the signed-off month has them now.

    Lines go alone where others of the claim were paid; their denials say that they were sent again. Lines that a rule
    holds stand on the lists, and stop it with a UserError; so do denials that another way puts right, unless they are
    to go `anyway`. `after_reversal` sends a claim again that the payer took back without a correction. Returns counts.
    """
    place = open_place(out, database, settings)
    practice_id, month = month_of_claim(place, claim_number)
    signed, drafts = draft_claims(place, practice_id, month)
    billed = send_denied_lines(place, signed, drafts, claim_number, lines or [], anyway, after_reversal)
    folder = write_claims(place, practice_id, month, billed.files, billed.frames, signed.lines)
    if billed.refused:
        raise billed.refused
    return claims_summary(signed, billed, str(folder))
