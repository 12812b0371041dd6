"""One co-pay case shown, or moved by hand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from rich.console import Console
from rich.table import Table

from config.counted import plural
from config.errors import InputError
from config.money import cents_of as written_cents
from flows.case_history import history
from flows.shares_left import answer_one, has_shares, show_shares
from flows.typed import day_of
from tasks.remit.worklist import balances_of
from tasks.route.calls import NO_TIME, TIMED, without_time
from tasks.route.desk import (
    Desk,
    cents_of,
    determine,
    do,
    keep,
    looked_at_again,
    open_desk,
    time_call,
)
from tasks.route.determinations import KINDS, Determination, OnRecord
from tasks.route.determining import asked_on, determination_of
from tasks.route.entries import all_options
from tasks.route.guards import Known
from tasks.route.machine import BY_HAND, Move, missing_before
from tasks.route.people import known_staff, nobody_named
from tasks.route.qmb_shares import ANSWERS as SHARE_ANSWERS
from tasks.send.words import dollars, plain
from tasks.store.case_numbers import parse
from tasks.store.day import today_of, zone_of
from tasks.store.store import Store, open_store

MOVES = {name: what for what, name in BY_HAND.items()}


@dataclass(frozen=True)
class Told:
    """What a person at the terminal says of the case."""

    action: str
    by: str
    option: str
    outcome: str
    note: str
    amount: str
    kind: str
    household: int
    income: str
    ground: str
    percent: int
    second: str
    at: datetime
    whole_day: bool  # no time was told
    typed: bool = False  # somebody wrote when, and it is not the moment of the command
    sources: bool = False
    requested: str = ""
    words: str = ""
    collection: str = ""
    proof: str = ""
    proof_date: str = ""
    seen_by: str = ""
    month: str = ""


def work_on(
    console: Console, database: str, number: str, practice: str | None, told: Told, out: Path, settings: Path | None
) -> None:
    """The case is printed as it stands after what was told; InputError, and nothing recorded, when that is refused."""
    store = open_store(database)
    try:
        practice_id, _ = store.patient(number, practice)
        case_number = f"C-{parse(number):06d}"
        desk = desk_of(store, practice_id, settings)
        if told.action in SHARE_ANSWERS:
            answer = told.action, told.month, told.by, told.note
            answer_one(desk, case_number, *answer, _day(told, zone_of(desk.tables)))
        elif not has_shares(desk, case_number) or told.action:
            desk.case(case_number)
        if told.action == "determine":
            _say_result(console, _determine(desk, case_number, told), desk.case(case_number)[0].stage)
        elif told.action == TIMED:
            _time(desk, case_number, told)
        elif told.action and told.action not in SHARE_ANSWERS:
            _move(console, desk, case_number, told)
        if told.action:
            desk = looked_at_again(desk)
            keep(desk)
            desk = looked_at_again(desk)
        show(console, desk, case_number, told.sources, whole=not told.action)
    finally:
        store.close()


def desk_of(store: Store, practice_id: str, settings: Path | None, today: date | None = None) -> Desk:
    """The practice's cases today, on its own clock, with what payers left to its patients."""
    if today is None:
        with store.reading() as connection:
            today = today_of(connection, practice_id)
    return open_desk(store, practice_id, today, balances_of(store, practice_id), settings)


def _time(desk: Desk, number: str, told: Told) -> None:
    """The time of a call that was recorded by its day alone is on record."""
    if not told.by.strip():
        raise InputError("Say who gives the time, by staff identifier: --by S1.")
    at = _at(told, zone_of(desk.tables)) if told.typed else None
    if at is None:
        raise InputError("Say when the call was made, with its time: --date '2026-10-20 14:30'.")
    by = known_staff(desk.tables, "--by", told.by)
    time_call(desk, number, _day(told, zone_of(desk.tables)), at, by)


def _move(console: Console, desk: Desk, number: str, told: Told) -> None:
    if told.action not in MOVES:
        actions = (*MOVES, TIMED, *SHARE_ANSWERS)
        raise InputError(f"That is nothing that can be done; write one of {', '.join(actions)}.")
    if not told.by.strip():
        raise InputError("Say who did it, by staff identifier: --by S1.")
    _, facts = desk.case(number)
    by = known_staff(desk.tables, "--by", told.by)
    nobody_named(desk.tables, ("--by", told.by), ("--note", told.note))
    row, day = desk.row(number), _day(told, facts.zone)
    if day > desk.today:
        raise InputError(f"{day} is in the future; correct --date.")
    cents = written_cents(told.amount, "--amount") if told.amount else 0
    if told.action == "resolve" and not told.amount:
        cents = cents_of(told.outcome, row, facts, day)
    move = Move(
        what=MOVES[told.action],
        day=day,
        source=f"command:{uuid.uuid4()}",
        reason="",
        option=(told.option or str(row.get("option") or "")) if told.action == "offer" else "",
        outcome=told.outcome if told.action == "resolve" else "",
        by=by,
        note=told.note,
        cents=cents,
    )
    at = _at(told, facts.zone)
    do(desk, number, [move], at)
    if without_time([move], at):
        again = f"ccm case {number} {TIMED} --by {by} --date '{day} HH:MM'"
        console.print(f"{number}: {NO_TIME}; give it: {again}", highlight=False, markup=False)


def _determine(desk: Desk, number: str, told: Told) -> Determination:
    _, known = desk.case(number)
    people = (("--by", told.by), ("--second", told.second), ("--seen-by", told.seen_by))
    by, second, seen_by = (known_staff(desk.tables, *one) for one in people)
    nobody_named(desk.tables, *people, ("--words", told.words), ("--proof", told.proof))
    if not told.household or not told.income:
        raise InputError(f"{number}: give --household and --income; both are part of the determination.")
    amount = written_cents(told.amount, "--amount") if told.amount else None
    income = written_cents(told.income, "--income")
    record = OnRecord(
        requested_date=day_of(told.requested or None, "--requested") or asked_on(desk, number),
        statement=told.words.strip(),
        collection=told.collection,
        proof=told.proof.strip(),
        proof_date=day_of(told.proof_date or None, "--proof-date"),
        proof_seen_by=seen_by,
    )
    who, day = (told.ground, by), _day(told, known.zone)
    found = determination_of(
        desk, number, told.kind, told.household, income, *who, day, told.percent, second, record, amount
    )
    determine(desk, found)
    return found


def _say_result(console: Console, one: Determination, stage: str) -> None:
    """What was determined, in a sentence, what follows, and what must still be documented."""
    income, of = dollars(one.income_cents), f"{one.percent} percent of the {one.guideline}"
    household = "1 person" if one.household == 1 else f"{one.household} persons"
    if one.granted:
        result = f"granted: {one.reduced_percent} percent off, {dollars(one.amount_cents)} of what is open"
        lacks = missing_before(stage, KINDS[one.kind][0])
        first = f", once it is on record that {lacks}," if lacks else ""
        follows = f"It holds until {one.until_date}; resolve the case by it ({' or '.join(KINDS[one.kind])}){first} "
        follows += (
            "and write the patient (ccm letter --kind hardship_granted)."
            if one.kind == "hardship"
            else "and write the patient."
        )
        if one.mirrored:
            follows += " The same comes off what Medicare is billed while it holds."
    else:
        result = "refused: the income is above the practice's policy"
        follows = "The share stays; the next option that is open follows below, and the patient is told why"
        follows += " (ccm letter --kind hardship_refused)." if one.kind == "hardship" else "."
    console.print(f"{plain(one.kind).capitalize()} {result}. {income} a year for {household} is {of} ({one.policy}).",
                  highlight=False, markup=False)  # fmt: skip
    console.print(follows, highlight=False, markup=False)
    if one.missing:
        words = ", ".join(one.missing)
        console.print(f"Still to be documented: {words}; determine again with it, nothing is overwritten.",
                      highlight=False, markup=False)  # fmt: skip


def show(console: Console, desk: Desk, number: str, sources: bool = False, whole: bool = True) -> None:
    """The case with its next step; whole with options, determinations and history too; nobody by name.

    Of a Qualified Medicare Beneficiary also what is left of their share; without a case, that alone.
    """
    if number not in desk.standing.cases:
        console.print(f"[bold]{number}[/] · no co-pay case: the patient is asked for nothing")
        show_shares(console, desk, number)
        return
    case, known = desk.case(number)
    row = desk.row(number)
    console.print(f"[bold]{number}[/] · {plain(case.stage)}{f' · {plain(case.outcome)}' if case.outcome else ''}")
    so_far = f"{plural(len(case.attempts), 'attempt')}; {plural(case.moves, 'move')}"
    console.print(f"  {plain(case.reason)}, opened {case.opened}; {so_far}")
    if known.owed_cents or int(row.get("refund_cents") or 0):
        asked = dollars(int(row.get("ask_cents") or 0))
        back = dollars(int(row.get("refund_cents") or 0))
        console.print(f"  owed {dollars(known.owed_cents)}, to be asked {asked}, to be given back {back}")
    if case.live and row:
        late = f"; overdue, with {row['escalated_to']}" if isinstance(row["escalated_to"], str) else ""
        console.print(f"[bold]Next[/] by {pd.Timestamp(row['due_date']).date()} ({plain(row['owner'])}{late})")
        console.print(f"  {row['next_step']}", markup=False)
    show_shares(console, desk, number)
    if not whole:
        return
    if case.live and row:
        console.print(f"  On record: {row['document']}", markup=False)
        if isinstance(row["letter"], str):
            console.print(f"  Letter: {plain(row['letter'])}")
        console.print(_options(known, sources))
    for one in known.determinations:
        result = f"granted, {one.reduced_percent} percent off until {one.until_date}" if one.granted else "refused"
        people = one.decided_by + (f" and {one.second_by}" if one.second_by else "")
        mirrored = (
            "; the same comes off what Medicare is billed while it holds, by hand off claims that are out"
            if one.mirrored
            else ""
        )
        words = f"{one.decided_date} {one.kind}: {one.percent} percent of the {one.guideline}, {result} by {people}"
        words += mirrored
        console.print(words, highlight=False, markup=False)
        asked = f"asked on {one.requested_date}" if one.requested_date else ""
        said = f"in the patient's words: {one.statement}" if one.statement else ""
        tried = f"collection {plain(one.collection)}" if one.collection else ""
        proof = " ".join(filter(None, (one.proof, f"of {one.proof_date}" if one.proof_date else "")))
        proof += f", seen by {one.proof_seen_by}" if proof and one.proof_seen_by else ""
        shown = f"shown: {proof}" if proof else ""
        lacks = f"not documented: {', '.join(one.missing)}" if one.missing else ""
        more = "; ".join(filter(None, (asked, said, tried, shown, lacks)))
        console.print(f"  {more}", highlight=False, markup=False)
    console.print(history(desk, number))


def _options(known: Known, sources: bool) -> Table:
    table = Table(title="Options, in their order", title_justify="left")
    for heading in ("Option", "Answer", "Why", *(("Source",) if sources else ())):
        table.add_column(heading)
    for entry in all_options():
        if entry.name in known.answers:
            answer, cause = known.answers[entry.name], known.causes.get(entry.name, "")
            said = "not available" if answer == "not" else plain(answer)
            source = (entry.rests_on(answer, cause),) if sources else ()
            table.add_row(plain(entry.name), said, entry.reason(answer, cause), *source)
    return table


def _at(told: Told, zone: str) -> datetime | None:
    """The moment that was told, None where it is a day alone; a time that was typed is one of the practice's clock.

    InputError where it is still to come.
    """
    if told.whole_day:
        return None
    at = told.at if told.at.tzinfo else told.at.replace(tzinfo=ZoneInfo(zone))
    if at > datetime.now(UTC):
        raise InputError(f"{told.at:%Y-%m-%d %H:%M} is in the future; correct --date.")
    return at


def _day(told: Told, zone: str) -> date:
    return told.at.astimezone(ZoneInfo(zone)).date() if told.at.tzinfo else told.at.date()
