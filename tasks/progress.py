"""What is going on, said once, to the terminal and to Prefect's log. Never with patient data."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from config.errors import FaultError, UserError
from tasks.json_log import log_as_json, of_cycle

__all__ = ["LOG", "Taken", "no_cell_in_errors", "of_cycle", "step", "steps_taken"]

LOG = logging.getLogger("ccm")
LOG.setLevel(logging.INFO)
log_as_json(LOG)


@dataclass(frozen=True)
class Taken:
    """A step that ended: its seconds, and how many rows it said it was about."""

    step: str
    seconds: float
    rows: int


_TAKEN: ContextVar[list[Taken] | None] = ContextVar("steps taken", default=None)


class Done(Protocol):
    """Takes what there is to say of a step, and how many rows it was about."""

    def __call__(self, text: str, rows: int = 0) -> None:
        """Say it."""


@contextmanager
def steps_taken() -> Iterator[list[Taken]]:
    """The list holds every step that ended within, in its order."""
    taken: list[Taken] = []
    token = _TAKEN.set(taken)
    try:
        yield taken
    finally:
        _TAKEN.reset(token)


@contextmanager
def step(name: str, doing: str) -> Iterator[Done]:
    """Log that a step begins and, with what was said to the yielded function and the seconds it took, that it ended.

    The record carries `step` and `state` (started, done, failed) for handlers that draw progress.
    """
    LOG.info("%s", doing, extra={"step": name, "state": "started"})
    said: list[str] = []
    counts: list[int] = []

    def done(text: str, rows: int = 0) -> None:
        said.append(text)
        counts.append(rows)

    begin = time.perf_counter()
    try:
        with no_cell_in_errors():
            yield done
    except BaseException:
        LOG.info("%s stopped", doing, extra={"step": name, "state": "failed"})
        raise
    seconds = time.perf_counter() - begin
    if (taken := _TAKEN.get()) is not None:
        taken.append(Taken(name, seconds, sum(counts)))
    told = {"step": name, "state": "done", "seconds": round(seconds, 3), "rows": sum(counts)}
    LOG.info("%s (%.1f s)", "; ".join(said) or doing, seconds, extra=told)


@contextmanager
def no_cell_in_errors() -> Iterator[None]:
    """Errors meant for the user pass; any other one becomes a FaultError that says where it arose and of which kind.

    Prefect keeps the text of whatever leaves a task, and the text of a library's error may quote a cell.
    """
    try:
        yield
    except (UserError, FaultError, OSError):
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames)
        raise FaultError(f"{type(error).__name__} at {places}; its text is kept back, it may quote a row.") from None
