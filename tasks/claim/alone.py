"""Lines that went out again alone: no other claim of the month carries them while they are out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tasks.claim.drafts import Draft
from tasks.store.claims import Standing
from tasks.store.sent_alone import SentAlone


def without_alone(draft: Draft, stood: Standing) -> Draft:
    """The draft without the lines that are out or paid on claims of their own, numbered anew."""
    taken = _taken(stood)
    kept = []
    for line in draft.lines:
        told = (line.code, " ".join(line.modifiers), line.units)
        if taken[told]:
            taken[told] -= 1
        else:
            kept.append(line)
    if len(kept) == len(draft.lines):
        return draft
    return replace(draft, lines=tuple(replace(line, number=place) for place, line in enumerate(kept, start=1)))


def lines_alone(draft: Draft, alone: SentAlone) -> Draft | None:
    """The lines of that claim as the draft has them, numbered as they went out; None where it bills them otherwise."""
    billed = {(line.code, " ".join(line.modifiers), line.units): line for line in draft.lines}
    if alone.payer_id != draft.payer.payer_id or not all(told in billed for told in alone.lines):
        return None
    lines = (replace(billed[told], number=place) for place, told in enumerate(alone.lines, start=1))
    return replace(draft, lines=tuple(lines))


def bills_them_as_they_went(draft: Draft, stood: Standing) -> bool:
    """Whether the draft has every line that went out alone, to the same payer and in the same units."""
    billed = Counter((line.code, " ".join(line.modifiers), line.units) for line in draft.lines)
    same_payer = all(one.payer_id == draft.payer.payer_id for one in stood.alone if one.out)
    return same_payer and _taken(stood) <= billed


def _taken(stood: Standing) -> Counter[tuple[str, str, int]]:
    return Counter(line for one in stood.alone if one.out for line in one.lines)
