"""Where results and settings lie is said once, in the environment, for every command that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from flows.cli import app

ASKED_ONCE = {
    "--out": "CCM_OUT",
    "--results": "CCM_OUT",
    "--settings": "CCM_SETTINGS",
    "--database": "CCM_DATABASE_URL",
}
OF_THIS_CALL = {("demo-data", "--out"), ("audit-packet", "--out"), ("replay", "--settings")}
"""A new practice, one page, and settings that are only compared with."""


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name, group
    for one, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {one}".strip())


EVERY = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", EVERY)
def test_every_command_takes_it_from_the_environment(name: str) -> None:
    said = {option: one.envvar for one in EVERY[name].params for option in one.opts if option in ASKED_ONCE}
    asked = {option: None if (name, option) in OF_THIS_CALL else ASKED_ONCE[option] for option in said}
    assert said == asked


def test_it_looks_at_all_of_them() -> None:
    assert len(EVERY) > 30
