"""The month's claims on the disk: the files that went out, what was sent, what is held, what is to be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pandas as pd

from config.contract import claim_outputs, outputs
from tasks.send.csv_files import write_csv
from tasks.send.files import alone, on_disk, place_sentences, put, put_in_place
from tasks.send.workbook import workbook

SUPERBILL = "superbill.xlsx"
HELD, SHEET = "claim_holds", "held"
AHEAD = "claims-ahead"


def write_claims_folder(
    folder: Path, files: Mapping[str, bytes], frames: Mapping[str, pd.DataFrame], superbill: pd.DataFrame
) -> Path:
    """The folder holds these files, the lists of claims as CSV, and the superbill as CSV and workbook; each whole.

    The workbook has a second sheet of what is held, by the decision too: cause, remedy, owner and last day.

    Same input, same bytes. Files that are not ours stay. Gives back the folder as it was named. PlaceError when it
    cannot be written.
    """
    named, folder = folder, folder.absolute()
    with place_sentences(folder), alone(folder.parent):
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            put(folder / name, content)
        table = outputs()["claim_lines"]
        lists = [(frames[name], of) for name, of in claim_outputs().items() if name in frames]
        for frame, of in [*lists, (superbill, table)]:
            new = folder / f".{of.file}.new"
            write_csv(frame, of, new)
            put_in_place(new, folder / of.file)
        holds = claim_outputs()[HELD]
        beside = [("Held", frames.get(SHEET, frames[HELD]), holds)] if HELD in frames else []
        put(folder / SUPERBILL, workbook(superbill, table, "Superbill", beside=beside))
        on_disk(folder)
    return named


def write_claims_ahead(month_folder: Path, lists: Mapping[str, pd.DataFrame], lines: pd.DataFrame) -> Path:
    """The folder `claims-ahead` of the month holds the lists and the superbill as `claims` would; no claim file.

    PlaceError when it cannot be written.
    """
    return write_claims_folder(month_folder / AHEAD, {}, lists, lines)


def clear_claims_ahead(month_folder: Path) -> None:
    """What was foreseen is gone, now that the claims themselves are written; files that are not ours stay.

    PlaceError when it cannot be cleared.
    """
    folder = month_folder / AHEAD
    if not folder.is_dir():
        return
    ours = [outputs()["claim_lines"].file, SUPERBILL, *(table.file for table in claim_outputs().values())]
    with place_sentences(folder):
        for name in ours:
            (folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
