"""Retries are for input and output that may go through next time; never for wrong data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def on_errors_of(*kinds: type[BaseException]) -> Callable[[Any, Any, Any], bool]:
    """A condition for Prefect's `retry_condition_fn`: retry when the task failed with one of these kinds."""

    def may_pass(task: Any, run: Any, state: Any) -> bool:
        try:
            state.result()
        except kinds:
            return True
        except BaseException:
            return False
        return False

    return may_pass
