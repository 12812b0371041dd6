"""The payers' books beside ours, claim by claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import claims, ledger
from tasks.store.store import Store
from tests.payer.books import Filed
from tests.payer.payer import Payer
from tests.remit.billed import rows

KEY = ("practice_id", "patient_id", "month", "program", "claim")


class Account(NamedTuple):
    """What became of one claim, in cents."""

    charged: int
    paid: int
    contract: int
    denied: int
    patient: int
    state: str


def accounts_of(payers: Iterable[Payer]) -> dict[str, Account]:
    """By claim number, what all payers together hold: the last in the order says what is left to the patient."""
    found: dict[str, list[Filed]] = {}
    for payer in payers:
        for number, filed in payer.filed.items():
            if filed.answers:
                found.setdefault(number, []).append(filed)
    return {number: _account(sorted(several, key=_order)) for number, several in found.items()}


def _order(filed: Filed) -> int:
    return filed.claim.order


def _account(several: list[Filed]) -> Account:
    standing = [filed for filed in several if filed.standing]
    paid = sum(filed.paid for filed in several)
    lines = {line.number for line in several[0].claim.lines}
    refused = set().union(*(filed.refused_lines for filed in standing))
    if not standing:
        state = "reversed"
    elif not refused:
        state = "paid"
    else:
        state = "denied" if refused >= lines and paid == 0 else "part_paid"
    return Account(
        several[0].claim.charge,
        paid,
        sum(filed.taken_off("45", "253") for filed in several),
        sum(filed.refused for filed in several),
        standing[-1].patient if standing else 0,
        state,
    )


def ours(store: Store, practices: Iterable[str]) -> dict[str, tuple[Account, int]]:
    """By claim number what our lists say, and what no answer explains."""
    found = {}
    for practice in practices:
        for row in answers_of(store, practice)["claim_balances"].to_dict("records"):
            names = ("charge_cents", "paid_cents", "contractual_cents", "denial_cents", "patient_cents")
            account = Account(*(int(row[name]) for name in names), row["state"])
            found[row["claim_number"]] = (account, int(row["open_cents"]))
    return found


def differences(store: Store, practices: Iterable[str], payers: Iterable[Payer]) -> list[str]:
    """Each claim on which books and lists do not agree to the cent; empty when all tie.

    What we have replaced or voided we call so, whatever the payer did with it.
    """
    books, lists = accounts_of(payers), ours(store, practices)
    said = [f"{number} is answered on one side only" for number in sorted(books.keys() ^ lists.keys())]
    for number in sorted(books.keys() & lists.keys()):
        theirs, (mine, left) = books[number], lists[number]
        same = mine if mine.state not in ("replaced", "voided") else mine._replace(state=theirs.state)
        if same != theirs:
            said.append(f"{number}: books {theirs}, lists {mine}")
        nothing = theirs.charged if theirs.state == "reversed" else 0
        if left != nothing:
            said.append(f"{number}: {left} cents are open, {nothing} should be")
    return said + _ledger_differences(store, books)


def _ledger_differences(store: Store, books: dict[str, Account]) -> list[str]:
    """Each patient-month of the ledger whose sum is not what the payers paid on all its claims."""
    paid: dict[tuple[str, ...], int] = {}
    for number, *key in rows(store, claims, "claim_number", *KEY):
        paid[tuple(key)] = paid.get(tuple(key), 0) + (books[number].paid if number in books else 0)
    said = []
    for *key, cents in rows(store, ledger, *KEY, "paid_cents"):
        if cents != paid[tuple(key)]:
            said.append(f"ledger {key}: {cents}, books {paid[tuple(key)]}")
    return said
