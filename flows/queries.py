"""Queries at the terminal: asked, answered, looked at, and the filled-in lists taken in."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from config.counted import plural
from config.month import Month
from config.query_kinds import query_kinds, query_settings
from flows.listing import print_rows, say
from tasks.query.desk import Done, Told, all_queries, answer, ask, move_by_hand
from tasks.query.lists import listed
from tasks.query.machine import stand
from tasks.query.take_in import DAYS, NEEDED, READ, TYPED, take_in
from tasks.route.readback import filled_rows, without_word
from tasks.store import queries as stored
from tasks.store.day import latest_today, today_of
from tasks.store.store import Store, open_store

COLUMNS = {
    "Query": "query_number", "Month": "month", "Case": "case_number", "State": "state", "Due": "due_date",
    "Asked to": "asked_to", "Kind": "kind", "Answer": "answer", "Result": "result",
}  # fmt: skip


class AnswerGiven(NamedTuple):
    """An answer as it is typed; without a day it is given today."""

    answer: str
    detail: str
    by: str
    on: date | None
    note: str


def ask_one(
    console: Console, database: str, case: str, month: Month | None, practice: str | None, kind: str, question: str,
    entries: list[str], by: str,
) -> None:  # fmt: skip
    """The question is on record, and that is said."""
    with closing(open_store(database)) as store:
        done = ask(store, store.explain(case, practice, month), kind, question, by, _today(store), entries=entries)
    say(console, f"{_called(done)} asked" if done.new else f"{_called(done)} is open already")
    whom = f"care manager {done.query.asked_to}" if done.query.asked_to else "nobody: the patient has no care manager"
    about = f"; about {done.query.about}" if done.query.about else ""
    say(console, f"It goes to {whom}, with the next ccm outreach or run of the month{about}.")


def answer_one(console: Console, database: str, query: str, practice: str | None, given: AnswerGiven) -> None:
    """The answer is on record, and what follows is said."""
    number = stored.query_number(query)
    with closing(open_store(database)) as store:
        today = _today(store)
        told = Told(given.answer, given.detail, given.by, given.on or today, given.note)
        done = answer(store, number, practice, told, today)
    say(console, f"{_called(done)} answered" if done.new else f"{_called(done)}: that is on record already")
    if done.query.state == "answered":
        say(console, query_kinds()[done.query.kind].follows(done.query.month, done.query.answer))


def move_one(console: Console, database: str, query: str, practice: str | None, what: str, by: str, words: str) -> None:
    """What billing does with a query is on record, and where it stands is said."""
    number = stored.query_number(query)
    with closing(open_store(database)) as store:
        done = move_by_hand(store, number, practice, what, by, words, _today(store))
    say(console, f"{_called(done)} is {done.query.state}")


def take_in_file(console: Console, database: str, file: Path, practice: str | None) -> int:
    """Questions and answers of the file are on record, but the refused, which are printed with why; how many."""
    rows = filled_rows(file, READ, NEEDED, "a list of holds or of queries", "holds.xlsx or queries_<staff>.xlsx", DAYS)
    with closing(open_store(database)) as store:
        taken = take_in(store, rows, practice, _today(store))
    for one in taken:
        if one.state == "refused":
            say(console, f"{file.name}, line {one.line}: {one.why}")
    word = "answer" if any(cells["round"] for _, cells in rows) else "ask"  # only a list of queries has rounds
    for line, why in without_word(rows, word, TYPED[word]):
        say(console, f"{file.name}, line {line}: {why}")
    counts = [sum(one.state == state for one in taken) for state in ("asked", "answered", "known", "refused")]
    words = f"{plural(counts[0], 'question')} asked, {plural(counts[1], 'answer')} taken, "
    say(console, words + "{:,} were there already, {:,} refused.".format(*counts[2:]))
    return counts[-1]


def print_list(console: Console, database: str, practice: str | None, settings: Path | None) -> None:
    """The queries that are not closed, and those closed lately, practice by practice."""
    with closing(open_store(database)) as store:
        for practice_id in [practice] if practice else store.every_practice():
            with store.reading() as connection:
                rows = listed(
                    all_queries(connection, practice_id),
                    query_settings(practice_id, settings),
                    today_of(connection, practice_id),
                )
            cells = rows.astype({"due_date": "str"}).astype(object).where(rows.notna(), "")
            shown = [[str(row[name]) for name in COLUMNS.values()] for row in cells.to_dict("records")]
            print_rows(console, f"Queries of {practice_id}", list(COLUMNS), shown, 4, ("Result",))


def print_history(console: Console, database: str, query: str, practice: str | None) -> None:
    """One query with all that became of it."""
    number = stored.query_number(query)
    with closing(open_store(database)) as store, store.reading() as connection:
        practice_id = stored.practice_of(connection, number, practice)
        moves = stored.moves(connection, practice_id, number)[number]
        found = stand(stored.rows(connection, practice_id, number)[0], moves)
    say(console, f"{_called(Done(practice_id, found, False))} is {found.state}")
    about = f", about {found.about}" if found.about else ""
    say(console, f"{found.kind.replace('_', ' ')}{about}: {found.question}")
    for before, move in zip([{}, *moves], moves, strict=False):
        again = all(before.get(name) == move[name] for name in ("day", "what", "by"))
        if move["what"] == "tell" and again:  # by the month's message and by the day's: told is told
            continue
        told = " ".join(filter(None, (move["answer"], move["detail"])))
        said = ": ".join(filter(None, (told, move["words"])))
        say(console, f"  {move['day']}  {move['what']:<9} by {move['by']}{'  ' + said if said else ''}")


def _today(store: Store) -> date:
    with store.reading() as connection:
        return latest_today(connection)


def _called(done: Done) -> str:
    query = done.query
    return f"{stored.query_text(query.number)} ({done.practice_id}, {query.case_number}, {query.month})"
