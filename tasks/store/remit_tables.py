"""The tables of what payers answered: remittances, payments, adjustments, denials with their history, overpayments."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

remittance_files = sa.Table(
    "remittance_files",
    metadata,
    sa.Column("digest", sa.Text(), primary_key=True),
    sa.Column("file_name", sa.Text(), nullable=False),
    # posted, posted_in_part where single claims wait in suspense, repeated, quarantined
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("imported_at", Instant(), nullable=False),
)

remittances = sa.Table(
    "remittances",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("digest", sa.Text(), sa.ForeignKey("remittance_files.digest"), nullable=False),
    # Of payer, payee, trace number, date and amount: the same payment in another file is the same payment.
    sa.Column("payment_key", sa.Text(), nullable=False),
    # Of its claims, lines and adjustments: the same payment must not come back with others.
    sa.Column("content_digest", sa.Text(), nullable=False),
    sa.Column("payer_name", sa.Text(), nullable=False),
    sa.Column("payer_id", sa.Text(), nullable=False),
    sa.Column("payee_npi", sa.Text(), nullable=False),
    sa.Column("trace_number", sa.Text(), nullable=False),  # of the check or transfer
    sa.Column("payment_date", sa.Date()),
    sa.Column("payment_cents", sa.BigInteger(), nullable=False),
    sa.Column("claims_cents", sa.BigInteger(), nullable=False),
    sa.Column("provider_adjustment_cents", sa.BigInteger(), nullable=False),
    # payment less (claims less provider adjustments); nought where the file balances
    sa.Column("difference_cents", sa.BigInteger(), nullable=False),
    sa.UniqueConstraint("payment_key"),
)

claim_payments = sa.Table(
    "claim_payments",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("remittance_id", SERIAL, sa.ForeignKey("remittances.id"), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    # As the payer wrote it; `claim_number` is ours once matched, empty while it waits in suspense.
    sa.Column("control_number", sa.Text(), nullable=False),
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("suspense_reason", sa.Text(), nullable=False),
    sa.Column("status", sa.Text(), nullable=False),
    # 1, 2 or 3: the place of the payer in the order of payers, so far as the status says it; 0 where it does not.
    sa.Column("payer_order", sa.BigInteger(), nullable=False),
    sa.Column("charge_cents", sa.BigInteger(), nullable=False),
    sa.Column("paid_cents", sa.BigInteger(), nullable=False),
    sa.Column("patient_cents", sa.BigInteger(), nullable=False),
    sa.Column("payer_claim_number", sa.Text(), nullable=False),
    sa.Column("crossover_payer", sa.Text(), nullable=False),
    sa.Column("remarks", sa.Text(), nullable=False),
    sa.UniqueConstraint("remittance_id", "position"),
    sa.Index(None, "claim_number"),
)

line_payments = sa.Table(
    "line_payments",
    metadata,
    sa.Column("claim_payment_id", SERIAL, sa.ForeignKey("claim_payments.id"), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),
    sa.Column("claim_line", sa.BigInteger(), nullable=False),  # the line of our claim; 0 while it is not matched
    sa.Column("code", sa.Text(), nullable=False),
    sa.Column("modifiers", sa.Text(), nullable=False),
    sa.Column("units", sa.BigInteger(), nullable=False),
    sa.Column("charge_cents", sa.BigInteger(), nullable=False),
    sa.Column("paid_cents", sa.BigInteger(), nullable=False),
    sa.Column("remarks", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("claim_payment_id", "line"),
    sqlite_with_rowid=False,
)

adjustments = sa.Table(
    "adjustments",
    metadata,
    sa.Column("claim_payment_id", SERIAL, sa.ForeignKey("claim_payments.id"), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),  # 0 for those of the whole claim
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("adjustment_group", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("cents", sa.BigInteger(), nullable=False),
    sa.Column("quantity", sa.BigInteger()),
    sa.PrimaryKeyConstraint("claim_payment_id", "line", "position"),
    sqlite_with_rowid=False,
)

provider_adjustments = sa.Table(
    "provider_adjustments",
    metadata,
    sa.Column("remittance_id", SERIAL, sa.ForeignKey("remittances.id"), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("reference", sa.Text(), nullable=False),
    sa.Column("cents", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("remittance_id", "position"),
    sqlite_with_rowid=False,
)

denials = sa.Table(
    "denials",
    metadata,
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("claim_payment_id", SERIAL, sa.ForeignKey("claim_payments.id"), nullable=False),
    sa.Column("adjustment_group", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("remarks", sa.Text(), nullable=False),
    sa.Column("denied_cents", sa.BigInteger(), nullable=False),
    # The row of the error table it was traced to, and the rule that should have stopped it; empty for "no rule yet".
    sa.Column("error", sa.Text(), nullable=False),
    sa.Column("rule", sa.Text(), nullable=False),
    # warned: the rule had warned when it was billed; not_seen: there is a rule and it did not fire; no_rule. Empty for
    # what was traced before this was asked.
    sa.Column("cause", sa.Text(), nullable=False, server_default=sa.text("''")),
    sa.Column("evidence", sa.Text(), nullable=False, server_default=sa.text("''")),  # what the rule had looked at
    sa.Column("route", sa.Text(), nullable=False),
    sa.Column("owner", sa.Text(), nullable=False),
    sa.Column("opened_date", sa.Date(), nullable=False),
    sa.Column("due_date", sa.Date()),
    sa.Column("expected_cents", sa.BigInteger()),
    # open, resent, appealed, accepted, paid
    sa.Column("state", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("claim_number", "line"),
    sqlite_with_rowid=False,
)

denial_events = sa.Table(
    "denial_events",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("line", sa.BigInteger(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Index(None, "claim_number"),
)

denial_codes = sa.Table(
    "denial_codes",
    metadata,
    # What the practice's own remittances taught: how often a payer gave these codes for that error.
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("payer_id", sa.Text(), nullable=False),
    sa.Column("adjustment_group", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("remarks", sa.Text(), nullable=False),
    sa.Column("error", sa.Text(), nullable=False),
    # Named by a person; later denials with these codes are traced to it before the shipped table is asked.
    sa.Column("named", sa.Boolean(), nullable=False),
    sa.Column("times", sa.BigInteger(), nullable=False),
    sa.Column("first_date", sa.Date(), nullable=False),
    sa.Column("last_date", sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "payer_id", "adjustment_group", "reason", "remarks", "error"),
    sqlite_with_rowid=False,
)

suspense_events = sa.Table(
    "suspense_events",
    metadata,
    # Answers that a person gave to a claim by hand.
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("claim_payment_id", SERIAL, sa.ForeignKey("claim_payments.id"), nullable=False),
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("suspense_reason", sa.Text(), nullable=False),  # why it had waited
    sa.Column("assigned_by", sa.Text(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Index(None, "claim_payment_id"),
)

overpayments = sa.Table(
    "overpayments",
    metadata,
    sa.Column("claim_number", sa.Text(), primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("cents", sa.BigInteger(), nullable=False),
    sa.Column("why", sa.Text(), nullable=False),
    sa.Column("identified_date", sa.Date(), nullable=False),
    sa.Column("due_date", sa.Date(), nullable=False),
    # open, refunded; withdrawn where it turned out that the money may be kept
    sa.Column("state", sa.Text(), nullable=False),
    # What of the claim's payments the practice may keep; all else has to come back.
    sa.Column("keeps_cents", sa.BigInteger(), nullable=False),
    # What has not come back yet: by a reversal, withheld by the payer, or by a refund.
    sa.Column("open_cents", sa.BigInteger(), nullable=False),
    sqlite_with_rowid=False,
)

refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("claim_number", sa.Text(), sa.ForeignKey("overpayments.claim_number"), nullable=False),
    sa.Column("reference", sa.Text(), nullable=False),  # of the check or transfer
    sa.Column("cents", sa.BigInteger(), nullable=False),
    sa.Column("refunded_date", sa.Date(), nullable=False),
    sa.Column("recorded_by", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.PrimaryKeyConstraint("claim_number", "reference"),
    sqlite_with_rowid=False,
)

record_requests = sa.Table(
    "record_requests",
    metadata,
    sa.Column("claim_number", sa.Text(), nullable=False),
    sa.Column("asked_date", sa.Date(), nullable=False),  # of the payer's letter
    sa.Column("due_date", sa.Date(), nullable=False),
    sa.Column("answered_date", sa.Date()),  # missing while nothing was sent
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("recorded_by", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.PrimaryKeyConstraint("claim_number", "asked_date"),
    sqlite_with_rowid=False,
)
