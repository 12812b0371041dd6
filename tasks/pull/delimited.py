"""CSV files: fast through pyarrow, exact through the standard library where a file is irregular."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import mmap
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from config.errors import InputError
from tasks.pull.lines import record_lines
from tasks.pull.misfits import Misfits
from tasks.pull.rows import read_rows
from tasks.pull.sheet import MISSING, Sheet, key

BLOCK = 8 << 20
HEAD = 1 << 20  # bytes within which the header must end
_DISTINCT = pa.dictionary(pa.int32(), pa.string())


class CsvFile:
    """A CSV file whose header has been read; InputError when it is empty, no text, or in a wide encoding."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.notes: list[str] = []
        content = _content(path)
        if not len(content):
            raise InputError(f"{self.name}: the file is empty (0 bytes); export it again.")
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content.find(b"\0") >= 0:
            raise InputError(f"{self.name}: this is UTF-16 or not a text file at all; save it as CSV in UTF-8.")
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(lambda: hashlib.sha256(content).hexdigest())
            self._data = self._as_utf8(content)
            self._digest = digest.result()
        head = bytes(self._data[:HEAD]).decode("utf-8", "ignore")
        first = head.split("\n", 1)[0]
        self._delimiter = "," if "," in first else max(",;\t|", key=first.count)
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=self._delimiter)
        self.header: list[str] = next((row for row in rows if row), [])
        self._header_lines = rows.line_num

    def digest(self) -> str:
        """sha256 of the bytes."""
        return self._digest

    def read(self, wanted: Collection[str], plain: Collection[str]) -> Sheet:
        """The wanted columns; the exact line of each row, also when cells hold line breaks."""
        positions = {key(name): at for at, name in enumerate(self.header) if key(name) in wanted}
        lines, breaks_in_cells = record_lines(self._data, self._header_lines)
        for misfits in (None, Misfits(lines, self._header_lines, self._delimiter, positions)):
            # At full speed first; when some row does not fit the header, once more in one thread, which knows where.
            try:
                table = self._fast(positions, plain, breaks_in_cells, misfits)
            except pa.ArrowInvalid:
                continue
            good = lines if misfits is None else misfits.good_lines()
            if good is not None and table.num_rows == len(good):
                columns = {name: table.column(f"c{at}") for name, at in positions.items()}
                return Sheet(self.name, columns, good, misfits.ragged if misfits else [], len(self.header))
        return read_rows(self.name, self._text(), self._delimiter, self._header_lines, positions, len(self.header))

    def _fast(
        self, positions: dict[str, int], plain: Collection[str], breaks_in_cells: bool, misfits: Misfits | None
    ) -> pa.Table:
        names = [f"c{at}" for at in range(len(self.header))]
        kinds = {f"c{at}": pa.string() if name in plain else _DISTINCT for name, at in positions.items()}
        return arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(self._data)),
            arrow_csv.ReadOptions(
                column_names=names, skip_rows=self._header_lines, block_size=BLOCK, use_threads=misfits is None
            ),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=breaks_in_cells, invalid_row_handler=misfits
            ),
            arrow_csv.ConvertOptions(
                include_columns=list(kinds), column_types=kinds, null_values=MISSING, strings_can_be_null=True
            ),
        )

    def _text(self) -> str:
        return bytes(self._data).decode("utf-8")

    def _as_utf8(self, content: mmap.mmap | bytes) -> memoryview | bytes:
        """The content after any byte-order mark, as UTF-8 with line feeds."""
        start = len(codecs.BOM_UTF8) if content[:3] == codecs.BOM_UTF8 else 0
        if not _is_utf8(content):
            self.notes.append(f"{self.name} is not UTF-8: it was read as Windows-1252")
            content, start = self._from_cp1252(content[:]), 0
        if content.find(b"\n") < 0 <= content.find(b"\r"):
            content = content[:].replace(b"\r", b"\n")
        return memoryview(content)[start:]

    def _from_cp1252(self, content: bytes) -> bytes:
        try:
            return content.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise InputError(
                f"{self.name}, line {line}: this is neither UTF-8 nor Windows-1252; save the file as CSV in UTF-8."
            ) from None


def _content(path: Path) -> mmap.mmap | bytes:
    try:
        with path.open("rb") as stream:
            if not path.stat().st_size:
                return b""
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be opened ({error.strerror}); check the file and its rights.") from error


def _is_utf8(content: mmap.mmap | bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), BLOCK):
            decoder.decode(content[at : at + BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
