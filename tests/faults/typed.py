"""Faults while `ccm run` is typed: the process is killed, its database goes away, its disk is full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.found import Found, Kept, compare, kept
from tests.flows.mail_server import Received
from tests.flows.test_month import CCM

MONTH = "2026-10"
PATIENCE = 900.0  # seconds for anything, on a machine under load


class Log:
    """The JSON lines that a run writes of its steps, from where they stand now."""

    def __init__(self, path: Path) -> None:
        self.path, self.start = path, path.stat().st_size if path.exists() else 0

    def lines(self) -> list[dict[str, object]]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            whole = stream.read().rpartition(b"\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.strip()]

    def begun(self, step: str, ended: Callable[[], bool], within: float = PATIENCE) -> bool:
        """The step begins now; False where all ended before it did."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if any((one.get("step"), one.get("state")) == (step, "started") for one in self.lines()):
                return True
            if ended():
                return False
            time.sleep(0.01)
        raise AssertionError(f"the step {step} does not begin")

    def steps(self) -> dict[str, float]:
        """Every step in the order of its first beginning, with the seconds of its first turn."""
        found: dict[str, float] = {}
        for one in self.lines():
            if one.get("state") == "done":
                found.setdefault(str(one["step"]), float(str(one["seconds"])))
        return found


@dataclass(frozen=True)
class Row:
    """One fault: what was hurt at which step, what was said, and what was found once all was well again."""

    fault: str
    step: str
    said: str
    found: Found
    seconds: float


@dataclass
class Desk:
    """Where months are run: the source, a Prefect server, a mail server, and how long each step takes."""

    folder: Path
    source: Path
    environment: dict[str, str]
    received: Received
    only: Collection[str] = ()
    steps: dict[str, float] = field(default_factory=dict)

    def wanted(self) -> list[str]:
        """The steps in which something is hurt: all, or those that were asked for."""
        return [step for step in self.steps if not self.only or step in self.only]

    def begin(self, out: Path, *more: str, **given: str) -> subprocess.Popen[bytes]:
        """`ccm run` in a process group of its own; what it says goes to a file beside the results."""
        command = [str(CCM), "run", "--month", MONTH, "--source", str(self.source), "--out", str(out), *more]
        log = {"CCM_LOG_JSON": str(self.log_of(out)), "COLUMNS": "300"}
        with self.said_of(out).open("wb") as said:
            return subprocess.Popen(
                command, env=self.environment | log | given, stdout=said, stderr=said, start_new_session=True
            )

    def run(self, out: Path, *more: str, **given: str) -> float:
        """The seconds until it ended well."""
        begin = time.monotonic()
        process = self.begin(out, *more, **given)
        if process.wait(PATIENCE):
            raise AssertionError(self.said_of(out).read_text("utf-8", "replace")[-3000:])
        return time.monotonic() - begin

    def log_of(self, out: Path) -> Path:
        return self.folder / f"{out.name}.jsonl"

    def said_of(self, out: Path) -> Path:
        return self.folder / f"{out.name}.said"


def sentence(desk: Desk, out: Path, process: subprocess.Popen[bytes]) -> str:
    """How a run ended: its exit code, and what it said last where it said it itself."""
    if process.returncode < 0:
        return "killed"
    if not process.returncode:
        return "went on to its end"
    lines = [line for line in desk.said_of(out).read_text("utf-8", "replace").splitlines() if line.startswith("ccm: ")]
    said = lines[-1].removeprefix("ccm: ").replace(f"{desk.folder}/", "") if lines else "a fault of the program"
    return f"exit {process.returncode}: {said}"


def hurt(
    desk: Desk, fault: str, step: str, out: Path, undisturbed: Kept, do: Callable[[subprocess.Popen[bytes]], None],
    mend: Callable[[], None] = lambda: None, share: float = 0.5, **given: str,
) -> Row:  # fmt: skip
    """A month to which that is done in the step, after that share of its time; then mended and run again."""
    url = given.get("CCM_DATABASE_URL", f"sqlite:///{out / 'ccm.db'}")
    log = Log(desk.log_of(out))
    desk.received.ids.clear()
    process = desk.begin(out, **given)
    if log.begun(step, lambda: process.poll() is not None):
        with suppress(subprocess.TimeoutExpired):
            process.wait(share * desk.steps[step])
    do(process)
    process.wait(PATIENCE)
    said = sentence(desk, out, process)
    mend()
    seconds = desk.run(out, **given)
    return Row(fault, step, said, compare(kept(url, [out / "P1"]), undisturbed, desk.received.ids), seconds)


def kill(process: subprocess.Popen[bytes]) -> None:
    """It and all that it started are dead."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def undisturbed(desk: Desk, name: str, **given: str) -> Kept:
    """The month as it is where nothing goes wrong; how long its steps take is known from then on."""
    out = desk.folder / name
    log = Log(desk.log_of(out))
    desk.run(out, **given)
    desk.steps = log.steps()
    return kept(given.get("CCM_DATABASE_URL", f"sqlite:///{out / 'ccm.db'}"), [out / "P1"])


def flow_killed(desk: Desk) -> Iterator[Row]:
    """SIGKILL of the process that runs the month, in the middle of each step."""
    whole = undisturbed(desk, "flow")
    for step in desk.wanted():
        yield hurt(desk, "flow killed", step, desk.folder / f"flow-{step}", whole, kill)


def disk_full(desk: Desk) -> Iterator[Row]:
    """No byte more goes on the disk with results and database as each step begins; then there is room again."""
    whole = undisturbed(desk, "disk")
    for step in desk.wanted():
        with small_disk(desk.folder / f"full-{step}") as disk:
            filler = Filler(disk / "filler")
            row = hurt(
                desk, "disk full", step, disk / f"disk-{step}", whole, filler.takes_all, filler.path.unlink, share=0
            )
        yield row


@contextmanager
def small_disk(at: Path) -> Iterator[Path]:
    """A file system of its own, in memory; only root can mount one."""
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(at)], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


@dataclass(frozen=True)
class Filler:
    """A file that takes whatever room its file system has."""

    path: Path

    def takes_all(self, _process: object) -> None:
        """There is no byte left: ENOSPC."""
        with self.path.open("wb", buffering=0) as stream:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while True:
                        stream.write(b"\0" * size)
