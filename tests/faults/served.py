"""Faults of what `ccm up` runs: its worker is killed, or its server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.faults.found import Kept, compare, kept
from tests.faults.typed import MONTH, PATIENCE, Desk, Log, Row
from tests.flows.test_up import Up, wait_until

MOST = 2  # `ccm up` gives up at the third end of its worker within ten minutes


class Served:
    """A `ccm up` that writes its steps into one file, and the months that it is asked for."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.name = desk, name
        self.log = desk.folder / f"{name}.jsonl"
        self.up = Up(desk.source, desk.folder / name / "out")
        self.up.out.parent.mkdir()
        self.start()

    def start(self) -> None:
        smtp = {name: value for name, value in self.desk.environment.items() if name.startswith("CCM_SMTP")}
        self.up.start(CCM_LOG_JSON=str(self.log), **smtp)

    def stop(self) -> None:
        if self.up.process.poll() is None:
            self.up.stop()

    def asked(self, out: Path, **given: str) -> str:
        """The id of a run of the month with these results."""
        return self.up.run("monthly-cycle", month=MONTH, approval="no", out=str(out), **given)

    def undisturbed(self) -> Kept:
        """The month as it is where nothing goes wrong, and the seconds of its steps."""
        log, out = Log(self.log), self.desk.folder / self.name / "undisturbed"
        self.desk.received.ids.clear()
        self.up.reaches(self.asked(out), "COMPLETED")
        self.desk.steps = log.steps()
        return self.kept(out)

    def kept(self, out: Path) -> Kept:
        return kept(f"sqlite:///{out / 'ccm.db'}", [out / "P1"])

    def hurt(self, fault: str, step: str, whole: Kept, do: Callable[[str], str]) -> Row:
        """A month to which that is done in the middle of the step; what follows is for `ccm up` to do."""
        out = self.desk.folder / self.name / step
        log = Log(self.log)
        self.desk.received.ids.clear()  # each month has the same mails
        run = self.asked(out)
        assert log.begun(step, lambda: self.up.state(run) in ("COMPLETED", "FAILED", "CRASHED")), self.up.told()
        time.sleep(0.5 * self.desk.steps[step])
        begin = time.monotonic()
        said = do(run)
        self.up.reaches(run, "COMPLETED")
        seconds = time.monotonic() - begin
        return Row(fault, step, said, compare(self.kept(out), whole, self.desk.received.ids), seconds)

    def worker_dies(self, run: str) -> str:
        (worker,) = [int(line.split()[0]) for line in self.up.processes() if "worker start --pool ccm " in line]
        told = self.up.words().count("it is started again")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: self.up.words().count("it is started again") > told, PATIENCE)
        self.up.begins_again(run)  # until then it may be called crashed
        return "the worker is started again, the run begun again"

    def server_dies(self, _run: str) -> str:
        words = f"server start --host 127.0.0.1 --port {self.up.port}"
        (server,) = [line for line in self.up.processes() if words in line]
        with suppress(ProcessLookupError):
            os.killpg(int(server.split()[0]), signal.SIGKILL)
        code = self.up.process.wait(PATIENCE)
        self.start()
        again = "begun again" if "Begun again" in self.up.words() else "not begun again"
        return f"`ccm up` ended (exit {code}); started anew, the run is {again}"


def worker_killed(desk: Desk) -> Iterator[Row]:
    """SIGKILL of the worker in the middle of each step of a month."""
    served = Served(desk, "worker")
    try:
        whole = served.undisturbed()
        for number, step in enumerate(desk.wanted()):
            if number and number % MOST == 0:
                served.stop()
                served.start()
            yield served.hurt("worker killed", step, whole, served.worker_dies)
    finally:
        served.stop()


def server_killed(desk: Desk) -> Iterator[Row]:
    """SIGKILL of Prefect's server in the middle of each step of a month."""
    served = Served(desk, "server")
    try:
        whole = served.undisturbed()
        for step in desk.wanted():
            yield served.hurt("server killed", step, whole, served.server_dies)
    finally:
        served.stop()
