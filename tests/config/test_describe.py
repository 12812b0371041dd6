"""The contract as it is printed names every file that a run may leave."""

from __future__ import annotations

from config.contract import answer_outputs, outputs, source_outputs, worklist_outputs
from config.describe import output_contract


def test_files_of_a_month_and_of_a_source_are_described_each_once() -> None:
    text = output_contract()
    tables = [*outputs().values(), *answer_outputs().values(), *source_outputs().values()]
    assert [text.count(f"## {table.file}\n") for table in tables] == [1] * len(tables)
    assert [text.count(f"## worklists/{table.file}\n") for table in worklist_outputs().values()] == [1] * 4
    assert not set(outputs()) & set(source_outputs())
    assert text.index("# Output files") < text.index("# About the whole source") < text.index("## unreadable.csv")
