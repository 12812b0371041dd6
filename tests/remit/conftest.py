"""Every test that asks for `url` or `store` runs on SQLite and on a real PostgreSQL."""

from tests.store.conftest import migrated_postgresql, migrated_sqlite, new_database, postgresql, store, url

__all__ = ["migrated_postgresql", "migrated_sqlite", "new_database", "postgresql", "store", "url"]
