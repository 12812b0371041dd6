"""A run that needs somebody: who is told, in which words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.errors import InputError
from config.message_settings import MessageSettings
from flows.automations import triggers
from flows.tell_operations import reached_by
from tasks.send.run_told import RunTold, compose_run
from tasks.store.outbox import put_daily
from tasks.store.step import open_place

SETTINGS = MessageSettings(operations="ops@maple.example", data_owner="it@maple.example")
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
    assert "at their source" in " ".join(told[1].text.split())


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
        put_daily(connection, compose_run("failed", RUN, addresses, date(2026, 11, 3)))
    assert reached_by(place, "P2").operations == "ops@maple.example", "whoever was written to last"
    place.store.close()


def test_a_patience_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {what: one["within"] for what, one in triggers().items()} == {
        "failed": 0, "late": 900, "stuck": 7200, "unapproved": 86400
    }  # fmt: skip
    monkeypatch.setenv("CCM_LATE_SECONDS", "soon")
    with pytest.raises(InputError, match="CCM_LATE_SECONDS: 'soon' is no number of seconds"):
        triggers()
