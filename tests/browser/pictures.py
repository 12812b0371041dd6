"""Takes docs/pictures anew from a demo month, as `make pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from config.month import Month
from tasks.send.left import REASONS
from tasks.send.stakeholders import PAGES, Figures, stakeholder_pages
from tasks.store.records import Cycle, Digests
from tasks.store.trend import COLUMNS
from tests.browser.chromium import open_browser
from tests.browser.letter_pictures import take_letters
from tests.browser.pages import MONTH, make_pages
from tests.browser.ui_pictures import take_ui_pictures

DEMO_PATIENTS = 300  # as `make demo` has
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESK, PHONE = (1280, 1600), (390, 1400)
# Name of the picture, page, size of the window, light or dark.
TAKEN = (
    ("report", f"out/P1/{MONTH}/report.html", DESK, "light"),
    ("stakeholder", "stakeholder_13.html", (1280, 1240), "light"),
    ("report-phone", f"out/P1/{MONTH}/report.html", PHONE, "light"),
    ("report-dark", f"out/P1/{MONTH}/report.html", DESK, "dark"),
    ("message-billing", "messages/billing-month.html", (720, 1200), "light"),
    ("message-care-manager-phone", "messages/care_manager-worklist-S0001.html", PHONE, "dark"),
    ("mailbox", "out/outbox.html", (1280, 900), "light"),
    ("explained", "explained.html", (1000, 1200), "light"),
)


def thirteen_months(to: Path) -> None:
    """The stakeholder page of a practice that grew over thirteen months, of which March was never run."""
    cycle = Cycle(1, "P1", Month.parse(MONTH), 1, "decided", Digests("", "", ""), "", pd.Timestamp("2026-11-05"))
    rows, month = [], cycle.month
    for back in range(13):
        enrolled, billed = 300 - 5 * back, 163 - (3 * back) % 14
        paid = billed - 20 if back > 1 else 0
        if back != 7:
            row = dict.fromkeys(COLUMNS, 0) | {"month": str(month), "patients": enrolled, "reached": enrolled - 17}
            row |= {"patients_bill": billed, "patients_hold": 60, "patients_short": enrolled - billed - 80}
            row |= {"patients_not_billable": 20, "expected_cents": billed * 8700}
            rows.append(row | {"paid_patients": paid, "received_cents": paid * 6900})
        month = month.previous
    moved = dict.fromkeys(REASONS, 6) | {"joined": 84, "left": 6 * len(REASONS)}
    figures = Figures(cycle, "Maple Street Family Medicine", pd.DataFrame(rows[::-1], columns=list(COLUMNS)), moved)
    to.write_text(stakeholder_pages(figures)[PAGES["board"]], encoding="utf-8")


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
        site = make_pages(Path(root), DEMO_PATIENTS)
        thirteen_months(site / "stakeholder_13.html")
        for picture in [*take_letters(FOLDER), *take_pictures(site, FOLDER), *take_ui_pictures(FOLDER)]:
            print(picture.relative_to(FOLDER.parents[1]))
