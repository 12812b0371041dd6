"""Months decided from a few words, with all that their claims need; and what a payer's answer leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from config.care_settings import care_setting
from config.claim_settings import ClaimSettings
from config.line_modifiers import COLUMNS
from config.month import Month
from config.settings import settings_of as everything_set
from tasks.claim.assemble import Charges
from tasks.claim.claims import on_claims
from tasks.claim.drafts import Practice
from tasks.claim.modifiers import credentials_of, of_setting, with_modifiers
from tasks.claim.send_out import send_out
from tasks.claim.signed import SignedMonth, drafted
from tasks.claim.superbill import claim_lines
from tasks.qualify.decide import decide
from tasks.store.claim_tables import claims, ledger
from tasks.store.claims import ClaimFile
from tasks.store.records import Cycle, Digests
from tasks.store.remit_tables import adjustments, claim_payments, line_payments, remittance_files, remittances
from tasks.store.store import Store
from tests.claim.scrub_cases import member_of
from tests.qualify.cases import rulebook, settings_of, tables_of

NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
CHARGES = {"99490": 9500, "99439": 7200, "99487": 21000, "99489": 11000, "99491": 12500, "99437": 9000, "G0511": 8000}
PARTIES = {
    "submitter": {"name": "Maple", "id": "SUB1", "contact": "Billing", "phone": "9375550100"},
    "receiver": {"name": "House", "id": "RCV1"},
    "billing": {
        "street": "400 Maple St",
        "city": "Dayton",
        "state": "OH",
        "zip": "45402-1234",
        "taxonomy": "207Q00000X",
    },
}
PART_B = {"payer_kind": "medicare_part_b", "payer_name": "Medicare", "payer_id": "15202", "member_id": "1EG4TE5MK73"}
PLAN = {"payer_kind": "medicare_advantage", "payer_name": "Acorn HMO", "payer_id": "SYN13", "member_id": "A77"}
MEDIGAP = {"payer_kind": "medigap", "payer_name": "Founders F", "payer_id": "SYN23", "member_id": "F99"}
PERSON = {"last_name": "Doe", "first_name": "Jamie", "sex": "F", "address": "12 Mill Lane", "city": "Dayton"}
PERSON |= {"state": "OH", "zip": "45402"}


def covered(*payers: dict[str, Any]) -> list[dict[str, Any]]:
    """Coverages in their order, all in force for long."""
    return [{"priority": n, "start_date": "2010-01-01", **payer} for n, payer in enumerate(payers, start=1)]


def claim_settings_of(**changes: Any) -> ClaimSettings:
    """The shipped settings with the parties, and these changes."""
    return ClaimSettings.model_validate({**everything_set("P1")["claims"], **PARTIES, **changes})


def signed(
    *cases: dict[str, Any],
    setting: str = "office",
    month: str = "2026-10",
    revision: int = 1,
    settings: ClaimSettings | None = None,
    practice_id: str = "P1",
    charges: Charges | None = None,
    payer: dict[str, Any] | None = None,
    recorded: list[dict[str, str]] | None = None,
) -> SignedMonth:
    """The month of these cases, P1, P2 ... in their order, as it is once it is signed off.

    `recorded` are modifiers that the practice decided on. The rules bill Part B only; `payer` stands in its place
    afterwards, as where a plan is billed.
    """
    when = Month.parse(month)
    whole = [
        {"setting": setting, "coverages": covered(PART_B | {"member_id": member_of(number)}), **case}
        | {"patient": PERSON | case.get("patient", {})}
        for number, case in enumerate(cases, start=1)
    ]
    lines, tables = _billed(whole, when, setting, practice_id, payer or {})
    parties = settings or claim_settings_of()
    said = of_setting(care_setting(setting), when, parties.off_campus_modifier)
    said = pd.concat([said, pd.DataFrame(recorded or [], columns=list(COLUMNS), dtype="str")], ignore_index=True)
    lines = with_modifiers(lines, said.fillna(""), care_setting(setting), when, credentials_of(tables["practitioners"]))
    cycle = Cycle(revision, practice_id, when, revision, "decided", Digests("", "", ""), "", NOW)
    practice = Practice(practice_id, "Maple", "2900000011", "001234567", "America/New_York")
    return SignedMonth(
        cycle, lines, tables, practice, care_setting(setting), charges or Charges(CHARGES, None), parties
    )


_BILLED: dict[str, tuple[pd.DataFrame, dict[str, pd.DataFrame]]] = {}


def _billed(
    cases: list[dict[str, Any]], month: Month, setting: str, practice_id: str, payer: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Claim lines and tables of these cases, made once however many tests ask; frames that the caller may change."""
    asked = repr((cases, month, setting, practice_id, payer))
    if asked not in _BILLED:
        _BILLED[asked] = _bill(cases, month, setting, practice_id, payer)
    lines, tables = _BILLED[asked]
    return lines.copy(), _copies(tables)


def _bill(
    cases: list[dict[str, Any]], month: Month, setting: str, practice_id: str, payer: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    tables, result = _decided(cases, month)
    tables["practitioners"] = tables["practitioners"].assign(
        name="Okafor, Ada", npi=["2900010002", "2900010176", "2900010341"], enrolled_date=pd.Timestamp("2012-01-01")
    )
    tables["practices"] = tables["practices"].assign(
        practice_id=practice_id, practice_name="Maple", billing_npi="2900000011", tax_id="00-1234567"
    )
    if payer:
        tables["coverages"] = tables["coverages"].assign(**payer)
    numbers = result["decisions"]["patient_id"].str.removeprefix("P").astype(int).map("C-{:06d}".format)
    lines = claim_lines(result["decisions"].assign(case_number=numbers), result["code_lines"], tables, _chronic(month))
    return on_claims(lines, care_setting(setting), rulebook(month)).assign(practice_id=practice_id), tables


@cache
def _chronic(month: Month) -> frozenset[str]:
    return frozenset(code for code, status in rulebook(month).chronic.items() if status == 1)


_DECIDED: dict[str, tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]] = {}


def _decided(cases: list[dict[str, Any]], month: Month) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Tables and decisions of these cases, decided once however many tests ask; frames that the caller may change."""
    asked = repr((month, cases))
    if asked not in _DECIDED:
        tables = tables_of(cases, month)
        _DECIDED[asked] = tables, decide(tables, month, rulebook(month), settings_of())
    tables, result = _DECIDED[asked]
    return _copies(tables), _copies(result)


def _copies(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: frame.copy() for name, frame in frames.items()}


def send(store: Store, month: SignedMonth) -> list[ClaimFile]:
    """The month's claims are sent; the files that are new."""
    with store.writing() as connection:
        return send_out(connection, month, drafted(month), NOW)


def answer(store: Store, claim_number: str, state: str, paid_cents: int = 0, number: str = "ICN1") -> None:
    """The payer has answered: what a posted remittance leaves in the claim and in the ledger."""
    with store.writing() as connection:
        mine = claims.c.claim_number == claim_number
        connection.execute(sa.update(claims).where(mine).values(state=state, payer_claim_number=number))
        mine = ledger.c.claim_number == claim_number
        connection.execute(sa.update(ledger).where(mine).values(state=state, paid_cents=paid_cents))


def remit(store: Store, claim_number: str, status: str = "1", *, remarks: str = "", crossover: str = "") -> None:
    """The first payer's remittance of a claim of one line is posted: of 95.00 it pays 51.84, the patient owes 13.23."""
    of_file = {"digest": "d", "file_name": "a.835", "state": "posted", "reason": "", "content": b"", "imported_at": NOW}
    payment = {"digest": "d", "payment_key": "k", "content_digest": "c", "payer_name": "Medicare", "payer_id": "15202"}
    payment |= {"payee_npi": "2900000011", "trace_number": "T1", "payment_date": date(2026, 11, 20)}
    payment |= {"payment_cents": 5184, "claims_cents": 5184, "provider_adjustment_cents": 0, "difference_cents": 0}
    paid = {"position": 1, "control_number": claim_number, "claim_number": claim_number, "suspense_reason": ""}
    paid |= {"status": status, "payer_order": 1, "charge_cents": 9500, "paid_cents": 5184, "patient_cents": 1323}
    paid |= {"payer_claim_number": "ICN5", "crossover_payer": crossover, "remarks": remarks}
    line = {"line": 1, "claim_line": 1, "code": "99490", "modifiers": "", "units": 1, "charge_cents": 9500}
    line |= {"paid_cents": 5184, "remarks": ""}
    reasons = [("CO", "45", 2887), ("CO", "253", 106), ("PR", "2", 1323)]
    with store.writing() as connection:

        def add(table: sa.Table, values: dict[str, Any], returned: sa.Column[Any]) -> Any:
            known = {name: value for name, value in values.items() if name in table.c}
            return connection.execute(sa.insert(table).values(known).returning(returned)).scalar_one()

        add(remittance_files, of_file, remittance_files.c.digest)
        remittance = add(remittances, payment, remittances.c.id)
        answered = add(claim_payments, paid | {"remittance_id": remittance}, claim_payments.c.id)
        add(line_payments, line | {"claim_payment_id": answered}, line_payments.c.line)
        for position, (group, reason, cents) in enumerate(reasons, start=1):
            why = {"claim_payment_id": answered, "line": 1, "position": position, "adjustment_group": group}
            add(adjustments, why | {"reason": reason, "cents": cents}, adjustments.c.position)
    answer(store, claim_number, "paid", 5184, "ICN5")


def rows(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of every claim, by patient, program, claim and version."""
    order = (claims.c.patient_id, claims.c.program, claims.c.claim, claims.c.payer_order, claims.c.version)
    with store.reading() as connection:
        query = sa.select(*(claims.c[name] for name in columns)).order_by(*order)
        return [tuple(row) for row in connection.execute(query)]
