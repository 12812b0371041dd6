"""The answers of a worklist taken in, and what became of each line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from config.counted import plural
from config.errors import InputError
from flows.one_case import desk_of
from tasks.route.desk import keep, looked_at_again
from tasks.route.readback import TYPED, Answer, read_answers, without_word, worklist_rows
from tasks.route.take_in import Taken, take_in
from tasks.store.case_numbers import parse, unknown_practice
from tasks.store.store import Store, open_store


def take_in_file(
    console: Console, database: str, file: Path, practice: str | None, out: Path, settings: Path | None
) -> int:
    """The answers of the file are on record, but the refused, which are printed with why; how many those are.

    Of a call that was taken in without its time, that is asked by line.
    """
    lines = worklist_rows(file)
    answers = read_answers(lines)
    store = open_store(database)
    try:
        if practice and practice not in (known := store.every_practice()):
            raise InputError(unknown_practice(practice, known))
        by_practice, taken = _by_practice(store, answers, practice)
        for practice_id, mine in by_practice.items():
            desk = desk_of(store, practice_id, settings)
            taken += take_in(desk, mine)
            keep(looked_at_again(desk))
    finally:
        store.close()
    refused = [one for one in taken if one.state == "refused"]
    for one in sorted((one for one in taken if one.why), key=lambda line: line.line):
        console.print(f"{file.name}, line {one.line}, {one.case_number}: {one.why}", highlight=False, markup=False)
    for line, why in without_word(lines, "answer", TYPED):
        console.print(f"{file.name}, line {line}: {why}", highlight=False, markup=False, soft_wrap=True)
    counts = {state: sum(one.state == state for one in taken) for state in ("taken", "known", "refused")}
    words = f"{plural(counts['taken'], 'answer')} taken, {counts['known']:,} were there already"
    console.print(f"{words}, {counts['refused']:,} refused.", highlight=False)
    return len(refused)


def _by_practice(
    store: Store, answers: list[Answer], practice: str | None
) -> tuple[dict[str, list[Answer]], list[Taken]]:
    """The answers by the practice whose case they name; those that name none are refused."""
    found: dict[str, list[Answer]] = {}
    refused = []
    for answer in answers:
        try:
            number = f"C-{parse(answer.case_number):06d}"
        except InputError as error:  # what stands in the cell may be a name, so it is not shown
            refused.append(Taken(answer.line, "case_number", "refused", str(error)))
            continue
        try:
            practice_id, _ = store.patient(number, practice)
            found.setdefault(practice_id, []).append(replace(answer, case_number=number))
        except InputError as error:
            refused.append(Taken(answer.line, number, "refused", str(error)))
    return found, refused
