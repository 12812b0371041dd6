"""How co-pay cases are worked: moves, determinations, attempts; what is known of a case begins its history."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = (
    ("stage", sa.Text()),
    ("outcome", sa.Text()),
    ("settled_date", sa.Date()),
    ("reason", sa.Text()),
    ("opened_date", sa.Date()),
    ("owed_cents", sa.BigInteger()),
    ("refund_cents", sa.BigInteger()),
    ("ask_cents", sa.BigInteger()),
    ("attempts", sa.BigInteger()),
    ("letter", sa.Text()),
    ("document", sa.Text()),
    ("escalated_to", sa.Text()),
    ("revision", sa.BigInteger()),
)
OPENS = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop")


def upgrade() -> None:
    for table in ("copay_cases", "copay_case_events"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, kind in ADDED:
                batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "case_moves",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("option", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_moves")),
        sa.UniqueConstraint(
            "practice_id", "case_number", "source", name=op.f("uq_case_moves_practice_id_case_number_source")
        ),
    )
    op.create_table(
        "determinations",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("household", sa.BigInteger(), nullable=False),
        sa.Column("income_cents", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_date", sa.Date(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("reduced_percent", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("second_by", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("guideline", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_determinations")),
        sa.UniqueConstraint(
            "practice_id", "case_number", "source", name=op.f("uq_determinations_practice_id_case_number_source")
        ),
    )
    op.create_table(
        "contact_attempts",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempts")),
        sa.UniqueConstraint(
            "practice_id", "case_number", "source", name=op.f("uq_contact_attempts_practice_id_case_number_source")
        ),
    )
    _carry_over()


def _carry_over() -> None:
    """Each answer that a case was known by is a move, in the order in which it came; one closed otherwise is left."""
    connection = op.get_bind()
    events, cases = _known("copay_case_events", "id", SERIAL), _known("copay_cases", "updated_at", sa.DateTime())
    rows = list(connection.execute(sa.select(*list(events.c)[1:]).order_by(events.c.id)))
    rows += connection.execute(sa.select(*list(cases.c)[1:]).order_by(cases.c.practice_id, cases.c.case_number))
    moves: dict[tuple[str, str, str], dict[str, object]] = {}
    opened: set[tuple[str, str]] = set()
    now = datetime.now(UTC) if connection.dialect.name == "postgresql" else datetime.now(UTC).replace(tzinfo=None)
    for practice, number, response, state, day in rows:
        if day is None:
            continue
        blank = dict.fromkeys(("reason", "option", "outcome", "by", "note"), "")
        move = blank | {"practice_id": practice, "case_number": number, "day": day, "cents": 0, "recorded_at": now}
        if response in OPENS:
            move |= {"what": "hear", "source": f"said:{day}:{response}", "reason": response}
            opened.add((practice, number))
        elif response == "agreed" and (practice, number) in opened:
            move |= {"what": "resolve", "source": f"said:{day}:agreed", "outcome": "agreed"}
        else:
            continue
        moves.setdefault((practice, number, str(move["source"])), move)
        if state == "closed" and response in OPENS:
            left = blank | {"practice_id": practice, "case_number": number, "day": day, "cents": 0, "recorded_at": now}
            moves.setdefault((practice, number, "left"), left | {"what": "leave", "source": f"left:{day}:before"})
    if moves:
        texts = ("practice_id", "case_number", "what", "source", "reason", "option", "outcome", "by", "note")
        numbers: list[sa.ColumnClause] = [sa.column("cents", sa.BigInteger()), sa.column("day", sa.Date())]
        moment = sa.column("recorded_at", sa.DateTime(timezone=True))
        into = sa.table("case_moves", *(sa.column(name, sa.Text()) for name in texts), *numbers, moment)
        connection.execute(sa.insert(into), list(moves.values()))
    for table in ("copay_cases", "copay_case_events"):
        op.execute(
            f"UPDATE {table} SET stage = CASE WHEN state = 'open' THEN 'open' WHEN response = 'agreed' THEN 'resolved'"
            " ELSE 'closed' END, outcome = CASE WHEN state = 'open' THEN NULL WHEN response = 'agreed' THEN 'agreed'"
            " ELSE 'left' END, reason = response, opened_date = response_date, owed_cents = 0, refund_cents = 0,"
            " ask_cents = 0, attempts = 0, revision = 1,"
            " settled_date = CASE WHEN state = 'open' THEN NULL ELSE response_date END"
        )


def _known(table: str, first: str, kind: sa.types.TypeEngine) -> sa.TableClause:
    texts = [sa.column(name, sa.Text()) for name in ("practice_id", "case_number", "response", "state")]
    return sa.table(table, sa.column(first, kind), *texts, sa.column("response_date", sa.Date()))


def downgrade() -> None:
    op.drop_table("contact_attempts")
    op.drop_table("determinations")
    op.drop_table("case_moves")
    for table in ("copay_case_events", "copay_cases"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _ in reversed(ADDED):
                batch_op.drop_column(name)
