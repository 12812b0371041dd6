"""The difference between what a revision bills and what was sent: to first payers, and to second ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from sqlalchemy.engine import Connection

from config.contract import claim_outputs
from config.frames import empty
from config.month import today_in
from tasks.claim.behind import left_behind
from tasks.claim.compare import NEW, REPLACES, ByHand, Send, Void, compared
from tasks.claim.drafts import Draft, Key
from tasks.claim.needs import Held, Need, needs
from tasks.claim.rivals import without_rivals
from tasks.claim.same_person import out_under_other_record
from tasks.claim.second import second_claims, ways_on
from tasks.claim.signed import Drafted, SignedMonth, sorted_out
from tasks.store import answers, claims
from tasks.store.claims import Standing
from tasks.store.overpayments import cases_of_month

TOO_LATE, UNHEARD = "filing_limit_passed", "crossover_unanswered"


@dataclass(frozen=True)
class Difference:
    """What is to be sent, what a person does, and what lacks something; no step where nothing differs.

    `scrub` is what was found of the claims that follow on an answer, `beside` are lines that went to the second payer
    before and count where a rule looks at what else was billed; `standing` is what it was compared with; `behind` are
    later payers' claims of months that are taken back or corrected.
    """

    steps: list[Send | Void]
    by_hand: list[ByHand]
    held: Held
    scrub: pd.DataFrame = field(default_factory=lambda: empty(claim_outputs()["scrub"]), repr=False)
    beside: list[Draft] = field(default_factory=list, repr=False)
    standing: Mapping[Key, Standing] = field(default_factory=dict, repr=False)
    behind: list[ByHand] = field(default_factory=list, repr=False)


def difference(connection: Connection, month: SignedMonth, drafted: Drafted, today: date | None = None) -> Difference:
    """The difference as the database has it now, on the scrubber's day where no other is given."""
    today = today or (drafted.scrubber.today if drafted.scrubber else today_in(month.practice.time_zone))
    whose = (month.cycle.practice_id, str(month.cycle.month))
    standing = claims.standing(connection, *whose)
    found = list(compared(drafted.ready, drafted.held_keys, standing, month.settings, today))
    billed = {draft.key for draft in drafted.ready} | drafted.held_keys
    of_person = out_under_other_record(connection, whose, found, standing, billed, month.settings.apart)
    steps, by_hand, waiting = without_rivals(found, standing, month, drafted, of_person)
    held = [(draft, need, said) for draft, need, said in drafted.held if not _in_time(draft, need, standing)]
    held += waiting
    sent = answers.sent_to(connection, *whose, order=2)
    given_back = {number for number, whole in cases_of_month(connection, *whose).items() if whole}
    behind = list(left_behind(standing, billed, by_hand, sent, given_back))
    answered = answers.answers(connection, *whose)
    if not answered:
        return Difference(steps, by_hand, held, standing=standing, behind=behind)
    charges = answers.charges(connection, *whose)
    # What holds a claim to the first payer need not hold one to the second, as that payer's filing limit.
    wanted = [*drafted.ready, *drafted.stopped]
    heard = answers.heard_of_later(connection, *whose)
    ways = ways_on(month.tables)
    second = list(second_claims(wanted, standing, answered, charges, sent, month.settings, today, heard, ways))
    if month.settings.unanswered_crossover == "hold":
        held += [(one.draft, needs()[UNHEARD], f"handed_on={one.unheard_since}") for one in second if one.unheard_since]
        second = [one for one in second if not one.unheard_since]
    ready = sorted_out([one.draft for one in second], month)
    leaving, found_of_second = ready.ready, empty(claim_outputs()["scrub"])
    held += ready.held
    whole = {one.draft.key for one in second if one.beside is None}
    beside = [one.beside for one in second if one.beside and one.beside.lines and one.draft.key not in whole]
    if drafted.scrubber:
        leaving, kept, found_of_second = drafted.scrubber.asked(ready.ready, beside)
        held += kept
    keys = {draft.key for draft in leaving}
    for one in second:
        if one.draft.key in keys:
            follows = (one.before.claim_number, one.before.payer_claim_number) if one.before else ("", "")
            steps.append(
                Send(one.draft, REPLACES if one.before else NEW, one.version, *follows, alone=bool(one.beside))
            )
    return Difference(steps, by_hand, held, found_of_second, beside, standing, behind)


def _in_time(draft: Draft, need: Need, standing: Mapping[Key, Standing]) -> bool:
    """Whether the claim is late by now only, and went out as it is while it was not."""
    stood = standing.get(draft.key)
    return need.need == TOO_LATE and stood is not None and stood.stands and stood.digest == draft.digest
