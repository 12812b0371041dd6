"""Denied lines sent again: alone where others of the claim were paid, as a whole claim where none was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pandas as pd
from sqlalchemy.engine import Connection

from config.denials import never_decided
from config.errors import InputError
from tasks.claim.alone import without_alone
from tasks.claim.compare import NEW, REPLACES, Send, Void, as_standing, taken_back_without_a_word
from tasks.claim.drafts import Draft, Key
from tasks.claim.signed import Drafted
from tasks.store import claims as stored
from tasks.store import denied
from tasks.store.claims import Standing
from tasks.store.denials import codes_named, open_of_claim
from tasks.store.sent_alone import SentAlone
from tasks.store.terms import terms_of
from tasks.store.ways import ways_of

WAY = "look at it in claims.csv"
NEW_CLAIMS = ("new_claim",)
CORRECTIONS = ("new_claim", "replacement", "void")


@dataclass(frozen=True)
class Again:
    """What goes again: the claim that carries it, which denied lines of the old one that settles, and the lines that
    stand beside them, as they went out.
    """

    step: Send | Void
    lines: set[int] = field(default_factory=set)
    beside: Draft | None = None
    in_vain: bool = False  # where it goes as it was denied: a payer that lacked something lacks it still


def sent_again(
    connection: Connection, drafted: Drafted, claim_number: str, lines: Collection[int], anyway: bool = False
) -> Again:
    """The claim that carries the denied lines again as the signed-off month has them.

    Without lines all that are denied. Where every line goes again it follows the denied claim in the ledger; else it
    stands beside it. A correction that the payer refused goes again as the correction that it is. InputError when there
    is nothing to send again, and where the denial's route is no new claim, unless it is to go `anyway`.
    """
    key, stood = _standing(connection, claim_number)
    denials = open_of_claim(connection, claim_number)
    open_lines = set(map(int, denials["line"]))
    on_claim = stored.claim_as_sent(connection, claim_number)[1]
    known = {int(line["line"]) for line in on_claim}
    refused = known if 0 in open_lines else open_lines & known
    paid = denied.paid_codes(connection, claim_number)
    paid_lines = {int(line["line"]) for line in on_claim if line["code"] in paid}
    if wrong := sorted(set(lines) - known):
        raise InputError(f"{claim_number} has no line {wrong[0]}; its lines are {_list(known)}.")
    if wrong := sorted(set(lines) - refused):
        way = _marked(connection, claim_number, {0, wrong[0]})
        raise InputError(f"Line {wrong[0]} of {claim_number} has no open denial, so it is not sent again; {way}.")
    draft = _wanted(drafted, key)
    alone = next((one for one in stood.alone if claim_number in one.refused.values()), None)
    if alone or claim_number in stood.refused.values():
        if not anyway:
            _refuse_other_ways(connection, denials, known, CORRECTIONS)
        if alone:
            return _void_of_lines_again(key, draft, stood, alone, known)
        return _correction_again(key, draft, stood, claim_number, known)
    if 0 in open_lines and paid_lines and not lines:
        raise InputError(f"{claim_number} is denied as a whole and paid in part; name the denied line with --line.")
    chosen = set(lines) or refused - paid_lines or refused
    if wrong := sorted(chosen & paid_lines):
        raise InputError(
            f"Line {wrong[0]} of {claim_number} is paid, if not in full, so it is not billed again as new; "
            "ask the payer to look at it again."
        )
    if not chosen:
        way = _marked(connection, claim_number, {0, *known})
        raise InputError(f"{claim_number} has no open denial, so nothing of it is sent again; {way}.")
    if not anyway:
        _refuse_other_ways(connection, denials, chosen, NEW_CLAIMS)
    if draft is None:
        raise _not_billed(claim_number)
    beside_it = chosen != known or claim_number != stood.claim_number
    codes = {str(line["code"]) for line in on_claim if line["line"] in chosen}
    kept = [line for line in draft.lines if line.code in codes or not beside_it]
    if twice := next((line.code for line in kept if line.code in paid), ""):
        raise InputError(f"{twice} is paid on another claim of the month; name the lines to be sent with --line.")
    if not kept:
        raise InputError(f"The month does not bill the denied lines of {claim_number} any more; nothing is sent.")
    numbered = tuple(replace(line, number=place) for place, line in enumerate(kept, start=1))
    # What was sent again is no line that stands before it is paid.
    stay = paid | denied.undenied_codes(connection, stood.claim_number)
    beside = replace(draft, lines=tuple(line for line in draft.lines if line.code in stay and line not in kept))
    step = Send(replace(draft, lines=numbered), NEW, stood.last_version + 1, claim_number, alone=beside_it)
    mine = denials[denials["line"].isin({0, *chosen})]
    lacked = [never_decided(*said) for said in mine[["reason", "remarks"]].itertuples(index=False)]
    return Again(step, chosen, beside, in_vain=any(lacked) and not anyway)


def _marked(connection: Connection, claim_number: str, lines: Collection[int]) -> str:
    """What to do where no denial is open: one that a person marked as resent, which sent nothing, is opened again."""
    marked = [line for line in denied.resent_by_hand(connection, claim_number) if line in lines]
    if not marked:
        return WAY
    return (
        "its denial was marked resent by hand, which sends nothing: "
        f"ccm denial {claim_number} {marked[0]} --state open takes that back"
    )


def sent_after_reversal(connection: Connection, drafted: Drafted, claim_number: str, lines: Collection[int]) -> Again:
    """The claim of the month once more, after the payer took its payment back and said no more: staff knows that no
    correction comes. InputError when that is not how it stands, or when the month does not bill it.
    """
    key, stood = _standing(connection, claim_number)
    if lines:
        raise InputError("After a reversal the whole claim goes again; leave out --line.")
    if claim_number != stood.claim_number or not taken_back_without_a_word(stood):
        raise InputError(
            f"{claim_number} is not a claim whose payment the payer took back without a correction; {WAY}, and send "
            "denied lines again without --after-reversal."
        )
    draft = _wanted(drafted, key)
    rest = without_alone(draft, stood) if draft else None
    if rest is None or not rest.lines:
        raise _not_billed(claim_number)
    return Again(Send(rest, NEW, stood.last_version + 1, claim_number))


def _wanted(drafted: Drafted, key: Key) -> Draft | None:
    """The claim as the signed-off month has it, held by the scrub or not."""
    return next((draft for draft in (*drafted.ready, *drafted.stopped) if draft.key == key), None)


def _not_billed(claim_number: str) -> InputError:
    return InputError(f"The month does not bill {claim_number} any more, or it is held; see claim_holds.csv.")


def _correction_again(key: Key, draft: Draft | None, stood: Standing, claim_number: str, lines: set[int]) -> Again:
    """The correction of what stands that the month asks for by now; a void where it bills nothing."""
    if draft is None:
        if stood.refused.get("") == claim_number:
            return Again(Void(key, stood), lines)
        raise _not_billed(claim_number)
    rest = without_alone(draft, stood)
    if rest.digest == stood.digest:
        raise InputError(
            f"The month bills what {stood.claim_number} has, and that stands at the payer; nothing is to be corrected."
        )
    step = Send(rest, REPLACES, stood.last_version + 1, stood.claim_number, stood.payer_claim_number)
    return Again(step, lines)


def _void_of_lines_again(key: Key, draft: Draft | None, stood: Standing, alone: SentAlone, lines: set[int]) -> Again:
    """The void of lines that went alone, once more, where the month bills nothing."""
    if draft is not None:
        raise InputError(f"The month is billed, so {alone.claim_number} is not taken back.")
    return Again(Void(key, as_standing(alone, stood, stood.last_version), alone=True), lines)


def _refuse_other_ways(connection: Connection, open_: pd.DataFrame, lines: set[int], sent: Collection[str]) -> None:
    """InputError when the route of a denial of these lines is none that is sent so: what is done instead, and when."""
    terms, named = terms_of(connection, sorted(set(open_["practice_id"]))), codes_named(connection)
    for row in open_[open_["line"].isin({0, *lines})].to_dict("records"):
        own = ways_of(row, terms, named).own
        if own.route.sent_as in sent:
            continue
        line, claim_number = row["line"], row["claim_number"]
        what = f"Line {line} of {claim_number}" if line else f"{claim_number} as a whole"
        by = f", by {own.last_day}" if own.last_day else ""
        clock = f" ({own.route.clock_words})" if own.route.clock else ""
        raise InputError(
            f"{what} is not put right by sending it again, but so: {own.route.words}{by}{clock}: "
            f"{own.route.told}; with --anyway it is sent all the same."
        )


def _standing(connection: Connection, claim_number: str) -> tuple[Key, Standing]:
    standing = stored.standing(connection, *stored.month_of(connection, claim_number))
    by_number = {one.claim_number: (key, one) for key, one in standing.items()}
    for key, one in standing.items():
        by_number |= {number: (key, one) for lines in one.alone for number in lines.refused.values()}
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
