"""One practice after another: what goes wrong in one stops no other, and is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from config.errors import UserError
from tasks.progress import LOG


def each_practice(practices: Sequence[str], run: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
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
            errors.append(type(error)(f"{practice_id}: {error}" if len(practices) > 1 else str(error)))
    if errors:
        for done in summaries:
            LOG.info("%s is done: open %s", done["practice_id"], done["report"])
        raise errors[0]
    return summaries
