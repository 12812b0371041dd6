"""Run by Alembic inside the transaction that `tasks.store.upgrade` opened."""

from typing import Any, Literal

from alembic import context

from tasks.store import (
    action_tables,
    case_tables,
    claim_tables,
    coverage_tables,
    modifier_tables,
    query_tables,
    remit_tables,
)
from tasks.store.schema import Instant, metadata

TABLES = (action_tables, case_tables, claim_tables, coverage_tables, modifier_tables, query_tables, remit_tables)
assert all(module.metadata is metadata for module in TABLES)  # noqa: S101 - all tables are known by now


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write a type of ours as the plain type it was, so that an old migration needs no code of today."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
