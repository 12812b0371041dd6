"""How far collecting each claim's share has come: days since the patient was asked for it, and attempts since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from config.case_settings import CaseSettings
from tasks.route.machine import Case, Move


@dataclass(frozen=True)
class Effort:
    """The effort to collect what one claim left: `complete_on` is the day on which it was long and often enough."""

    cents: int
    days: int
    attempts: int
    complete_on: date | None = None

    @property
    def complete(self) -> bool:
        """Whether it may be given up."""
        return self.complete_on is not None


def efforts(
    case: Case, moves: Iterable[Move], claims: Iterable[tuple[str, int, date]], settings: CaseSettings, until: date
) -> tuple[Effort, ...]:
    """The effort made for each claim (number, cents that may be asked, day of its answer), as of that day.

    It begins when the claim's unpaid share came into the case, or the case was opened, and not before the payer's
    answer. A case that was settled and came back goes on with the effort that was made before.
    """
    if case.opened is None:
        return ()
    came = {move.source: move.day for move in moves if move.what == "owe" and move.day <= until}
    found = []
    for number, cents, answered in claims:
        start = max(answered, min(case.opened, came.get(f"owed:{number}", case.opened)))
        since = sorted(day for day in case.tried if start <= day <= until)
        long_enough = start + timedelta(days=settings.collection_days)
        complete = None
        if len(since) >= settings.collection_attempts and long_enough <= until:
            complete = max(long_enough, since[settings.collection_attempts - 1])
        found.append(Effort(cents, max(0, (until - start).days), len(since), complete))
    return tuple(found)
