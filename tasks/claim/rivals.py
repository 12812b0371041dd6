"""Programs that exclude one another in a month: the one billed next waits until the other's claim is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from config.exclusions import Exclusions
from config.rulebook import RuleBook, load_rulebook
from config.settings import PracticeSettings, practice_settings
from tasks.claim.compare import NEW, ByHand, Send, Step, Void, anything_out
from tasks.claim.drafts import Draft, Key
from tasks.claim.needs import Held, needs
from tasks.claim.same_person import SAME
from tasks.claim.signed import Drafted, SignedMonth
from tasks.store.claims import Standing

NEED = "rival_not_taken_back"
BARS = ("not_billable", "hold")


@dataclass(frozen=True)
class Out:
    """A claim that a payer may still pay or has paid; `voided` where the same steps take it back."""

    claim_number: str
    program: str
    rendering_npi: str
    codes: frozenset[str]
    voided: bool


def without_rivals(
    found: Iterable[Step],
    standing: Mapping[Key, Standing],
    month: SignedMonth,
    drafted: Drafted,
    of_person: Mapping[Key, list[str]],
) -> tuple[list[Send | Void], list[ByHand], Held]:
    """The steps without new claims of a program while one of a program that excludes it is out, or one of the same
    work for the same person under another record (`of_person`, by the new claim's key); those are held.

    A claim that is voided by the same steps is taken back, and its void stands before the new claim in the file.
    """
    steps = list(found)
    by_hand = [one for one in steps if isinstance(one, ByHand)]
    voided = {one.stood.claim_number for one in steps if isinstance(one, Void)}
    out = _out(standing, voided)
    leaving: list[Send | Void] = []
    last: list[Send | Void] = []
    held: Held = []
    rules: tuple[Exclusions, PracticeSettings] | None = None
    for one in steps:
        if isinstance(one, ByHand):
            continue
        if isinstance(one, Void) or one.frequency != NEW:
            leaving.append(one)
            continue
        others = [claim for claim in out.get(one.draft.patient_id, ()) if claim.program != one.draft.program]
        rules = rules or (_rules(month, drafted) if others else None)
        barring = [claim for claim in others if rules and _bars(one.draft, claim, *rules)]
        same = of_person.get(one.draft.key, [])
        standing_ones = {
            NEED: [claim.claim_number for claim in barring if not claim.voided],
            SAME: [number for number in same if number not in voided],
        }
        waits = [(one.draft, needs()[need], f"claim_number={' '.join(n)}") for need, n in standing_ones.items() if n]
        held += waits
        if not waits:
            (last if barring or same else leaving).append(one)
    return [*leaving, *last], by_hand, held


def _out(standing: Mapping[Key, Standing], voided: set[str]) -> dict[str, list[Out]]:
    """The claims by patient on which a payer may still pay or has paid, those that went out alone as well."""
    found: dict[str, list[Out]] = {}
    for (patient, program, _), stood in standing.items():
        if anything_out(stood):
            codes = frozenset(stood.codes.split()[::2])  # of 99490 x1 99439 x2
            out = Out(stood.claim_number, program, stood.rendering_npi, codes, stood.claim_number in voided)
            found.setdefault(patient, []).append(out)
        for one in stood.alone:
            if one.out:
                codes = frozenset(code for code, _, _ in one.lines)
                out = Out(one.claim_number, program, one.rendering_npi, codes, one.claim_number in voided)
                found.setdefault(patient, []).append(out)
    return found


def _rules(month: SignedMonth, drafted: Drafted) -> tuple[Exclusions, PracticeSettings]:
    asked = drafted.scrubber
    book: RuleBook = asked.book if asked else load_rulebook(month.cycle.month)
    return book.exclusions, asked.settings if asked else practice_settings(month.cycle.practice_id, None)


def _bars(draft: Draft, out: Out, exclusions: Exclusions, settings: PracticeSettings) -> bool:
    """Whether a code that is out and one of the draft exclude one another in the month."""
    same = out.rendering_npi == draft.practitioner.npi
    return any(
        pair.effect_for(settings) in BARS and (same or pair.scope != "same_practitioner")
        for code, other in product({line.code for line in draft.lines}, out.codes)
        for pair in exclusions.between(code, other)
    )
