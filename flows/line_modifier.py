"""One modifier that the practice decided on for a line: checked, recorded beside those before, and shown."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from config.care_settings import care_setting
from config.errors import InputError
from config.line_modifiers import EVERY, LineModifier
from config.month import Month
from config.rulebook import load_rulebook
from tasks.claim.allowed_modifiers import CaseMonth, allowed
from tasks.claim.signed import undecided
from tasks.store import modifiers
from tasks.store.identities import known_identities
from tasks.store.modifiers import Entry
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store

OFF = "OFF"


def put_on(
    console: Console,
    database: str,
    case: str,
    modifier: str,
    month: Month,
    code: str,
    why: str,
    name: str,
    practice: str | None = None,
) -> None:
    """The modifier is on record for the case's month, or taken off, with who and why; a second time changes nothing.

    InputError with one sentence where it may not stand there.
    """
    modifier, code = modifier.strip().upper(), code.strip().upper()
    if not why.strip() or not name.strip():
        raise InputError("Say why (--why TEXT, what the record shows) and who decided it (--by NAME).")
    store = open_store(database)
    try:
        whole = case_month(store, case, month, practice)
        practice_id = str(whole.decisions["practice_id"].iloc[0])
        with store.writing() as connection:
            known_identities(connection, practice_id).refuse("--why", why)
            if modifier == OFF:
                one, uses = None, _uses(modifiers.history(connection, practice_id, str(month)), whole, code)
            else:
                one = allowed(whole, modifier, code)
                uses = [one.use]
            now, what = datetime.now(UTC), "" if one is None else modifier
            key = (practice_id, str(month), whole.case_number, whole.patient_id, code)
            new = [modifiers.record(connection, Entry(*key, use, what, why.strip(), name.strip(), now)) for use in uses]
        where = f"{whole.case_number}, {month}, {code or 'every line'}"
        done = "taken off" if one is None else f"{modifier} ({one.words[0].lower()}{one.words[1:]})"
        _say(console, f"{where}: {done}." if any(new) else f"{where}: on record already, nothing was changed.")
        _say(console, _next(whole, month, one))
    finally:
        store.close()


def print_recorded(console: Console, database: str, case: str, month: Month, practice: str | None = None) -> None:
    """Every entry of the case's month in its order; the last of a line and use counts."""
    store = open_store(database)
    try:
        practice_id, patient_id = store.patient(case, practice)
        with store.reading() as connection:
            found = modifiers.history(connection, practice_id, str(month))
        mine = [one for one in found if one.patient_id == patient_id]
        for one in mine:
            what = one.modifier or "off"
            by = f"{one.recorded_by}, {one.recorded_at:%Y-%m-%d %H:%M} UTC"
            _say(console, f"{one.case_number}, {month}, {one.code or 'every line'}: {what} ({by}): {one.why}")
        if not mine:
            _say(console, "No modifier is on record for that case and month.")
    finally:
        store.close()


def case_month(store: Store, case: str, month: Month, practice: str | None) -> CaseMonth:
    """The case's latest decision of the month with what it was made from; InputError when there is none."""
    practice_id, patient_id = store.patient(case, practice)
    cycle: Cycle | None = store.latest(practice_id, month)
    if cycle is None:
        raise InputError(undecided(store, practice_id, month))
    decisions = store.frame("decisions", cycle)
    decisions = decisions[(decisions["patient_id"] == patient_id).to_numpy(bool)]
    if decisions.empty:
        raise InputError("That case was not decided in that month; look the case number up in decisions.csv.")
    tables = store.basis(cycle).tables
    setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
    number = str(decisions["case_number"].iloc[0])
    return CaseMonth(number, patient_id, decisions, tables, setting, load_rulebook(month))


def _uses(entries: list[Entry], whole: CaseMonth, code: str) -> list[str]:
    """The uses for which a modifier stands on that code of the case."""
    mine = [one for one in entries if one.case_number == whole.case_number and one.code == code]
    stands = {one.use: one.modifier for one in mine}
    found = [use for use, modifier in stands.items() if modifier]
    if not found:
        whose = code if code != EVERY else "every line"
        raise InputError(f"No modifier is on record for {whose} of {whole.case_number} in that month.")
    return found


def _next(whole: CaseMonth, month: Month, one: LineModifier | None) -> str:
    """What comes next, and how sure the modifier is."""
    sure = f" {one.modifier} is unverified: {one.source}." if one and one.confidence == "unverified" else ""
    waits = one is not None and one.use == "hospice" and (whole.decisions["outcome"].astype("str") == "hold").any()
    if waits:
        return f"Run {month} again: what waited for the hospice election alone is decided.{sure}"
    there = "on the claim and in claims/superbill; the month's own superbill has it after the next run"
    return f"ccm claims --month {month} writes it {there}.{sure}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
