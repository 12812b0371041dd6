"""Claims to the second payer: after the first has answered, with its answer, unless it handed the claim on itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from config.claim_settings import ClaimSettings, PayerChoices
from config.denials import denials, is_denial
from tasks.claim.drafts import Adjustment, Answer, Draft, Key, Payer
from tasks.store.answers import Answered, SentTo
from tasks.store.claims import Standing

NOT_COVERED = "not_covered_by_plan"  # of the table of errors
PROCESSED_AS_FIRST = "1"  # 19 is the same, handed on to the next payer; 22 takes an answer back


def second_claims(
    drafts: Iterable[Draft],
    standing: Mapping[Key, Standing],
    answers: Mapping[str, Answered],
    charges: Mapping[str, Mapping[int, int]],
    sent: Mapping[Key, SentTo],
    settings: ClaimSettings,
) -> Iterator[tuple[Draft, int, SentTo | None]]:
    """The claims that a second payer has not had yet, each with its version and the one before it, if any.

    Its version is that of the claim that the first payer answered, so none goes out twice for one answer. A claim
    that replaces an earlier one waits until the second payer has given that its number.
    """
    for draft in drafts:
        stood, payer = standing.get(draft.key), draft.next_payer
        answer = answers.get(stood.claim_number) if stood else None
        if stood is None or payer is None or answer is None or stood.digest != draft.digest:
            continue
        if not _due_to(payer, answer, settings.payers.get(stood.payer_id)):
            continue
        before = sent.get(draft.key)
        if before and (before.version >= stood.version or not before.payer_claim_number):
            continue
        yield _draft(draft, payer, answer, charges[stood.claim_number]), stood.version, before


def _due_to(payer: Payer, answer: Answered, choices: PayerChoices | None) -> bool:
    """Whether the payer is to have the claim: something is owed and was not handed on, or Medicare comes after a payer
    that does not cover the service at all.
    """
    handed_on = (
        bool(answer.crossover_payer) or "MA18" in answer.remarks or (choices is not None and choices.crosses_over)
    )
    if handed_on:
        return False
    if answer.status == PROCESSED_AS_FIRST and answer.patient_cents > 0:
        return True
    return payer.kind == "medicare_part_b" and answer.paid_cents == 0 and _not_covered(answer)


def _not_covered(answer: Answered) -> bool:
    """Whether the payer denied for no other reason than that its plan does not cover the service."""
    told = [*answer.adjustments, *(one for line in answer.lines.values() for one in line.adjustments)]
    refused = {reason for _, reason, cents, _ in told if cents > 0 and is_denial(reason)}
    known = next((error for error in denials().errors if error.name == NOT_COVERED), None)
    return bool(refused) and known is not None and refused <= {one.reason for one in known.predicted}


def _draft(draft: Draft, payer: Payer, answer: Answered, charges: Mapping[int, int]) -> Draft:
    found = [Adjustment(0, *one) for one in answer.adjustments]
    for number, line in answer.lines.items():
        found += [Adjustment(number, *one) for one in line.adjustments]
    told = Answer(
        payer=draft.payer,
        paid_cents=answer.paid_cents,
        line_paid_cents={number: line.paid_cents for number, line in answer.lines.items()},
        adjustments=tuple(found),
        payment_date=answer.payment_date,
        payer_claim_number=answer.payer_claim_number,
    )
    lines = tuple(replace(line, charge_cents=charges[line.number], expected_cents=None) for line in draft.lines)
    return replace(draft, payer=payer, payer_order=draft.payer_order + 1, answer=told, lines=lines)
