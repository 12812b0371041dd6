"""FHIR R4 ndjson as a source for the roster: patients, practitioners, conditions and visits."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.errors import InputError
from tasks.pull import fhir_rows
from tasks.pull.clock import to_wall
from tasks.pull.entries import practice_order, zones_of
from tasks.pull.fhir_rows import Row
from tasks.pull.folder import not_found
from tasks.pull.moments import DAY, NAT, read_moments
from tasks.pull.owners import Whose
from tasks.pull.pulled import no_unreadable
from tasks.pull.sheet import Sheet, SourceFile, clean, key

_KINDS: dict[str, tuple[str, Callable[[fhir_rows.Resource], Row | None]]] = {
    "practitioners": ("Practitioner", fhir_rows.practitioner),
    "patients": ("Patient", fhir_rows.patient),
    "conditions": ("Condition", fhir_rows.condition),
    "visits": ("Encounter", fhir_rows.visit),
}
_TABLES = {kind: table for table, (kind, _) in _KINDS.items()}
ENROLLED = ["practitioner_id", "care_manager_id", "enrolled_date", "unenrolled_date", "practice_id"]


class Resources:
    """The resources of a folder's ndjson files, read once and kept as rows of text."""

    def __init__(self, paths: list[Path], enrollment: SourceFile | None) -> None:
        self._enrollment = enrollment
        self._rows: dict[str, list[tuple[str, int, Row]]] = {table: [] for table in _KINDS}
        self._digest = hashlib.sha256()
        self._unknown: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        for path in paths:
            self._load(path)

    def sheet(self, table: str, tables: Mapping[str, pd.DataFrame]) -> tuple[Sheet, list[str], str]:
        """The table's rows as text, notes on what was left out, and a fingerprint.

        The tables before it must have been read.
        """
        found = self._rows.pop(table)
        kind = _KINDS[table][0]
        notes = [f"{kind} resources left out, since they are not usable as {table}: {self._left_out[kind]:,}"] * bool(
            self._left_out[kind]
        )
        if table == "practitioners" and self._unknown:
            notes.append(f"FHIR resources of other kinds were left unread: {', '.join(sorted(self._unknown))}")
        rows = pd.DataFrame([row for _, _, row in found], dtype="str")
        rows["_line"] = np.array([line for _, line, _ in found], dtype="int64")
        file = found[0][0] if found else f"{kind}.ndjson"
        if rows.empty:
            return Sheet(file, {}, np.zeros(0, dtype="int64")), notes, self._digest.hexdigest()
        if table == "practitioners":
            rows["practice_id"] = _only_practice(tables)
        elif table == "patients":
            rows, more = self._enrolled(rows, tables)
            notes += more
        else:
            rows = rows[rows["patient_id"].isin(set(tables["patients"]["patient_id"].dropna()))].reset_index(drop=True)
        if table == "visits":
            rows["visit_date"] = _local_days(rows, tables)
            unsaid = int(rows["practitioner_id"].isna().sum())
            notes += [f"Encounter resources that do not say which practitioner saw the patient: {unsaid:,}"] * bool(
                unsaid
            )
        columns = {
            name: pa.chunked_array([pa.array(rows[name], pa.string())])
            for name in rows
            if name not in ("_line", "visit_at")
        }
        return Sheet(file, columns, rows["_line"].to_numpy()), notes, self._digest.hexdigest()

    def _load(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"{path.name}: cannot be opened ({error.strerror}); check the file and its rights."
            ) from error
        self._digest.update(content)
        for line, text in enumerate(content.split(b"\n"), 1):
            if not text.strip():
                continue
            try:
                resource = json.loads(text.removeprefix(b"\xef\xbb\xbf"))
                kind = str(resource["resourceType"])
                table = _TABLES.get(kind)
                row = _KINDS[table][1](resource) if table else None
            except (ValueError, KeyError, TypeError, AttributeError):
                raise InputError(
                    f"{path.name}, line {line}: this is not a FHIR R4 resource; export the file again."
                ) from None
            if table is None:
                self._unknown[kind] += 1
            elif row is None:
                self._left_out[kind] += 1
            else:
                self._rows[table].append((path.name, line, row))

    def _enrolled(self, rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[str]]:
        """The patients that the enrollment lists, with what only it says."""
        enrollment = self._read_enrollment()
        unlisted = int((~rows["patient_id"].isin(enrollment["patient_id"])).sum())
        rows = rows.merge(enrollment, on="patient_id", how="inner")
        if "practice_id" not in rows or rows["practice_id"].isna().any():
            known = (
                tables["practitioners"].drop_duplicates("practitioner_id").set_index("practitioner_id")["practice_id"]
            )
            theirs = rows["practitioner_id"].map(known).astype("str")
            rows["practice_id"] = rows["practice_id"].fillna(theirs) if "practice_id" in rows else theirs
        note = f"Patient resources that enrollment does not list, so that they are not enrolled: {unlisted:,}"
        return rows, [note] * bool(unlisted)

    def _read_enrollment(self) -> pd.DataFrame:
        source = self._enrollment
        needed = ["patient_id", "practitioner_id", "enrolled_date"]
        if source is None:
            raise InputError(
                "enrollment.csv is not there: FHIR does not say who bills for a patient and since when; "
                "add it with patient_id, practitioner_id, care_manager_id, enrolled_date."
            )
        missing = [name for name in needed if name not in {key(header) for header in source.header}]
        if missing:
            raise InputError(f"{source.name}: {not_found(missing, source.header, {'patient_id', *ENROLLED, *needed})}.")
        sheet = source.read({"patient_id", *ENROLLED}, {"patient_id", *ENROLLED})
        if sheet.ragged:
            line, count, _ = sheet.ragged[0]
            raise InputError(
                f"{source.name}, line {line}: {count} cells where the header has {sheet.width}; correct the row."
            )
        self._digest.update(source.digest().encode())
        frame = pd.DataFrame(
            {
                name: clean(column.cast(pa.string()).combine_chunks()).to_pandas()
                for name, column in sheet.columns.items()
            },
            dtype="str",
        )
        twice = np.flatnonzero(frame["patient_id"].duplicated())
        if len(twice):
            raise InputError(
                f"{source.name}, line {sheet.lines[twice[0]]}: this patient stands there twice; keep one row."
            )
        return frame


def _only_practice(tables: Mapping[str, pd.DataFrame]) -> str:
    order = practice_order(tables)
    if len(order) != 1:
        raise InputError(
            "practitioners.csv is not there, and FHIR does not say which practice each one bills for; add it."
        )
    return order[0]


def _local_days(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[str | None]:
    """The day of each visit on its practice's clock; what cannot be read stays as it is."""
    texts = pa.array(rows["visit_at"], pa.string())
    moments = read_moments(pa.chunked_array([texts]), day_is_enough=True)
    zones = zones_of(tables["practices"])
    whose = Whose(tables, no_unreadable())
    practice = np.maximum(whose.of("visits", {"patient_id": rows["patient_id"]}), 0)
    ns = moments.ns.copy()
    for place, name in enumerate(whose.order):
        at = np.flatnonzero((practice == place) & ~moments.naive & (ns != NAT))
        ns[at] = to_wall(ns[at], zones[name])
    days = pc.strftime(pa.array(ns - ns % DAY, pa.int64(), mask=ns == NAT).cast(pa.timestamp("ns")), format="%Y-%m-%d")
    return list(pc.coalesce(days, texts).to_pylist())
