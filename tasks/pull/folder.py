"""Which file of a folder holds which table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.contract import Column, Table, inputs
from config.errors import InputError
from config.first_fault import like
from tasks.pull.columnar import ParquetFile
from tasks.pull.delimited import CsvFile
from tasks.pull.profiles import Profile, named, recognise
from tasks.pull.sheet import SourceFile, key, keys
from tasks.pull.workbook import open_workbook

FORMS = (".csv", ".xlsx", ".parquet")
UNREAD_FORMS = {
    ".xls": "the format .xls is too old to be read",
    ".xlsb": "the format .xlsb cannot be read",
    ".xlsm": "a workbook with macros is not read",
    ".ods": "the format .ods cannot be read",
    ".tsv": "the format .tsv cannot be read",
}
ROSTER = {"patients", "conditions", "visits", "practitioners"}  # what FHIR resources can stand in for
ENROLLMENT = "enrollment"


@dataclass
class Found:
    """Where each table comes from: one source for each, for time entries any number of foreign logs beside it.

    `unread` are files of a form that is not read, by the table that their name says.
    """

    tables: dict[str, SourceFile] = field(default_factory=dict)
    logs: list[tuple[SourceFile, Profile]] = field(default_factory=list)
    resources: list[Path] = field(default_factory=list)
    enrollment: SourceFile | None = None
    unread: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    place: str = ""


def look_into(folder: Path, profile: str | None) -> Found:
    """The folder's files by what they hold; InputError when a table stands there twice."""
    chosen = named(profile) if profile else None
    found = Found()
    others: list[SourceFile] = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] not in ".~")
    except OSError as error:
        raise InputError(f"{folder}: cannot be listed ({error.strerror}); check its rights.") from error
    _no_two_forms([path for path in paths if path.suffix.casefold() in FORMS])
    for path in paths:
        suffix = path.suffix.casefold()
        if suffix == ".ndjson":
            found.resources.append(path)
        elif suffix in UNREAD_FORMS:
            found.unread[key(path.stem)] = path
            found.notes.append(f"{unread(path)}; it is left out")
        elif suffix in FORMS:
            for title, source in _open(path):
                _place(title, source, found, others)
    for source in others:
        _place_log(source, chosen, found)
    if chosen and not any(used is chosen for _, used in found.logs):
        lacking = "; ".join(f"{source.name} lacks {_lacking(source, chosen)}" for source in others)
        raise InputError(
            f"No file fits the profile {chosen.name} ({lacking or 'there is no file but the contract tables'})."
        )
    return found


def unread(path: Path) -> str:
    """Why that file is not read, and what to do."""
    return f"{path.name}: {UNREAD_FORMS[path.suffix.casefold()]}; save it as {path.stem}.xlsx or {path.stem}.csv"


def _no_two_forms(paths: list[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(key(path.stem), path)
        if other is not path and key(path.stem) in {*inputs(), ENROLLMENT}:
            raise InputError(f"{other.name} and {path.name} both hold the table {key(path.stem)}; keep one of the two.")


def _open(path: Path) -> list[tuple[str, SourceFile]]:
    suffix = path.suffix.casefold()
    if suffix == ".csv":
        return [(key(path.stem), CsvFile(path))]
    if suffix == ".parquet":
        return [(key(path.stem), ParquetFile(path))]
    sheets = open_workbook(path)
    titled = [(key(sheet.title), sheet) for sheet in sheets if key(sheet.title) in {*inputs(), ENROLLMENT}]
    if titled:
        return [*titled]
    if not sheets:
        raise InputError(f"{path.name}: the workbook is empty; export it again.")
    return [(key(path.stem), sheets[0])]


def _place(title: str, source: SourceFile, found: Found, others: list[SourceFile]) -> None:
    if title == ENROLLMENT:
        found.enrollment = source
    elif title not in inputs() or (title == "time_entries" and _is_foreign(source)):
        others.append(source)
    elif title in found.tables:
        raise InputError(
            f"{found.tables[title].name} and {source.name} both hold the table {title}; keep one of the two."
        )
    else:
        found.tables[title] = source


def _is_foreign(source: SourceFile) -> bool:
    """A file called time_entries whose header is not the contract's may be a foreign log under that name."""
    return (
        bool(missing_columns(source, inputs()["time_entries"]))
        and recognise(source.name, set(keys(source))) is not None
    )


def _place_log(source: SourceFile, chosen: Profile | None, found: Found) -> None:
    header = set(keys(source))
    profile = chosen if chosen and chosen.fits(header) else recognise(source.name, header)
    if profile:
        found.logs.append((source, profile))
        found.notes.append(f"{source.name} is a time log of the form {profile.name}")
    else:
        found.notes.append(f"{source.name} is not a table of the contract and no time-log profile fits: left unread")


def _lacking(source: SourceFile, profile: Profile) -> str:
    header = set(keys(source))
    return ", ".join(name for name in profile.match if key(name) not in header) or f"nothing but has {profile.unless}"


def missing_columns(source: SourceFile, table: Table) -> list[str]:
    """The columns that every row needs and the source's header does not have."""
    header = set(keys(source))
    return [column.name for column in table.columns if column.required and column.name not in header]


def meant_for(written: str, absent: Sequence[Column]) -> str:
    """In brackets, which column of the table that is not there the written name is like; empty where it is like none.

    Where that column counts in a unit it is said too: minutes under another name are no seconds.
    """
    near = like(written.strip().casefold().replace(" ", "_"), [column.name for column in absent])
    unit = next((column.unit for column in absent if column.name == near and column.unit), "")
    return f" (perhaps it is meant for {near}, which is not there{': ' + unit if unit else ''})" if near else ""


def not_found(missing: list[str], header: Sequence[str], known: Collection[str]) -> str:
    """Which columns cannot be found, under which other name they may stand there, and what stands there.

    What stands in line 1 is told only where a column of the table is among it: without a header it is a row of data.
    """
    said = f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} cannot be found in line 1"
    if not any(key(name) in known for name in header):
        return f"{said}; add it or rename yours"
    others = [name for name in header if name.strip() and key(name) not in known]
    near = {name: like(name, others) for name in missing}
    perhaps = [f"{written} for {name}" if len(missing) > 1 else written for name, written in near.items() if written]
    meant = f" (perhaps {', '.join(perhaps)})" if perhaps else ""
    there = ", ".join(name for name in header if name.strip())
    return f"{said}{meant}; add it or rename yours (the columns there are {there})"
