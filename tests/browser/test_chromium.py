"""Which browser the tests take, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import find_chromium


def program(folder: Path, name: str) -> str:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_one_that_is_named_comes_before_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(
        RuntimeError, match=r"^No Chromium found: install it .* or name yours in the variable CHROMIUM\.$"
    ):
        find_chromium()
    chrome = program(tmp_path / "bin", "google-chrome")
    assert find_chromium() == chrome
    chromium = program(tmp_path / "bin", "chromium-browser")
    assert find_chromium() == chromium
    own = program(tmp_path, "mine")
    monkeypatch.setenv("CHROMIUM", own)
    assert find_chromium() == own
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(RuntimeError, match=r"^CHROMIUM names /nowhere/chromium, which is no program; give"):
        find_chromium()
