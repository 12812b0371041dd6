"""The difference between a revision and what was sent, sent: numbers, files and the ledger, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from config.claim_settings import ClaimSettings
from config.errors import InputError
from config.payer_kinds import payer_kind
from tasks.claim.asked import LineHeldError, lines_of
from tasks.claim.compare import VOID, Send, Void
from tasks.claim.difference import Difference, difference
from tasks.claim.drafts import Draft
from tasks.claim.final_look import final_look
from tasks.claim.numbers import claim_number
from tasks.claim.overpaid import find_overpayments
from tasks.claim.resend import sent_after_reversal, sent_again
from tasks.claim.signed import Drafted, SignedMonth
from tasks.claim.x12.envelope import interchange
from tasks.claim.x12.institutional import institutional
from tasks.claim.x12.parties import billing_provider
from tasks.claim.x12.professional import professional
from tasks.claim.x12.segments import END
from tasks.claim.x12.void import sent_text, void
from tasks.store import claims as stored
from tasks.store.claims import ClaimFile, Standing
from tasks.store.denied import mark_resent
from tasks.store.ledger import NumberedClaim
from tasks.store.records import Cycle

WRITERS = {"837P": professional, "837I": institutional}


def send_out(
    connection: Connection, month: SignedMonth, drafted: Drafted, now: datetime, found: Difference | None = None
) -> list[ClaimFile]:
    """One file a form with every claim that the revision adds, replaces or voids; none where it says what was sent.

    What was paid and is not to be billed any more, or only in part, has an overpayment case. Call it in a writing
    transaction; `found` is the difference, where it was looked for in the same one.
    """
    stored.only_one_at_a_time(connection)
    today = now.astimezone(_zone(month)).date()
    found = found or difference(connection, month, drafted, today)
    written = []
    for form in ("837P", "837I"):
        mine = [one for one in found.steps if _form(one) == form]
        if mine:
            written.append(_file(connection, month, form, mine, now))
    whose = (month.cycle.practice_id, str(month.cycle.month))
    find_overpayments(connection, whose, [*found.steps, *found.by_hand], drafted, found.standing, today)
    return written


def send_again(
    connection: Connection,
    month: SignedMonth,
    drafted: Drafted,
    claim_number: str,
    lines: Collection[int],
    now: datetime,
    anyway: bool = False,
    after_reversal: bool = False,
) -> ClaimFile:
    """A file with the denied lines of that claim, whose denials say so; or, `after_reversal`, with all of it once more.
    Call it in a writing transaction.

    They are asked as on any claim, beside the lines of it that stand; LineHeldError when a rule holds one of them.
    """
    stored.only_one_at_a_time(connection)
    if after_reversal:
        again = sent_after_reversal(connection, drafted, claim_number, lines)
    else:
        again = sent_again(connection, drafted, claim_number, lines, anyway)
    one, beside = again.step, [again.beside] if again.beside else []
    if again.in_vain and isinstance(one, Send) and _as_it_went(connection, month, drafted, claim_number, one.draft):
        raise InputError(
            f"{claim_number} was denied for something that it lacks (CO-16 or MA130), and nothing of it has changed: "
            "put right what the remarks in denials.csv name, decide and sign off the month again; with --anyway it is "
            "sent as it was."
        )
    asked = drafted.scrubber
    if asked and isinstance(one, Send) and (held := asked.asked([one.draft], beside)) and held[1]:
        said = "; ".join(need.words for _, need, _ in held[1])
        raise LineHeldError(f"{claim_number} is not sent again: {said}. See claim_holds.csv.", *held[1:])
    written = _file(connection, month, _form(one), [one], now)
    if asked:
        sent = stored.sent_claims(connection, month.cycle.practice_id, str(month.cycle.month))
        others = lines_of(beside, asked.billing_npi)
        final_look([written.content], sent, asked.tables, asked.book, asked.settings, asked.today, others)
    (number,) = stored.numbers_of(connection, written.control_number)
    mark_resent(connection, claim_number, again.lines, number, now)
    return written


def _as_it_went(connection: Connection, month: SignedMonth, drafted: Drafted, claim_number: str, again: Draft) -> bool:
    """Whether the month has that claim, or the lines that go again, word for word as it went out, biller included."""
    row, _ = stored.claim_as_sent(connection, claim_number)
    files = stored.files(connection, month.cycle.practice_id, str(month.cycle.month))
    content = next(one.content for one in files if one.control_number == row["control_number"])
    practice, settings = month.practice, month.settings
    head = billing_provider(practice.name, practice.npi, practice.tax_id, settings)
    went = [part for part in sent_text(content, claim_number) if not part.startswith("HL*")]
    wanted = [draft for draft in (*drafted.ready, *drafted.stopped) if draft.key == again.key]
    for draft in (again, *wanted):
        text = text_of(draft, claim_number, row["frequency"], "", practice.npi, settings)
        told = [part.strip() for part in text.split(END) if part.strip()]
        if head in content.decode() and [part for part in told if not part.startswith("HL*")] == went:
            return True
    return False


def _form(one: Send | Void) -> str:
    return one.draft.form if isinstance(one, Send) else one.stood.form


def _zone(month: SignedMonth) -> ZoneInfo:
    return ZoneInfo(month.practice.time_zone)


def _file(
    connection: Connection, month: SignedMonth, form: str, steps: Sequence[Send | Void], now: datetime
) -> ClaimFile:
    cycle, practice, settings = month.cycle, month.practice, month.settings
    tag = stored.tag_of(connection, practice.practice_id)
    contents = {
        row.control_number: row.content for row in stored.files(connection, cycle.practice_id, str(cycle.month))
    }
    numbered, texts = [], []
    for one in steps:
        if isinstance(one, Send):
            sent = _numbered(one, tag, cycle)
            number = str(sent.row["claim_number"])
            texts.append(text_of(one.draft, number, one.frequency, one.payer_claim_number, practice.npi, settings))
        else:
            sent = _taken_back(connection, one, tag, cycle)
            lines = sent_text(contents[one.stood.control_number], one.stood.claim_number)
            texts.append(void(lines, str(sent.row["claim_number"]), one.stood.payer_claim_number))
        numbered.append(sent)
    head = billing_provider(practice.name, practice.npi, practice.tax_id, settings)
    created = now.astimezone(_zone(month))

    def content(number: int) -> bytes:
        return interchange(form, head, texts, number, created, settings)

    values = {
        "practice_id": practice.practice_id,
        "month": str(cycle.month),
        "revision": cycle.revision,
        "form": form,
        "receiver_id": settings.receiver.id,
    }
    return stored.add_file(connection, values, numbered, content, now)


def text_of(
    draft: Draft, number: str, frequency: str, payer_claim_number: str, billing_npi: str, settings: ClaimSettings
) -> str:
    """The claim as its form has it; `{hl}` stands for its place in the hierarchy."""
    write = WRITERS[draft.form]
    return write(draft, number, frequency, payer_claim_number, billing_npi, settings, _indicator(draft))


def _indicator(draft: Draft) -> Any:
    def of(kind: str, form: str) -> str:
        found = payer_kind(kind, form, draft.lines[0].service_date)
        return found.indicator if found else "ZZ"

    return of


def _numbered(one: Send, tag: str, cycle: Cycle) -> NumberedClaim:
    draft = one.draft
    number = claim_number(
        tag, draft.case_number, draft.month, draft.program, draft.claim, draft.payer_order, one.version
    )
    row = {
        "claim_number": number,
        "practice_id": draft.practice_id,
        "month": draft.month,
        "patient_id": draft.patient_id,
        "case_number": draft.case_number,
        "program": draft.program,
        "claim": draft.claim,
        "payer_order": draft.payer_order,
        "version": one.version,
        "frequency": one.frequency,
        "replaces": one.replaces,
        "revision": cycle.revision,
        "rendering_npi": draft.practitioner.npi,
        "payer_kind": draft.payer.kind,
        "payer_id": draft.payer.payer_id,
        "payer_name": draft.payer.name,
        "service_date": draft.lines[0].service_date,
        "charge_cents": draft.charge_cents,
        "expected_cents": draft.expected_cents,
        "content_digest": draft.digest,
        "state": "written",
        "payer_claim_number": "",
    }
    lines = [
        {
            "claim_number": number,
            "line": line.number,
            "code": line.code,
            "modifiers": " ".join(line.modifiers),
            "units": line.units,
            "charge_cents": line.charge_cents,
            "expected_cents": line.expected_cents,
            "service_date": line.service_date,
        }
        for line in draft.lines
    ]
    return NumberedClaim(row, lines, draft.codes, in_ledger=draft.payer_order == 1 and not one.alone, alone=one.alone)


def _taken_back(connection: Connection, one: Void, tag: str, cycle: Cycle) -> NumberedClaim:
    stood: Standing = one.stood
    _, program, claim = one.key
    number = claim_number(tag, stood.case_number, str(cycle.month), program, claim, 1, one.version)
    row, lines = stored.claim_as_sent(connection, stood.claim_number)
    changed = {
        "claim_number": number,
        "version": one.version,
        "frequency": VOID,
        "replaces": stood.claim_number,
        "revision": cycle.revision,
        "expected_cents": 0,
        "content_digest": "",
        "state": "written",
    }
    mine = [{**line, "claim_number": number} for line in lines]
    return NumberedClaim(row | changed, mine, "", in_ledger=not one.alone)
