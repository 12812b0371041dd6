"""Pictures of Prefect's UI for docs/pictures, taken while an operator has a month run and approves it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from config.month import Month
from tasks.demo.write import write_demo_data
from tests.browser.chromium import open_browser
from tests.browser.operator_ui import Operator, SetUp
from tests.browser.pages import MONTH

# Where a real installation has its folders (docs/installation.md): they are seen in the run form.
HOME = Path("/srv/ccm")


def take_ui_pictures(folder: Path) -> list[Path]:
    """The run form, the run that waits, the board and the approval form, in a window of a laptop."""
    home = HOME
    if HOME.exists() or not HOME.parent.is_dir():
        home = Path(tempfile.mkdtemp())
    write_demo_data(home / "source", 60, 1, 7, Month.parse(MONTH), practices=1)
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
    _, run = operator.submit("/create_flow_run")
    up.reaches(run["id"], "PAUSED")
    operator.look_at(run["id"])
    operator.sees("Suspended")
    taken.append(operator.picture(folder / "ui-run.png"))
    operator.open_resume(run["id"])
    operator.choose("Decision", "sign off")
    operator.field("Your name").fill("S. Igner")
    taken.append(operator.picture(folder / "ui-approval.png"))
    operator.submit("/resume")
    up.reaches(run["id"], "COMPLETED")
    operator.open_artifact(run["id"], f"board-{MONTH}")
    taken.append(operator.picture(folder / "ui-board.png"))
    return taken
