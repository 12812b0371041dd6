"""The tables of who covers it: what plans answered, what must be asked of them, and eligibility answers."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.schema import SERIAL, Instant, metadata

coverage_answers = sa.Table(
    "coverage_answers",
    metadata,
    # Never overwritten: a later answer of the same plan stands beside it, and the latest counts.
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("plan_key", sa.Text(), nullable=False),
    sa.Column("task_number", sa.BigInteger(), nullable=False),
    sa.Column("answer", sa.Text(), nullable=False),  # covers, does_not
    sa.Column("step", sa.Text(), nullable=False),  # how it was found out: eligibility, policy, ...
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("confidence", sa.Text(), nullable=False),
    sa.Column("reference_number", sa.Text(), nullable=False),
    sa.Column("answered_by", sa.Text(), nullable=False),
    sa.Column("answered_date", sa.Date(), nullable=False),
    sa.Column("holds_from", sa.Date(), nullable=False),
    sa.Column("valid_until", sa.Date(), nullable=False),
    sa.Column("needs_authorization", sa.Boolean()),
    # Empty where the payer did not say: then the register's entry stands.
    sa.Column("takes_coinsurance", sa.Text(), nullable=False),
    sa.Column("takes_deductible", sa.Text(), nullable=False),
    sa.Column("patient_owes", sa.Text(), nullable=False),
    # Codes by themselves, with a space between; none where it spoke of the service as a whole.
    sa.Column("codes", sa.Text()),
    sa.Column("codes_not_covered", sa.Text()),
    sa.Column("crossover", sa.Text()),
    sa.Column("copay_cents", sa.BigInteger()),
    sa.Column("filing_days", sa.BigInteger()),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Index(None, "practice_id", "plan_key"),
)

coverage_tasks = sa.Table(
    "coverage_tasks",
    metadata,
    sa.Column("practice_id", sa.Text(), nullable=False),
    sa.Column("number", sa.BigInteger(), nullable=False),
    sa.Column("plan_key", sa.Text(), nullable=False),
    sa.Column("round", sa.BigInteger(), nullable=False),  # the first time the plan is asked, the second ...
    sa.Column("payer_kind", sa.Text(), nullable=False),
    sa.Column("payer_name", sa.Text(), nullable=False),
    sa.Column("payer_id", sa.Text(), nullable=False),
    sa.Column("plan", sa.Text(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    # open, answered, or settled where the practice's settings or a newer register answer it
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("owner", sa.Text(), nullable=False),
    sa.Column("opened_date", sa.Date(), nullable=False),
    sa.Column("due_date", sa.Date(), nullable=False),
    sa.Column("first_month", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("practice_id", "number"),
    sa.UniqueConstraint("practice_id", "plan_key", "round"),
    sqlite_with_rowid=False,
)

eligibility_files = sa.Table(
    "eligibility_files",
    metadata,
    sa.Column("digest", sa.Text(), primary_key=True),
    sa.Column("file_name", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),  # read, quarantined
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("people", sa.BigInteger(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("read_at", Instant(), nullable=False),
)

eligibility = sa.Table(
    "eligibility",
    metadata,
    sa.Column("digest", sa.Text(), sa.ForeignKey("eligibility_files.digest"), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("response", sa.BigInteger(), nullable=False),  # the person's place in the file
    sa.Column("member_id", sa.Text(), nullable=False),
    sa.Column("birth_date", sa.Date()),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("begin_date", sa.Date()),
    sa.Column("end_date", sa.Date()),
    sa.Column("payer_name", sa.Text(), nullable=False),
    sa.Column("payer_id", sa.Text(), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("cents", sa.BigInteger()),
    sa.Column("answered_date", sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint("digest", "position"),
    sa.Index(None, "answered_date"),
    sqlite_with_rowid=False,
)
