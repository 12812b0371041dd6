"""What people typed into a list that lies there and nobody took in yet: it stands in the list that takes its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import Table
from config.errors import InputError
from config.frames import as_contract
from tasks.progress import LOG
from tasks.route.readback import filled_rows, month_written

Row = Mapping[str, Any]
KEPT = ".kept"


def with_typed_answers(
    rows: pd.DataFrame, table: Table, files: Sequence[Path], key: Sequence[str], answers: Sequence[str],
    still: Callable[[Row, Row], bool] = lambda row, typed: True,
    taken_in: Callable[[Row], bool] = lambda typed: True,
) -> pd.DataFrame:  # fmt: skip
    """The rows with what stands in the answer columns of those files, line by line of the same key.

    `still` says of a row of now and a typed one whether the answer is still to be taken in; `taken_in` of a typed one
    that no row of now stands for whether it is on record. Of a line that stands in two files the one that was changed
    last counts, also where an answer was deleted there. A file that cannot be read, or has an answer that the new list
    cannot hold and that is not on record, or that the other file has no more, is copied beside under a name of its own,
    which is said, so that nothing that was typed is lost.
    """
    days = [column.name for column in table.columns if column.type == "date" and column.name in answers]
    typed: dict[tuple[str, ...], Row] = {}
    seen: set[tuple[str, ...]] = set()
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    now = {_key(row, key) for row in plain}
    there = [one for one in files if one.is_file()]
    for path in sorted(there, key=lambda one: one.stat().st_mtime_ns, reverse=True):
        try:
            found = filled_rows(path, (*key, *answers), key, "the list", table.file, days)
        except InputError:
            _put_aside(path)
            continue
        lost = False
        own: dict[tuple[str, ...], Row] = {}
        for _, cells in found:
            if any(cells[name] for name in answers):
                line = _key(cells, key)
                lost |= _is_lost(cells, line, now, days, taken_in)
                own.setdefault(line, cells)
        # What is in the older file alone was deleted in the newer one, or typed into this one.
        if lost or own.keys() & (seen - typed.keys()):
            _put_aside(path)
        typed |= {line: cells for line, cells in own.items() if line not in seen}
        seen |= {_key(cells, key) for _, cells in found}
    if not typed or rows.empty:
        return rows
    for row in plain:
        mine = typed.get(_key(row, key))
        if mine is not None and still(row, mine):
            for name in answers:
                held = mine[name] if name not in days else _is_day(mine[name]) and pd.Timestamp(mine[name])
                row[name] = held or None
    frame = pd.DataFrame(plain, columns=table.names)
    for column in table.columns:
        if column.type == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
    return as_contract(frame, table)


def lost_lines(
    rows: pd.DataFrame, table: Table, path: Path, key: Sequence[str], answers: Sequence[str],
    taken_in: Callable[[Row], bool],
) -> list[Row]:  # fmt: skip
    """The answered lines of a file put aside that the list of now cannot hold; none where it cannot be read."""
    days = [column.name for column in table.columns if column.type == "date" and column.name in answers]
    now = {_key(row, key) for row in rows.astype(object).where(rows.notna(), None).to_dict("records")}
    try:
        found = filled_rows(path, (*key, *answers), key, "the list", table.file, days)
    except InputError:
        return []
    typed = [cells for _, cells in found if any(cells[name] for name in answers)]
    return [cells for cells in typed if _is_lost(cells, _key(cells, key), now, days, taken_in)]


def _is_lost(
    cells: Row, line: tuple[str, ...], now: Collection[tuple[str, ...]], days: Sequence[str],
    taken_in: Callable[[Row], bool],
) -> bool:  # fmt: skip
    """Whether the line has an answer that the new list cannot hold and that is not on record."""
    no_day = any(cells[name] and not _is_day(cells[name]) for name in days)
    return no_day or (line not in now and not taken_in(cells))


def _key(row: Row, key: Sequence[str]) -> tuple[str, ...]:
    """What tells the line, the month as the list has it also where a spreadsheet program made a day of it."""
    told = {name: "" if row[name] is None else str(row[name]) for name in key}
    return tuple(month_written(text) if name == "month" else text for name, text in told.items())


def _is_day(text: str) -> bool:
    return bool(text) and not pd.isna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))


def _put_aside(path: Path) -> None:
    number, content = 1, path.read_bytes()
    while True:  # what was put aside before and is other than this stays
        beside = path.with_name(f"{path.stem}{KEPT}{'' if number == 1 else number}{path.suffix}")
        if not beside.exists() or beside.read_bytes() == content:
            break
        number += 1
    shutil.copy2(path, beside)
    LOG.info("%s: something was typed into it that the new list cannot hold; it is kept as %s", path, beside.name)
