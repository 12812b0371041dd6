"""The month board in the Prefect UI, as it stands after whatever a run did."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from config.errors import UserError
from config.month import Month
from tasks.progress import LOG, no_cell_in_errors
from tasks.send.board import board_markdown
from tasks.store.step import Place


@task(name="show the month board", cache_policy=NO_CACHE)
def show_board(place: Place, month: Month) -> None:
    """The board of the month is the newest artifact of its key, `board-2026-10`."""
    try:
        with no_cell_in_errors():
            text = board_markdown(place.store, month, place.out, place.settings)
    except UserError as error:  # one practice's fault must not take the run of another with it
        LOG.warning("The month board was not drawn: %s", error)
        return
    create_markdown_artifact(key=f"board-{month}", markdown=text, description=f"{month}: where every practice stands")
