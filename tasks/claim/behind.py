"""Second payers' claims behind a first payer's that is taken back or corrected: what a person does about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tasks.claim.compare import ByHand
from tasks.claim.drafts import Key
from tasks.store.answers import SentTo
from tasks.store.claims import Standing

OUT, PAID = ("written",), ("paid", "part_paid")


def left_behind(
    standing: Mapping[Key, Standing],
    billed: Collection[Key],
    by_hand: Iterable[ByHand],
    sent: Mapping[Key, Sequence[SentTo]],
    given_back: Collection[str],
) -> Iterator[ByHand]:
    """What is to be done about each claim of a later payer of which nothing is billed any more, or of which the first
    payer's is taken back or corrected by hand; none for one that was refused, taken back, answered without money, or of
    which all money went back (`given_back`).
    """
    done = [one for one in by_hand if one.action != "wait_for_answer"]
    corrected = {one.key: one for one in done if one.wanted}
    taken_back = {one.key for one in done if not one.wanted}
    for key, stood in standing.items():
        for one in sent.get(key, ()):
            stands = one.state in OUT or (one.state in PAID and one.paid_cents > 0)
            if not stands or one.claim_number in given_back:
                continue
            second = _as_standing(one, stood)
            if key not in billed or key in taken_back:
                yield _not_billed(key, second, stood)
            elif key in corrected:
                yield _billed_otherwise(corrected[key], second)


def _as_standing(one: SentTo, stood: Standing) -> Standing:
    return replace(
        stood, claim_number=one.claim_number, state=one.state, payer_name=one.payer_name,
        payer_claim_number=one.payer_claim_number, paid_cents=one.paid_cents,
    )  # fmt: skip


def _not_billed(key: Key, second: Standing, stood: Standing) -> ByHand:
    words = f"{stood.claim_number} is to be taken back, and this claim followed on it"
    if second.state in PAID:
        fix = f"Pay back what {second.payer_name} paid on {second.claim_number} within 60 days of finding it"
        return ByHand(key, second, "", "refund", words, fix)
    fix = f"Tell {second.payer_name} that {second.claim_number} is withdrawn; should it pay all the same, pay it back"
    return ByHand(key, second, "", "withdraw", words, fix)


def _billed_otherwise(first: ByHand, second: Standing) -> ByHand:
    number = first.stood.claim_number
    words = f"The month is billed otherwise than it was, and this claim tells what was paid on {number} before"
    fix = f"Once {first.stood.payer_name} has corrected {number}, ask {second.payer_name} whether it was told of that"
    fix += f" and how it takes the correction of {second.claim_number}"
    return ByHand(first.key, second, first.wanted, "corrected_claim", words, fix)
