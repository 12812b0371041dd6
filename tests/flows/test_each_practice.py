"""One practice's failure, of whatever kind, stops no other; each error is said."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import DataStopError, InputError
from flows.each_practice import each_practice
from tests.flows.conftest import Heard


class BrokenError(RuntimeError):
    """What a program's own fault is like."""


def run_with(wrong: dict[str, Exception]) -> Any:
    ran: list[str] = []

    def run(practice_id: str) -> dict[str, Any]:
        ran.append(practice_id)
        if practice_id in wrong:
            raise wrong[practice_id]
        return {"practice_id": practice_id, "report": f"out/{practice_id}"}

    return ran, run


def test_every_practice_has_its_turn_and_every_error_is_said(heard: Heard) -> None:
    names = [f"P{number}" for number in range(1, 6)]
    ran, run = run_with({"P2": InputError("no time log"), "P4": DataStopError("P4, 2026-10: too much was set aside")})
    with pytest.raises(InputError, match=r"^P2: no time log$"):
        each_practice(names, run)
    assert ran == names
    said = heard.said
    assert "P4, 2026-10: too much was set aside" in said
    assert [line for line in said if "is done" in line] == [
        f"{name} is done: open out/{name}" for name in ("P1", "P3", "P5")
    ]


def test_a_fault_stops_no_other_practice_and_is_raised_before_what_a_user_can_mend() -> None:
    ran, run = run_with({"P1": InputError("no time log"), "P2": BrokenError("division")})
    with pytest.raises(BrokenError, match="division") as raised:
        each_practice(["P1", "P2", "P3"], run)
    assert ran == ["P1", "P2", "P3"]
    assert raised.value.__notes__ == ["practice P2"]
