"""Ten practices in one source, three of which are bad on the day of the run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.faults.found import Kept, compare, kept
from tests.faults.served import Served
from tests.faults.typed import MONTH, Desk, Row
from tests.flows.test_ten_practices import BAD, NAMES, spoil
from tests.flows.test_up import wait_until

ENDS = ("COMPLETED", "FAILED", "CRASHED")


def three_of_ten_bad(desk: Desk) -> Iterator[Row]:
    """A cell, rows and settings of three practices cannot be used; then they are mended and the run started again."""
    good, bad = desk.folder / "ten", desk.folder / "ten-bad"
    write_demo_data(good, 60, 1, 5, Month.parse(MONTH), dirty=False, practices=len(NAMES))
    shutil.copytree(good, bad)
    settings = desk.folder / "ten.yaml"
    settings.write_text("practices: {}\n", "utf-8")
    served = Served(desk, "practices")
    try:
        whole, out = desk.folder / "ten-undisturbed", desk.folder / "ten-out"
        run(served, good, whole, settings)
        desk.received.ids.clear()  # what follows is one month, in two runs
        mend = spoil(bad, settings)
        state, message, _ = run(served, bad, out, settings)
        done = [name for name in NAMES if (out / name / MONTH / "report.html").is_file()]
        said = f"{state.lower()}, {len(done)} of {len(NAMES)} done: {message}"
        assert not set(done) & set(BAD), said
        mend()
        _, _, seconds = run(served, bad, out, settings)
    finally:
        served.stop()
    found = compare(of_all(out), of_all(whole), desk.received.ids)
    yield Row("three of ten practices bad", "", said, found, seconds)


def run(served: Served, source: Path, out: Path, settings: Path) -> tuple[str, str, float]:
    """How a run of all practices of that source ended, what it said, and after how many seconds."""
    begin = time.monotonic()
    asked = served.asked(out, source=str(source), settings=str(settings))
    wait_until(lambda: served.up.state(asked) in ENDS, 1800)
    state = served.up.api.ask(f"/flow_runs/{asked}")["state"]
    return state["type"], str(state["message"] or "").partition("\n")[0], time.monotonic() - begin


def of_all(out: Path) -> Kept:
    """Every practice's rows and files, without the fingerprint of the source: seven were done with the bad one."""
    return kept(f"sqlite:///{out / 'ccm.db'}", [out / name for name in NAMES], {"input_digest"})
