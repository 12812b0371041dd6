"""What people typed into a list that lies there and nobody took in yet: it stands in the list that takes its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from config.contract import Table
from config.errors import InputError
from config.frames import as_contract
from tasks.progress import LOG
from tasks.route.readback import filled_rows

Row = Mapping[str, Any]
KEPT = ".kept"


def with_typed_answers(
    rows: pd.DataFrame, table: Table, files: Sequence[Path], key: Sequence[str], answers: Sequence[str],
    still: Callable[[Row, Row], bool] = lambda row, typed: True,
) -> pd.DataFrame:  # fmt: skip
    """The rows with what stands in the answer columns of those files, line by line of the same key.

    `still` says of a row of now and a typed one whether the answer is still to be taken in. Of a line that stands in
    two files the one that was changed last counts, also where an answer was deleted there. A file that cannot be read,
    or has an answer that the new list cannot hold or that the other file has no more, is copied beside under a name of
    its own, which is said, so that nothing that was typed is lost.
    """
    days = [column.name for column in table.columns if column.type == "date" and column.name in answers]
    typed: dict[tuple[str, ...], Row] = {}
    seen: set[tuple[str, ...]] = set()
    there = [one for one in files if one.is_file()]
    for path in sorted(there, key=lambda one: one.stat().st_mtime_ns, reverse=True):
        try:
            found = filled_rows(path, (*key, *answers), key, "the list", table.file, days)
        except InputError:
            _put_aside(path)
            continue
        lines = [(tuple(cells[name] for name in key), cells) for _, cells in found]
        own: dict[tuple[str, ...], Row] = {}
        for line, cells in lines:
            if any(cells[name] for name in answers):
                if any(cells[name] and not _is_day(cells[name]) for name in days):
                    _put_aside(path)
                own.setdefault(line, cells)
        if own.keys() & (seen - typed.keys()):  # deleted in the newer file, or typed into this one alone
            _put_aside(path)
        typed |= {line: cells for line, cells in own.items() if line not in seen}
        seen |= {line for line, _ in lines}
    if not typed or rows.empty:
        return rows
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    for row in plain:
        mine = typed.get(tuple("" if row[name] is None else str(row[name]) for name in key))
        if mine is not None and still(row, mine):
            for name in answers:
                held = mine[name] if name not in days else _is_day(mine[name]) and pd.Timestamp(mine[name])
                row[name] = held or None
    frame = pd.DataFrame(plain, columns=table.names)
    for column in table.columns:
        if column.type == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
    return as_contract(frame, table)


def _is_day(text: str) -> bool:
    return bool(text) and not pd.isna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))


def _put_aside(path: Path) -> None:
    beside = path.with_name(f"{path.stem}{KEPT}{path.suffix}")
    shutil.copy2(path, beside)
    LOG.info("%s: something was typed into it that the new list cannot hold; it is kept as %s", path, beside.name)
