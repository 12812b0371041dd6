"""Programs that exclude one another in a month: the one billed next waits until the other's claim is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.rulebook import RuleBook, load_rulebook
from config.settings import PracticeSettings, practice_settings
from tasks.claim.compare import NEW, ByHand, Send, Step, Void, anything_out
from tasks.claim.drafts import Draft, Key
from tasks.claim.needs import Held, needs
from tasks.claim.same_person import SAME, Gone
from tasks.claim.scrub_pairs import once_a_program
from tasks.claim.signed import Drafted, SignedMonth
from tasks.store.claims import Standing

NEED = "rival_not_taken_back"


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
    of_person: Mapping[Key, list[Gone]],
) -> tuple[list[Send | Void], list[ByHand], Held]:
    """The steps without new claims of a program while one of a program that excludes it is out, or one of the same
    work; those are held. `of_person` are claims of the same person under another record, by the new claim's key.

    A claim that is voided by the same steps is taken back, and its void stands before the new claim in the file.
    """
    steps = list(found)
    by_hand = [one for one in steps if isinstance(one, ByHand)]
    voided = {one.stood.claim_number for one in steps if isinstance(one, Void)}
    out = _out(standing, voided)
    leaving: list[Send | Void] = []
    last: list[Send | Void] = []
    held: Held = []
    rules: tuple[RuleBook, PracticeSettings] | None = None
    for one in steps:
        if isinstance(one, ByHand):
            continue
        if isinstance(one, Void) or one.frequency != NEW:
            leaving.append(one)
            continue
        others = [claim for claim in out.get(one.draft.patient_id, ()) if claim.program != one.draft.program]
        gone = of_person.get(one.draft.key, [])
        rules = rules or (_rules(month, drafted) if others or gone else None)
        once = once_a_program(rules[0]) if rules and gone else ()
        same = [claim.claim_number for claim in gone if claim.is_same_work(one.draft, once)]
        others += [_as_out(claim, voided) for claim in gone if claim.claim_number not in same]
        barring = [claim for claim in others if rules and _bars(one.draft, claim, *rules)]
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


def _as_out(gone: Gone, voided: set[str]) -> Out:
    return Out(gone.claim_number, gone.key[1], gone.rendering_npi, gone.codes, gone.claim_number in voided)


def _rules(month: SignedMonth, drafted: Drafted) -> tuple[RuleBook, PracticeSettings]:
    asked = drafted.scrubber
    book: RuleBook = asked.book if asked else load_rulebook(month.cycle.month)
    return book, asked.settings if asked else practice_settings(month.cycle.practice_id, None)


def _bars(draft: Draft, out: Out, book: RuleBook, settings: PracticeSettings) -> bool:
    """Whether a code that is out and one of the draft exclude one another in the month."""
    same = out.rendering_npi == draft.practitioner.npi
    codes = {line.code for line in draft.lines}
    return out.program != draft.program and book.exclusions.bar(codes, out.codes, settings, same_practitioner=same)
