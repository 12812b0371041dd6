"""The history of one co-pay case as a table: what happened, by whom, where it stood then, and when calls were made."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from rich.table import Table

from config.errors import InputError
from config.letters import LANGUAGES
from tasks.route.calls import WORDS, stands
from tasks.route.desk import Desk
from tasks.route.machine import Case, after
from tasks.send.words import dollars, plain
from tasks.store.day import zone_of


def history(desk: Desk, number: str) -> Table:
    """Every move of the case in the order of its record, with the letters among them; of a call also its time."""
    table = Table(title="History", title_justify="left")
    for heading in ("Day", "What", "Detail", "By", "Stands"):
        table.add_column(heading)
    case, timed = Case(), _times(desk, number)
    rows: list[tuple[date, str, str, str, str]] = []
    for move in [*desk.work.moves.get(number, []), *desk.standing.new.get(number, [])]:
        with suppress(InputError):
            case = after(case, move)
        detail = " ".join(filter(None, (move.outcome or move.option or move.reason, move.note)))
        cents = dollars(move.cents) if move.cents else ""
        words = filter(None, (f"{plain(detail)} {cents}".strip(), timed.get(move.source, "")))
        rows.append((move.day, move.what, "; ".join(words), move.by, plain(case.stage)))
    for one in desk.work.letters.get(number, []):
        place = max((place for place, row in enumerate(rows, start=1) if row[0] <= one.day), default=0)
        written = (one.day, "letter", f"{plain(one.reason)} ({LANGUAGES.get(one.note, one.note)})", one.by, "")
        rows.insert(place, written)
    for day, *cells in rows:
        table.add_row(str(day), *cells)
    return table


def _times(desk: Desk, number: str) -> dict[str, str]:
    """What is said of the time of each call of the case, by its source; times are those of the practice's clock."""
    zone, found = zone_of(desk.tables), {}
    for call in desk.work.calls.get(number, []):
        at = f"{call.at.astimezone(ZoneInfo(zone)):%H:%M}" if call.at else ""
        said = WORDS[stands(call, desk.work.settings, zone)]
        found[call.source] = ", ".join(filter(None, (at, said)))
    return found
