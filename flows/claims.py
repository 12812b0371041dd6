"""The claims of a signed-off month: drafted, compared with what was sent, numbered, kept, written."""

from __future__ import annotations

from typing import Any

from prefect import flow

from config.month import EASTERN, Month, today_in
from flows.board import show_board
from flows.each_practice import each_practice
from tasks.claim.signed import decided_practices
from tasks.claim.step import claims_summary, draft_claims, send_claims
from tasks.send.step import write_claims
from tasks.store.step import Place, open_place


@flow(name="claims", flow_run_name="claims {month}")
def claims(
    month: str | None = None,
    practice: str | None = None,
    out: str = "out",
    database: str | None = None,
    settings: str | None = None,
) -> list[dict[str, Any]]:
    """Write the claims of the month (without one: the month before this) for one practice, or for all that have it.

    Only a revision that is signed off is billed. What was sent is not sent again: a run yields the difference. A
    practice that fails stops no other; its error is raised at the end. Returns counts, without patient data.
    """
    service_month = Month.parse(month) if month else Month.of(today_in(EASTERN)).previous
    place = open_place(out, database, settings)
    practices = decided_practices(place.store, service_month, practice)
    try:
        return each_practice(practices, lambda one: practice_claims(place, one, service_month), shows="folder")
    finally:
        show_board(place, service_month)


def practice_claims(place: Place, practice_id: str, month: Month) -> dict[str, Any]:
    """One practice's claims, as a checklist. What goes out is in the database before it is on the disk."""
    signed, drafts = draft_claims(place, practice_id, month)
    billed = send_claims(place, signed, drafts)
    folder = write_claims(place, practice_id, month, billed.files, billed.frames, signed.lines)
    return claims_summary(signed, billed, str(folder))
