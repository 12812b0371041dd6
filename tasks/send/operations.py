"""What whoever runs the month needs to know: outcomes, whether the totals tie, what failed, whom no message reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import pandas as pd

from config.frames import rows_set_aside
from tasks.send import counts
from tasks.send.words import count, plain, plural


class Undelivered(Protocol):
    """A message of which the outbox does not know that it arrived."""

    @property
    def month(self) -> str:
        """The month or day it is about."""

    @property
    def audience(self) -> str:
        """Who it was for."""

    @property
    def kind(self) -> str:
        """What it is about."""

    @property
    def state(self) -> str:
        """failed or uncertain."""

    @property
    def last_error(self) -> str:
        """What the mail server said."""


def operations_view(
    frames: counts.Frames,
    undelivered: Sequence[Undelivered],
    without_address: Sequence[str],
    notes: Sequence[str],
    gone: Collection[str] = (),
) -> dict[str, Any]:
    """Everything the message says; `notes` are sentences about this program's own set-up, as a stale template."""
    decisions, findings = frames["decisions"], frames["findings"]
    held, aside = counts.holds(findings, decisions), frames["quarantine"]
    elsewhere = _told_to_others(aside, decisions, gone)
    return {
        "outcomes": counts.outcomes(decisions),
        "money": counts.billed(frames["claim_lines"]),
        "waiting": counts.waiting(decisions, findings),
        "owners": [
            {"owner": str(owner), "holds": len(group), "alone": int(group["alone"].sum())}
            for owner, group in sorted(held.groupby("owner", observed=True), key=lambda item: (-len(item[1]), item[0]))
        ],
        "totals": totals(frames["reconciliation"]),
        "aside": counts.set_aside(aside[~elsewhere]),
        "aside_elsewhere": counts.set_aside_rows(aside) - counts.set_aside_rows(aside[~elsewhere]),
        "aside_rows": counts.set_aside_rows(aside),
        "aside_parts": rows_set_aside(aside),
        "undelivered": [
            {
                "month": one.month,
                "to": f"{plain(one.audience)} {one.kind.partition('-')[2]}".strip(),
                "state": one.state,
                "why": one.last_error,
            }
            for one in undelivered
        ],
        "without_address": list(without_address),
        "notes": list(notes),
        "changes": len(frames["changes"]),
    }


def _told_to_others(aside: pd.DataFrame, decisions: pd.DataFrame, gone: Collection[str]) -> Any:
    """Which rows set aside stand in the message of billing or of the care manager who looks after the patient."""
    told = decisions["care_manager_id"].notna() & ~decisions["care_manager_id"].isin(list(gone))
    managed = decisions.loc[told, "patient_id"]
    theirs = (aside["owner"] == "care_manager") & aside["case_number"].notna() & aside["patient_id"].isin(managed)
    return (theirs | (aside["owner"] == "billing")).to_numpy(bool)


def totals(reconciliation: pd.DataFrame) -> list[dict[str, Any]]:
    """Each total with what went in and where it ended, in the words of the reconciliation, largest part first.

    `whole` is the total of a table of which every row was accepted.
    """
    found = []
    for name, group in reconciliation.groupby("total", sort=True, observed=True):
        parts = dict(zip(group["part"].astype("str"), group["amount"].astype("int64"), strict=True))
        given = int(parts.pop("in", 0))
        ends = sorted(((plain(part), int(amount)) for part, amount in parts.items() if amount), key=lambda one: -one[1])
        found.append(
            {
                "name": " of ".join(plain(part) for part in str(name).split(":")),
                "given": given,
                "ends": ends,
                "whole": ends == [("accepted", given)],
            }
        )
    return found


def to_do(view: dict[str, Any]) -> str:
    """The subject's second half."""
    parts = [f"{count(view['outcomes']['bill'])} ready to bill", plural(view["outcomes"]["hold"], "hold")]
    if view["aside_rows"]:
        parts.append(plural(view["aside_rows"], "row") + " set aside")
    if view["undelivered"] or view["without_address"]:
        parts.append(plural(len(view["undelivered"]) + len(view["without_address"]), "message") + " not delivered")
    return ", ".join(parts)
