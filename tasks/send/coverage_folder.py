"""Who covers it on the disk: each patient's payers, the plans to ask, what contradicts; in the month's `coverage`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from config.contract import coverage_outputs, source_outputs
from config.worklist_answers import worklist_answers
from tasks.send.answer_guide import guide
from tasks.send.csv_files import write_csv
from tasks.send.files import alone, on_disk, place_sentences, put, put_in_place, write_list
from tasks.send.workbook import Guide, workbook

FOLDER = "coverage"
WORKLIST = "coverage_tasks.xlsx"


def write_eligibility(out: Path, answers: pd.DataFrame) -> Path:
    """The list of eligibility answers stands in the output folder; without answers there is none."""
    return write_list(out, source_outputs()["eligibility_answers"], answers)


def write_coverage_folder(month_folder: Path, frames: Mapping[str, pd.DataFrame]) -> Path:
    """The folder holds the lists as CSV and the plans to ask as a workbook too, each whole; the folder's path.

    Same rows, same bytes. Files that are not ours stay. PlaceError when the folder cannot be written.
    """
    folder = (month_folder / FOLDER).absolute()
    with place_sentences(folder), alone(month_folder):
        folder.mkdir(exist_ok=True)
        for name, table in coverage_outputs().items():
            new = folder / f".{table.file}.new"
            write_csv(frames[name], table, new)
            put_in_place(new, folder / table.file)
        table = coverage_outputs()["coverage_tasks"]
        put(folder / WORKLIST, workbook(frames["coverage_tasks"], table, "Plans to ask", how_to_answer()))
        on_disk(folder)
    return folder


def how_to_answer() -> Guide:
    """The second sheet of the workbook of plans to ask: what each answer column takes, and every word of it."""
    known = worklist_answers().coverage
    return guide("ccm coverage import", known.columns, known.blocks)
