"""Ten practices of which three are bad: seven are done, each fault is told, and a rerun does only what is missing."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import UserError
from config.month import Month
from flows.monthly_cycle import monthly_cycle
from tasks.demo.write import write_demo_data
from tasks.store.store import open_store
from tests.flows.refusal import MONTH, edit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.usefixtures("prefect_server")]
NAMES = [f"P{number}" for number in range(1, 11)]
BAD = ["P3", "P6", "P9"]


def spoil(source: Path, settings: Path) -> Callable[[], None]:
    """Three of ten practices are bad: a cell, rows, settings. What is returned mends all three."""
    with (source / "patients.csv").open(encoding="utf-8", newline="") as stream:
        practice = {row["patient_id"]: row["practice_id"] for row in csv.DictReader(stream)}
    assert set(practice.values()) == set(NAMES)
    born = {table: (source / f"{table}.csv").read_bytes() for table in ("patients", "time_entries")}
    line = list(practice.values()).index("P3")
    edit(source, "patients", lambda rows: rows[line].update(birth_date="in spring"))
    edit(source, "time_entries", lambda rows: [row.update(program="nonsense") for row in rows
                                               if practice[row["patient_id"]] == "P6"])  # type: ignore[func-returns-value]  # fmt: skip
    settings.write_text("practices: {P9: {choose_famly: simplest}}\n", "utf-8")

    def mend() -> None:
        for table, content in born.items():
            (source / f"{table}.csv").write_bytes(content)
        settings.write_text("practices: {}\n", "utf-8")

    return mend


def test_three_bad_ones_of_ten_stop_no_other_and_a_rerun_does_the_three(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source, out, settings = tmp_path / "source", tmp_path / "out", tmp_path / "settings.yaml"
    write_demo_data(source, 60, 1, 5, Month(2026, 10), dirty=False, practices=10)
    mend = spoil(source, settings)
    given = {"month": MONTH, "source": str(source), "out": str(out), "settings": str(settings)}

    logging.getLogger("ccm").addHandler(caplog.handler)
    with pytest.raises(UserError) as caught:
        monthly_cycle(**given)
    told = "\n".join([str(caught.value), *caplog.messages])
    for words in ("column birth_date", "program_unknown", "choose_famly"):
        assert words in told
    reports = {name: out / name / MONTH / "report.html" for name in NAMES}
    assert [name for name in NAMES if not reports[name].exists()] == BAD

    mend()
    caplog.clear()
    done = monthly_cycle(**given, which="missing")
    logging.getLogger("ccm").removeHandler(caplog.handler)
    assert [one["practice_id"] for one in done] == BAD
    left = next(line for line in caplog.messages if line.startswith("left out"))
    assert [name for name in NAMES if f"{name} (2026-10 is decided)" in left] == [n for n in NAMES if n not in BAD]
    assert all(path.exists() for path in reports.values())
    store = open_store(f"sqlite:///{out / 'ccm.db'}")
    assert [store.latest(name, Month(2026, 10)).revision for name in NAMES] == [1] * 10  # type: ignore[union-attr]
    store.close()
