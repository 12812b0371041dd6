"""The month's folder: written beside the old one, then swapped in, so that a reader never sees half of a month."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from config.contract import Table, outputs
from config.errors import PlaceError
from tasks.send.csv_files import write_csv

MESSAGES = "messages"
STOPPED = "-stopped"  # ends the name of the folder beside a month that the checks stopped
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_outputs(
    folder: Path, frames: Mapping[str, pd.DataFrame], pages: Mapping[str, str], emls: Mapping[str, bytes]
) -> Path:
    """The folder holds the CSV of every output table given, the pages, and the messages; returns the folder.

    Same input, same bytes. Until everything is on the disk the old folder stands untouched; then it is swapped. A run
    that was killed leaves nothing that the next one does not clear or restore. Files that are not ours move along.
    PlaceError when the folder cannot be written.
    """
    folder = folder.absolute()
    new, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    ours = {table.file for table in outputs().values()} | set(pages) | {MESSAGES}
    with place_sentences(folder), alone(folder.parent):
        _recover(folder, new, old, ours)
        try:
            _write(new, frames, pages, emls)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        on_disk(folder.parent)
        _clear(old, folder, ours)
    return folder


def clear_stopped(folder: Path) -> None:
    """What an earlier run that was stopped left beside the month is gone; files that are not ours stay, and so does
    their folder. PlaceError when it cannot be cleared."""
    left = folder.absolute().with_name(f"{folder.name}{STOPPED}")
    if not left.is_dir():
        return
    with place_sentences(left), alone(left.parent):
        for name in (*(table.file for table in outputs().values()), "data_quality.html"):
            (left / name).unlink(missing_ok=True)
        for one in (left / MESSAGES, left):
            if one.is_dir() and not any(one.iterdir()):
                one.rmdir()


def write_list(out: Path, table: Table, frame: pd.DataFrame) -> Path:
    """The table's file in the output folder holds these rows, whole or not at all; without rows there is none.

    PlaceError when the folder cannot be written.
    """
    path = out / table.file
    if frame.empty and not path.exists():
        return path
    new = path.with_name(f".{path.name}.new")
    with place_sentences(out), alone(out):
        if frame.empty:
            path.unlink(missing_ok=True)
        else:
            try:
                write_csv(frame, table, new)
                on_disk(new)
                new.replace(path)
            except BaseException:
                with suppress(OSError):
                    new.unlink()
                raise
        on_disk(out)
    return path


def put(path: Path, content: bytes) -> None:
    """The file holds this content, whole or not at all, and is left alone where it holds it already."""
    if path.exists() and path.read_bytes() == content:
        return
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    put_in_place(new, path)


def put_in_place(new: Path, path: Path) -> None:
    """What was written beside the file has taken its place, on the disk; where that fails nothing is left beside."""
    try:
        on_disk(new)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _write(new: Path, frames: Mapping[str, pd.DataFrame], pages: Mapping[str, str], emls: Mapping[str, bytes]) -> None:
    (new / MESSAGES).mkdir(parents=True)
    tables = [(frames[name], table) for name, table in outputs().items() if name in frames]
    with ThreadPoolExecutor(2) as two:  # Arrow writes, and the disk takes, one file while the next is made ready
        for done in [two.submit(_write_table, frame, table, new) for frame, table in tables]:
            done.result()
    for name, page in pages.items():
        (new / name).write_text(page, "utf-8", newline="\n")
    for name, eml in emls.items():
        (new / MESSAGES / name).write_bytes(eml)
    for path in [*new.rglob("*"), new]:
        on_disk(path)


def _write_table(frame: pd.DataFrame, table: Table, folder: Path) -> None:
    write_csv(frame, table, folder / table.file)
    on_disk(folder / table.file)


def _recover(folder: Path, new: Path, old: Path, ours: set[str]) -> None:
    """Clears what a killed run left; when it died between the two renames the old folder comes back first."""
    if new.exists():
        shutil.rmtree(new)
    if old.exists() and not folder.exists():
        old.rename(folder)
    _clear(old, folder, ours)


def _clear(old: Path, folder: Path, ours: set[str]) -> None:
    """Removes the old folder; what somebody else put there moves to the new one."""
    if not old.exists():
        return
    for path in sorted(old.iterdir()):
        if path.name not in ours and not (folder / path.name).exists():
            path.rename(folder / path.name)
    shutil.rmtree(old)


def on_disk(path: Path) -> None:
    """What was written to the file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(parent: Path) -> Iterator[None]:
    """One run at a time writes under that folder; the others wait. The lock goes when its process does."""
    parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def place_sentences(folder: Path) -> Iterator[None]:
    """What the disk refuses within is raised as a PlaceError of one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            what = "the disk is full, or a size limit is reached; make room and run again"
        elif error.errno in FORBIDDEN:
            what = (
                "it may not be written; give the user who runs this the right to write there, or choose another --out"
            )
        else:
            what = f"it cannot be written ({error.strerror or type(error).__name__}); choose another --out"
        raise PlaceError(f"{folder}: {what}. The month that stood there before is untouched.") from error
