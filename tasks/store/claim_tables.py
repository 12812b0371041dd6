"""The tables of what was signed off and billed: sign-offs, the ledger, claims with their lines, and files of claims."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

sign_offs = sa.Table(
    "sign_offs",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("cycle_id", SERIAL, sa.ForeignKey("cycles.id"), nullable=False),
    sa.Column("signed_by", sa.Text(), nullable=False),
    sa.Column("signed_at", Instant(), nullable=False),
    sa.UniqueConstraint("cycle_id"),
)

claim_files = sa.Table(
    "claim_files",
    metadata,
    # The interchange control number; group and transaction numbers follow from it.
    sa.Column("control_number", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("form", sa.Text(), nullable=False),
    sa.Column("receiver_id", sa.Text(), nullable=False),
    sa.Column("file_name", sa.Text(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("claims", sa.BigInteger(), nullable=False),
    sa.Column("charge_cents", sa.BigInteger(), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
)

claims = sa.Table(
    "claims",
    metadata,
    # Goes out as the patient control number and comes back in the 835: no identity, at most twenty characters.
    sa.Column("claim_number", sa.Text(), primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("patient_id", sa.Text(), nullable=False),
    sa.Column("case_number", sa.Text(), nullable=False),
    sa.Column("program", sa.Text(), nullable=False),
    sa.Column("claim", sa.Text(), nullable=False),
    sa.Column("payer_order", sa.BigInteger(), nullable=False),
    # 1 for the first of a patient-month, 2, 3 ... for those that replace or void it.
    sa.Column("version", sa.BigInteger(), nullable=False),
    sa.Column("frequency", sa.Text(), nullable=False),
    sa.Column("replaces", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("rendering_npi", sa.Text(), nullable=False),
    sa.Column("payer_kind", sa.Text(), nullable=False),
    sa.Column("payer_id", sa.Text(), nullable=False),
    sa.Column("payer_name", sa.Text(), nullable=False),
    sa.Column("service_date", sa.Date(), nullable=False),
    sa.Column("charge_cents", sa.BigInteger(), nullable=False),
    sa.Column("expected_cents", sa.BigInteger()),
    sa.Column("content_digest", sa.Text(), nullable=False),
    # written, paid, part_paid, denied, reversed, replaced, voided
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("control_number", SERIAL, sa.ForeignKey("claim_files.control_number"), nullable=False),
    # The payer's own number for the claim, from its 835; a replacement must name it.
    sa.Column("payer_claim_number", sa.Text(), nullable=False),
    sa.UniqueConstraint(
        *("practice_id", "patient_id", "month", "program", "claim", "payer_order", "version"), name="uq_claims_version"
    ),
    sqlite_with_rowid=False,
)

claim_service_lines = sa.Table(
    "claim_service_lines",
    metadata,
    sa.Column("claim_number", sa.Text(), sa.ForeignKey("claims.claim_number"), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),
    sa.Column("code", sa.Text(), nullable=False),
    sa.Column("modifiers", sa.Text(), nullable=False),
    sa.Column("units", sa.BigInteger(), nullable=False),
    sa.Column("charge_cents", sa.BigInteger(), nullable=False),
    sa.Column("expected_cents", sa.BigInteger()),
    sa.Column("service_date", sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint("claim_number", "line"),
    sqlite_with_rowid=False,
)

claim_findings = sa.Table(
    "claim_findings",
    metadata,
    # What the scrub had warned of when the claim left; a denial is held against it.
    sa.Column("claim_number", sa.Text(), sa.ForeignKey("claims.claim_number"), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),
    sa.Column("rule", sa.Text(), nullable=False),
    sa.Column("numbers", sa.Text(), nullable=False),
    sa.Column("denial", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("claim_number", "line", "rule"),
    sqlite_with_rowid=False,
)

ledger = sa.Table(
    "ledger",
    metadata,
    # One row for a patient-month and program across all practitioners of the practice, each claim form by itself.
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("patient_id", sa.Text(), nullable=False),
    sa.Column("month", sa.Text(), nullable=False),
    sa.Column("program", sa.Text(), nullable=False),
    sa.Column("claim", sa.Text(), nullable=False),
    sa.Column("rendering_npi", sa.Text(), nullable=False),
    sa.Column("codes", sa.Text(), nullable=False),
    # The claim that stands: the last one sent; its digest says whether a revision changes anything.
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("content_digest", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("paid_cents", sa.BigInteger(), nullable=False),
    sa.Column("updated_at", Instant(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "patient_id", "month", "program", "claim"),
    sqlite_with_rowid=False,
)
