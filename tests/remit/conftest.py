"""Every test that asks for `url` or `store` runs on SQLite and on a real PostgreSQL.

Only one of the two is quick, but for posting itself: tests/store tries every kind of writing on both.
"""

import pytest

from tests.store.conftest import address, migrated_postgresql, migrated_sqlite, new_database, postgresql, store

__all__ = ["migrated_postgresql", "migrated_sqlite", "new_database", "postgresql", "store", "url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, tmp_path):
    """Address of an empty database; its tables are there already where the test asks for `store` too."""
    return address(request, tmp_path)
