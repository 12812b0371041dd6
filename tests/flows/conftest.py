"""One Prefect server for all tests of this folder that call the flow in this process, and one clean practice."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.month import Month
from tasks.demo.write import write_demo_data
from tasks.progress import LOG


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, PREFECT_LOGGING_LEVEL, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    quiet = {PREFECT_LOGGING_LEVEL: "CRITICAL", PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    with prefect_test_harness(server_startup_timeout=120), temporary_settings(quiet):
        yield


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean") / "source"
    write_demo_data(folder, 24, 1, 5, Month(2026, 10), dirty=False)
    return folder


@pytest.fixture
def source(clean: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    shutil.copytree(clean, folder)
    return folder


class Heard(logging.Handler):
    """Every record of the program's own logger, once, whatever Prefect's and pytest's handlers do beside it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Kept."""
        self.records.append(record)

    @property
    def said(self) -> list[str]:
        """What was said since it was last cleared."""
        return [record.getMessage() for record in self.records]


@pytest.fixture
def heard() -> Iterator[Heard]:
    hears = Heard()
    LOG.addHandler(hears)
    yield hears
    LOG.removeHandler(hears)
