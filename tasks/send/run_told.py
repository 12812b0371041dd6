"""A run that failed, is late, does not end or waits for approval: operations is told, the data's owner of bad data."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
# What ends a run because of its data, and what whoever owns them is asked for; the error's own words stand before it.
DATA_STOPS = {
    "DataStopError": "Correct that at its source, and export it again.",
    "UnreadableError": "Correct those cells at their source and export them again; operations has all of them, listed "
    "in unreadable.csv.",
}
LISTED = "quarantine.csv"  # said by the error where the rows set aside were kept
RAISED = re.compile(r"(?:encountered an exception|exception)[:.]*\s*(?:(?P<kind>\w*Error)\s*:\s*)?(?P<words>.*)", re.S)
LONGEST = 600
NO_PRACTICE = "all practices"


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


def compose_run(what: str, run: RunTold, settings: Mapping[str, MessageSettings], today: date) -> list[Message]:
    """Operations is told; where its data ended the run, whoever owns them too. Same run, same messages.

    `settings` are those of the run's practice, or of none, and then of every practice: a run of none is told to all of
    them, each address once, and so is operations of one without an address; bad data only to its own data owner.
    """
    happened, remedy = HAPPENED[what]
    about = f"{run.deployment} {run.month}".strip()
    whose = f"practice {run.practice}" if run.practice else "of all practices"
    first = f"{about}: {happened}, {whose}{f', at the step: {run.step}' if run.step else ''}."
    cause = [run.cause] if run.cause else []
    aside = f"Set aside: {run.practice}/{run.month}-stopped/{LISTED} of the results folder."
    listed = [aside] if LISTED in run.cause and run.practice and run.month else []
    told = {"operations": (happened, [first, *cause, *listed, remedy, f"The run: {run.url}"])}
    if what == "failed" and run.kind in DATA_STOPS:
        mend = DATA_STOPS[run.kind]
        if LISTED in run.cause:
            mend = f"Correct those rows at their source and export them again; operations has them, listed in {LISTED}."
        of = f"the data of {whose}" if run.practice else "the data"
        told["data_owner"] = "data stopped the month", [f"The month waits for {of} to be mended.", *cause, mend]
    return [
        daily_message(
            "run",
            settings[one].templates,
            practice_id=one or NO_PRACTICE,
            practice_name=run.practice or NO_PRACTICE.capitalize(),
            about=about,
            audience=audience,
            kind=f"run-{what}-{run.run_id[:8]}",
            recipient=settings[one].address(audience),
            to_do=to_do,
            today=today,
            said=words,
        )
        for audience, (to_do, words) in told.items()
        for one in _tell(run.practice, audience, settings)
    ]


def _tell(practice: str, audience: str, settings: Mapping[str, MessageSettings]) -> list[str]:
    """Under which practices the message stands: its own, or those of which it takes the addresses."""
    if practice and (settings[practice].address(audience) or audience != "operations"):
        return [practice]
    found = {one.address(audience): name for name, one in reversed(list(settings.items())) if one.address(audience)}
    return sorted(found.values()) or [practice]
