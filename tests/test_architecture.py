"""The house keeps its shape: imports run one way, thinking needs no machinery, files stay short."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ["config", "expectations", "tasks", "flows"]
SOURCES = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
EVERYTHING = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    place = path.relative_to(ROOT).parts
    later = LAYERS[LAYERS.index(place[0]) + 1 :]
    for name in imports(path):
        parts = name.split(".")
        assert parts[0] not in later, f"{path} imports {name}"
        assert parts[0] != "tests", f"{path} imports {name}"
        if place[0] == "tasks" and len(place) > 2 and parts[0] == "tasks" and len(parts) > 1:
            allowed = {place[1], "store", "progress", "retry"}
            assert parts[1] in allowed, f"{path}: between steps nothing is imported except the store, not {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prefect_stands_only_in_steps_and_flows(path: Path) -> None:
    if any(name.split(".")[0] == "prefect" for name in imports(path)):
        assert path.name == "step.py" or path.is_relative_to(ROOT / "flows")


def test_whose_process_it_is_is_asked_in_one_place() -> None:
    """A process of nobody, as in some containers, is no error there."""
    assert [path.name for path in SOURCES if "getpass" in imports(path)] == ["month_life.py"]


def test_deciding_costs_no_prefect_and_no_great_expectations() -> None:
    code = "import sys, tasks.qualify.decide; print([n for n in ('prefect', 'great_expectations') if n in sys.modules])"
    assert run_isolated(code) == "[]"


def test_names_resolve_to_this_project_from_anywhere() -> None:
    for layer in LAYERS:
        assert run_isolated(f"import {layer}; print({layer}.__file__)").startswith(str(ROOT)), layer


def run_isolated(code: str) -> str:
    """What the code prints when nothing but the installed project leads to it."""
    command = [sys.executable, "-I", "-c", code]
    return subprocess.run(command, cwd="/", check=True, capture_output=True, text=True).stdout.strip()


def test_flow_files_define_no_class_and_shadow_no_module() -> None:
    """A flow file may be loaded as a module of its own name from its own folder."""
    taken = set(sys.stdlib_module_names) | set(LAYERS) | {"templates", "tests"}
    for path in sorted((ROOT / "flows").glob("*.py")):
        assert path.stem == "__init__" or path.stem not in taken
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        if any("flow" in ast.unparse(decorator) for node in functions for decorator in node.decorator_list):
            assert not any(isinstance(node, ast.ClassDef) for node in tree.body), path
            assert len(path.read_text("utf-8").splitlines()) < 80, f"{path} reads no longer as a checklist"


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short_and_well_named(path: Path) -> None:
    if "versions" not in path.parts:  # a migration is as long as its tables
        assert len(path.read_text("utf-8").splitlines()) <= 300
    assert path.stem not in {"utils", "helpers", "common", "base", "manager"}


def test_what_may_take_more_than_a_minute_is_slow() -> None:
    """A longer time limit of their own is for whole files of slow tests."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        limits = [int(seconds) for seconds in re.findall(r"mark\.timeout\((\d+)\)", text)]
        if max(limits, default=0) > 60:
            assert re.search(r"^pytestmark = .*mark\.(slow|browser)", text, re.MULTILINE), f"{path}: mark the file slow"
