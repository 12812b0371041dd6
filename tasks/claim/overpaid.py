"""What of a claim's payments a corrected month lets the practice keep; the rest has to go back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.engine import Connection

from tasks.claim.alone import without_alone
from tasks.claim.compare import ByHand, Send, Step, Void
from tasks.claim.drafts import Draft, Key, ServiceLine
from tasks.claim.signed import Drafted
from tasks.store import answers, overpayments
from tasks.store.answers import Answered, PaidLine
from tasks.store.claims import Standing
from tasks.store.overpayments import PaidClaim

FIRST = 1


def find_overpayments(
    connection: Connection,
    whose: tuple[str, str],
    steps: Iterable[Step],
    drafted: Drafted,
    standing: Mapping[Key, Standing],
    today: date,
) -> None:
    """Every paid claim of which the month now bills less, or nothing, has a case for what is above; the clock of a new
    one starts today. A case that a revision opened and a later one takes back is withdrawn.

    What is owed does not wait for the correction: one that is held back counts as the month has it, unless it bills
    another code whose amount is not loaded.
    """
    held = {draft.key: draft for draft, _, _ in drafted.held if draft.key in standing}
    billed = {draft.key: draft for draft in drafted.ready} | held
    changed = {key: found for one in steps if (found := _wanted(one, billed)) is not None for key in (_key(one),)}
    changed |= {key: _held_back(draft, standing[key]) for key, draft in held.items() if _differs(draft, standing[key])}
    doubted = overpayments.decided_of_month(connection, *whose)
    if not changed and not doubted:
        return
    paid, said = _not_given_back(connection, whose, doubted), answers.answers(connection, *whose)
    expected = answers.expected(connection, *whose)
    for key, (why, lines) in changed.items():
        if key in held and _worth_unknown(lines, paid.get(key, []), said):
            continue  # what its rate keeps of the payment is known once the rate is
        keeps = what_stays(paid.get(key, []), said, lines, expected)
        for claim in paid.get(key, []):
            stays = keeps[claim.claim_number]
            if claim.paid_cents > stays:
                overpayments.identify(connection, claim.claim_number, whose[0], why, stays, today)
            elif claim.claim_number in doubted:
                overpayments.withdraw(connection, claim.claim_number)
    for number, (key, stands) in doubted.items():
        if stands and key in billed and key not in changed:
            overpayments.withdraw(connection, number)


def _not_given_back(
    connection: Connection, whose: tuple[str, str], doubted: Collection[str]
) -> dict[Key, list[PaidClaim]]:
    """The paid claims of the month without those that were refunded in full, or whose whole payment is owed back for
    a reason of its own that no revision doubts: none of their money is kept, and they have their case.
    """
    back = {number for number, whole in overpayments.cases_of_month(connection, *whose).items() if whole}
    back |= overpayments.owed_beside(connection, *whose) - set(doubted)
    paid = overpayments.paid_of_month(connection, *whose)
    return {key: [one for one in claims if one.claim_number not in back] for key, claims in paid.items()}


def _worth_unknown(lines: Sequence[ServiceLine], paid: Sequence[PaidClaim], said: Mapping[str, Answered]) -> bool:
    """Whether a line stands in another's place whose own expected amount is not known."""
    answered = [said[claim.claim_number] for claim in paid if claim.claim_number in said]
    codes = {line.code for answer in answered for line in answer.lines.values()}
    return any(line.expected_cents is None and line.code not in codes for line in lines)


def _key(one: Step) -> Key:
    return one.draft.key if isinstance(one, Send) else one.key


def _wanted(one: Step, billed: Mapping[Key, Draft]) -> tuple[str, Sequence[ServiceLine]] | None:
    """Why a paid claim may have been paid too much, and the lines that the month bills in its place; None else."""
    if isinstance(one, Void):
        return "voided_after_payment", ()
    if isinstance(one, ByHand):
        if one.action == "wait_for_answer":
            return None
        draft = billed.get(one.key) if one.wanted else None
        return ("decided_less", draft.lines) if draft else ("decision_changed", ())
    if one.draft.payer_order == FIRST and one.payer_claim_number:
        # Lines that stay on a claim of their own are not on this one, and are billed all the same.
        return "decided_less", billed.get(one.draft.key, one.draft).lines
    return None


def _differs(draft: Draft, stood: Standing) -> bool:
    """Whether the draft says otherwise than what stands, with the lines that went out alone or without them."""
    return stood.stands and stood.digest not in (draft.digest, without_alone(draft, stood).digest)


def _held_back(draft: Draft, stood: Standing) -> tuple[str, Sequence[ServiceLine]]:
    """The same of a correction that may not leave yet; of another payer's nothing stays with the one that paid."""
    elsewhere = draft.payer.payer_id not in ("", stood.payer_id)
    return ("decision_changed", ()) if elsewhere else ("decided_less", draft.lines)


def what_stays(
    paid: Sequence[PaidClaim],
    said: Mapping[str, Answered],
    wanted: Sequence[ServiceLine],
    expected: Mapping[str, Mapping[str, int]],
) -> dict[str, int]:
    """Of each paid claim of one patient-month, what may be kept where these lines alone are to be billed.

    A code that is billed still keeps its payment, in proportion where it has fewer units; one that takes another's
    place keeps what it would have been paid at the rate of what was paid, where both amounts are known. Payments of
    later payers stay in the proportion of the first's.
    """
    left = {line.code: line.units for line in wanted}
    news = list(wanted)
    keeps: dict[str, int] = {}
    whole = kept = 0
    for claim in paid:
        answer = said.get(claim.claim_number)
        if claim.payer_order != FIRST or answer is None or answer.paid_cents <= 0:
            continue
        lines, rates = list(answer.lines.values()), expected.get(claim.claim_number, {})
        if lines:
            news = [line for line in news if line.code not in {one.code for one in lines}]
            stays = sum(_kept(line, left) for line in lines)
            stays += _in_its_place(news, lines, rates, answer.paid_cents - stays)
            news = []
        else:  # answered for the whole claim only
            stays = _in_proportion(answer.paid_cents, wanted, rates)
        whole, kept = whole + answer.paid_cents, kept + stays
        keeps[claim.claim_number] = round(claim.paid_cents * stays / answer.paid_cents)
    for claim in paid:
        nothing_known = claim.paid_cents if wanted else 0
        keeps.setdefault(claim.claim_number, round(claim.paid_cents * kept / whole) if whole else nothing_known)
    return keeps


def _kept(line: PaidLine, left: dict[str, int]) -> int:
    """What of the line's payment its units that are billed still keep; these are not counted again.

    A line that was paid nothing uses up no units: they may be paid on a claim of their own.
    """
    if not line.paid_cents:
        return 0
    units = min(line.units, left.get(line.code, 0))
    left[line.code] = left.get(line.code, 0) - units
    return round(line.paid_cents * units / line.units) if line.units else line.paid_cents


def _in_proportion(paid_cents: int, wanted: Sequence[ServiceLine], rates: Mapping[str, int]) -> int:
    """What of a payment for a whole claim stays, by the amounts expected then and now; all of it where one is open."""
    if not wanted:
        return 0
    before, now = sum(rates.values()), [line.expected_cents for line in wanted]
    if not before or None in now:
        return paid_cents
    return round(paid_cents * min(1, sum(cents or 0 for cents in now) / before))


def _in_its_place(news: Sequence[ServiceLine], lines: Sequence[PaidLine], rates: Mapping[str, int], rest: int) -> int:
    """What codes that were not billed before would have been paid; nought where an amount is not loaded."""
    allowed = sum(rates.get(line.code, 0) for line in lines)
    if not news or not allowed or any(line.expected_cents is None for line in news):
        return 0
    paid = sum(line.paid_cents for line in lines)
    return max(0, min(rest, round(sum(line.expected_cents or 0 for line in news) * paid / allowed)))
