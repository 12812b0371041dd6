"""A CMS file appended to the project's tables: whole or not at all, never changing an entry that is there."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import ValidationError

from config.cms.entries import Row, Span, entries_of, span_of
from config.cms.layouts import CmsFile, Kind, recognise
from config.dated_csv import Dated, overlapping, read_dated
from config.errors import InputError, PlaceError
from config.fee_entries import ConversionFactor, LocalityIndex, OppsRate, RelativeValue
from config.first_fault import first_fault

CONFIG = Path(__file__).parents[1]
MODELS: dict[str, type[Dated]] = {
    "amounts/relative_values": RelativeValue,
    "amounts/conversion_factors": ConversionFactor,
    "amounts/gpci": LocalityIndex,
    "amounts/opps": OppsRate,
}
BESIDES = {"since", "until", "confidence", "source", "name", "qualifying"}


@dataclass(frozen=True)
class Loaded:
    """What became of one table: how many rows were added, and how many said what is there already."""

    table: Path
    added: int
    known: int


def load_cms(
    path: Path,
    kind: Kind | None = None,
    since: date | None = None,
    folder: Path = CONFIG,
    *,
    member: str = "",
) -> list[Loaded]:
    """The file's rows for our codes are in the tables afterwards, or none is and one sentence says why.

    InputError when it is another file, when nothing in it is for our codes, or when an entry of the same days says
    otherwise; PlaceError when the tables cannot be written.
    """
    file = recognise(path, kind, member)
    span = span_of(file, since)
    texts: dict[Path, str] = {}
    loaded = []
    for name, rows in entries_of(file, span).items():
        if not rows:
            raise InputError(f"{path.name}: none of its rows is about a code of the catalogue; is it the right file?")
        table = folder / f"{name}.csv"
        fresh = _fresh(file, table, MODELS[name], rows) if name in MODELS else _fresh_quarter(file, span, table, rows)
        loaded.append(Loaded(table, len(fresh), len(rows) - len(fresh)))
        if fresh:
            texts[table] = _appended(table, fresh)
    _write(texts)
    return loaded


def _fresh(file: CmsFile, table: Path, model: type[Dated], rows: list[Row]) -> list[Row]:
    """The rows that say something new; InputError when one contradicts an entry of the same days."""
    present = read_dated(table, model)
    fresh: list[Row] = []
    made: list[Dated] = []
    for row in rows:
        if not row.get("qualifying", "any"):
            row = {**row, "qualifying": "any"}  # only compared with what is there; refused below when it is new
        entry = _entry(file, model, row)
        mine = [one for one in (*present, *made) if _of_the_same(one, entry)]
        others = overlapping(entry, mine)
        same = [one for one in others if _says(one) == _says(entry)]
        if _cover(entry, same):
            continue
        if others:
            first = others[0]
            raise InputError(
                f"{file.path.name}: {first.subject} has an entry from {first.since} to {first.until} in {table.name} "
                f"that says otherwise; close that one with an earlier 'until', or give --since, and load again."
            )
        fresh.append(row)
        made.append(entry)
    if model is ConversionFactor and fresh and rows[0].get("qualifying") == "":
        raise InputError(
            f"{file.path.name}: whether its conversion factor is for qualifying participants is not said; "
            "keep the name CMS gave the file, with QPP or nonQPP in it."
        )
    return fresh


def _entry(file: CmsFile, model: type[Dated], row: Row) -> Dated:
    try:
        return model.model_validate({name: value for name, value in row.items() if value != ""})
    except ValidationError as error:
        place, said = first_fault(error, model)
        what = row.get("code") or row.get("locality") or "the conversion factor"
        where = f"'{place}' of {what}" if place else what
        raise InputError(f"{file.path.name}: {where}: {said}; is the file complete?") from error


def _of_the_same(one: Dated, entry: Dated) -> bool:
    """Whether they speak of the same; a conversion factor for everyone is also that of every kind of practitioner."""
    if isinstance(one, ConversionFactor) and isinstance(entry, ConversionFactor):
        return one.qualifying == entry.qualifying or "any" in (one.qualifying, entry.qualifying)
    return one.subject == entry.subject


def _says(entry: Dated) -> dict[str, object]:
    return entry.model_dump(exclude=BESIDES)


def _cover(entry: Dated, same: list[Dated]) -> bool:
    """Whether these entries, taken together, hold on every day of the entry."""
    day = entry.since
    for one in sorted(same, key=lambda one: one.since):
        if one.since <= day <= one.until:
            if one.until >= entry.until:
                return True
            day = one.until + timedelta(days=1)
    return False


def _fresh_quarter(file: CmsFile, span: Span, table: Path, rows: list[Row]) -> list[Row]:
    name = "column1" if "column1" in rows[0] else "code"  # CMS parts one edition among files by its first column
    there = {row[name] for row in _rows(table) if row["quarter"] == span.quarter} if table.exists() else set()
    if there & {row[name] for row in rows}:
        raise InputError(f"{file.path.name}: {table.name} holds the edits of {span.quarter} already; nothing is added.")
    return rows


def _rows(table: Path) -> list[Row]:
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _appended(table: Path, rows: list[Row]) -> str:
    """The table's text with the rows below it."""
    text = table.read_text("utf-8") if table.exists() else ""
    columns = next(csv.reader([text.splitlines()[0]])) if text else list(rows[0])
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="", extrasaction="ignore")
    if not text:
        writer.writeheader()
    writer.writerows(rows)
    return text + ("" if not text or text.endswith("\n") else "\n") + stream.getvalue()


def _write(texts: dict[Path, str]) -> None:
    """All tables are written beside their places first, then put there; what was put is taken back when one fails."""
    before = {table: table.read_bytes() if table.exists() else None for table in texts}
    drafts = {table: table.with_name(f".{table.name}.draft") for table in texts}
    put: list[Path] = []
    try:
        for table, text in texts.items():
            table.parent.mkdir(parents=True, exist_ok=True)
            drafts[table].write_text(text, "utf-8")
        for table in texts:
            drafts[table].replace(table)
            put.append(table)
    except OSError as error:
        for table in put:
            old = before[table]
            table.write_bytes(old) if old is not None else table.unlink()
        where = error.filename or next(iter(texts))
        raise PlaceError(f"{where}: it cannot be written ({type(error).__name__}); nothing was loaded.") from error
    finally:
        for draft in drafts.values():
            if draft.is_file():
                draft.unlink()
