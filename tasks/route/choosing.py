"""Which option each case has: how every option is answered for it, and which of those that are open comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.case_settings import CaseSettings
from config.month import Month
from tasks.route import options as tests
from tasks.route.balances import ready_to_ask
from tasks.route.causes import first_causes
from tasks.route.efforts import Effort, efforts
from tasks.route.entries import Option, options_in
from tasks.route.facts import facts
from tasks.route.machine import STILL_UNPAID, Case, Move
from tasks.route.work import Work

# What a case asks that was settled and comes back unpaid: it was explained, and help was looked for, before.
AFTER_SETTLING = ("balance_not_real_yet", "wait_for_secondary", "reasonable_collection", "bad_debt", "write_off")
BY_DETERMINATION = ("sliding_fee", "hardship_determination")
# Whatever was chosen before, they go first once they are open.
FIRST_OF_ALL = ("stop_at_month_end", "qmb_never_billed", "plan_bars_billing")

Tables = Mapping[str, pd.DataFrame]


def efforts_of(
    cases: Mapping[str, Case],
    history: Mapping[str, list[Move]],
    unpaid: pd.DataFrame,
    settings: CaseSettings,
    until: date,
) -> dict[str, tuple[Effort, ...]]:
    """How far collecting has come in each live case, by claim of which something may be asked."""
    claims: dict[str, list[tuple[str, int, date]]] = {}
    for row in unpaid[ready_to_ask(unpaid)].itertuples():
        one = str(row.claim_number), int(row.asked_cents), row.answered_date.date()
        claims.setdefault(str(row.case_number), []).append(one)
    live = {number: case for number, case in cases.items() if case.live}
    return {
        number: efforts(case, history[number], claims.get(number, ()), settings, until) for number, case in live.items()
    }


def options_of(
    cases: Mapping[str, Case],
    patients: pd.Series,
    tables: Tables,
    owed: pd.DataFrame,
    work: Work,
    month: Month,
    until: date,
    made: Mapping[str, tuple[Effort, ...]],
) -> tuple[dict[str, Option], dict[str, dict[str, Any]]]:
    """The option of each live case, and how every option is answered today, with the facts it rests on."""
    entries = options_in(month)
    live = {number: case for number, case in cases.items() if case.live}
    asks = asked_of(live, patients, made, until)
    frame = facts(asks, tables, owed, work.determinations, work.settings, until)
    answers = np.column_stack([getattr(tests, entry.name)(frame) for entry in entries])
    flags = frame.to_dict("records")
    chosen: dict[str, Option] = {}
    about: dict[str, dict[str, Any]] = {}
    place = 0
    for number, case in live.items():
        count = len(case.turns)
        turns, today = answers[place : place + count], answers[place + count]
        chosen[number] = entries[choose(case, turns, today, entries)]
        row = flags[place + count]
        told = dict(zip((entry.name for entry in entries), today, strict=True))
        about[number] = {"answers": told, "row": row, "efforts": made[number]}
        place += count + 1
    is_today = ~asks["case_number"].duplicated(keep="last").to_numpy(bool)
    for one, causes in zip(about.values(), first_causes(frame[is_today], entries), strict=True):
        one["causes"] = causes
    return chosen, about


def asked_of(
    live: Mapping[str, Case], patients: pd.Series, made: Mapping[str, tuple[Effort, ...]], until: date
) -> pd.DataFrame:
    """One row for each answer of each live case, on its day, and one for today at the end of each."""
    rows = []
    whose = patients.to_dict()
    for number, case in live.items():
        cannot = False
        done = any(one.complete for one in made[number])
        for turn in case.turns:
            cannot = cannot or turn.response == "cannot_pay"
            rows.append((number, whose[number], turn.response, turn.day, cannot, False, False))
        rows.append((number, whose[number], case.turns[-1].response, until, cannot, case.plan_offered, done))
    names = ["case_number", "patient_id", "response", "day", "said_cannot_pay", "plan_offered", "effort_complete"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype({"day": "datetime64[ns]", **dict.fromkeys(names[4:], bool)})


def choose(case: Case, turns: npt.NDArray[Any], today: npt.NDArray[Any], entries: tuple[Option, ...]) -> int:
    """The place of the option that the case has now.

    Each answer got the first one open on its day that was not offered before, those that repeat aside. What was offered
    by hand stands. What is not open any more gives way to the next one that is; the right to stop and the one who must
    never be billed go before everything.
    """
    names = [entry.name for entry in entries]
    repeat = np.array([entry.repeat for entry in entries])
    lowest = chosen = -1
    for turn, answers in zip(case.turns, turns, strict=True):
        lowest = max(lowest, names.index(turn.offered) if turn.offered in names else -1)
        if turn.response == STILL_UNPAID:  # what the patient says after it starts from the top
            chosen = _first(
                (answers != tests.NOT) & np.isin(names, AFTER_SETTLING), names.index("reasonable_collection")
            )
            continue
        lowest = chosen = _first((answers != tests.NOT) & (repeat | (np.arange(len(names)) > lowest)), len(names) - 1)
    if case.offered and case.offered[-1] in names:
        chosen = names.index(case.offered[-1])
    for name in FIRST_OF_ALL:
        if today[names.index(name)] != tests.NOT:
            return names.index(name)
    if today[chosen] == tests.NOT:
        for name in BY_DETERMINATION:
            if today[names.index(name)] == tests.AVAILABLE:  # one is on record that grants it
                return names.index(name)
        later = _first((today != tests.NOT) & (repeat | (np.arange(len(names)) > chosen)), -1)
        chosen = later if later >= 0 else _first(today != tests.NOT, names.index("payment_plan"))
    return chosen


def _first(mask: npt.NDArray[np.bool_], otherwise: int) -> int:
    return int(mask.argmax()) if mask.any() else otherwise
