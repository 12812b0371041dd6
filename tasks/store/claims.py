"""Claims in the database: sign-offs, numbers, the ledger, and the files that went out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import FaultError, InputError
from tasks.store import month_life
from tasks.store.answers import days_taken_back, first_payers
from tasks.store.claim_tables import claim_files, claim_service_lines, claims, ledger, sign_offs
from tasks.store.ledger import VOID, NumberedClaim, end_what_is_replaced, into_ledger
from tasks.store.overpayments import FIRST_TOOK_BACK, cases_of_month
from tasks.store.records import Cycle
from tasks.store.refused import refused_corrections
from tasks.store.remit_tables import claim_payments, line_payments, remittances
from tasks.store.sent_alone import Alone, sent_alone

TAG = 3  # letters that tell the practices of one database apart in claim numbers
ANSWERED = ("paid", "part_paid", "denied", "reversed")


@dataclass(frozen=True)
class SignOff:
    """Who answered for a revision, and when."""

    signed_by: str
    signed_at: datetime


@dataclass(frozen=True)
class Standing:
    """The last claim of a patient-month, program and form to its payer, as the ledger has it."""

    claim_number: str
    case_number: str
    form: str
    control_number: int
    version: int
    last_version: int
    frequency: str
    digest: str
    state: str
    codes: str
    rendering_npi: str
    payer_kind: str
    payer_id: str
    payer_name: str
    payer_claim_number: str
    service_date: date
    charge_cents: int
    paid_cents: int
    unprocessable: bool
    alone: Alone = ()
    has_case: bool = False  # an overpayment was found on it
    refunded: bool = False  # all of its money went back
    refused: Mapping[str, str] = field(default_factory=dict)  # corrections of it, by digest; a void's is empty
    taken_back: date | None = None  # all of it, by its payer and without a correction: the day of the last reversal

    @property
    def stands(self) -> bool:
        """Whether something is billed by it; a void leaves nothing."""
        return self.frequency != VOID and self.state != "voided"

    @property
    def answered(self) -> bool:
        """Whether the payer has answered."""
        return self.state in ANSWERED


@dataclass(frozen=True)
class ClaimFile:
    """A file of claims that went out, as it is kept."""

    control_number: int
    form: str
    file_name: str
    content: bytes
    claims: int
    charge_cents: int
    created_at: datetime


def sign(connection: Connection, cycle: Cycle, signed_by: str, now: datetime) -> SignOff:
    """The revision is signed off; a second time changes nothing. Call it in a writing transaction."""
    month_life.only_one_at_a_time(connection, cycle.practice_id)
    known = signed(connection, cycle)
    if known is None or month_life.state_of(connection, cycle.practice_id, cycle.month) == month_life.REOPENED:
        month_life.sign_off(connection, cycle, signed_by, now)
        values = {"cycle_id": cycle.id, "signed_by": signed_by, "signed_at": now}
        connection.execute(sa.insert(sign_offs).values(values))
        known = SignOff(signed_by, now)
    return known


def signed(connection: Connection, cycle: Cycle) -> SignOff | None:
    """Who signed the revision off, if anybody did."""
    row = connection.execute(sa.select(sign_offs).where(sign_offs.c.cycle_id == cycle.id)).first()
    return SignOff(row.signed_by, row.signed_at) if row else None


def only_one_at_a_time(connection: Connection) -> None:
    """No other run numbers claims until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("claims", 0))))


def tag_of(connection: Connection, practice_id: str) -> str:
    """The letters with which the practice's claim numbers begin; no other practice of the database has them."""
    mine = sa.select(claims.c.claim_number).where(claims.c.practice_id == practice_id).limit(1)
    if known := connection.execute(mine).scalar():
        return str(known)[:TAG]
    for salt in range(1000):
        digest = hashlib.sha256(f"{practice_id}\x1f{salt}".encode()).digest()
        tag = base64.b32encode(digest).decode()[:TAG]
        taken = sa.select(claims.c.claim_number).where(claims.c.claim_number.startswith(tag)).limit(1)
        if connection.execute(taken).scalar() is None:
            return tag
    raise FaultError("no letters are left for the claim numbers of another practice")


def standing(connection: Connection, practice_id: str, month: str) -> dict[tuple[str, str, str], Standing]:
    """What stands of that month, by patient, program and claim."""
    joined = sa.join(ledger, claims, ledger.c.claim_number == claims.c.claim_number)
    joined = joined.join(claim_files, claims.c.control_number == claim_files.c.control_number)
    mine = (ledger.c.practice_id == practice_id) & (ledger.c.month == month)
    query = sa.select(
        *(ledger.c.patient_id, ledger.c.program, ledger.c.claim, ledger.c.content_digest, ledger.c.codes),
        *(ledger.c.paid_cents, claims.c.claim_number, claims.c.case_number, claims.c.version, claims.c.frequency),
        *(claim_files.c.form, claims.c.control_number),
        *(claims.c.state, claims.c.rendering_npi, claims.c.payer_kind, claims.c.payer_id, claims.c.payer_name),
        *(claims.c.payer_claim_number, claims.c.service_date, claims.c.charge_cents),
    )
    last = _last_versions(connection, practice_id, month)
    refused = _unprocessable(connection, practice_id, month)
    # That a second payer's money goes back, once the first took its own back, says nothing of the claim at the first.
    cases = cases_of_month(connection, practice_id, month, but=FIRST_TOOK_BACK)
    corrections = refused_corrections(connection, practice_id, month)
    alone = sent_alone(connection, practice_id, month, cases, corrections)
    taken_back = days_taken_back(connection, practice_id, month)
    found = {}
    for row in connection.execute(query.select_from(joined).where(mine)):
        found[(row.patient_id, row.program, row.claim)] = Standing(
            row.claim_number,
            row.case_number,
            row.form,
            row.control_number,
            row.version,
            last[(row.patient_id, row.program, row.claim)],
            row.frequency,
            row.content_digest,
            row.state,
            row.codes,
            row.rendering_npi,
            row.payer_kind,
            row.payer_id,
            row.payer_name,
            row.payer_claim_number,
            row.service_date,
            row.charge_cents,
            row.paid_cents,
            row.claim_number in refused and row.state == "denied" and row.paid_cents <= 0,
            alone.get((row.patient_id, row.program, row.claim), ()),
            row.claim_number in cases,
            cases.get(row.claim_number, False),
            corrections.get(row.claim_number, {}),
            taken_back.get(row.claim_number),
        )
    return found


def _last_versions(connection: Connection, practice_id: str, month: str) -> dict[tuple[str, str, str], int]:
    """The highest version among the claims to the first payer, those beside the ledger included."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    keys = (claims.c.patient_id, claims.c.program, claims.c.claim)
    query = sa.select(*keys, sa.func.max(claims.c.version)).where(mine).group_by(*keys)
    return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(query)}


def no_such_claim() -> InputError:
    """What is said where a claim number is none of ours; the number is not quoted."""
    return InputError("There is no claim of that number in this database; the numbers stand in claims.csv.")


def month_of(connection: Connection, claim_number: str) -> tuple[str, str]:
    """Practice and month of a claim to a first payer; InputError when there is none of that number."""
    mine = (claims.c.claim_number == claim_number) & (claims.c.payer_order == 1)
    row = connection.execute(sa.select(claims.c.practice_id, claims.c.month).where(mine)).first()
    if row is None:
        raise no_such_claim()
    return row.practice_id, row.month


def _unprocessable(connection: Connection, practice_id: str, month: str) -> set[str]:
    """The claims that a payer last sent back by MA130: no decision on them, so a new claim and no appeal."""
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month) & (claims.c.payer_order == 1)
    said = sa.join(claim_payments, claims, claim_payments.c.claim_number == claims.c.claim_number)
    lines = said.outerjoin(line_payments, line_payments.c.claim_payment_id == claim_payments.c.id)
    says = claim_payments.c.remarks.contains("MA130") | line_payments.c.remarks.contains("MA130")
    found = connection.execute(
        sa.select(claim_payments.c.id, claims.c.claim_number).select_from(lines).where(mine & says)
    )
    ever: dict[int, str] = {row.id: row.claim_number for row in found}
    if not ever:
        return set()
    # What was sent back once may have been decided since: the answer that stands counts.
    dated = said.join(remittances, claim_payments.c.remittance_id == remittances.c.id)
    query = sa.select(claim_payments, remittances.c.payer_id, remittances.c.payment_date).select_from(dated)
    numbers = set(ever.values())
    rows = [row for row in connection.execute(query.where(mine)) if row.claim_number in numbers]
    return {ever[number] for number in first_payers(connection, rows) if number in ever}


def add_file(
    connection: Connection,
    values: dict[str, Any],
    sent: Sequence[NumberedClaim],
    written: Callable[[int], bytes],
    now: datetime,
) -> ClaimFile:
    """The claims are sent in the next file: its number, its content by that number, their rows and the ledger's.

    Call it in a writing transaction, after `only_one_at_a_time`.
    """
    charge = sum(int(one.row["charge_cents"]) for one in sent)
    row = {**values, "content": b"", "claims": len(sent), "charge_cents": charge, "created_at": now, "file_name": ""}
    insert = sa.insert(claim_files).values(row).returning(claim_files.c.control_number)
    number = int(connection.execute(insert).scalar_one())
    content = written(number)
    name = f"{values['form']}_{number:09d}.x12"
    this = claim_files.c.control_number == number
    connection.execute(sa.update(claim_files).where(this).values(content=content, file_name=name))
    end_what_is_replaced(connection, sent)
    connection.execute(sa.insert(claims), [{**one.row, "control_number": number} for one in sent])
    connection.execute(sa.insert(claim_service_lines), [line for one in sent for line in one.lines])
    into_ledger(connection, [one for one in sent if one.in_ledger], now)
    return ClaimFile(number, values["form"], name, content, len(sent), charge, now)


def files(connection: Connection, practice_id: str, month: str) -> list[ClaimFile]:
    """Every file of claims of that month, in the order of their numbers."""
    mine = (claim_files.c.practice_id == practice_id) & (claim_files.c.month == month)
    rows = connection.execute(sa.select(claim_files).where(mine).order_by(claim_files.c.control_number))
    return [
        ClaimFile(r.control_number, r.form, r.file_name, r.content, r.claims, r.charge_cents, r.created_at)
        for r in rows
    ]


def sent_claims(
    connection: Connection, practice_id: str, month: str, patient_id: str | None = None
) -> list[dict[str, Any]]:
    """Every claim of that month, or of one patient's, that went out, with its codes, its file and when that was
    written, in the order of file and number."""
    joined = sa.join(claims, claim_files, claims.c.control_number == claim_files.c.control_number)
    mine = (claims.c.practice_id == practice_id) & (claims.c.month == month)
    if patient_id is not None:
        mine &= claims.c.patient_id == patient_id
    file = claim_files.c.file_name, claim_files.c.form, claim_files.c.created_at
    query = sa.select(claims, *file).select_from(joined).where(mine)
    rows = connection.execute(query.order_by(claims.c.control_number, claims.c.claim_number)).mappings().all()
    lines: dict[str, list[str]] = {}
    of_month = claim_service_lines.c.claim_number.in_(sa.select(claims.c.claim_number).where(mine))
    wanted = sa.select(claim_service_lines).where(of_month)
    wanted = wanted.order_by(claim_service_lines.c.claim_number, claim_service_lines.c.line)
    for line in connection.execute(wanted):
        lines.setdefault(line.claim_number, []).append(f"{line.code} x{line.units}")
    return [{**row, "codes": " ".join(lines.get(row["claim_number"], []))} for row in rows]


def claim_as_sent(connection: Connection, claim_number: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a claim and those of its lines."""
    row = connection.execute(sa.select(claims).where(claims.c.claim_number == claim_number)).mappings().one()
    mine = claim_service_lines.c.claim_number == claim_number
    query = sa.select(claim_service_lines).where(mine).order_by(claim_service_lines.c.line)
    return dict(row), [dict(line) for line in connection.execute(query).mappings()]


def numbers_of(connection: Connection, control_number: int) -> list[str]:
    """The claim numbers of a file."""
    mine = claims.c.control_number == control_number
    return list(connection.execute(sa.select(claims.c.claim_number).where(mine)).scalars())
