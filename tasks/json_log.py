"""The log as JSON lines, for whatever collects logs: one object a line, never with patient data."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

VARIABLE = "CCM_LOG_JSON"
_CYCLE: ContextVar[dict[str, str] | None] = ContextVar("cycle", default=None)


class JsonLines(logging.Handler):
    """Appends each record to the file: when, which step in which state, of which cycle, what is said, seconds, rows."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        """One line more. It is written at once and whole, so that several processes may share the file."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **(_CYCLE.get() or {}),
            **{name: getattr(record, name) for name in ("step", "state", "seconds", "rows") if hasattr(record, name)},
            "message": record.getMessage(),
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab", buffering=0) as file:
                file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        except OSError:  # a full disk must not stop the month
            self.handleError(record)


@contextmanager
def of_cycle(correlation: str, practice: str, month: str) -> Iterator[None]:
    """Lines that are written within carry these; the correlation is that of Prefect's run."""
    token = _CYCLE.set({"cycle": f"{practice}/{month}", "run": correlation, "practice": practice, "month": month})
    try:
        yield
    finally:
        _CYCLE.reset(token)


def log_as_json(log: logging.Logger) -> None:
    """The log goes into the file that CCM_LOG_JSON names, if it names one; its folder is made with the first line."""
    name = os.environ.get(VARIABLE)
    if name:
        log.addHandler(JsonLines(Path(name).expanduser()))
