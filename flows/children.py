"""Processes that `ccm up` starts and ends: none of theirs stays behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LARGEST_LOG = 20_000_000  # bytes; a longer one is put aside at the next start, the one before it goes
PR_SET_CHILD_SUBREAPER = 36  # of <sys/prctl.h>
PATIENCE = 20.0  # seconds for an orderly end


class Child:
    """One process with its log. Signals of the terminal do not reach it: it ends when it is told to."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(folder / f"{name}.log.1")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words only
                [sys.executable, *arguments],
                env=dict(environment),
                cwd=Path(__file__).parents[1],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                restore_signals=True,
                preexec_fn=_signals_as_ever,
            )

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """The end of its log, in a line."""
        lines = self.log.read_text("utf-8", "replace").split("\n") if self.log.exists() else []
        said = [line.strip() for line in lines[-30:] if line.strip()]
        return said[-1][:160] if said else "nothing"

    def below(self) -> list[int]:
        """What it started, and what those did."""
        return descendants(self.process.pid)

    def end(self) -> None:
        """It and everything that it started have ended."""
        below = self.below()
        for _ in range(2):  # Prefect's worker takes the first for a question
            if not self.ended:
                self.process.terminate()
                self._wait(PATIENCE / 2)
        if not self.ended:
            self.process.kill()
            self.process.wait()
        end_all(below)

    def _wait(self, seconds: float) -> None:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def _signals_as_ever() -> None:
    """A parent started with & from a script ignores Ctrl-C, and so would its children for ever."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def descendants(pid: int) -> list[int]:
    """The processes begun by that one and by those, deepest last."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)  # noqa: S607
    parents = [tuple(map(int, line.split())) for line in done.stdout.splitlines() if len(line.split()) == 2]
    found = [pid]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found[1:]


def end_all(pids: Sequence[int]) -> None:
    """None of them runs any more: each had a few seconds to end in order."""
    left = [pid for pid in pids if _told(pid, signal.SIGTERM)]
    end = time.monotonic() + PATIENCE / 2
    while left and time.monotonic() < end:
        time.sleep(0.1)
        left = [pid for pid in left if _told(pid, 0)]
    for pid in left:
        _told(pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """What a child leaves behind when it dies becomes this process's own, to be ended. (On Linux; elsewhere it ends
    by itself when its run is done.)"""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _told(pid: int, number: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0]:  # one of ours, and it has ended
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
