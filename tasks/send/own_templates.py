"""A practice's own templates: copies of those shipped, tried before a month is decided, told when stale."""

from __future__ import annotations

import hashlib
import re
import traceback
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import TemplateError, TemplateSyntaxError

from config.contract import Table, inputs, outputs, worklist_outputs
from config.errors import InputError, PlaceError, UserError
from config.frames import as_contract
from config.message_settings import MessageSettings
from config.month import Month
from config.query_kinds import query_kinds
from config.watch_settings import WatchSettings
from tasks.send.actions_due import compose_due_actions
from tasks.send.charts import TONES
from tasks.send.messages import Context, compose
from tasks.send.month_end import month_end_message
from tasks.send.outreach import Kept, compose_outreach
from tasks.send.queries import compose_escalated, compose_queries
from tasks.send.render import TEMPLATES, environment
from tasks.send.run_told import RunTold, compose_run
from tasks.send.stakeholders import Figures, compose_figures
from tasks.send.watch import compose_watch, day_of, watched
from tasks.store.records import Cycle, Digests

SHIPPED = TEMPLATES / "messages"
MARK = re.compile(r"^\{# copy of (\S+), (\w+) #\}\n")
CASE = "C-000001"
SAMPLE = {"text": "text", "integer": 1, "cents": 100, "flag": True}
OWNERS = ("care_manager", "practitioner", "billing", "front_desk")
TELLS_ACTIONS = ("care_manager", "billing_practitioner", "billing", "compliance", "operations")
DAY = date(2026, 11, 5)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
COUNTED = ("patients", "reached", "paid_patients", "expected_cents", "received_cents")


def copy_template(name: str, folder: Path) -> Path:
    """The shipped template stands in the folder, with a first line by which a later change of it is noticed.

    InputError when there is no such template, or a file of that name is there already.
    """
    if name not in names():
        raise InputError(f"'{name}' is no template of a message; write one of {', '.join(names())}.")
    path = folder / name
    if path.exists():
        raise InputError(f"{path}: this is there already; move it away first, so that nothing of yours is lost.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{{# copy of {name}, {_digest(name)} #}}\n{_shipped(name)}", "utf-8", newline="\n")
    except OSError as error:
        raise PlaceError(
            f"{path}: the template cannot be written ({error.strerror}); choose another folder."
        ) from error
    return path


def names() -> list[str]:
    """The templates of messages."""
    return sorted(path.name for path in SHIPPED.glob("*.j2"))


def stale_templates(folder: str) -> list[str]:
    """A sentence for each own template whose shipped one has changed since it was copied, or of which nobody knows."""
    told = []
    for path in _own(folder):
        mark = MARK.match(path.read_text("utf-8"))
        if not mark:
            told.append(f"{path}: its first line does not say of what it is a copy, so nobody sees when it is stale")
        elif mark[2] != _digest(path.name):
            told.append(f"{path}: the shipped template has changed since this copy; copy it anew and take over yours")
    return told


def check_templates(folder: str) -> None:
    """Nothing, when each own template can be filled in for a month with everything; InputError with file and line."""
    if not folder:
        return
    if not Path(folder).is_dir():
        raise InputError(f"messages.templates: there is no folder {folder}; make it, or leave the setting empty.")
    environment.cache_clear()
    for path in _own(folder):
        if path.name not in names():
            raise InputError(f"{path}: it takes the place of no template; name it as one of {', '.join(names())}.")
        try:
            environment(folder).get_template(f"messages/{path.name}")
        except TemplateSyntaxError as error:
            raise InputError(
                f"{error.filename or path}, line {error.lineno}: {error.message}; mend the template."
            ) from error
        except (TemplateError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: it cannot be read ({type(error).__name__}); mend the template.") from error
    try:
        _everything(folder)
    except UserError as error:
        raise InputError(f"{folder}: {error}") from error
    except Exception as error:
        raise InputError(f"{_place(error, folder)}: {_said(error)}; mend the template.") from error


def _everything(folder: str) -> None:
    """Every message of a month in which each audience has something to do, and in its second revision."""
    settings = MessageSettings(templates=folder, compliance="compliance@example.org")
    frames = {name: _one_row(table) for name, table in outputs().items()}
    decisions, found = frames["decisions"], frames["findings"]
    frames["decisions"] = pd.concat([decisions.assign(outcome=one) for one in ("hold", "short", "bill")])
    frames["decisions"]["patient_id"] = frames["findings"]["patient_id"] = "P"
    frames["findings"] = pd.concat([found.assign(owner=one, outcome=how) for one in OWNERS for how in ("hold", "warn")])
    cases = frames["copay_cases"].assign(state="open", response="qmb_paid", patient_id="P", escalated_to="billing")
    frames["copay_cases"] = pd.concat([cases.assign(owner=one) for one in OWNERS])
    frames["quarantine"] = pd.concat([frames["quarantine"].assign(owner=one) for one in OWNERS])
    action = _one_row(worklist_outputs()["actions"]).assign(state="open", due_date=pd.Timestamp(DAY), cases=CASE)
    frames["actions"] = pd.concat([action.assign(audience=name, person=None) for name in TELLS_ACTIONS])
    owed = {"state": ["open"], "due_date": [pd.Timestamp(DAY)], "why": ["paid_twice"], "open_cents": [100]}
    staff, patients = _people("staff_id"), pd.DataFrame({"patient_id": ["P"], "care_manager_id": ["text"]})
    compose(
        Context(
            "P1", "Practice", "", Month(2026, 10), 2, frames, staff, DAY, _people("practitioner_id"), settings,
            pd.DataFrame(owed), (), ("A note",),
        )
    )  # fmt: skip
    alerts = pd.DataFrame({"whose": ["C-000001"], "words": ["An alert"]})
    kept = (Kept("worklists/copay_cases.kept.xlsx", ("C-000001",), "text"),)
    compose_outreach("P1", {}, frames["copay_cases"], alerts, staff, patients, DAY, settings, kept)
    people = {"care_manager": staff, "billing_practitioner": _people("practitioner_id")}
    compose_due_actions("P1", {}, frames["actions"], people, DAY, settings)
    _other_days(folder, frames, staff, settings)


def _other_days(folder: str, frames: dict[str, pd.DataFrame], staff: pd.DataFrame, settings: MessageSettings) -> None:
    """What is told beside the month and the day's cases: queries, minutes, the month's end, figures, a failed run."""
    row = _one_row(worklist_outputs()["queries"]).assign(kind=next(iter(query_kinds())))
    queries = pd.concat([row.assign(state=one, asked_to="text") for one in ("told", "escalated", "answered")])
    compose_queries("P1", {}, queries, staff, ("text", ""), DAY, folder)
    compose_escalated("P1", {}, queries, "operations", _people("practitioner_id"), {}, DAY, settings)
    month, cycle = Month(2026, 10), Cycle(1, "P1", Month(2026, 10), 2, "decided", Digests("", "", ""), "", NOON)
    begins = {"coverages": {"start_date": pd.Timestamp(month.first)}, "stays": {}}
    tables = {name: _one_row(inputs()[name]).assign(patient_id="P", **more) for name, more in begins.items()}
    day = day_of(month, month.first, WatchSettings())
    work = watched(frames, tables, month, day._replace(is_full=True), WatchSettings())
    compose_watch("P1", "Practice", work, staff, month, day, folder)
    month_end_message(cycle, {}, "billing", "release", "", "released", ["A sentence"], DAY, folder)
    counts = dict.fromkeys((*COUNTED, *(f"patients_{one}" for one in TONES)), 100)
    trend = pd.DataFrame([{"month": str(one), **counts} for one in (month.previous, month)])
    moved = dict.fromkeys(("joined", "left", "died", "cost", "consent", "other"), 100)
    told = settings.model_copy(update={"quality": "q@example.org", "board": "b@example.org"})
    compose_figures(Figures(cycle, "Practice", trend, moved), told, DAY)
    compose_run("failed", RunTold("id", "run", "monthly-cycle", "", "", "step", "cause", ""), {"": settings}, DAY)


def _people(key: str) -> pd.DataFrame:
    return pd.DataFrame({key: ["text"], "email": ["somebody@example.org"]})


def _one_row(table: Table) -> pd.DataFrame:
    row: dict[str, Any] = {column.name: SAMPLE.get(column.type, pd.Timestamp(DAY)) for column in table.columns}
    row |= {"case_number": CASE} if "case_number" in row else {}
    return as_contract(pd.DataFrame([row]), table)


def _place(error: Exception, folder: str) -> str:
    """File and line of the practice's template in which it happened; the folder where it is none of them."""
    places = [at for at in traceback.extract_tb(error.__traceback__) if at.filename.startswith(folder)]
    return f"{places[-1].filename}, line {places[-1].lineno}" if places else folder


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, TemplateError) else type(error).__name__


def _own(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*.j2")) if folder else []


def _shipped(name: str) -> str:
    return (SHIPPED / name).read_text("utf-8")


def _digest(name: str) -> str:
    return hashlib.sha256(_shipped(name).encode()).hexdigest()[:16]
