"""What patients said, as moves of their cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from config.contract import inputs
from tasks.route.machine import Move

OPENS = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop")
CLOSES = "agreed"
RECORDED = "case:"  # begins the identifier of an answer that a case's move became


def said_moves(responses: pd.DataFrame, numbers: pd.Series, until: date) -> dict[str, list[Move]]:
    """What patients said up to that day as moves by case, in the order of their days; agreeing resolves a case."""
    # What was recorded in a case is a move already; among the answers it stands for the rules alone.
    recorded = responses["response_id"].astype("str").str.startswith(RECORDED, na=False)
    rows = responses[(responses["response_date"] <= pd.Timestamp(until)) & ~recorded]
    rows = rows.assign(response=rows["response"].astype("str"), case_number=rows["patient_id"].map(numbers))
    rows = rows[rows["response"].isin([*OPENS, CLOSES])].dropna(subset=["case_number"])
    rows = rows.sort_values("response_date", kind="stable")
    found: dict[str, list[Move]] = {}
    for number, day, response in zip(rows["case_number"], rows["response_date"].dt.date, rows["response"], strict=True):
        found.setdefault(number, []).append(said(day, response))
    return found


def said(day: date, response: str) -> Move:
    """One answer of a patient as a move; the same answer on the same day is the same move."""
    source = f"said:{day}:{response}"
    if response == CLOSES:
        return Move("resolve", day, source, outcome="agreed")
    return Move("hear", day, source, reason=response)


def with_known(
    heard: Mapping[str, list[Move]], known: pd.DataFrame, history: Mapping[str, list[Move]]
) -> dict[str, list[Move]]:
    """What was heard, and the opening of each known case of which neither move nor answer is there."""
    found = dict(heard)
    rows = known[~known["case_number"].isin(list(history))].dropna(subset=["response_date", "response"])
    days, responses = rows["response_date"].dt.date, rows["response"].astype("str")
    for number, day, response in zip(rows["case_number"], days, responses, strict=True):
        opening, mine = said(day, response), found.get(number, [])
        if opening.source not in {move.source for move in mine}:
            found[number] = sorted([opening, *mine], key=lambda move: move.day)
    return found


def recorded_answers(moves: dict[str, list[Move]], patients: dict[str, str]) -> pd.DataFrame:
    """What staff recorded of patients' words, as rows of the answers' table, so that nobody types it twice.

    A withdrawal is the wish to stop: time counts to the end of that month, and not after it.
    """
    table = inputs()["copay_responses"]
    rows = []
    for number, several in moves.items():
        for move in several:
            wish = move.outcome == "withdrew" or (move.what == "hear" and move.reason == "asks_to_stop")
            if wish and move.by and number in patients:
                rows.append(
                    {
                        "response_id": f"{RECORDED}{number}:{move.source}",
                        "patient_id": patients[number],
                        "response_date": pd.Timestamp(move.day),
                        "response": "asks_to_stop",
                        "recorded_by": move.by,
                    }
                )
    return pd.DataFrame(rows, columns=table.names)
