"""Claims to the second payer: after the first has answered, with its answer, unless it handed the claim on itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import pandas as pd

from config.claim_settings import ClaimSettings, PayerChoices
from config.denials import denials, is_denial
from tasks.claim.alone import lines_alone, without_alone
from tasks.claim.drafts import Adjustment, Answer, Draft, Key, Payer, ServiceLine
from tasks.claim.x12.segments import legible
from tasks.store.answers import Answered, SentTo
from tasks.store.claims import Standing
from tasks.store.payers_said import Whose, of_program, said_by_payers

NOT_COVERED = "not_covered_by_plan"  # of the table of errors
PROCESSED_AS_FIRST, HANDED_ON = "1", "19"  # 19 is the same, handed on to the next payer; 22 takes an answer back
WAIT = "wait_for_crossover"  # of the routes of denials
Ways = Mapping[Whose, str]
"""What becomes of the claim to a further payer."""


@dataclass(frozen=True)
class Second:
    """A claim to the second payer: its version, and the one that it follows on, if any. `beside` are the lines of the
    month that this payer had before, where it carries only those that went out alone. `unheard_since` is the first
    payer's answer that said it was handed on, where the second has not answered in time.
    """

    draft: Draft
    version: int
    before: SentTo | None = None
    beside: Draft | None = None
    unheard_since: date | None = None


def second_claims(
    drafts: Iterable[Draft],
    standing: Mapping[Key, Standing],
    answers: Mapping[str, Answered],
    charges: Mapping[str, Mapping[int, int]],
    sent: Mapping[Key, Sequence[SentTo]],
    settings: ClaimSettings,
    today: date,
    heard: Collection[str] = (),
    ways: Ways = MappingProxyType({}),
) -> Iterator[Second]:
    """The claims that a second payer has not had yet.

    The version of each is that of the claim that the first payer answered, so none goes out twice for one answer. A
    claim that replaces an earlier one waits until the second payer has given that its number; for lines that the first
    payer answered on a claim of their own it gets one of their own as well. What the first handed on by itself is due
    when the wait for the second one's answer is over; never where that answer came (`heard`).

    `ways` are what is known of the claim to a further payer: none goes to who does not pay it (`none`), and what is
    `handed_on` counts so though the remittance does not say it. Codes that a payer does not pay are the scrub's to
    hold: while the patient waits for that payer, the claim stands on a list where somebody sees it.
    """
    for draft in drafts:
        stood, payer = standing.get(draft.key), draft.next_payer
        if stood is None or payer is None:
            continue
        way = way_to(ways, draft.patient_id, draft.program, payer)
        if way == "none":
            continue
        choices, had = settings.payers.get(stood.payer_id), sent.get(draft.key, ())
        if way == "handed_on":
            choices = (choices or PayerChoices()).model_copy(update={"crosses_over": True})
        whole = draft if stood.digest == draft.digest else without_alone(draft, stood)
        answer = answers.get(stood.claim_number)
        waits = stood.claim_number not in heard, today
        if answer and stood.digest == whole.digest and _due_to(payer, answer, choices, *waits):
            numbers = {one.version for one in stood.alone}
            before = next((one for one in reversed(had) if one.version not in numbers), None)
            if before is None or (before.version < stood.version and legible(before.payer_claim_number)):
                handed_on = _handed_on(answer, choices)
                second = _draft(whole, payer, answer, charges[stood.claim_number], handed_on)
                yield Second(second, stood.version, before, unheard_since=handed_on)
        for one in stood.alone:
            answer, lines = answers.get(one.claim_number), lines_alone(draft, one)
            if not answer or not lines or one.version in {two.version for two in had}:
                continue
            if _due_to(payer, answer, choices, one.claim_number not in heard, today):
                rest = _to(payer, draft, tuple(line for line in draft.lines if line.code not in codes_of(lines)))
                handed_on = _handed_on(answer, choices)
                second = _draft(lines, payer, answer, charges[one.claim_number], handed_on)
                yield Second(second, one.version, None, rest, handed_on)


def ways_on(tables: Mapping[str, pd.DataFrame]) -> Ways:
    """What becomes of the claim to each further payer, as it was verified.

    Empty where payers were not asked, or the month was decided before this was told.
    """
    return {whose: str(way) for whose, way in said_by_payers(tables, "second_claim")}


def way_to(ways: Ways, patient_id: str, program: str, payer: Payer) -> str:
    """What becomes of the program's claim to that payer; empty where it is not known."""
    return of_program(ways, (patient_id, program, payer.kind, payer.payer_id)) or ""


def codes_of(draft: Draft) -> set[str]:
    """The codes of the draft's lines."""
    return {line.code for line in draft.lines}


def _due_to(payer: Payer, answer: Answered, choices: PayerChoices | None, unheard: bool, today: date) -> bool:
    """Whether the payer is to have the claim: something is owed and was not handed on, or was and nobody heard of it
    since; or Medicare comes after a payer that does not cover the service at all.
    """
    if _handed_on(answer, choices):
        wait = denials().routes[WAIT].clock
        over = wait is not None and wait.end(answer.payment_date) < today
        return unheard and over and answer.patient_cents > 0
    if answer.status == PROCESSED_AS_FIRST and answer.patient_cents > 0:
        return True
    return payer.kind == "medicare_part_b" and answer.paid_cents == 0 and _not_covered(answer)


def _handed_on(answer: Answered, choices: PayerChoices | None) -> date | None:
    """The day on which the first payer handed the claim on by itself, where it did."""
    said = answer.status == HANDED_ON or bool(answer.crossover_payer) or "MA18" in answer.remarks
    silently = choices is not None and choices.crosses_over and answer.status == PROCESSED_AS_FIRST
    return answer.payment_date if said or silently else None


def _not_covered(answer: Answered) -> bool:
    """Whether the payer denied for no other reason than that its plan does not cover the service."""
    told = [*answer.adjustments, *(one for line in answer.lines.values() for one in line.adjustments)]
    refused = {reason for _, reason, cents, _ in told if cents > 0 and is_denial(reason)}
    known = next((error for error in denials().errors if error.name == NOT_COVERED), None)
    return bool(refused) and known is not None and refused <= {one.reason for one in known.predicted}


def _draft(
    draft: Draft, payer: Payer, answer: Answered, charges: Mapping[int, int], handed_on: date | None = None
) -> Draft:
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
        handed_on=handed_on,
    )
    lines = tuple(replace(line, charge_cents=charges[line.number], expected_cents=None) for line in draft.lines)
    return replace(_to(payer, draft, lines), answer=told)


def _to(payer: Payer, draft: Draft, lines: tuple[ServiceLine, ...]) -> Draft:
    return replace(draft, payer=payer, payer_order=draft.payer_order + 1, lines=lines)
