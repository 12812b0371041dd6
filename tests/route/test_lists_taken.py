"""A list handed to the wrong command: each says which list it is, and which command takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.contract import Table, coverage_outputs, outputs, worklist_outputs
from config.errors import InputError
from tasks.action import take_in as of_actions
from tasks.cover import record as of_coverage
from tasks.query import take_in as of_queries
from tasks.route import readback as of_cases
from tasks.route.readback import filled_rows

TAKEN = {
    "ccm cases import": (of_cases, ["copay_worklist"]),
    "ccm query import": (of_queries, ["holds", "query_worklist"]),
    "ccm coverage import": (of_coverage, ["coverage_tasks"]),
    "ccm actions import": (of_actions, ["actions"]),
}
OURS = worklist_outputs() | coverage_outputs()


def written(folder: Path, table: Table) -> Path:
    path = folder / table.file
    path.write_text(",".join(table.names) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("command", TAKEN)
@pytest.mark.parametrize("given", TAKEN)
def test_each_list_names_the_command_that_takes_it(tmp_path: Path, command: str, given: str) -> None:
    module, _ = TAKEN[command]
    for name in TAKEN[given][1]:
        path = written(tmp_path, OURS[name])
        if given == command:
            assert filled_rows(path, module.READ, module.NEEDED, "a list", "list.xlsx") == []
            continue
        with pytest.raises(InputError, match=f"which {given} takes; fill in list.xlsx"):
            filled_rows(path, module.READ, module.NEEDED, "a list", "list.xlsx")


@pytest.mark.parametrize("command", TAKEN)
def test_the_reports_list_of_the_same_name_is_not_the_one_to_fill_in(tmp_path: Path, command: str) -> None:
    module, _ = TAKEN[command]
    path = written(tmp_path, outputs()["copay_cases"])
    with pytest.raises(InputError, match=r"it is copay_cases.csv of the month's report, which no command takes back"):
        filled_rows(path, module.READ, module.NEEDED, "a list", "list.xlsx")
