"""Denied lines sent again: alone where others of the claim were paid, as a whole claim where none was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.claim.compare import NEW, Send
from tasks.claim.drafts import Draft
from tasks.claim.signed import Drafted
from tasks.store import claims as stored
from tasks.store import denied
from tasks.store.claims import Standing

WAY = "look at it in claims.csv"


def sent_again(
    connection: Connection, drafted: Drafted, claim_number: str, lines: Collection[int]
) -> tuple[Send, set[int], Draft]:
    """The claim that carries the denied lines again as the signed-off month has them, which lines of the old one those
    are, and the lines that stand beside them, as they went out.

    Without lines all that are denied. Where every line goes again it follows the denied claim in the ledger; else it
    stands beside it. InputError when there is nothing to send again.
    """
    key, stood = _standing(connection, claim_number)
    open_lines = denied.open_lines(connection, claim_number)
    on_claim = stored.claim_as_sent(connection, claim_number)[1]
    known = {int(line["line"]) for line in on_claim}
    refused = known if 0 in open_lines else open_lines & known
    paid = denied.paid_codes(connection, claim_number)
    paid_lines = {int(line["line"]) for line in on_claim if line["code"] in paid}
    if wrong := sorted(set(lines) - known):
        raise InputError(f"{claim_number} has no line {wrong[0]}; its lines are {_list(known)}.")
    if wrong := sorted(set(lines) - refused):
        raise InputError(f"Line {wrong[0]} of {claim_number} has no open denial, so it is not sent again; {WAY}.")
    if 0 in open_lines and paid_lines and not lines:
        raise InputError(f"{claim_number} is denied as a whole and paid in part; name the denied line with --line.")
    chosen = set(lines) or refused - paid_lines or refused
    if wrong := sorted(chosen & paid_lines):
        raise InputError(
            f"Line {wrong[0]} of {claim_number} is paid, if not in full, so it is not billed again as new; "
            "ask the payer to look at it again."
        )
    if not chosen:
        raise InputError(f"{claim_number} has no open denial, so nothing of it is sent again; {WAY}.")
    draft = next((draft for draft in (*drafted.ready, *drafted.stopped) if draft.key == key), None)
    if draft is None:
        raise InputError(f"The month does not bill {claim_number} any more, or it is held; see claim_holds.csv.")
    alone = chosen != known or claim_number != stood.claim_number
    codes = {str(line["code"]) for line in on_claim if line["line"] in chosen}
    kept = [line for line in draft.lines if line.code in codes or not alone]
    if twice := next((line.code for line in kept if line.code in paid), ""):
        raise InputError(f"{twice} is paid on another claim of the month; name the lines to be sent with --line.")
    if not kept:
        raise InputError(f"The month does not bill the denied lines of {claim_number} any more; nothing is sent.")
    numbered = tuple(replace(line, number=place) for place, line in enumerate(kept, start=1))
    # What was sent again is no line that stands before it is paid.
    stay = paid | denied.undenied_codes(connection, stood.claim_number)
    beside = replace(draft, lines=tuple(line for line in draft.lines if line.code in stay and line not in kept))
    return Send(replace(draft, lines=numbered), NEW, stood.last_version + 1, claim_number, alone=alone), chosen, beside


def _standing(connection: Connection, claim_number: str) -> tuple[tuple[str, str, str], Standing]:
    whose = stored.month_of(connection, claim_number)
    if whose is None:
        raise InputError(f"There is no claim {claim_number} in this database; its number stands in claims.csv.")
    standing = stored.standing(connection, *whose)
    by_number = {one.claim_number: (key, one) for key, one in standing.items()}
    found = by_number.get(claim_number)
    before = stored.claim_as_sent(connection, claim_number)[0]
    while found is None and before["replaces"] and before["state"] not in ("replaced", "voided"):
        found = by_number.get(before["replaces"])  # lines that went alone follow the claim that stands
        before = stored.claim_as_sent(connection, before["replaces"])[0]
    if found is None:
        raise InputError(f"{claim_number} is not the claim that stands for its month any more; {WAY}.")
    return found


def _list(numbers: Collection[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
