"""What is going on, said once, to the terminal and to Prefect's log. Never with patient data."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOG = logging.getLogger("ccm")
LOG.setLevel(logging.INFO)


@contextmanager
def step(name: str, doing: str) -> Iterator[Callable[[str], None]]:
    """Log that a step begins and, with what was said to the yielded function and the seconds it took, that it ended.

    The record carries `step` and `state` (started, done, failed) for handlers that draw progress.
    """
    LOG.info("%s", doing, extra={"step": name, "state": "started"})
    said: list[str] = []
    begin = time.perf_counter()
    try:
        yield said.append
    except BaseException:
        LOG.info("%s stopped", doing, extra={"step": name, "state": "failed"})
        raise
    seconds = time.perf_counter() - begin
    LOG.info("%s (%.1f s)", "; ".join(said) or doing, seconds, extra={"step": name, "state": "done"})
