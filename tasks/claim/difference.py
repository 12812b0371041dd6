"""The difference between what a revision bills and what was sent: to first payers, and to second ones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from tasks.claim.compare import NEW, REPLACES, ByHand, Send, Void, compared
from tasks.claim.needs import Held
from tasks.claim.second import second_claims
from tasks.claim.signed import Drafted, SignedMonth, sorted_out
from tasks.store import answers, claims


@dataclass(frozen=True)
class Difference:
    """What is to be sent, what a person does, and what lacks something; no step where nothing differs."""

    steps: list[Send | Void]
    by_hand: list[ByHand]
    held: Held


def difference(connection: Connection, month: SignedMonth, drafted: Drafted) -> Difference:
    """The difference as the database has it now."""
    whose = (month.cycle.practice_id, str(month.cycle.month))
    standing = claims.standing(connection, *whose)
    found = list(compared(drafted.ready, drafted.held_keys, standing, month.settings))
    steps = [one for one in found if not isinstance(one, ByHand)]
    answered = answers.answers(connection, *whose)
    if not answered:
        return Difference(steps, [one for one in found if isinstance(one, ByHand)], drafted.held)
    charges, sent = answers.charges(connection, *whose), answers.sent_to(connection, *whose, order=2)
    second = list(second_claims(drafted.ready, standing, answered, charges, sent, month.settings))
    ready = sorted_out([draft for draft, _, _ in second], month)
    for draft, version, before in second:
        if draft in ready.ready:
            follows = (before.claim_number, before.payer_claim_number) if before else ("", "")
            steps.append(Send(draft, REPLACES if before else NEW, version, *follows))
    return Difference(steps, [one for one in found if isinstance(one, ByHand)], drafted.held + ready.held)
