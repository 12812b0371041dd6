"""What a payer said, taken down for every patient of its plan: one answer, or those of a filled-in list of tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from config.counted import plural
from flows.typed import day_of
from tasks.cover.record import DAYS, NEEDED, READ, TYPED, take_in, written
from tasks.cover.rerun import kept_answers, rests_otherwise
from tasks.route.readback import filled_rows, without_word
from tasks.store import coverage as stored
from tasks.store.day import today_of
from tasks.store.identities import known_identities
from tasks.store.store import Store, open_store


def record_answer(
    console: Console,
    database: str,
    task: str,
    practice: str | None,
    told: dict[str, Any],
    by: str,
    on: str | None,
    since: str | None,
    until: str | None,
    today: date | None = None,
) -> None:
    """The plan's answer is on record and its task answered, and that is said; the same again changes nothing.

    Without `today` it is the practice's own day.

    The task is looked up before anything else: who has its number wrong need not type the rest right first.
    """
    number = stored.task_number(task)
    store = open_store(database)
    try:
        with store.reading() as connection:
            found = stored.task_of(connection, number, practice)
            known = known_identities(connection, found["practice_id"])
            today = today or today_of(connection, found["practice_id"])
        days = (day_of(on, "--on"), day_of(since, "--since"), day_of(until, "--until"))
        recorded = written(told, by, *days, today, known)
        with store.writing() as connection:
            done = stored.answer(connection, found, recorded, datetime.now(UTC))
        text = f"{stored.task_text(number)}: {called(found)} {_plain(recorded.answer)}, until {recorded.valid_until}"
        _say(console, f"{text}, for every patient of the plan.")
        _say_before(console, done, recorded)
        _say_months(console, store, [done])
    finally:
        store.close()


def take_in_list(console: Console, database: str, file: Path, practice: str | None, today: date | None = None) -> int:
    """The answers of the list are on record, but the refused, which are printed with why; how many those are."""
    rows = filled_rows(file, READ, NEEDED, "the list of tasks", "coverage_tasks.xlsx", DAYS)
    store = open_store(database)
    try:
        taken = take_in(store, rows, practice, today)
        refused = [one for one in taken if one.state == "refused"]
        for one in refused:
            where = one.task if one.task.removeprefix("T-").isdigit() else "task_number"
            _say(console, f"{file.name}, line {one.line}, {where}: {one.why}")
        for line, why in without_word(rows, "answer", TYPED):
            _say(console, f"{file.name}, line {line}: {why}")
        counts = [sum(one.state == state for one in taken) for state in ("taken", "known", "refused")]
        words = f"{plural(counts[0], 'answer')} taken, {counts[1]:,} were there already, {counts[2]:,} refused."
        _say(console, words)
        _say_months(console, store, [one.answered for one in taken if one.answered])
    finally:
        store.close()
    return len(refused)


def _say_before(console: Console, done: stored.Answered, recorded: stored.Recorded) -> None:
    before = done.before
    if before is None:
        return
    if not done.new:
        _say(console, "It was on record already.")
    elif before["answered_date"] > recorded.answered_date:
        _say(console, f"The answer of {before['answered_date']} is later and still counts; this stands beside it.")
    else:
        told = f"{_plain(before['answer'])}, of {before['answered_date']}, by {before['answered_by']}"
        _say(console, f"It replaces an answer: {told} ({before['source']}), until {before['valid_until']}.")
        _say(console, "That one stays on record.")


def _say_months(console: Console, store: Store, answered: Iterable[stored.Answered]) -> None:
    """Which decided months do not rest on what is on record now."""
    answered = list(answered)
    for practice_id in sorted({one.task["practice_id"] for one in answered}):
        with store.reading() as connection:
            latest = stored.latest_answers(connection, practice_id)
        plans = [one.task["plan_key"] for one in answered if one.task["practice_id"] == practice_id]
        months = []
        for cycle in store.decided(practice_id):
            answers = kept_answers(store, cycle)
            if answers is not None and any(rests_otherwise(answers, cycle.month, latest[plan]) for plan in plans):
                months.append(str(cycle.month))
        if months:
            _say(console, f"Run again for practice {practice_id}: {', '.join(months)} (ccm run --month ...).")
        else:
            _say(console, f"No decided month of practice {practice_id} waits for it.")


def called(task: dict[str, Any]) -> str:
    """The payer and plan of a task, as they stand on the card."""
    return " ".join(filter(None, (task["payer_name"] or _plain(task["payer_kind"]), task["plan"])))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
