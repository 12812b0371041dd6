"""Parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from config.errors import InputError
from tasks.pull.sheet import Sheet, as_text, key


class ParquetFile:
    """A Parquet file whose column names have been read; InputError when it is none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.notes: list[str] = []
        try:
            self._file = pq.ParquetFile(path, memory_map=True)
            with path.open("rb") as stream:
                self._digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{self.name}: this is not a Parquet file that can be read ({type(error).__name__}); export it again."
            ) from error
        self.header: list[str] = list(self._file.schema_arrow.names)

    def digest(self) -> str:
        """sha256 of the bytes."""
        return self._digest

    def read(self, wanted: Collection[str], plain: Collection[str]) -> Sheet:
        """The wanted columns as a CSV export would hold them; lines are row numbers from 1."""
        names = [name for name in self.header if key(name) in wanted]
        table = self._file.read(columns=names)
        columns: dict[str, pa.ChunkedArray] = {}
        for name in names:
            try:
                text = as_text(table.column(name))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                kind = table.schema.field(name).type
                raise InputError(f"{self.name}, column {name}: cells of type {kind} cannot be read as text.") from None
            columns[key(name)] = text if key(name) in plain else text.dictionary_encode()
            table = table.drop_columns([name])
        return Sheet(self.name, columns, np.arange(1, self._file.metadata.num_rows + 1, dtype="int64"))
