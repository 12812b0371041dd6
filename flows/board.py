"""The month board in the Prefect UI, as it stands after whatever a run did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from config.errors import UserError
from config.month import Month
from flows.prefect_api import server_of_this_run
from tasks.progress import LOG, no_cell_in_errors
from tasks.send.board import board_markdown
from tasks.store.one_run import at_work
from tasks.store.step import Place

SECONDS = 60


@task(name="show the month board", cache_policy=NO_CACHE)
def show_board(place: Place, month: Month) -> None:
    """The board of the month is the newest artifact of its key, `board-2026-10`.

    One that is a minute young at most is left to the practices that are still at work: each of them shows it again.
    """
    try:
        if _young(place, month):
            return
        with no_cell_in_errors():
            text = board_markdown(place.store, month, place.out, place.settings)
    except UserError as error:  # one practice's fault must not take the run of another with it
        LOG.warning("The month board was not drawn: %s", error)
        return
    create_markdown_artifact(key=f"board-{month}", markdown=text, description=f"{month}: where every practice stands")


def _young(place: Place, month: Month) -> bool:
    """Whether others of the month are at work and it was drawn just now: a row a practice by each would be many."""
    with place.store.reading() as connection:
        if not at_work(connection, month):
            return False
    since = datetime.now(UTC) - timedelta(seconds=SECONDS)
    drawn = server_of_this_run().find("artifacts/latest", artifacts={"key": {"any_": [f"board-{month}"]}}, limit=1)
    return any(datetime.fromisoformat(one["updated"]) > since for one in drawn)
