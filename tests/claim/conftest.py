"""One empty database for each test that sends claims."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store.store import Store, open_store
from tests.store.conftest import migrated_sqlite

__all__ = ["migrated_sqlite", "store"]


@pytest.fixture
def store(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'ccm.db')}")
    yield opened
    opened.close()
