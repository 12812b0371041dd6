"""Wall and processor seconds and peak memory of one piece of work inside this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BARE = "decide without findings"
KEPT = ("minutes", "shares")  # topics without which no second has a disposition
STATUS = Path("/proc/self/status")


@dataclass
class Measured:
    """What a step took; `peak_mib` is the largest resident set while it ran, 0 where the system does not tell.

    On a machine that others use as well only the processor's seconds can be compared.
    """

    seconds: float
    peak_mib: int
    processor: float = 0.0


def measure(work: Callable[[], Any]) -> tuple[Any, Measured]:
    """The work's result and what it took. On Linux the peak is reset first, so that each step has its own."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    begin, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, Measured(time.perf_counter() - begin, peak_mib(), time.process_time() - processor)


def peak_mib() -> int:
    """Peak resident memory since the last reset, in MiB."""
    if not STATUS.exists():
        return 0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
