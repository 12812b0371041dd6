"""README and guides are true: their files and links exist, their commands are real; the slow test runs the README's on
a fresh clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = {path: path.read_text("utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def anchors(page: str) -> set[str]:
    """What the headings of a page are called in links to them."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_links_and_pictures_exist() -> None:
    for path, page in PAGES.items():
        for target, place in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page):
            file = path.parent / target if target else path
            assert file.exists(), f"{path.name}: {target}"
            assert not place or place in anchors(file.read_text("utf-8")), f"{path.name}: {target}#{place}"


def test_every_picture_of_the_docs_is_shown() -> None:
    shown = {
        (path.parent / one).resolve() for path, page in PAGES.items() for one in re.findall(r"!\[.*?\]\((.*?)\)", page)
    }
    assert {path for path in (ROOT / "docs").rglob("*.png") if "rules" not in path.parts} == shown


def test_a_new_user_is_not_met_by_walls_of_text() -> None:
    """No paragraph of the README is longer than a few lines, and the whole is read in some minutes."""
    assert len(README.split()) < 1600
    prose = [
        one
        for one in README.split("\n\n")
        if not one.lstrip().startswith(("|", "```", "!", "- ", "1.", "2.", "3.", "4."))
    ]
    assert max(len(one.split()) for one in prose) < 100


def test_first_block_is_the_two_commands() -> None:
    assert BLOCKS[0].split("\n") == ["make demo", "make test", ""]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test", "test-slow", "bench"} <= targets


def test_commands_named_exist() -> None:
    help_text = subprocess.run(
        [str(Path(sys.executable).with_name("ccm")), "--help"], capture_output=True, text=True, check=True
    ).stdout
    for path, page in PAGES.items():
        for command in set(re.findall(r"`(?:\.venv/bin/)?ccm ([a-z-]+)", page)):
            assert re.search(rf"\b{command}\b", help_text), f"{path.name}: {command}"


def test_every_command_stands_in_the_list_of_commands() -> None:
    listed = PAGES[ROOT / "docs" / "commands.md"]
    names = {
        one.name or str(getattr(one.callback, "__name__", "")).replace("_", "-") for one in app.registered_commands
    }
    names |= {group.name for group in app.registered_groups}
    assert not {one for one in names if not re.search(rf"`ccm {one}\b", listed)}


def test_nothing_tells_of_the_place_it_was_made() -> None:
    """No path of a developer's machine and no index of packages but the public one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    told = re.compile("|".join(["/" + "work/", r"\.\./" + "shared", "/" + "root/", "/" + "tmp/"]))
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".png", ".lock"} or not path.is_file():
            continue
        found = told.search(path.read_text("utf-8", errors="replace"))
        assert not found, f"{name}: {found and found.group()}"


@pytest.mark.slow
def test_the_readme_on_a_fresh_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    demo = subprocess.run(["make", "demo"], cwd=clone, capture_output=True, text=True, timeout=900)
    assert demo.returncode == 0, demo.stderr[-2000:]
    assert (clone / "demo/out/P1/2026-10/report.html").exists()
    again = subprocess.run(["make", "demo"], cwd=clone, capture_output=True, text=True, timeout=300)
    assert "Nothing changed since this revision was written." in again.stdout
    own = BLOCKS[1].replace("path/to/folder", "demo/source").replace("--out out", "--out demo/mine")
    mine = subprocess.run(["bash", "-ec", own], cwd=clone, capture_output=True, text=True, timeout=300)
    assert mine.returncode == 0, mine.stderr[-2000:]
    bill = BLOCKS[2].replace("--out out", "--out demo/mine").replace("my-settings.yaml", "demo/source/settings.yaml")
    billed = subprocess.run(["bash", "-ec", bill], cwd=clone, capture_output=True, text=True, timeout=300)
    assert billed.returncode == 0, billed.stderr[-2000:]
    assert list((clone / "demo/mine/P1/2026-10/claims").glob("837P_*.x12"))
    answered = [
        ".venv/bin/ccm",
        "remit",
        "docs/demo.835",
        "--out",
        "demo/mine",
        "--settings",
        "demo/source/settings.yaml",
    ]
    remit = subprocess.run(answered, cwd=clone, capture_output=True, text=True, timeout=300)
    assert remit.returncode == 0, remit.stderr[-2000:]
    assert "claims answered 6; of them denied wholly or in part 2" in remit.stdout
    assert "7 answers, 3 denials" in remit.stdout
    part = ["make", "test", "PYTEST_ADDOPTS=tests/qualify"]
    # In a place of its own: a session of pytest closes the folders of the one that waits for it.
    apart = os.environ | {"PYTEST_DEBUG_TEMPROOT": str(tmp_path)}
    quick = subprocess.run(part, cwd=clone, capture_output=True, text=True, timeout=900, env=apart)
    assert quick.returncode == 0, quick.stdout[-2000:]
