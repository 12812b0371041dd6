"""The system's Chromium, driven by Playwright; nothing is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Its path; where there is none, a sentence that says how to get it."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise RuntimeError("No Chromium found: install it (Debian and Ubuntu: apt-get install chromium).")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless browser that is closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # As root, as in a container, Chromium starts without its sandbox only; it reads nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
