"""What a revision was decided from, kept beside it: each accepted table as one compressed Arrow file."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import ipc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store.records import Basis, Cycle
from tasks.store.schema import cycle_inputs, cycles, rulebooks

_OPTIONS = ipc.IpcWriteOptions(compression="zstd")


def keep(connection: Connection, cycle_id: int, basis: Basis) -> None:
    """The cycle stands on these tables, settings and rulebook, and on none that were kept of it before."""
    connection.execute(sa.delete(cycle_inputs).where(cycle_inputs.c.cycle_id == cycle_id))
    for name, frame in basis.tables.items():
        values = {"cycle_id": cycle_id, "name": name, "content": _packed(frame)}
        connection.execute(sa.insert(cycle_inputs).values(values))
    connection.execute(sa.update(cycles).where(cycles.c.id == cycle_id).values(settings=basis.settings))
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(rulebooks)
    book = {"digest": basis.digests.rulebook, "content": basis.rulebook}
    connection.execute(insert.values(book).on_conflict_do_nothing())


def of_cycle(connection: Connection, cycle: Cycle, names: Sequence[str] = ()) -> Basis:
    """What the cycle was decided from; the tables equal those that were kept, to their types and order of rows.

    Of the tables only those named, or all.
    """
    mine = sa.select(cycle_inputs.c.name, cycle_inputs.c.content).where(cycle_inputs.c.cycle_id == cycle.id)
    mine = mine.where(cycle_inputs.c.name.in_(list(names))) if names else mine
    tables = {row.name: _unpacked(row.content) for row in connection.execute(mine.order_by(cycle_inputs.c.name))}
    book = sa.select(rulebooks.c.content).where(rulebooks.c.digest == cycle.digests.rulebook)
    content = connection.execute(book).scalar_one_or_none()
    if not tables or content is None:
        raise InputError(
            f"{cycle.practice_id}, {cycle.month}: what revision {cycle.revision} was decided from is not in this "
            "database; run the month again from its source."
        )
    settings = connection.execute(sa.select(cycles.c.settings).where(cycles.c.id == cycle.id)).scalar_one()
    return Basis(cycle.digests, tables, settings, content)


def latest_settings(connection: Connection, practice_id: str) -> str | None:
    """The settings that the practice's last decided cycle went by; None where it has none."""
    mine = sa.select(cycles.c.settings).where(cycles.c.practice_id == practice_id)
    return connection.execute(mine.order_by(cycles.c.id.desc()).limit(1)).scalar_one_or_none()


def tables_of(connection: Connection, cycle_id: int, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Those of the cycle's tables that were kept."""
    mine = (cycle_inputs.c.cycle_id == cycle_id, cycle_inputs.c.name.in_(list(names)))
    found = connection.execute(sa.select(cycle_inputs.c.name, cycle_inputs.c.content).where(*mine))
    return {row.name: _unpacked(row.content) for row in found}


def columns_of(connection: Connection, cycle_id: int, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Those columns of one of the cycle's tables, of which the others are not unpacked; empty where none was kept."""
    mine = (cycle_inputs.c.cycle_id == cycle_id, cycle_inputs.c.name == name)
    content = connection.execute(sa.select(cycle_inputs.c.content).where(*mine)).scalar_one_or_none()
    return pd.DataFrame(columns=list(columns)) if content is None else _columns(content, columns)


def columns_of_any(connection: Connection, practice_id: str, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Those columns of that table of every month of the practice; of months with the same table only once."""
    mine = (cycles.c.practice_id == practice_id, cycle_inputs.c.name == name)
    joined = sa.select(cycle_inputs.c.content).join(cycles, cycles.c.id == cycle_inputs.c.cycle_id)
    found = connection.execute(joined.where(*mine).distinct()).scalars()
    return pd.concat([pd.DataFrame(columns=list(columns)), *(_columns(content, columns) for content in found)])


def _columns(content: bytes, columns: Sequence[str]) -> pd.DataFrame:
    schema = ipc.open_file(pa.BufferReader(content)).schema
    places = [schema.get_field_index(one) for one in columns if one in schema.names]
    options = ipc.IpcReadOptions(included_fields=places)
    found = ipc.open_file(pa.BufferReader(content), options=options).read_all().to_pandas()
    return found.reindex(columns=list(columns))


def _packed(frame: pd.DataFrame) -> bytes:
    # Arrow's own form, for Parquet forgets categories that no row has, and rules may count by them.
    data = pa.Table.from_pandas(frame, preserve_index=False)
    sink = pa.BufferOutputStream()
    with ipc.new_file(sink, data.schema, options=_OPTIONS) as writer:
        if data.num_rows:
            writer.write_table(data)
        else:  # a file without a batch has no categories either
            writer.write_batch(pa.record_batch([column.combine_chunks() for column in data.columns], data.schema))
    return sink.getvalue().to_pybytes()


def _unpacked(content: bytes) -> pd.DataFrame:
    return ipc.open_file(pa.BufferReader(content)).read_all().to_pandas()
