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

    Otherwise the first error meant for the user, which names its practice where there are several; by then every
    practice had its turn and the log names the reports of those that are done.
    """
    summaries: list[dict[str, Any]] = []
    errors: list[UserError] = []
    for practice_id in practices:
        try:
            summaries.append(run(practice_id))
        except UserError as error:
            named = len(practices) == 1 or str(error).startswith((f"{practice_id}:", f"{practice_id},"))
            errors.append(error if named else type(error)(f"{practice_id}: {error}"))
    if errors:
        for done in summaries:
            LOG.info("%s is done: open %s", done["practice_id"], done[shows])
        raise errors[0]
    return summaries
