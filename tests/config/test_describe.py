"""The contract as it is printed names every file that a run may leave."""

from __future__ import annotations

from config.contract import outputs, source_outputs
from config.describe import FOLDERS, output_contract


def test_files_of_a_month_and_of_every_folder_are_described_each_once_in_its_part() -> None:
    parts = ("\n" + output_contract()).split("\n# ")[1:]
    every = [("Output files", outputs()), *((title, tables()) for title, _, tables in FOLDERS)]
    assert [part.splitlines()[0] for part in parts] == [title for title, _ in every]
    for part, (title, tables) in zip(parts, every, strict=True):
        assert tables, title
        assert [part.count(f"## {table.file}\n") for table in tables.values()] == [1] * len(tables)
    assert not set(outputs()) & set(source_outputs())
