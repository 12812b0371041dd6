from __future__ import annotations

from pathlib import Path

import pytest

from tasks.demo.write import DemoTruth, write_demo_data


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoTruth:
    """Two practices, two months, every defect."""
    return write_demo_data(tmp_path_factory.mktemp("demo") / "dirty", 300, 2, 7, practices=2)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A larger practice without any defect."""
    return write_demo_data(tmp_path_factory.mktemp("demo") / "clean", 2000, 1, 11, dirty=False).folder
