"""Every test that asks for `url` or `store` runs on SQLite and on a real PostgreSQL."""

from tests.store.conftest import new_database, postgresql, store, url

__all__ = ["new_database", "postgresql", "store", "url"]
