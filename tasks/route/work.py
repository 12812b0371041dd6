"""What is on record of a practice's co-pay cases beside the tables of a month, as frames of the store become it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.engine import Connection

from config.case_settings import CaseSettings, case_settings
from config.contract import answer_outputs
from config.frames import empty
from tasks.route.calls import Call, calls_by_case
from tasks.route.determinations import Determination
from tasks.route.in_its_month import barred_months
from tasks.route.machine import QMB_SHARE, Move
from tasks.store import case_work

LETTER = "letter"  # on record among the moves of a case, and none: where the case stands does not change by it


@dataclass(frozen=True)
class Work:
    """The record: moves by case in the order of their recording, determinations by case, and payers' answers."""

    moves: Mapping[str, list[Move]] = field(default_factory=dict)
    determinations: Mapping[str, list[Determination]] = field(default_factory=dict)
    balances: pd.DataFrame = field(default_factory=lambda: empty(answer_outputs()["claim_balances"]))
    settings: CaseSettings = field(default_factory=lambda: case_settings(""))
    letters: Mapping[str, list[Move]] = field(default_factory=dict)
    qmb_shares: Mapping[str, list[Move]] = field(default_factory=dict)
    calls: Mapping[str, list[Call]] = field(default_factory=dict)
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by month, whom a payer forbade to bill


def on_record(
    connection: Connection,
    practice_id: str,
    settings: CaseSettings,
    balances: pd.DataFrame | None,
    barred: Mapping[str, frozenset[str]] | None = None,
) -> Work:
    """The practice's record as it is now; without balances no payer has answered anything.

    Whom payers forbade to bill is read out of every decided month, but where the caller has read it (`barred`).
    """
    rows = case_work.moves(connection, practice_id)
    determined = determinations_by_case(case_work.determined(connection, practice_id))
    shares = _by_case(rows[(rows["what"] == QMB_SHARE).to_numpy(bool)])
    barred = barred_months(connection, practice_id) if barred is None else barred
    beside: dict[str, Any] = {"letters": letters_by_case(rows), "qmb_shares": shares, "barred": barred}
    beside["calls"] = calls_by_case(case_work.attempts(connection, practice_id))
    work = Work(moves_by_case(rows), determined, settings=settings, **beside)
    return work if balances is None else replace(work, balances=balances)


def moves_by_case(rows: pd.DataFrame) -> dict[str, list[Move]]:
    """The stored moves, by case."""
    return _by_case(rows[~rows["what"].isin([LETTER, QMB_SHARE]).to_numpy(bool)])


def letters_by_case(rows: pd.DataFrame) -> dict[str, list[Move]]:
    """The letters written to each patient, by case: kind in `reason`, language in `note`."""
    return _by_case(rows[(rows["what"] == LETTER).to_numpy(bool)])


def letter_written(kind: str, language: str, day: date, by: str) -> Move:
    """A letter as it is kept, without what it says; the same one again on that day is the same."""
    return Move(LETTER, day, f"{LETTER}:{kind}:{language}:{day}", reason=kind, by=by, note=language)


def _by_case(rows: pd.DataFrame) -> dict[str, list[Move]]:
    found: dict[str, list[Move]] = {}
    for row in _plain(rows):
        number = row.pop("case_number")
        kept = {name: row[name] for name in ("what", "source", "reason", "option", "outcome", "by", "note", "cents")}
        found.setdefault(number, []).append(Move(day=_day(row["day"]), **kept))
    return found


def determinations_by_case(rows: pd.DataFrame) -> dict[str, list[Determination]]:
    """The stored determinations, by case."""
    names = [one.name for one in fields(Determination)]
    found: dict[str, list[Determination]] = {}
    for row in _plain(rows):
        days = {name: _day(row[name]) for name in ("decided_date", "until_date")}
        days |= {name: _day(row[name]) for name in ("requested_date", "proof_date") if pd.notna(row[name])}
        missing: dict[str, Any] = dict.fromkeys(("requested_date", "proof_date"))
        kept: dict[str, Any] = {name: "" if row[name] is None else row[name] for name in names}
        one = Determination(**(kept | missing | days))
        found.setdefault(one.case_number, []).append(one)
    return found


def as_row(move: Move) -> dict[str, Any]:
    """The move as the store keeps it."""
    return {one.name: getattr(move, one.name) for one in fields(Move)}


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()
