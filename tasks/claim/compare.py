"""What the revision says against what was sent: new claims, replacements, voids, and what only a person can do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from config.claim_settings import ClaimSettings
from config.payer_kinds import INSTEAD_WORDS, PayerKind, payer_kind, with_choices
from tasks.claim.alone import bills_them_as_they_went, without_alone
from tasks.claim.drafts import Draft, Key
from tasks.claim.x12.segments import legible
from tasks.store.claims import Standing
from tasks.store.sent_alone import SentAlone

NEW, REPLACES, VOID = "1", "7", "8"


@dataclass(frozen=True)
class Send:
    """A claim to be written: the first of its key, one that replaces what stood, or one after it.

    `replaces` is the claim number that it follows, `payer_claim_number` what the payer calls that. One that goes
    `alone` carries some lines again, beside the claim that stands.
    """

    draft: Draft
    frequency: str
    version: int = 1
    replaces: str = ""
    payer_claim_number: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Void:
    """A claim that takes back what stood, in the words in which it was sent."""

    key: Key
    stood: Standing
    alone: bool = False  # of lines that went out beside the claim that stands

    @property
    def version(self) -> int:
        """Its number among the claims of its key."""
        return self.stood.last_version + 1


@dataclass(frozen=True)
class ByHand:
    """A difference that no claim file settles: what to do, and why."""

    key: Key
    stood: Standing
    wanted: str
    action: str
    words: str
    fix: str


Step = Send | Void | ByHand


def compared(
    drafts: Iterable[Draft],
    held: Collection[Key],
    standing: Mapping[Key, Standing],
    settings: ClaimSettings,
    today: date,
) -> Iterator[Step]:
    """What is to be sent or done by hand. Where the revision says what was sent, nothing.

    `held` are claims that this revision wants and that may not go out yet: what stands of them stays.
    """
    wanted = set(held)
    for draft in drafts:
        wanted.add(draft.key)
        stood = standing.get(draft.key)
        if stood is None:
            yield Send(draft, NEW)
        elif (until := _correction_may_come(stood, settings)) and today <= until:
            yield _wait_for_correction(draft, stood, until)
        elif any(one.out for one in stood.alone):
            yield from _beside_alone(draft, stood, settings)
        elif taken_back_without_a_word(stood) and stood.digest == draft.digest:
            yield _wait_for_correction(draft, stood)
        elif _open_again(stood):
            yield _after(draft, stood)
        elif stood.digest != draft.digest:
            yield from _corrected(draft, stood, settings)
    for key, stood in standing.items():
        if key not in wanted:
            yield from _all_withdrawn(key, stood, settings)


def _beside_alone(draft: Draft, stood: Standing, settings: ClaimSettings) -> Iterator[Step]:
    """Lines of the claim went out alone: what else is to be sent waits for their answer, and goes without them."""
    rest, again = without_alone(draft, stood), _open_again(stood)
    if not again and stood.digest in (draft.digest, rest.digest):
        return
    unanswered = next((one for one in stood.alone if one.unanswered), None)
    if unanswered:
        yield _wait_for_lines(draft, stood, unanswered)
    elif taken_back_without_a_word(stood) and stood.digest in (draft.digest, rest.digest):
        yield _wait_for_correction(draft, stood)
    elif not bills_them_as_they_went(draft, stood):
        yield _otherwise_than_alone(draft, stood)
    elif rest.lines:
        yield from [_after(rest, stood)] if again else _corrected(rest, stood, settings)
    elif not again and not _nothing_to_take_back(stood):
        yield _otherwise_than_alone(draft, stood)


def _after(draft: Draft, stood: Standing) -> Send:
    """A claim like the first, after one of which nothing is left."""
    return Send(draft, NEW, stood.last_version + 1, stood.claim_number if stood.stands else "")


def _open_again(stood: Standing) -> bool:
    """Whether nothing stands any more: voided, taken back by the payer, or refunded in full."""
    return not stood.stands or stood.refunded or _taken_back(stood)


def taken_back_without_a_word(stood: Standing) -> bool:
    """Whether the payer reversed it of its own accord: its correction may come in a later remittance, and be paid."""
    return stood.stands and _taken_back(stood) and not stood.has_case


def _taken_back(stood: Standing) -> bool:
    """Whether the payer reversed all that it paid; what a second payer paid may be there still."""
    return stood.taken_back is not None or (stood.state == "reversed" and not stood.paid_cents)


def _correction_may_come(stood: Standing, settings: ClaimSettings) -> date | None:
    """The last day on which its correction is waited for, so that nothing is paid twice; None where none is."""
    if stood.taken_back is None or not taken_back_without_a_word(stood):
        return None
    return stood.taken_back + timedelta(days=settings.correction_wait_days)


def anything_out(stood: Standing) -> bool:
    """Whether the payer may still pay on the claim that stands, or has paid and was not given it back."""
    return not _open_again(stood) and not _nothing_to_take_back(stood)


def _nothing_to_take_back(stood: Standing) -> bool:
    """Whether the payer has answered and paid nothing on any claim of the month."""
    return (stood.unprocessable or stood.state in ("denied", "reversed")) and not stood.paid_cents


def _corrected(draft: Draft, stood: Standing, settings: ClaimSettings) -> Iterator[Step]:
    if stood.unprocessable:  # sent back undecided: corrected, it is a claim like the first
        yield _after(draft, stood)
        return
    if draft.payer.payer_id != stood.payer_id:
        yield from _for_another_payer(draft, stood, settings)
        return
    if number := stood.refused.get(draft.digest):
        yield _refused(draft.key, stood, draft.codes, number)
        return
    payer = _payer(stood, settings)
    if payer is None or not payer.takes_replacements:
        yield _instead(draft.key, stood, draft.codes, payer)
    elif not legible(stood.payer_claim_number):
        yield _wait(draft.key, stood, draft.codes)
    else:
        yield Send(draft, REPLACES, stood.last_version + 1, stood.claim_number, stood.payer_claim_number)


def _for_another_payer(draft: Draft, stood: Standing, settings: ClaimSettings) -> Iterator[Step]:
    """Nothing is billed to two payers as the first: the one that was billed has to be done with."""
    if _nothing_to_take_back(stood):
        yield _after(draft, stood)
        return
    for one in _withdrawn(draft.key, stood, settings):
        yield one
        if isinstance(one, Void):
            yield Send(draft, NEW, one.version + 1)


def _all_withdrawn(key: Key, stood: Standing, settings: ClaimSettings) -> Iterator[Step]:
    """What stands is taken back, and lines of it that went out alone, each on its own."""
    out, last = [one for one in stood.alone if one.out], stood.last_version
    nothing = _open_again(stood) or _nothing_to_take_back(stood) or (out and stood.state in ("denied", "reversed"))
    for step in () if nothing else _withdrawn(key, stood, settings):
        last += isinstance(step, Void)
        yield step
    for one in out:
        for step in _withdrawn(key, as_standing(one, stood, last), settings):
            last += isinstance(step, Void)
            yield replace(step, alone=True) if isinstance(step, Void) else step


def as_standing(one: SentAlone, beside: Standing, last_version: int) -> Standing:
    """The claim as if it stood for the month; form, case and day are those of the claim beside which it went."""
    return replace(
        beside,
        claim_number=one.claim_number,
        control_number=one.control_number,
        version=one.version,
        last_version=last_version,
        frequency=NEW,
        state=one.state,
        codes=" ".join(f"{code} x{units}" for code, _, units in one.lines),
        rendering_npi=one.rendering_npi,
        payer_kind=one.payer_kind,
        payer_id=one.payer_id,
        payer_claim_number=one.payer_claim_number,
        paid_cents=one.paid_cents,
        unprocessable=False,
        alone=(),
        refunded=one.refunded,
        taken_back=None,
        refused=one.refused,
    )


def _withdrawn(key: Key, stood: Standing, settings: ClaimSettings) -> Iterator[Step]:
    payer = _payer(stood, settings)
    if number := stood.refused.get(""):
        yield _refused(key, stood, "", number)
    elif payer is None or not payer.takes_voids:
        yield _instead(key, stood, "", payer)
    elif not legible(stood.payer_claim_number):
        yield _wait(key, stood, "")
    else:
        yield Void(key, stood)


def _payer(stood: Standing, settings: ClaimSettings) -> PayerKind | None:
    found = payer_kind(stood.payer_kind, stood.form, stood.service_date)
    return with_choices(found, settings.payers.get(stood.payer_id)) if found else None


def _wait(key: Key, stood: Standing, wanted: str) -> ByHand:
    """Until the payer has told its own number of the claim, in letters that a claim file can hold."""
    words = "What was sent is to be corrected, and the payer has not yet answered with its own claim number"
    fix = f"Wait for the remittance of {stood.claim_number} and post it, then run this again"
    if stood.payer_claim_number:
        words = "What was sent is to be corrected, and the payer's own claim number cannot be written in a claim file"
        fix = f"Ask the payer for its number of {stood.claim_number}, and correct the claim with it at the payer"
    return ByHand(key, stood, wanted, "wait_for_answer", words, fix)


def _refused(key: Key, stood: Standing, wanted: str, number: str) -> ByHand:
    words = f"The payer refused this correction ({number}), and {stood.claim_number} stands there as before"
    fix = f"Put right what the denial of {number} names and send it again with ccm resend, or ask the payer"
    if wanted or stood.paid_cents <= 0:
        return ByHand(key, stood, wanted, "corrected_claim", words, fix)
    fix += f"; or pay back what was paid on {stood.claim_number} within 60 days of finding it"
    return ByHand(key, stood, wanted, "refund", words, fix)


def _wait_for_correction(draft: Draft, stood: Standing, until: date | None = None) -> ByHand:
    words = "The payer took its payment back and has not said what comes in its place"
    fix = f"Post the remittance that corrects {stood.claim_number}, or ask the payer"
    if until and stood.digest != draft.digest:
        fix += f"; without one the changed claim goes out after {until}"
    fix += f"; where none comes, ccm resend {stood.claim_number} --after-reversal bills the month again"
    return ByHand(draft.key, stood, draft.codes, "wait_for_answer", words, fix)


def _wait_for_lines(draft: Draft, stood: Standing, alone: SentAlone) -> ByHand:
    words = "The month is to be corrected, and lines of it that went out again alone are not yet answered"
    fix = f"Wait for the remittance of {alone.claim_number} and post it, then run this again"
    return ByHand(draft.key, stood, draft.codes, "wait_for_answer", words, fix)


def _otherwise_than_alone(draft: Draft, stood: Standing) -> ByHand:
    numbers = " and ".join(one.claim_number for one in stood.alone if one.out)
    words = "Lines that were paid on a claim of their own are billed otherwise now, or to another payer"
    fix = f"Have {numbers} corrected by the payer, or return what was paid on it; then run this again"
    return ByHand(draft.key, stood, draft.codes, "corrected_claim", words, fix)


def _instead(key: Key, stood: Standing, wanted: str, payer: PayerKind | None) -> ByHand:
    """Where the payer takes no such claim: first its answer, then its own way, and money back where it has paid."""
    if not stood.answered:
        return _wait(key, stood, wanted)
    action: str = payer.instead if payer else "corrected_claim"
    what = "otherwise than it was billed" if wanted else "not to be billed at all"
    words = f"The month is {what}, and this payer does not take corrections as claims of frequency 7 or 8"
    fix = f"For {stood.claim_number}: {INSTEAD_WORDS[action]}"
    if not wanted and stood.paid_cents > 0:
        action, fix = "refund", f"Pay back what was paid on {stood.claim_number} within 60 days of finding it"
    return ByHand(key, stood, wanted, action, words, fix)
