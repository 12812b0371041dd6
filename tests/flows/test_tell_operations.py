"""A run that needs somebody: who is told, in which words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import pytest

from config.errors import InputError
from config.message_settings import MessageSettings
from flows.automations import run_told, triggers
from flows.outreach import outreach
from flows.prefect_api import PrefectApi
from flows.run_messages import reached_by
from tasks.send.run_told import RunTold, compose_run
from tasks.store.outbox import put_daily
from tasks.store.step import open_place

SETTINGS = {"P1": MessageSettings(operations="ops@maple.example", data_owner="it@maple.example")}
RUN = RunTold(
    run_id="8dc8be29-a3c1-4399-961e-d52dd9b234d7",
    name="month 2026-10",
    deployment="monthly-cycle",
    practice="P1",
    month="2026-10",
    step="pull the source",
    message="Flow run encountered an exception: InputError: P1: patients.csv is not there; C-000123 owes $12.",
    url="http://127.0.0.1:4200/runs/flow-run/8dc8be29-a3c1-4399-961e-d52dd9b234d7",
)


def test_practice_step_cause_and_remedy_are_said_and_nothing_that_mail_may_not_hold() -> None:
    (told,) = compose_run("failed", RUN, SETTINGS, date(2026, 11, 3))
    assert (told.audience, told.recipient) == ("operations", "ops@maple.example")
    assert told.subject == "P1 · monthly-cycle 2026-10 · run failed"
    text = " ".join(told.text.split())
    assert "practice P1, at the step: pull the source." in text
    assert "P1: patients.csv is not there" in text
    assert "run it again under Deployments" in text
    assert "C-000123" not in told.text + told.html
    assert "encountered an exception" not in told.text


@pytest.mark.parametrize(
    ("what", "words"),
    [("late", "run is late"), ("stuck", "run does not end"), ("unapproved", "month waits for approval")],
)
def test_what_happened_decides_the_words(what: str, words: str) -> None:
    waiting = RunTold(**(vars(RUN) | {"message": "", "step": ""}))
    (told,) = compose_run(what, waiting, SETTINGS, date(2026, 11, 3))
    assert told.subject.endswith(words)
    assert told.kind == f"run-{what}-8dc8be29"


def test_bad_data_is_told_to_whoever_owns_it() -> None:
    stopped = "Flow run encountered an exception: DataStopError: P1: 9 % of the time entries are set aside."
    told = compose_run("failed", RunTold(**(vars(RUN) | {"message": stopped})), SETTINGS, date(2026, 11, 3))
    assert [(one.audience, one.recipient) for one in told] == [
        ("operations", "ops@maple.example"),
        ("data_owner", "it@maple.example"),
    ]
    assert "9 % of the time entries are set aside" in " ".join(told[1].text.split())
    assert "at its source" in " ".join(told[1].text.split())


@pytest.mark.parametrize(
    ("error", "said", "mend"),
    [
        (
            "DataStopError: P1: 9 of 90 time entries (10 %) were set aside; mend the rows listed in quarantine.csv.",
            "Set aside: P1/2026-10-stopped/quarantine.csv of the results folder.",
            "Correct those rows at their source and export them again; operations has them, listed in quarantine.csv.",
        ),
        (
            "DataStopError: patients.csv, line 4: two patients have one patient_id; keep one.",
            "patients.csv, line 4: two patients have one patient_id",
            "Correct that at its source, and export it again.",
        ),
        (
            "UnreadableError: time_entries.csv, line 4, column minutes: the cell is not a whole number (and 7 more).",
            "line 4, column minutes: the cell is not a whole number (and 7 more)",
            "operations has all of them, listed in unreadable.csv.",
        ),
    ],
)
def test_the_data_owner_is_told_what_is_wrong_and_operations_where_it_lies(error: str, said: str, mend: str) -> None:
    stopped = RunTold(**(vars(RUN) | {"message": f"Flow run encountered an exception: {error}"}))
    operations, owner = compose_run("failed", stopped, SETTINGS, date(2026, 11, 3))
    assert owner.audience == "data_owner"
    assert said in " ".join(operations.text.split())
    assert mend in " ".join(owner.text.split())
    assert ("quarantine.csv" in owner.text) == ("quarantine.csv" in error)
    assert "set aside, stand" not in operations.text + operations.html, "a run that fails before keeps nothing"


def test_a_run_of_no_practice_reaches_every_address_of_operations_once() -> None:
    of_none = RunTold(**(vars(RUN) | {"practice": ""}))
    settings = {
        "P1": MessageSettings(operations="ops@maple.example"),
        "P2": MessageSettings(operations="ops@maple.example"),
        "P3": MessageSettings(operations="ops@elm.example"),
        "": MessageSettings(),
    }
    told = compose_run("failed", of_none, settings, date(2026, 11, 3))
    assert [(one.practice_id, one.recipient) for one in told] == [
        ("P1", "ops@maple.example"), ("P3", "ops@elm.example")
    ]  # fmt: skip
    assert told[0].subject == "All practices · monthly-cycle 2026-10 · run failed"
    (alone,) = compose_run("failed", of_none, {"": MessageSettings()}, date(2026, 11, 3))
    assert (alone.practice_id, alone.recipient) == ("all practices", "")


def test_bad_data_of_a_practice_is_told_to_no_other_practices_data_owner() -> None:
    stopped = RunTold(**(vars(RUN) | {"message": "Flow run encountered an exception: DataStopError: P1: too many."}))
    settings = {"P1": MessageSettings(), "P2": SETTINGS["P1"]}
    operations, owner = compose_run("failed", stopped, settings, date(2026, 11, 3))
    assert (operations.practice_id, operations.recipient) == ("P2", "ops@maple.example"), "somebody has to know"
    assert (owner.practice_id, owner.recipient) == ("P1", "")


class OneRun:
    """A server's answers about one failed run; its parts are real in test_automations."""

    url = "http://127.0.0.1:4200/api"

    def __init__(self, error: str, tasks: list[str], deployment: str = "monthly-cycle") -> None:
        self.deployment = deployment
        self.state = {"message": f"Flow run encountered an exception: {error}"}
        self.tasks = [{"name": name, "state_type": "COMPLETED"} for name in tasks]

    def ask(self, path: str) -> dict[str, object]:
        if path.startswith("/deployments"):
            return {"name": self.deployment}
        began = {"start_time": "2026-11-01T11:00:05Z", "expected_start_time": "2026-11-01T11:00:00Z"}
        return {"deployment_id": "d", "name": "of today", "state": self.state, "parameters": {}} | began

    def find(self, _what: str, **_wanted: object) -> list[dict[str, str]]:
        return self.tasks


@pytest.mark.parametrize(
    ("error", "tasks", "practice"),
    [
        ("InputError: patients.csv, line 4: two rows have one key.", [], ""),
        ("InputError: P1: no time entry is in the log.", [], "P1"),
        ("InputError: P3: no time entry is in the log.", ["take P2", "take P3"], "P3"),
        ("InputError: P3: no time entry is in the log.", ["take P2"], "P2"),
        ("InputError: P1: its settings cannot be used.", ["take P2"], "P1"),
    ],
)
def test_only_a_practice_that_is_known_is_read_from_an_error(error: str, tasks: list[str], practice: str) -> None:
    assert run_told(cast("PrefectApi", OneRun(error, tasks)), "8dc8be29", ["P1"]).practice == practice


@pytest.mark.parametrize(
    ("deployment", "month"), [("monthly-cycle", "2026-10"), ("minutes-watch", "2026-11"), ("outreach", "")]
)
def test_a_scheduled_run_has_its_month_by_the_day_on_which_it_began(deployment: str, month: str) -> None:
    run = cast("PrefectApi", OneRun("InputError: no table patients.", [], deployment))
    assert run_told(run, "8dc8be29").month == month


def test_somebody_is_told_although_the_settings_are_broken(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    place = open_place(str(tmp_path), None, str(settings))
    text = "defaults: {messages: {operations: ops@maple.example}}\npractices: {P1: {messages: {operations: nobody}}}\n"
    settings.write_text(text, "utf-8")
    addresses = reached_by(place, "P1")
    assert addresses.operations == "ops@maple.example", "those of all practices"
    settings.write_text("defaults: [", "utf-8")
    assert reached_by(place, "P1") == MessageSettings(), "nobody was written to before"
    with place.store.writing() as connection:
        put_daily(connection, compose_run("failed", RUN, {"P1": addresses}, date(2026, 11, 3)))
    assert reached_by(place, "P2").operations == "ops@maple.example", "whoever was written to last"
    place.store.close()


def test_what_waits_of_no_practice_leaves_with_an_outreach_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_none = RunTold(**(vars(RUN) | {"practice": ""}))
    whose = {"": MessageSettings(operations="ops@maple.example"), "P2": MessageSettings(operations="ops@elm.example")}
    place, delivered = open_place(str(tmp_path), None, ""), []
    with place.store.writing() as connection:
        put_daily(connection, compose_run("failed", of_none, whose, date(2026, 11, 3)))
    place.store.close()
    stands_in = {
        "practices_decided": lambda _place, one: [one] if one else ["P1", "P2"],
        "practice_outreach": lambda _place, one: {"practice_id": one},
        "deliver_messages": lambda _place, one: delivered.append(one),
        "show_board": lambda _place, _month: None,
    }
    for name, does in stands_in.items():
        monkeypatch.setattr(f"flows.outreach.{name}", does)
    assert outreach.fn(practice="P1", out=str(tmp_path)) == [{"practice_id": "P1"}]
    assert delivered == ["all practices"], "P2 has a schedule of its own"


def test_a_patience_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {what: one["within"] for what, one in triggers().items()} == {
        "failed": 0, "late": 900, "stuck": 7200, "lost": 600, "unapproved": 86400
    }  # fmt: skip
    monkeypatch.setenv("CCM_LATE_SECONDS", "soon")
    with pytest.raises(InputError, match="CCM_LATE_SECONDS: 'soon' is no number of seconds"):
        triggers()
