"""Action items at the terminal: listed, closed, given to somebody, moved, and the filled-in list taken in."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from rich.console import Console

from config.audiences import told_of_cases
from config.counted import plural
from config.errors import InputError
from flows.action_list import renew_action_list
from flows.listing import print_rows, say
from tasks.action.desk import Wanted, act, all_items
from tasks.action.lists import listed
from tasks.action.take_in import DAYS, NEEDED, READ, take_in
from tasks.route.readback import filled_rows
from tasks.store.actions import kept
from tasks.store.day import latest_today
from tasks.store.store import Store, open_store

HEADS = ("Item", "Due", "Whose", "What was seen", "How often", "Since", "Months", "Trend", "At stake ($)", "State")


def print_actions(console: Console, database: str, practice: str | None, every: bool, whose: str | None) -> None:
    """The open items of each practice, the most urgent first; with `every` all of them, with `whose` one audience's."""
    told = told_of_cases()
    if whose is not None and whose not in told:
        raise InputError(f"--for: '{whose}' gets no action items; write one of {', '.join(told)}.")
    with closing(open_store(database)) as store:
        for practice_id in [practice] if practice else store.every_practice():
            with store.reading() as connection:
                rows = listed(all_items(connection, practice_id), every=every)
            rows = rows[(rows["audience"] == whose).to_numpy(bool)] if whose else rows
            _print(console, practice_id, rows.astype(object).where(rows.notna(), None).to_dict("records"))


def print_history(console: Console, database: str, text: str, practice: str | None) -> None:
    """One item with its remedy, its cases, and all that became of it."""
    number = kept.number(text)
    with closing(open_store(database)) as store, store.reading() as connection:
        practice_id = kept.practice_of(connection, number, practice)
        item = next(one for one in all_items(connection, practice_id) if one.number == number)
        moves = kept.moves(connection, practice_id, number)[number]
    (row,) = listed([item], every=True).to_dict("records")
    say(console, f"{row['action_number']} ({practice_id}) is {item.state}: {row['words']}")
    say(console, f"{row['evidence']}. To do: {row['remedy']}.")
    if item.shown.cases:
        say(console, f"Cases: {row['cases']}")
    for move in moves:
        owner = " ".join(filter(None, (move["audience"], move["person"])))
        due = f", due {move['due_date']}" if move["due_date"] else ""
        seen = f"{move['month']}: {move['count']:,}{' (counts)' if move['hit'] else ''}"
        told = {"seen": seen, "close": move["words"], "due": f"to {move['due_date']} {move['words']}".rstrip()}
        said = told.get(move["what"], f"{owner}{due} {move['words']}".rstrip())
        say(console, f"  {move['day']}  {move['what']:<7} by {move['by']}  {said}")


def act_on(
    console: Console,
    database: str,
    text: str,
    practice: str | None,
    wanted: Wanted,
    out: Path,
    settings: Path | None = None,
) -> None:
    """What was wanted is on record and in the practice's list, and where the item stands is said."""
    number = kept.number(text)
    with closing(open_store(database)) as store:
        done = act(store, number, practice, wanted, _today(store), settings=settings)
        renew_action_list(store, done.practice_id, out, settings)
    item, called = done.item, f"{kept.text(number)} ({done.practice_id})"
    if item.state == "closed":
        say(console, f"{called} is closed: {item.why}. It is opened again if a later month shows the cause.")
    else:
        whose = " ".join(filter(None, (item.audience, item.person)))
        say(console, f"{called} is open: {whose}, due {item.due}.")


def take_in_file(
    console: Console, database: str, file: Path, practice: str | None, out: Path, settings: Path | None = None
) -> int:
    """What the file says is on record and in the lists, but the refused lines, which are printed with why; how many."""
    rows = filled_rows(file, READ, NEEDED, "a list of action items", "actions.xlsx", DAYS)
    with closing(open_store(database)) as store:
        taken = take_in(store, rows, practice, _today(store), settings)
        for practice_id in [practice] if practice else store.every_practice():
            renew_action_list(store, practice_id, out, settings)
    for one in taken:
        if one.state == "refused":
            say(console, f"{file.name}, line {one.line}: {one.why}")
    counts = [sum(one.state == state for one in taken) for state in ("done", "known", "refused")]
    words = f"{plural(counts[0], 'answer')} taken, {counts[1]:,} were there already, {counts[2]:,} refused."
    say(console, words)
    return counts[-1]


def _print(console: Console, practice_id: str, rows: list[dict[str, object]]) -> None:
    if not rows:
        say(console, f"{practice_id}: no action item.")
        return
    shown = []
    for row in rows:
        whose = " ".join(str(one) for one in (row["audience"], row["person"]) if one)
        cents = row["stake_cents"]
        money = f"{int(str(cents)) / 100:,.2f}" if cents else ""
        cells = [row["action_number"], f"{row['due_date']:%Y-%m-%d}" if row["due_date"] else "", whose, row["words"]]
        cells += [row["evidence"], row["first_month"], row["months_seen"], row["trend"], money, row["state"]]
        shown.append(["" if cell is None else str(cell) for cell in cells])
    print_rows(
        console, f"Action items of {practice_id}", HEADS, shown, 3, ("What was seen",), ("Months", "At stake ($)")
    )


def _today(store: Store) -> date:
    with store.reading() as connection:
        return latest_today(connection)
