"""A month as an operator does it in Prefect's UI: started from the run form, watched, read, approved.

Each step waits for what the page or the server says, never for a time; what bounds it is for a machine under load.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.flows.test_up import Up

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response

MOST_PRESSES = 10
PATIENCE = 180_000  # milliseconds for anything that a page shows
# A page whose question the server answered too late stays empty until it is opened again.
LOOKS, A_LOOK = 6, 60_000


class SetUp(Up):
    """`ccm up` with the settings that lie beside its source."""

    def command(self) -> list[str]:
        return [*super().command(), "--settings", str(self.source / "settings.yaml")]


class Operator:
    """Somebody with a browser, and nothing else, before a running `ccm up`."""

    def __init__(self, page: Page, up: Up) -> None:
        self.page, self.up = page, up
        self.read: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.set_default_navigation_timeout(PATIENCE)

    def opened(self, path: str, shows: Locator, press: Locator | None = None) -> None:
        """The page of that path, with what it is to show, where need be once something was pressed."""
        from playwright.sync_api import TimeoutError as NotShown

        for look in range(LOOKS):
            self.page.goto(f"http://127.0.0.1:{self.up.port}{path}")
            try:
                if press is not None:
                    press.click(timeout=A_LOOK)
                shows.wait_for(timeout=A_LOOK)
                return
            except NotShown:
                if look == LOOKS - 1:
                    raise

    def open_form(self) -> None:
        """The run form of the month (*Deployments*, *monthly-cycle*, *Run*, *Custom run*)."""
        deployment = self.up.deployment("monthly-cycle")["id"]
        self.opened(f"/deployments/deployment/{deployment}/run", self.field("month (Optional)"))

    def field(self, label: str) -> Locator:
        """The input under that label."""
        return self.page.locator(".p-label.schema-form-property").filter(has_text=label).locator("textarea").last

    def submit(self, asks: str) -> tuple[int, Any]:
        """What the server answers to the form: its status, and the body.

        Where Prefect's database is just written to by somebody else it answers 503, and the operator presses again.
        """

        def is_answer(response: Response) -> bool:
            return response.request.method == "POST" and response.url.endswith(asks)

        for _ in range(MOST_PRESSES):
            with self.page.expect_response(is_answer, timeout=PATIENCE) as answer:
                self.page.get_by_role("button", name="Submit").click()
            if answer.value.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            self.page.wait_for_timeout(3_000)
        return answer.value.status, json.loads(answer.value.body())

    def look_at(self, run: str) -> None:
        """The page of the run, with its state and its log."""
        self.opened(f"/runs/flow-run/{run}", self.page.get_by_text("Artifacts", exact=True))

    def sees(self, words: str) -> None:
        """The words stand on the page, now or once it learns of them by itself; all of it was read."""
        self.page.get_by_text(words).first.wait_for()
        self.read.append(self.page.locator("body").inner_text())

    def open_artifact(self, run: str, key: str) -> None:
        """The newest artifact of that key, which has a card on the run's page.

        The address is the card's own: the page draws its cards anew while one would be clicked.
        """
        tab = self.page.get_by_text("Artifacts", exact=True)
        self.opened(f"/runs/flow-run/{run}", self.page.get_by_text(key, exact=True).last, tab)
        found = self.up.api.find("artifacts", limit=200)
        mine = [one for one in found if (one["flow_run_id"], one["key"]) == (run, key)]
        newest = max(mine, key=lambda one: str(one["created"]))
        self.opened(f"/artifacts/artifact/{newest['id']}", self.page.get_by_role("button", name="Show raw data"))
        self.read.append(self.page.locator("body").inner_text())

    def open_resume(self, run: str) -> None:
        """The form behind *Resume*."""
        resume = self.page.get_by_role("button", name="Resume")
        self.opened(f"/runs/flow-run/{run}", self.field("Your name"), resume)
        self.read.append(self.page.locator("body").inner_text())

    def choose(self, label: str, choice: str) -> None:
        """One of the words that a field offers."""
        chosen = self.page.locator(".p-label.schema-form-property").filter(has_text=label)
        chosen.locator(".p-select-button__control").last.press("Space")
        self.page.get_by_role("option", name=choice, exact=True).click()
        chosen.get_by_text(choice, exact=True).last.wait_for()

    def picture(self, path: Path) -> Path:
        """What stands in the window, once its own page and not a part of it on its way is there."""
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=path)
        return path
