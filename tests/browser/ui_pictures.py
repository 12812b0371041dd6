"""Pictures of Prefect's UI for docs/pictures, taken while an operator has a month run and approves it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.browser.chromium import open_browser
from tests.browser.operator_ui import Operator, SetUp
from tests.browser.pages import MONTH, ccm
from tests.flows.test_up import wait_until

# Where a real installation has its folders (docs/installation.md): they are seen in the run form.
HOME = Path("/srv/ccm")


def take_ui_pictures(folder: Path) -> list[Path]:
    """The run form, the run that waits, the approval form and the board of three practices, in a window of a laptop.

    The board's colours are characters of an emoji font, which the machine must have (Debian: fonts-noto-color-emoji).
    """
    home = HOME
    if HOME.exists() or not HOME.parent.is_dir():
        home = Path(tempfile.mkdtemp())
    write_demo_data(home / "source", 90, 1, 7, Month.parse(MONTH), practices=3)
    up = SetUp(home / "source", home / "out")
    up.start()
    try:
        with open_browser() as browser:
            return _taken(Operator(browser.new_page(viewport={"width": 1280, "height": 1000}), up), up, folder)
    finally:
        up.stop()
        shutil.rmtree(home)


def _taken(operator: Operator, up: SetUp, folder: Path) -> list[Path]:
    operator.open_form()
    operator.field("month (Optional)").fill(MONTH)
    taken = [operator.picture(folder / "ui-run-form.png")]
    _, parent = operator.submit("/create_flow_run")
    up.reaches(parent["id"], "COMPLETED")
    runs = {one["parameters"].get("practice"): one["id"] for one in up.api.find("flow_runs", limit=200)}
    wait_until(lambda: all(up.state(runs[name]) == "PAUSED" for name in ("P1", "P2", "P3")), 1800)
    operator.look_at(runs["P1"])
    operator.sees("Suspended")
    taken.append(operator.picture(folder / "ui-run.png"))
    operator.open_resume(runs["P1"])
    operator.choose("Decision", "sign off")
    operator.field("Your name").fill("S. Igner")
    taken.append(operator.picture(folder / "ui-approval.png"))
    operator.submit("/resume")
    up.reaches(runs["P1"], "COMPLETED")
    # The first one's claims are written, the second is signed off, the third waits: the next run shows it.
    ccm("claims", "--month", MONTH, "--practice", "P1", "--out", up.out, "--settings", up.source / "settings.yaml")
    ccm("sign-off", "--month", MONTH, "--practice", "P2", "--out", up.out, "--by", "S. Igner")
    again = up.run("monthly-cycle", month=MONTH, practice="P1")
    up.reaches(again, "COMPLETED")
    operator.open_artifact(again, f"board-{MONTH}")
    taken.append(operator.picture(folder / "ui-board.png"))
    return taken
