"""How many claims and lines payers answered and denied, counted where they lie: a few rows, however many claims."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.store.remittances import NUMBER, TEXT, select

_HEADS = {"c.practice_id": TEXT, "c.month": TEXT, "c.payer_name": TEXT, "c.rendering_npi": TEXT}
_STANDING = """CASE WHEN d.claim_number IS NULL THEN 'paid' WHEN d.left_open = 0 THEN 'recovered' ELSE 'denied' END"""
_LINES = "SELECT claim_number, COUNT(*) AS lines FROM claim_service_lines GROUP BY claim_number"
_DENIED = """SELECT claim_number, SUM(CASE WHEN state = 'paid' THEN 0 ELSE 1 END) AS left_open
    FROM denials GROUP BY claim_number"""
_ANSWERED = f"""(SELECT DISTINCT claim_number FROM claim_payments WHERE claim_number <> '') AS p
    JOIN claims AS c ON c.claim_number = p.claim_number JOIN ({_LINES}) AS n ON n.claim_number = c.claim_number
    LEFT JOIN ({_DENIED}) AS d ON d.claim_number = c.claim_number"""
_OF_DENIAL = ("error", "rule", "cause", "route", "state")


@dataclass(frozen=True)
class AnswerCounts:
    """Of one practice.

    `answered` has month, payer_name, rendering_npi, standing, claims and lines; a claim stands as `paid` when no line
    of it was ever denied, `recovered` when each that was is paid since, else `denied`. `denied` has the same heads with
    error, rule, cause, route, state, lines and cents; a denial of a claim as a whole counts as one line.
    """

    answered: pd.DataFrame
    denied: pd.DataFrame


def answer_counts(connection: Connection, practice_id: str) -> AnswerCounts:
    """What payers answered to the practice's claims so far."""
    heads = ", ".join(_HEADS)
    columns = {**_HEADS, f"{_STANDING} AS standing": TEXT, "COUNT(*) AS claims": NUMBER}
    columns |= {"CAST(SUM(n.lines) AS BIGINT) AS lines": NUMBER}
    answered = select(connection, columns, f"{_ANSWERED} GROUP BY {heads}, {_STANDING}", f"{heads}, standing")
    told = ", ".join(f"d.{name}" for name in _OF_DENIAL)
    columns = {**_HEADS, **{f"d.{name}": TEXT for name in _OF_DENIAL}, "COUNT(*) AS lines": NUMBER}
    columns |= {"CAST(SUM(d.denied_cents) AS BIGINT) AS cents": NUMBER}
    source = f"denials AS d JOIN claims AS c ON c.claim_number = d.claim_number GROUP BY {heads}, {told}"
    denied = select(connection, columns, source, f"{heads}, {told}")
    return AnswerCounts(*(_of(frame, practice_id) for frame in (answered, denied)))


def _of(frame: pd.DataFrame, practice_id: str) -> pd.DataFrame:
    return frame[frame["practice_id"] == practice_id].drop(columns="practice_id").reset_index(drop=True)
