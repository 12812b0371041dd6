"""What is going on, said once, to the terminal and to Prefect's log. Never with patient data."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

LOG = logging.getLogger("ccm")
LOG.setLevel(logging.INFO)


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
        yield done
    except BaseException:
        LOG.info("%s stopped", doing, extra={"step": name, "state": "failed"})
        raise
    seconds = time.perf_counter() - begin
    if (taken := _TAKEN.get()) is not None:
        taken.append(Taken(name, seconds, sum(counts)))
    LOG.info("%s (%.1f s)", "; ".join(said) or doing, seconds, extra={"step": name, "state": "done"})
