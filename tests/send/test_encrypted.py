"""Detail travels encrypted or not at all: only to an audience told by workbook, and only where a password is set."""

from __future__ import annotations

import io
from dataclasses import replace

import msoffcrypto
import pandas as pd
import pytest
from openpyxl import load_workbook

from config.errors import InputError
from config.message_settings import workbook_password
from config.month import Month
from tasks.send.delivery import DeliveryReport, deliver
from tasks.send.encrypted import detail_of
from tasks.send.messages import Message, compose
from tasks.store.records import Basis, Digests
from tests.send.frames import nothing
from tests.send.month import MEMBER, NAME, context, frames

pytestmark = pytest.mark.slow

PASSWORD = "maple street 2026"


def keep(store, revision: int = 1) -> list[Message]:
    """The small month with its messages, in the database."""
    kept = frames() | {"time_ledger": nothing()["time_ledger"]}
    kept["decisions"] = kept["decisions"].assign(minutes=20 + revision)
    cases = kept.pop("copay_cases")
    kept.pop("changes")
    basis = Basis(Digests(f"i{revision}", "s", "r"), {}, "{}", b"")
    told = context(staff=pd.DataFrame({"staff_id": ["S1", "S2"], "email": ["a@x.example", "b@x.example"]}))
    store.save_cycle(
        "P1", Month(2026, 10), basis, kept, cases, lambda number, _: compose(replace(told, revision=number))
    )
    return compose(told)


def test_the_detail_goes_to_billing_and_opens_with_the_password_alone(store, server, running):
    keep(store)
    report = deliver(store, running, attach=detail_of(store, PASSWORD))
    assert report == DeliveryReport(sent=3, failed=1), "operations have no address"
    attached = {to: [part.get_filename() for part in mail.iter_attachments()] for to, mail in server.received}
    assert attached == {"a@x.example": [], "b@x.example": [], "billing@maple.example": ["superbill-2026-10-r1.xlsx"]}
    mail = dict(server.received)["billing@maple.example"]
    assert (NAME in mail.as_string(), MEMBER in mail.as_string()) == (False, False)
    assert mail.get_body(("plain",)) is not None
    (part,) = mail.iter_attachments()
    content = part.get_content()
    assert NAME.encode() not in content
    assert content[:2] != b"PK", "no workbook that anybody opens"
    file = msoffcrypto.OfficeFile(io.BytesIO(content))
    file.load_key(password=PASSWORD, verify_password=True)
    opened = io.BytesIO()
    file.decrypt(opened, verify_integrity=True)
    cells = [cell.value for row in load_workbook(opened).active.iter_rows(min_row=2) for cell in row]
    assert NAME in cells
    assert MEMBER in cells
    assert b"AES" in content, "and the cipher is AES"
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        msoffcrypto.OfficeFile(io.BytesIO(content)).load_key(password="maple street 2025", verify_password=True)


def test_without_a_password_nothing_travels(store, server, running):
    keep(store)
    assert detail_of(store, "") is None
    deliver(store, running, attach=detail_of(store, ""))
    assert not [part for _, mail in server.received for part in mail.iter_attachments()]


def test_detail_of_a_revision_that_was_replaced_does_not_go(store):
    keep(store)
    first = next(one for one in store.pending_messages("P1") if one.audience == "billing")
    attach = detail_of(store, PASSWORD)
    assert attach is not None
    assert len(attach(first)) == 1
    keep(store, 2)
    assert list(attach(first)) == []


def test_a_password_that_is_too_short_is_one_sentence(monkeypatch):
    monkeypatch.setenv("CCM_WORKBOOK_PASSWORD", "maple")
    with pytest.raises(InputError, match=r"^CCM_WORKBOOK_PASSWORD: it must have at least 12 characters") as caught:
        workbook_password()
    assert "maple" not in str(caught.value)
    monkeypatch.delenv("CCM_WORKBOOK_PASSWORD")
    assert workbook_password() == ""
