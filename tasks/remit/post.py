"""One remittance file into the database: read, balanced, matched and posted in one transaction, or set aside whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy.engine import Connection

from tasks.remit.balance import hold_back_unbalanced, payment_sums
from tasks.remit.match import TRIED_AGAIN, match, wait_for_payee
from tasks.remit.read import Remittance, SetAsideError, content_digests, payment_keys, read
from tasks.remit.settle import settle
from tasks.store import claim_names, overpayments, remittances, suspense
from tasks.store.payees import payees_of
from tasks.store.remit_tables import adjustments, claim_payments, line_payments, provider_adjustments
from tasks.store.remit_tables import remittances as payments
from tasks.store.remittances import StoredFile
from tasks.store.store import Store

ANSWERED = ("control_number", "payer_claim_number")  # by what an answer names its claim


@dataclass(frozen=True)
class Posted:
    """What became of a file: posted, posted_in_part, repeated or quarantined, why, and what was in it."""

    file_name: str
    state: str
    reason: str = ""
    payments: int = 0
    claims: int = 0
    in_suspense: int = 0
    denials: int = 0
    payment_cents: int = 0
    difference_cents: int = 0
    differences: list[tuple[str, int]] = field(default_factory=list)


def post(store: Store, name: str, content: bytes, today: date | None, settings: Path | None = None) -> Posted:
    """The file is posted, whole and once; what cannot be read is kept aside with the reason, and nothing of it posted.

    The same file, or a payment that came in another file, changes nothing. A claim of it that fits nowhere waits in
    suspense, and the others are posted. `settings` have the practices' own filing terms; without them those that their
    last months went by hold. Killed anywhere and called again, the database comes out the same.
    """
    digest = hashlib.sha256(content).hexdigest()
    now = datetime.now(UTC)
    try:
        found = read(name, content)
    except SetAsideError as error:
        found, wrong = None, str(error)
    with store.writing() as connection:
        remittances.alone(connection)
        known = remittances.file_known(connection, digest)
        if known and known.state != "quarantined":
            before = "before" if known.file_name == name else f"as {known.file_name}"
            return Posted(name, "repeated", f"{name}: the same file came {before}; nothing was changed.")
        if found is not None:
            found, wrong = _without_known(connection, found, name)
        if found is None:
            remittances.keep_file(connection, StoredFile(digest, name, "quarantined", wrong), content, now)
            return Posted(name, "quarantined", wrong)
        if found.payments.empty:
            reason = f"{name}: every payment in it was posted before from another file; nothing was changed."
            remittances.keep_file(connection, StoredFile(digest, name, "repeated", reason), content, now)
            return Posted(name, "repeated", reason)
        hold_back_unbalanced(found)
        remittances.keep_file(connection, StoredFile(digest, name, "posted", ""), content, now)
        done = _write(connection, found, digest)
        opened = settle(connection, done.loc[done["claim_number"] != "", "claim_number"], today, now, settings)
        _recovered(connection, found, today)
        waiting = int((done["claim_number"] == "").sum())
        if waiting:
            remittances.file_in_part(connection, digest)
    sums = payment_sums(found)["difference_cents"]
    off = [(str(found.payments.at[place, "trace_number"]), int(cents)) for place, cents in sums[sums != 0].items()]
    return Posted(
        name,
        "posted_in_part" if waiting else "posted",
        payments=len(found.payments),
        claims=len(found.claims),
        in_suspense=waiting,
        denials=len(opened),
        payment_cents=int(found.payments["payment_cents"].sum()),
        difference_cents=int(sums.sum()),
        differences=off,
    )


def try_suspense_again(store: Store, today: date | None, settings: Path | None = None) -> int:
    """Answers whose claim has become known leave suspense and are posted; how many did."""
    now = datetime.now(UTC)
    with store.writing() as connection:
        remittances.alone(connection)
        waiting, waiting_lines = suspense.in_suspense(connection, TRIED_AGAIN)
        if waiting.empty:
            return 0
        with remittances.asked(connection, waiting["control_number"]):
            claims, lines = remittances.claims_asked(connection)
        waiting["fault"] = ""
        matched, claim_line = match(waiting, waiting_lines, claims, lines)
        payees = payees_of(connection, matched.loc[matched["claim_number"] != "", "id"].tolist())
        whose = pd.Series([payees.get(number, "") for number in matched["id"]], matched.index, dtype="str")
        matched = wait_for_payee(connection, matched.assign(payee=whose), claims)
        out = matched[matched["claim_number"] != ""]
        suspense.leave_suspense(connection, out, waiting_lines.assign(claim_line=claim_line))
        settle(connection, out["claim_number"], today, now, settings)
        return len(out)


def _without_known(connection: Connection, found: Remittance, name: str) -> tuple[Remittance | None, str]:
    """The remittance without payments posted before; none, and why, when one of them says something else now."""
    found.payments["payment_key"] = payment_keys(found.payments)
    found.payments["content_digest"] = content_digests(found)
    found.payments["payment_key"] = _keys_of_no_money(connection, found)
    before = remittances.payments_known(connection, found.payments["payment_key"].tolist())
    heads = found.payments
    for key, content, trace in heads[["payment_key", "content_digest", "trace_number"]].itertuples(index=False):
        if before.get(key, (content, ""))[0] != content:
            return None, (
                f"{name}: payment {trace} was posted from {before[key][1]} with other claims or amounts; nothing of "
                "this file was posted, ask the payer which of the two is right."
            )
    told = heads.groupby("payment_key")["content_digest"].transform("nunique")
    if (told > 1).any():
        trace = heads.loc[told > 1, "trace_number"].iloc[0]
        return None, (
            f"{name}: payment {trace} stands in it more than once with other claims or amounts; nothing of this file "
            "was posted, ask the payer which of them is right."
        )
    twice = heads["payment_key"].duplicated()
    kept = np.flatnonzero((~heads["payment_key"].isin(list(before)) & ~twice).to_numpy())
    return (found if len(kept) == len(heads) else _only(found, kept)), ""


def _keys_of_no_money(connection: Connection, found: Remittance) -> pd.Series:
    """The keys, where several payments of one key move no money: each that says something else, in this file or in one
    posted before, is one of its own, for payers give such answers one and the same trace number.

    One about a claim that the earlier one was about keeps its key: which of the two is right is for the payer to say.
    """
    heads = found.payments
    paid = found.claims.loc[found.claims["paid_cents"] != 0, "payment"]
    moving = heads.index.isin([*paid, *found.provider_adjustments["payment"]]) | (heads["payment_cents"] != 0)
    before = remittances.payments_known(connection, heads.loc[~moving, "payment_key"].unique().tolist())
    first = heads.groupby("payment_key")["content_digest"].transform("first")
    first = heads["payment_key"].map({key: content for key, (content, _) in before.items()}).astype("str").fillna(first)
    other = ~moving & (heads["content_digest"] != first).to_numpy()
    own = heads["payment_key"] + heads["content_digest"]
    posted = [*remittances.payments_known(connection, own[other].tolist())]
    for place in heads.index[other & heads["payment_key"].isin([*before]).to_numpy() & ~own.isin(posted).to_numpy()]:
        mine = found.claims.loc[found.claims["payment"] == place, list(ANSWERED)].itertuples(index=False, name=None)
        other[place] = not set(mine) & remittances.claims_of_payments(connection, heads.at[place, "payment_key"])
    return heads["payment_key"].mask(other, own)


def _only(found: Remittance, kept: np.ndarray) -> Remittance:
    """Those payments alone, with their places counted anew."""
    new_payment = pd.Series(np.arange(len(kept)), index=kept)
    claims = found.claims[found.claims["payment"].isin(kept)]
    new_claim = pd.Series(np.arange(len(claims)), index=claims.index)

    def of_claims(frame: pd.DataFrame) -> pd.DataFrame:
        mine = frame[frame["claim"].isin(claims.index)]
        return mine.assign(claim=mine["claim"].map(new_claim)).reset_index(drop=True)

    others = found.provider_adjustments[found.provider_adjustments["payment"].isin(kept)]
    return Remittance(
        found.payments.iloc[kept].reset_index(drop=True),
        claims.assign(payment=claims["payment"].map(new_payment)).reset_index(drop=True),
        of_claims(found.lines),
        of_claims(found.adjustments),
        others.assign(payment=others["payment"].map(new_payment)).reset_index(drop=True),
    )


def _write(connection: Connection, found: Remittance, digest: str) -> pd.DataFrame:
    """The rows are in the database; the claims with the number of ours that they answer, empty for those that wait."""
    first_payment, first_claim = remittances.next_ids(connection)
    heads = found.payments.assign(id=found.payments.index + first_payment, digest=digest)
    heads = heads.rename(columns={"payee_id": "payee_npi"}).join(payment_sums(found))
    remittances.add(connection, payments, heads)
    others = found.provider_adjustments
    remittances.add(connection, provider_adjustments, others.assign(remittance_id=others["payment"] + first_payment))
    with remittances.asked(connection, found.claims["control_number"]):
        claims, lines = remittances.claims_asked(connection)
    matched, claim_line = match(found.claims, found.lines.assign(answer=found.lines["claim"]), claims, lines)
    payees = found.payments["payee_id"].reindex(matched["payment"]).to_numpy()
    matched = wait_for_payee(connection, matched.assign(payee=payees), claims)
    matched = matched.assign(id=matched.index + first_claim, remittance_id=matched["payment"] + first_payment)
    remittances.add(connection, claim_payments, matched)
    unmatched = (matched["claim_number"] == "").reindex(found.lines["claim"]).to_numpy()
    own = found.lines.assign(
        claim_payment_id=found.lines["claim"] + first_claim, claim_line=claim_line.mask(unmatched, 0)
    )
    remittances.add(connection, line_payments, own)
    changes = found.adjustments.assign(claim_payment_id=found.adjustments["claim"] + first_claim)
    remittances.add(connection, adjustments, changes)
    return matched


def _recovered(connection: Connection, found: Remittance, today: date | None) -> None:
    """What a payer kept back for a claim (WO) is taken off the overpayment of that claim."""
    others = found.provider_adjustments
    kept_back = others[others["reason"] == claim_names.WITHHELD]
    if kept_back.empty:
        return
    payers = found.payments["payer_id"].reindex(kept_back["payment"]).to_numpy()
    called = claim_names.claims_named(connection, kept_back.assign(payer_id=payers))
    overpayments.refresh(connection, called["claim_number"].unique().tolist(), today)
