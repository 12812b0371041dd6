"""One practice after another: what goes wrong in one stops no other, and is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from config.errors import UserError
from tasks.progress import LOG


def each_practice(
    practices: Sequence[str], run: Callable[[str], dict[str, Any]], shows: str = "report"
) -> list[dict[str, Any]]:
    """The summary of each practice in their order, when all went well.

    Otherwise the first error, a fault of the program before one meant for the user, which names its practice where
    there are several; by then every practice had its turn and the log names the errors of all others, and the reports
    of those that are done.
    """
    summaries: list[dict[str, Any]] = []
    errors: list[Exception] = []
    for practice_id in practices:
        try:
            summaries.append(run(practice_id))
        except UserError as error:
            named = len(practices) == 1 or str(error).startswith((f"{practice_id}:", f"{practice_id},"))
            errors.append(error if named else type(error)(f"{practice_id}: {error}"))
        except Exception as error:  # a fault here says nothing about the next practice
            error.add_note(f"practice {practice_id}")
            LOG.info("%s: a fault of this program, %s", practice_id, type(error).__name__)
            errors.append(error)
    if errors:
        first = min(errors, key=lambda error: isinstance(error, UserError))
        for done in summaries:
            LOG.info("%s is done: open %s", done["practice_id"], done[shows])
        for other in errors:
            if other is not first and isinstance(other, UserError):
                LOG.info("%s", other)
        raise first
    return summaries
