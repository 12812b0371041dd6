"""A run that failed, is late, does not end or waits for approval: operations is told, the data's owner of bad data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from config.audiences import SEEN
from config.message_settings import MessageSettings
from tasks.send.daily import daily_message
from tasks.send.messages import Message

# What happened, as the subject says it, and what to do where the cause does not say it.
HAPPENED = {
    "failed": ("run failed", "Mend the cause, then run it again under Deployments: what is done is not done twice."),
    "late": ("run is late", "No worker takes it: see `ccm doctor`, and start `ccm up` or the worker again."),
    "stuck": (
        "run does not end",
        "Look at its log in the UI; cancel it there and run it again, nothing is done twice.",
    ),
    "unapproved": ("month waits for approval", "Open the run in the UI and press Resume, or use ccm sign-off."),
}
DATA_STOP = "DataStopError"
RAISED = re.compile(r"(?:encountered an exception|exception)[:.]*\s*(?:(?P<kind>\w*Error)\s*:\s*)?(?P<words>.*)", re.S)
LONGEST = 600


@dataclass(frozen=True)
class RunTold:
    """A run of Prefect, as far as a message needs it: counts, names of steps and sentences, no patient data."""

    run_id: str
    name: str
    deployment: str
    practice: str
    month: str
    step: str
    message: str
    url: str

    @property
    def kind(self) -> str:
        """Which error ended it; empty where none did."""
        found = RAISED.search(self.message)
        return (found["kind"] or "") if found else ""

    @property
    def cause(self) -> str:
        """Its state's own words in a line, without what nobody may receive by mail."""
        found = RAISED.search(self.message)
        words = " ".join((found["words"] if found else self.message).split())
        for sign in SEEN.values():
            words = sign.sub("…", words)
        return words[:LONGEST]


def compose_run(what: str, run: RunTold, settings: MessageSettings, today: date) -> list[Message]:
    """Operations is told; where the checks stopped bad data, whoever owns the data too. Same run, same messages."""
    happened, remedy = HAPPENED[what]
    about = f"{run.deployment} {run.month}".strip()
    said = [
        f"{about}: {happened}, practice {run.practice or 'all'}{f', at the step: {run.step}' if run.step else ''}.",
        *([run.cause] if run.cause else []),
        remedy,
        f"The run: {run.url}",
    ]
    told = [("operations", settings.operations, said)]
    if what == "failed" and run.kind == DATA_STOP:
        mend = (
            "Correct those rows at their source and export them again; operations has them, listed in quarantine.csv."
        )
        told.append(("data_owner", settings.data_owner, [said[0], *said[1:-2], mend]))
    return [
        daily_message(
            "run",
            settings.templates,
            practice_id=run.practice or "all practices",
            practice_name=run.practice or "All practices",
            about=about,
            audience=audience,
            kind=f"run-{what}-{run.run_id[:8]}",
            recipient=to,
            to_do=happened if audience == "operations" else "data stopped the month",
            today=today,
            folder=run.practice or "the results folder",
            said=words,
        )
        for audience, to, words in told
    ]
