"""What the claims of a decided month would come to, before it is signed off: in counts, and listed in a folder."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.errors import PlaceError
from config.month import Month
from flows.listing import say
from tasks.claim.ahead import Ahead, ahead
from tasks.claim.signed import decided_practices
from tasks.send.claims_folder import write_claims_ahead
from tasks.send.words import plural
from tasks.store.step import Place, open_place

MOST_CAUSES = 8


def show_ahead(
    console: Console, database: str | None, out: Path, month: Month, practice: str | None, settings: Path | None
) -> None:
    """It is said for that practice, or for each that has the month; nothing is recorded.

    InputError when the month was never decided.
    """
    place = open_place(str(out), database, str(settings) if settings else None)
    try:
        for name in decided_practices(place.store, month, practice):
            head, *more = looked_ahead(place, name, month)
            for line in (f"{name} · {month}: {head}", *(f"    {one}" for one in more)):
                say(console, line)
    finally:
        place.store.close()


def looked_ahead(place: Place, practice_id: str, month: Month) -> list[str]:
    """What is said of it and where it is listed, which is the folder `claims-ahead` of the month.

    A folder that cannot be written is told in its place.
    """
    found = ahead(place.store, practice_id, month, place.settings)
    if found.problem:
        return ahead_said(found)
    try:
        listed = f"listed in {write_claims_ahead(place.folder(practice_id, month), found.lists, found.lines)}"
    except PlaceError as error:
        listed = str(error)
    return [*ahead_said(found), listed]


def ahead_said(found: Ahead) -> list[str]:
    """The claims in counts, one line in all and one for each of the commonest causes; nobody is named."""
    if found.problem:
        return [f"No claim can be written yet: {found.problem}"]
    causes = list(found.causes.items())
    said = [f"{count:,} · {words}" for words, count in causes[:MOST_CAUSES]]
    more = [f"and {plural(len(causes) - MOST_CAUSES, 'other cause')}"] if len(causes) > MOST_CAUSES else []
    head = f"{plural(found.ready, 'claim')} would be written now, {found.held:,} held"
    return [f"{head}{':' if said else '.'}", *said, *more]
