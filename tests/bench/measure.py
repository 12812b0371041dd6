"""Wall and processor seconds and peak memory: of one piece of work inside this process, or of a whole command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

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


def whole_command(arguments: Sequence[object], variables: Mapping[str, str] | None = None) -> Measured:
    """The `ccm` command from start to exit, with everything that it starts: Prefect's server, processes, Dask workers.

    It has no settings of ours but the variables. What it said is shown where it fails.
    """
    command = [str(Path(sys.executable).with_name("ccm")), *map(str, arguments)]
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    begin, peak, worked = time.perf_counter(), 0, {}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=given | dict(variables or {}))
        while process.poll() is None:
            resident = 0
            with suppress(psutil.Error):
                whole = psutil.Process(process.pid)
                for one in (whole, *whole.children(recursive=True)):
                    with suppress(psutil.Error):
                        times = one.cpu_times()
                        worked[one.pid] = times.user + times.system
                        resident += one.memory_info().rss
            peak = max(peak, resident // 2**20)
            time.sleep(0.2)
        wall = time.perf_counter() - begin
        if process.returncode:
            said.seek(0)
            raise SystemExit(said.read().decode("utf-8", "replace")[-3000:])
    return Measured(wall, peak, sum(worked.values()))


def peak_mib() -> int:
    """Peak resident memory since the last reset, in MiB."""
    if not STATUS.exists():
        return 0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
