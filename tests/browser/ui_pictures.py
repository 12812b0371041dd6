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
    """The run form, the run that waits, the approval form, the month with its charts and the board of three practices,
    in a window of a laptop; of the first and the third practice the month before was run too.

    The board's colours are characters of an emoji font, which the machine must have (Debian: fonts-noto-color-emoji).
    """
    home = HOME
    if HOME.exists() or not HOME.parent.is_dir():
        home = Path(tempfile.mkdtemp())
    source, out = home / "source", home / "out"
    write_demo_data(source, 90, 2, 7, Month.parse(MONTH), practices=3)
    before = ["--month", Month.parse(MONTH).previous, "--source", source, "--out", out]
    for name in ("P1", "P3"):
        ccm("run", *before, "--settings", source / "settings.yaml", "--practice", name)
    up = SetUp(source, out)
    up.start()
    try:
        with open_browser() as browser:
            return _taken(Operator(browser.new_page(viewport={"width": 1440, "height": 1000}), up), up, folder)
    finally:
        up.stop()
        shutil.rmtree(home)


def _taken(operator: Operator, up: SetUp, folder: Path) -> list[Path]:
    wait_until(lambda: up.api.ask("/work_pools/ccm")["status"] == "READY", 300)  # else the form warns of no worker
    operator.open_form()
    operator.field("month (Optional)").fill(MONTH)
    taken = [operator.picture(folder / "ui-run-form.png")]
    _, parent = operator.submit("/create_flow_run")
    up.reaches(parent["id"], "COMPLETED")
    wait_until(lambda: list(months(up).values()) == ["PAUSED", "FAILED", "PAUSED"], 1800)
    first = next(run for name, run in months(up) if name == "P1")
    operator.look_at(first)
    operator.sees("Suspended")
    taken.append(operator.picture(folder / "ui-run.png"))
    operator.open_resume(first)
    operator.choose("Decision", "sign off")
    operator.field("Your name").fill("S. Igner")
    taken.append(operator.picture(folder / "ui-approval.png"))
    operator.submit("/resume")
    up.reaches(first, "COMPLETED")
    operator.open_artifact(first, f"month-p1-{MONTH}")
    operator.page.get_by_text("To bill, month by month").scroll_into_view_if_needed()
    taken.append(operator.picture(folder / "ui-month.png"))
    # The data of the second stopped it, the third waits: the board has a colour for each.
    operator.open_artifact(first, f"board-{MONTH}")
    taken.append(operator.picture(folder / "ui-board.png"))
    return taken


def months(up: SetUp) -> dict[tuple[str, str], str]:
    """Practice and id of each practice's run, in the practices' order, with its state; others wait for their day."""
    found = [one for one in up.api.find("flow_runs", limit=200) if one["name"].startswith(f"month {MONTH} of ")]
    named = {(one["parameters"]["practice"], one["id"]): one["state_type"] for one in found}
    return dict(sorted(named.items()))
