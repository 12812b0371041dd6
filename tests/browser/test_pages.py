"""Every page and message, wide and narrow, light and dark: readable, reachable, nothing fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import pages_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NARROWEST = 320  # what WCAG 2.2 asks of reflow (1.4.10)
LEAVES_ITS_CARD = """() => [...document.querySelectorAll('.card table')].filter(
    one => one.getBoundingClientRect().right > one.closest('.card').getBoundingClientRect().right
).map(one => one.rows[0].textContent.trim().slice(0, 60))"""

WIDE, NARROW = 1280, 390
TOLD = ("month", "worklist", "minutes", "outreach", "release", "figures", "approval", "returned", "run", "cutoff",
        "signoff")  # fmt: skip
# What the checker asks of pages as a whole: level A and AA of WCAG 2.2, and good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe_faults(page: Page) -> list[str]:
    """One line for each fault: the rule, what is wrong, the first places."""
    from axe_playwright_python.sync_playwright import Axe

    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}), {len(fault['nodes'])} places: {fault['help']}: "
        + " | ".join(node["html"][:160] for node in fault["nodes"][:3])
        for fault in found
    ]


def look(browser: Browser, path: Path, width: int, scheme: str) -> tuple[list[str], int, list[str]]:
    """What the checker finds, by how many pixels the page is wider than its window, what it asked of other places."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        elsewhere = [url for url in asked if not url.startswith(("file:", "data:", "about:"))]
        return axe_faults(page), int(over), elsewhere
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_can_be_read_by_everybody(browser: Browser, site: Path, width: int, scheme: str) -> None:
    pages = pages_of(site)
    assert {"report.html", "codes.html", "data_quality.html", "outbox.html", "index.html"} <= {p.name for p in pages}
    missing = {kind for kind in TOLD if not any(f"-{kind}" in page.name for page in pages)}
    assert missing == set()
    assert any(page.name == "answers.html" for page in pages)
    told = []
    for path in pages:
        faults, over, elsewhere = look(browser, path, width, scheme)
        name = path.relative_to(site)
        told += [f"{name}: {fault}" for fault in faults]
        told += [f"{name}: {over} pixels wider than a window of {width}"] * (over > 0)
        told += [f"{name}: asks {url}" for url in elsewhere]
    assert told == []


def test_no_list_of_a_message_leaves_its_card_on_the_smallest_phone(browser: Browser, site: Path) -> None:
    page = browser.new_context(viewport={"width": NARROWEST, "height": 900}).new_page()
    told, seen = [], 0
    for path in pages_of(site / "messages"):
        page.goto(path.as_uri())
        seen += page.locator(".card table").count()
        told += [f"{path.name}: {heads}" for heads in page.evaluate(LEAVES_ITS_CARD)]
    page.context.close()
    assert told == []
    assert seen >= 20, "lists of many kinds were looked at"
