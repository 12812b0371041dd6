"""How it is found out what a plan covers, and who pays first for a patient: config/payers/questions.yaml."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from pydantic import Field

from config.catalogue import Confidence, Sourced, validated
from config.deadlines import working_day_from
from config.payer_register import FOLDER
from config.strict_yaml import load_yaml


class Step(Sourced):
    """One way to find out what a plan does; the source is that of the whole list."""

    source: str = ""
    step: str
    words: str = Field(min_length=10)
    asks: str = Field(min_length=10)


class WhoPays(Sourced):
    """One way to find out who pays first for a patient, where it is asked for one of these reasons."""

    reasons: tuple[str, ...] = Field(min_length=1)
    words: str = Field(min_length=10)
    asks: str = Field(min_length=10)


class Questions(Sourced):
    """How, by whom and by when it is found out whether a plan covers care management."""

    due_days: int = Field(gt=0)
    owner: str
    valid_months: int = Field(gt=0)
    steps: tuple[Step, ...] = Field(min_length=1)
    who_pays: tuple[WhoPays, ...] = Field(min_length=1)

    def who_pays_by(self, reason: str) -> list[WhoPays]:
        """The ways to find out who pays first, in their order, where it is asked for that reason."""
        return [one for one in self.who_pays if reason in one.reasons]

    def due(self, opened: date, closed: Collection[date] = ()) -> date:
        """The day on which a task opened on that day is due, a working day of the practice with those closed days."""
        return working_day_from(opened + timedelta(days=self.due_days), closed)

    def confidence_of(self, step: str) -> Confidence | None:
        """How sure an answer found by that step is; None for a step that is not in the list."""
        return next((one.confidence for one in self.steps if one.step == step), None)


@cache
def questions(path: Path = FOLDER / "questions.yaml") -> Questions:
    """How it is found out what a plan does; RuleError when the file is wrong."""
    content = load_yaml(path)
    if isinstance(content, dict) and isinstance(content.get("steps"), list):
        steps = [{**step, "source": content.get("source", "")} for step in content["steps"] if isinstance(step, dict)]
        content = content | {"steps": steps}
    return validated(Questions, content, path.name)
