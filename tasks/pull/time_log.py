"""A foreign time log becomes rows of time_entries, as a profile says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.contract import inputs
from tasks.pull.coerce import Raw
from tasks.pull.durations import Reader, reader
from tasks.pull.pairs import split_pairs
from tasks.pull.profiles import Mapping, Profile
from tasks.pull.sheet import Sheet, clean, key

Texts = Any  # a pyarrow array of strings


@dataclass(frozen=True)
class Roster:
    """Who bills and who cares for each patient, and who the practitioners are."""

    patients: pd.DataFrame
    practitioners: pd.DataFrame


def contract_rows(sheet: Sheet, header: dict[str, str], profile: Profile, roster: Roster) -> tuple[Raw, list[str]]:
    """The sheet's rows as time_entries in text, and notes on what was read into them."""
    cells = {name: _plain(column) for name, column in sheet.columns.items()}
    notes: list[str] = []
    found: dict[str, Texts] = {}
    headers: dict[str, str] = {}
    for name in inputs()["time_entries"].names:
        mapping = profile.mapping(name)
        if mapping and any(key(part) in cells for part in mapping.headers):
            found[name] = _mapped(cells, mapping, len(sheet))
            headers[name] = " + ".join(header.get(key(part), part) for part in mapping.headers)
        if name in profile.constants:
            there = found.get(name, pa.nulls(len(sheet), pa.string()))
            found[name] = pc.fill_null(there, profile.constants[name])
    readers: dict[str, Reader] = {}
    duration = profile.duration
    if duration and key(duration.column) in cells:
        found["duration_seconds"] = _length(cells, profile)
        headers["duration_seconds"] = header.get(key(duration.column), duration.column)
        readers["duration_seconds"] = reader(duration.form)
    if profile.performer:
        found["performer_id"], note = _performers(cells, found, profile, roster)
        notes += [f"{sheet.name}: {note}"] if note else []
    if "entry_id" not in found:
        found["entry_id"] = identifiers(cells)

    rows, ends_wrap = sheet, False
    if profile.pairs and key(profile.pairs.column) in cells:
        found, chosen = split_pairs(found, cells[key(profile.pairs.column)], cells[key(profile.pairs.day)])
        headers |= dict.fromkeys(("started_at", "ended_at"), header[key(profile.pairs.column)])
        rows, ends_wrap = Sheet(sheet.name, {}, sheet.lines[chosen], sheet.ragged, sheet.width), True
    rows = Sheet(
        rows.name,
        {name: pa.chunked_array([texts]) for name, texts in found.items()},
        rows.lines,
        rows.ragged,
        rows.width,
    )
    return Raw(rows, headers, readers, ends_wrap), notes


def identifiers(cells: dict[str, Texts]) -> Texts:
    """An identifier for each row, made from what stands in it; the second equal row gets #2 behind it, the third #3."""
    content = pd.DataFrame({name: cells[name].to_pandas() for name in sorted(cells)}).fillna("")
    hashed = pd.util.hash_pandas_object(content, index=False).to_numpy()
    written = hashed.astype(">u8").tobytes().hex()
    names = pd.Series(np.frombuffer(written.encode(), dtype="S16").astype("U16"), dtype="str")
    times = pd.Series(hashed).groupby(hashed).cumcount()
    again = times.to_numpy() > 0
    if again.any():
        names[again] = names[again] + "#" + (times[again] + 1).astype("str")
    return pa.array(names, pa.string())


def _plain(column: pa.ChunkedArray) -> Texts:
    texts = column.cast(pa.string()).combine_chunks()
    return clean(pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts)


def _mapped(cells: dict[str, Texts], mapping: Mapping, count: int) -> Texts:
    parts = [cells.get(key(name), pa.nulls(count, pa.string())) for name in mapping.headers]
    if len(parts) > 1:
        # A worksheet's date cell carries a midnight that must not stand before the clock time.
        parts = [pc.replace_substring_regex(part, r"[ T]00:00(:00(\.0+)?)?$", "") for part in parts[:1]] + parts[1:]
    texts = pc.binary_join_element_wise(*parts, " ") if len(parts) > 1 else parts[0]
    if mapping.take:
        groups = pc.extract_regex(texts, mapping.pattern)
        texts = pc.coalesce(pc.struct_field(groups, "taken"), texts)
    if mapping.format:
        times = pc.strptime(texts, format=mapping.format, unit="s", error_is_null=True)
        texts = pc.coalesce(pc.strftime(times, format="%Y-%m-%dT%H:%M:%S"), texts)
    if mapping.map:
        values = {source.strip().casefold(): target for source, target in mapping.map.items()}
        place = pc.index_in(pc.utf8_lower(texts), pa.array(values))
        texts = pc.coalesce(pa.array(list(values.values())).take(place), texts)
    return texts


def _is_one_of(texts: Texts, values: list[str]) -> Texts:
    wanted = pa.array([value.strip().casefold() for value in values], pa.string())
    return pc.is_in(pc.utf8_lower(texts), wanted)


def _length(cells: dict[str, Texts], profile: Profile) -> Texts:
    duration = profile.duration
    assert duration  # noqa: S101 - the caller asked for it
    texts = cells[key(duration.column)]
    if duration.unit_column and key(duration.unit_column) in cells:
        texts = pc.binary_join_element_wise(texts, cells[key(duration.unit_column)], " ")
    zero = duration.zero_when
    if zero and key(zero.column) in cells:
        texts = pc.if_else(_is_one_of(cells[key(zero.column)], zero.values), "0", texts)
    return texts


def _performers(
    cells: dict[str, Texts], found: dict[str, Texts], profile: Profile, roster: Roster
) -> tuple[Texts, str]:
    performer = profile.performer
    assert performer  # noqa: S101 - the caller asked for it
    count = len(found["patient_id"])
    given = found.get("performer_id", pa.nulls(count, pa.string()))
    role = cells.get(key(performer.role_column), pa.nulls(count, pa.string()))
    place = pc.index_in(found["patient_id"], pa.array(roster.patients["patient_id"], pa.string()))
    own = pa.array(roster.patients["practitioner_id"], pa.string()).take(place)
    manager = pa.array(roster.patients["care_manager_id"], pa.string()).take(place)
    known = pc.is_in(given, pa.array(roster.practitioners["practitioner_id"], pa.string()))
    by_practitioner = pc.and_(_is_one_of(role, performer.practitioner), pc.invert(known))
    by_manager = pc.and_(_is_one_of(role, performer.care_manager), given.is_null())
    texts = pc.if_else(by_practitioner, own, pc.if_else(by_manager, manager, given))
    counts = {"practitioner": pc.sum(by_practitioner).as_py() or 0, "care manager": pc.sum(by_manager).as_py() or 0}
    said = ", ".join(f"{who} {count:,}" for who, count in counts.items() if count)
    return texts, f"the export names a role, not a person; entries given to the patient's own {said}" if said else ""
