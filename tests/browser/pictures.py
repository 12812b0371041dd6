"""Takes docs/pictures anew from a demo month, as `make pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.browser.chromium import open_browser
from tests.browser.pages import MONTH, make_pages
from tests.browser.ui_pictures import take_ui_pictures

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESK, PHONE = (1280, 1600), (390, 1400)
# Name of the picture, page, size of the window, light or dark.
TAKEN = (
    ("report-phone", f"out/P1/{MONTH}/report.html", PHONE, "light"),
    ("report-dark", f"out/P1/{MONTH}/report.html", DESK, "dark"),
    ("message-billing", "messages/billing-month.html", (720, 1200), "light"),
    ("message-care-manager-phone", "messages/care_manager-worklist-S0001.html", PHONE, "dark"),
    ("mailbox", "out/outbox.html", (1280, 900), "light"),
    ("explained", "explained.html", (1000, 1200), "light"),
)


def take_pictures(site: Path, folder: Path) -> list[Path]:
    """The upper part of each page, as it stands in its window when it is opened."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with open_browser() as browser:
        for name, page, (width, height), scheme in TAKEN:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
            )
            opened = context.new_page()
            opened.goto((site / page).as_uri())
            taken.append(folder / f"{name}.png")
            opened.screenshot(path=taken[-1])
            context.close()
    return taken


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as root:
        for picture in [*take_pictures(make_pages(Path(root)), FOLDER), *take_ui_pictures(FOLDER)]:
            print(picture.relative_to(FOLDER.parents[1]))
