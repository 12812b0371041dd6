"""A Prefect server that is too busy to answer does not take `ccm up` with it; one that has ended does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import PlaceError
from flows import serving


class Busy:
    """Answers at the third question."""

    asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.asked < 3:
            raise PlaceError(
                "The Prefect server at http://127.0.0.1:4200/api does not answer (TimeoutError); start it."
            )
        return "said"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.time, "sleep", lambda _seconds: None)


def a_server(*, ended: bool) -> Any:
    return SimpleNamespace(ended=ended)


def test_a_busy_server_is_asked_until_it_answers() -> None:
    busy = Busy()
    assert serving.answered(a_server(ended=False), busy) == "said"
    assert busy.asked == 3


@pytest.mark.parametrize(("ended", "patience"), [(True, serving.FIRST_START), (False, -1.0)])
def test_one_that_has_ended_or_says_nothing_for_long_is_not_waited_for(
    ended: bool, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "FIRST_START", patience)
    busy = Busy()
    with pytest.raises(PlaceError):
        serving.answered(a_server(ended=ended), busy)
    assert busy.asked == 1
