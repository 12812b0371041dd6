"""Programs that exclude one another in a month: the one billed next waits until the other's claim is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from config.exclusions import Exclusions
from config.rulebook import RuleBook, load_rulebook
from config.settings import PracticeSettings, practice_settings
from tasks.claim.compare import NEW, ByHand, Send, Step, Void, anything_out
from tasks.claim.drafts import Draft, Key
from tasks.claim.needs import Held, needs
from tasks.claim.signed import Drafted, SignedMonth
from tasks.store.claims import Standing

NEED = "rival_not_taken_back"
BARS = ("not_billable", "hold")


def without_rivals(
    found: Iterable[Step], standing: Mapping[Key, Standing], month: SignedMonth, drafted: Drafted
) -> tuple[list[Send | Void], list[ByHand], Held]:
    """The steps without new claims of a program while one of a program that excludes it is out; those are held.

    A claim that is voided by the same steps is taken back, and its void stands before the new claim in the file.
    """
    steps = list(found)
    by_hand = [one for one in steps if isinstance(one, ByHand)]
    voided = {one.key for one in steps if isinstance(one, Void)}
    out: dict[str, list[tuple[Key, Standing]]] = {}
    for key, stood in standing.items():
        if anything_out(stood):
            out.setdefault(key[0], []).append((key, stood))
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
        others = [(key, stood) for key, stood in out.get(one.draft.patient_id, ()) if key[1] != one.draft.program]
        if not others:
            leaving.append(one)
            continue
        rules = rules or _rules(month, drafted)
        barring = [(key, stood) for key, stood in others if _bars(one.draft, stood, *rules)]
        standing_ones = [stood.claim_number for key, stood in barring if key not in voided]
        if standing_ones:
            held.append((one.draft, needs()[NEED], f"claim_number={' '.join(standing_ones)}"))
        else:
            (last if barring else leaving).append(one)
    return [*leaving, *last], by_hand, held


def _rules(month: SignedMonth, drafted: Drafted) -> tuple[Exclusions, PracticeSettings]:
    asked = drafted.scrubber
    book: RuleBook = asked.book if asked else load_rulebook(month.cycle.month)
    return book.exclusions, asked.settings if asked else practice_settings(month.cycle.practice_id, None)


def _bars(draft: Draft, stood: Standing, exclusions: Exclusions, settings: PracticeSettings) -> bool:
    """Whether a code that is out and one of the draft exclude one another in the month."""
    same = stood.rendering_npi == draft.practitioner.npi
    billed = set(stood.codes.split()[::2])  # of 99490 x1 99439 x2
    return any(
        pair.effect_for(settings) in BARS and (same or pair.scope != "same_practitioner")
        for code, other in product({line.code for line in draft.lines}, billed)
        for pair in exclusions.between(code, other)
    )
