"""Alembic migrations of the database; see upgrade.py for how they are run."""
