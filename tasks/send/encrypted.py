"""Detail that may travel: a workbook encrypted with AES as spreadsheet programs do it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pandas as pd
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]

from config.audiences import audience
from config.contract import outputs
from config.month import Month
from tasks.send.mime import Attachment
from tasks.send.workbook import workbook
from tasks.store.records import StoredMessage
from tasks.store.store import Store

TABLE = "claim_lines"
KIND = "month"


def encrypted_workbook(frame: pd.DataFrame, password: str) -> bytes:
    """The claim lines as a workbook that opens with the password alone. The salt is random: no two are the same."""
    plain = workbook(frame, outputs()[TABLE], "Superbill")
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(password, stream)
    return stream.getvalue()


def detail_of(store: Store, password: str) -> Callable[[StoredMessage], Sequence[Attachment]] | None:
    """What goes with a message: the month's claim lines where the audience is told by workbook.

    None without a password. Of a revision that is not the latest any more nothing goes.
    """
    if not password:
        return None

    def attach(message: StoredMessage) -> Sequence[Attachment]:
        if message.kind != KIND or audience(message.audience).channel != "workbook":
            return []
        cycle = store.latest(message.practice_id, Month.parse(message.month))
        if cycle is None or cycle.revision != message.revision:
            return []
        name = f"superbill-{message.month}-r{message.revision}.xlsx"
        return [Attachment(name, encrypted_workbook(store.frame(TABLE, cycle), password))]

    return attach
