"""The system's Chromium, driven by Playwright; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Its path, of the one that CHROMIUM names before all others; where there is none, a sentence with the remedy."""
    given = os.environ.get("CHROMIUM")
    for name in (given,) if given else NAMES:
        if path := shutil.which(name):
            return path
    if given:
        raise RuntimeError(f"CHROMIUM names {given}, which is no program; give the path of a Chromium, or unset it.")
    raise RuntimeError(
        "No Chromium found: install it (Debian: apt-get install chromium), or name yours in the variable CHROMIUM."
    )


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


if __name__ == "__main__":  # so that `make chromium` asks where the tests do
    try:
        print(find_chromium())
    except RuntimeError as error:
        sys.exit(str(error))
