"""What payers answered: 835 files posted, matched and balanced; denials with what to do; lists for billing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow

from config.errors import InputError
from config.month import EASTERN, Month, today_in
from flows import parameters as ask
from tasks.remit.folder import arrived, given
from tasks.remit.step import list_answers, post_files
from tasks.send.step import tell_answers, write_answer_lists
from tasks.store.status import EVERY
from tasks.store.step import open_place, steps_recorded


@flow(name="remittance")
def remittance(
    folder: ask.AnswerFolder = "",
    files: ask.AnswerFiles = [],  # noqa: B006 - never changed
    out: ask.ResultsFolder = "out",
    database: ask.DatabaseAddress = "",
    practice: ask.Practice = "",
    settings: ask.SettingsFile = "",
) -> dict[str, Any]:
    """Post the files, or those that lie in `folder`/in, and write the lists of what payers answered.

    A watched folder's files go to `done`, or to `quarantine` with the reason. Run as often as you like: nothing is
    posted twice. `settings` have the practices' filing terms; without them those of their last months hold. Returns
    counts, without patient data.
    """
    if folder and files:
        raise InputError("Give either files or a folder of remittances, not both.")
    place = open_place(out, database, settings)
    watched = str(Path(folder).expanduser()) if folder else None
    with steps_recorded(place, practice or EVERY, Month.of(today_in(EASTERN)), [], "remittance"):
        paths = arrived(Path(watched)) if watched else given(files)
        posted = post_files(place, list(map(str, paths)), watched)
        answers = list_answers(place, practice or None)
        written = write_answer_lists(place, answers.practices, answers.suspense)
        told = tell_answers(place, answers.practices)
    return {
        "files": [vars(one) for one in posted],
        "written": written,
        "suspense": len(answers.suspense),
        "answered": told,
    }
