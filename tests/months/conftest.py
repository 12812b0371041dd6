"""The demo month, run once through every step but Prefect's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.month import Month
from config.rulebook import load_rulebook
from config.settings import practice_settings
from tasks.check.check import Checked, check_tables
from tasks.demo.write import DemoTruth, write_demo_data
from tasks.pull.practice import of_practice
from tasks.pull.source import read_source
from tasks.pull.unreadable import settle_unreadable
from tasks.qualify.decide import decide
from tasks.qualify.reconcile import reconcile

MONTH = Month(2026, 10)


@dataclass
class Ran:
    """A demo month from its files to its totals."""

    truth: DemoTruth
    read: dict[str, pd.DataFrame]
    set_aside: dict[str, int]
    checked: Checked
    decided: dict[str, pd.DataFrame]
    totals: pd.DataFrame


def run_month(folder: Path, patients: int, seed: int, dirty: bool = True) -> Ran:
    truth = write_demo_data(folder, patients, 2, seed, MONTH, dirty=dirty)
    tables, rejected = settle_unreadable(read_source(str(folder)), "stop")
    share, set_aside = of_practice(tables, "P1", MONTH)
    settings = practice_settings("P1")
    checked = check_tables(share, settings, MONTH, date(2026, 11, 5))
    decided = decide(checked.accepted, MONTH, load_rulebook(MONTH), settings)
    read = {name: len(frame) for name, frame in share.items()}
    read["time_entries"] += sum(set_aside.values())
    aside = pd.concat([rejected, checked.quarantine])
    totals = reconcile(read, aside, set_aside, checked.accepted, decided)
    return Ran(truth, share, set_aside, checked, decided, totals)


@pytest.fixture(scope="session")
def demo_month(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run_month(tmp_path_factory.mktemp("demo"), 300, 7)
