"""What there is to tell of one practice's month, before anybody knows its revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from config.message_settings import MessageSettings
from config.month import Month
from tasks.send.billing import since_signed
from tasks.send.messages import Context, Message, MonthEnd, compose
from tasks.send.operations import Undelivered
from tasks.store.practice import practice_row

Frames = Mapping[str, pd.DataFrame]


@dataclass
class Told:
    """What there is to tell of one practice's month: the output frames, and who works there."""

    practice_id: str
    month: Month
    tables: Frames
    frames: dict[str, pd.DataFrame]
    today: date | None = None
    settings: MessageSettings = field(default_factory=MessageSettings)
    overpayments: pd.DataFrame | None = None
    undelivered: Sequence[Undelivered] = ()
    notes: Sequence[str] = ()
    end: MonthEnd | None = None

    @property
    def practice(self) -> dict[str, str]:
        """The practice's own row."""
        return practice_row(self.tables)

    def since_signed(self, revision: int, changes: pd.DataFrame) -> tuple[int, pd.DataFrame]:
        """The revision against which that one is shown, the one signed off last or else the one before, and how they
        differ; `changes` are those against the one before."""
        signed = self.end.signed_before(revision) if self.end else None
        return since_signed(self.frames | {"changes": changes}, revision, signed)

    def compose(self, revision: int, changes: pd.DataFrame) -> list[Message]:
        """The messages of a revision."""
        frames = self.frames | {"changes": changes}
        names = self.practice
        context = Context(
            practice_id=self.practice_id,
            practice_name=names["practice_name"],
            billing_email=names["billing_email"],
            month=self.month,
            revision=revision,
            frames=frames,
            staff=self.tables["staff"],
            today=self.today,
            practitioners=self.tables.get("practitioners"),
            settings=self.settings,
            overpayments=self.overpayments,
            undelivered=self.undelivered,
            notes=self.notes,
            end=self.end,
        )
        return compose(context)
