"""One case decided by hand: checked against what the rules allow, kept beside the decisions before, and shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
from rich.console import Console

from config.by_hand import FORCE, HOLD, RELEASE, liftable
from config.errors import InputError
from config.month import Month
from tasks.store import by_hand, month_life
from tasks.store.by_hand import ByHand
from tasks.store.identities import known_identities
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store

ENDED = (month_life.SIGNED_OFF, month_life.RELEASED, month_life.CLOSED)
DONE = {
    HOLD: "held by hand",
    FORCE: "what a person may lift keeps it back no longer",
    RELEASE: "released; the rules alone decide it",
}


def decide_case(
    console: Console, database: str, case: str, decision: str, month: Month | None, practice: str | None, name: str,
    reason: str,
) -> None:  # fmt: skip
    """The decision about the case's month is on record with who and why, and counts from the month's next run.

    InputError with one sentence where it may not be made; the same again changes nothing.
    """
    if decision not in DONE:
        raise InputError(f"'{decision}' is no decision; write hold, release or force.")
    if not reason.strip() or not name.strip():
        raise InputError("Say why (--reason TEXT) and who decides it (--by NAME).")
    store = open_store(database)
    try:
        cycle, rows, findings = decided_case(store, case, month, practice)
        number = str(rows["case_number"].iloc[0])
        key = (cycle.practice_id, str(cycle.month))
        with store.writing() as connection:
            month_life.only_one_at_a_time(connection, cycle.practice_id)
            known_identities(connection, cycle.practice_id).refuse("--reason", reason)
            stands = by_hand.standing(connection, *key).get(number)
            state = month_life.state_of(connection, *key)
            if state in ENDED:
                raise InputError(
                    f"{cycle.practice_id}, {cycle.month} is {month_life.WORDS[state]}; open it again first: ccm reopen "
                    f"--month {cycle.month} --practice {cycle.practice_id} --reason TEXT."
                )
            if stands and stands.decision == decision:
                _say(console, f"{number}, {cycle.month}: on record already, nothing was changed.")
                return
            _may(decision, number, rows, findings, stands, cycle.month)
            patient = str(rows["patient_id"].iloc[0])
            who, now = name.strip(), datetime.now(UTC)
            by_hand.record(connection, ByHand(*key, number, patient, decision, reason.strip(), who, now))
        _say(console, f"{number}, {cycle.month}: {DONE[decision]}. Run {cycle.month} again: it counts from then on.")
    finally:
        store.close()


def print_decisions(console: Console, database: str, case: str, month: Month | None, practice: str | None) -> None:
    """Every decision by hand about the case's month in its order; the last one counts."""
    store = open_store(database)
    try:
        cycle, rows, _ = decided_case(store, case, month, practice)
        number = str(rows["case_number"].iloc[0])
        with store.reading() as connection:
            found = by_hand.history(connection, cycle.practice_id, str(cycle.month))
        mine = [one for one in found if one.case_number == number]
        for one in mine:
            by = f"{one.decided_by}, {one.decided_at:%Y-%m-%d %H:%M} UTC"
            _say(console, f"{number}, {cycle.month}: {one.decision} ({by}): {one.reason}")
        if not mine:
            _say(console, f"{number}, {cycle.month}: nothing was decided by hand.")
    finally:
        store.close()


def decided_case(
    store: Store, case: str, month: Month | None, practice: str | None
) -> tuple[Cycle, pd.DataFrame, pd.DataFrame]:
    """The month's latest revision (without a month: of the latest one decided) with the case's decisions and findings;
    InputError where there is none."""
    practice_id, patient_id = store.patient(case, practice)
    known = store.decided(practice_id)
    cycle = next((one for one in reversed(known) if month in (None, one.month)), None)
    if cycle is None:
        raise InputError(f"There is no decided {month or 'month'} of practice {practice_id}; run it first.")
    frames = [store.frame(name, cycle) for name in ("decisions", "findings")]
    rows, findings = (frame[(frame["patient_id"] == patient_id).to_numpy(bool)] for frame in frames)
    if rows.empty:
        raise InputError(f"{case} was not decided in {cycle.month}; look the case number up in decisions.csv.")
    return cycle, rows, findings


def _may(
    decision: str, number: str, rows: pd.DataFrame, findings: pd.DataFrame, stands: ByHand | None, month: Month
) -> None:
    """InputError where the rules leave no such decision to a person."""
    outcomes = set(rows["outcome"].astype("str"))
    if decision == RELEASE and stands is None:
        raise InputError(f"{number}: nothing decided by hand stands on it; what a rule holds is cleared by its remedy.")
    if decision == HOLD and not outcomes & {"bill", "hold"}:
        raise InputError(f"{number} is not billed in {month}; there is nothing to hold.")
    if decision != FORCE:
        return
    if "hold" not in outcomes:
        why = "it is billed already" if "bill" in outcomes else "minutes or a rule keep it back, which nobody may lift"
        raise InputError(f"{number} is not on hold in {month}: {why}.")
    held = findings[(findings["outcome"].astype("str") == "hold").to_numpy(bool)]
    may = liftable(month)
    others = held[~held["rule"].isin([*may, "held_by_hand"]).to_numpy(bool)].drop_duplicates("rule")
    if len(others):
        said = "; ".join(f"{row['rule']}: {row['words']}" for row in others.to_dict("records"))
        raise InputError(f"{number} is held by what nobody may lift ({said}). A person may lift {', '.join(may)}.")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
