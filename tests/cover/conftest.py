"""What the tests of this folder share with others."""

from tests.store.conftest import migrated_postgresql, migrated_sqlite, new_database, postgresql, store, url

__all__ = ["migrated_postgresql", "migrated_sqlite", "new_database", "postgresql", "store", "url"]
