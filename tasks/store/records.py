"""What the store hands out and takes in: cycles, what saving one gave, and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from config.month import Month


@dataclass(frozen=True)
class Digests:
    """Fingerprints of everything a month's result depends on."""

    input: str
    settings: str
    rulebook: str


@dataclass(frozen=True)
class Basis:
    """What a month is decided from, kept with its result so that it can be decided again: the accepted tables as the
    decision took them, the practice's settings as JSON, and the rulebook as config.rulebook_archive writes it."""

    digests: Digests
    tables: Mapping[str, pd.DataFrame]
    settings: str
    rulebook: bytes


@dataclass(frozen=True)
class Cycle:
    """One revision of one practice's month, as it stands in the database."""

    id: int
    practice_id: str
    month: Month
    revision: int
    state: str
    digests: Digests
    result_digest: str
    created_at: datetime


@dataclass(frozen=True)
class Saved:
    """What saving gave: the month's cycle, its changes against the revision before, and whether it was written now."""

    cycle: Cycle
    changes: pd.DataFrame
    new: bool


class OutboxMessage(Protocol):
    """What the outbox needs to know of a message. Its practice, month and revision are those of the cycle."""

    @property
    def audience(self) -> str:
        """Who it is for, such as care_manager or billing."""

    @property
    def kind(self) -> str:
        """What it is about."""

    @property
    def recipient(self) -> str:
        """Address it goes to."""

    @property
    def subject(self) -> str:
        """Subject line."""

    @property
    def html(self) -> str:
        """Body for people."""

    @property
    def text(self) -> str:
        """Body for plain mail programs."""

    @property
    def message_id(self) -> str:
        """The Message-ID header, the same however often the message is composed."""


class DailyMessage(OutboxMessage, Protocol):
    """A message of a day: it says of which practice and day it is."""

    @property
    def practice_id(self) -> str:
        """The practice."""

    @property
    def month(self) -> str:
        """The day, as 2026-11-05."""

    @property
    def revision(self) -> int:
        """1."""


@dataclass(frozen=True)
class StoredMessage:
    """A message as it stands in the outbox."""

    id: int
    practice_id: str
    month: str
    revision: int
    audience: str
    kind: str
    recipient: str
    subject: str
    html: str
    text: str
    message_id: str
    state: str
    attempts: int
    last_error: str
    sent_at: datetime | None
