"""The watched folder: what lies in `in` is posted and put into `done`, or into `quarantine` with the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import InputError, PlaceError
from tasks.remit.post import Posted

ARRIVING, DONE, QUARANTINE = "in", "done", "quarantine"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")  # as transfer programs call what is still coming


def arrived(folder: Path) -> list[Path]:
    """The files to post, by name; the three folders are there. PlaceError when they cannot be."""
    with _placed(folder):
        for name in (ARRIVING, DONE, QUARANTINE):
            (folder / name).mkdir(parents=True, exist_ok=True)
        found = sorted(path for path in (folder / ARRIVING).iterdir() if path.is_file())
    return [path for path in found if not path.name.startswith(".") and path.suffix.lower() not in UNFINISHED]


def given(files: Iterable[str]) -> list[Path]:
    """The files named, each there; InputError for the first that is not, before any is posted."""
    paths = [Path(file).expanduser() for file in files]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; give 835 files, or a folder with --folder.")
    return paths


def content_of(path: Path) -> bytes:
    """What is in the file; InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}); give a file that is there.") from error


def put_away(folder: Path, path: Path, posted: Posted) -> Path:
    """The file has left `in`: it is in `done`, or in `quarantine` with a text that says why. Nothing is overwritten."""
    place = folder / (QUARANTINE if posted.state == "quarantined" else DONE)
    with _placed(folder):
        target = place / path.name
        if target.exists() and target.read_bytes() != path.read_bytes():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            target = place / f"{path.stem}.{digest}{path.suffix}"
        if posted.state == "quarantined":
            target.with_name(f"{target.name}.why.txt").write_text(f"{posted.reason}\n", "utf-8")
        path.replace(target)
    return target


@contextmanager
def _placed(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlaceError(
            f"{folder}: the folder of remittances cannot be used ({error.strerror}); check that you may write there."
        ) from error
