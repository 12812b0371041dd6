"""Answers that fit no claim yet: what waits, what leaves, and the whole list."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.remit_tables import claim_payments, line_payments
from tasks.store.remittances import ANSWERS, DAY, NUMBER, TEXT, select


def in_suspense(connection: Connection, reasons: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers that wait for one of these reasons, and their lines with `answer`, the place of their answer."""
    columns = ("id", "control_number", "status", "charge_cents")
    wanted = ", ".join(f"'{reason}'" for reason in reasons)
    source = f"claim_payments AS p WHERE p.claim_number = '' AND p.suspense_reason IN ({wanted})"
    kinds = {"p.id": NUMBER, "p.control_number": TEXT, "p.status": TEXT, "p.charge_cents": NUMBER}
    answers = select(connection, kinds, source, "p.id")[list(columns)]
    of_line = {"l.claim_payment_id": NUMBER, "l.line": NUMBER, "l.code": TEXT, "l.modifiers": TEXT}
    both = source.replace("WHERE", "JOIN line_payments AS l ON l.claim_payment_id = p.id WHERE")
    lines = select(connection, of_line, both, "l.claim_payment_id, l.line")
    place = pd.Series(answers.index, index=answers["id"])
    return answers, lines.assign(
        answer=place.reindex(lines["claim_payment_id"]).to_numpy(), submitted_code="", our_line=""
    )


def leave_suspense(connection: Connection, answers: pd.DataFrame, lines: pd.DataFrame) -> None:
    """These answers are those of `claim_number`, their lines those of `claim_line`.

    A file of which none waits any more is posted.
    """
    if answers.empty:
        return
    change = sa.update(claim_payments).where(claim_payments.c.id == sa.bindparam("which"))
    rows = [
        {"which": int(key), "ours": number} for key, number in answers[["id", "claim_number"]].itertuples(index=False)
    ]
    connection.execute(change.values(claim_number=sa.bindparam("ours"), suspense_reason=""), rows)
    connection.exec_driver_sql(
        "UPDATE remittance_files SET state = 'posted' WHERE state = 'posted_in_part' AND NOT EXISTS (SELECT 1"
        " FROM remittances AS r JOIN claim_payments AS p ON p.remittance_id = r.id"
        " WHERE r.digest = remittance_files.digest AND p.claim_number = '')"
    )
    mine = lines[lines["claim_payment_id"].isin(answers["id"])]
    if mine.empty:
        return
    key = (line_payments.c.claim_payment_id == sa.bindparam("which"), line_payments.c.line == sa.bindparam("what"))
    places = mine[["claim_payment_id", "line", "claim_line"]].astype("int64").to_numpy().tolist()
    connection.execute(
        sa.update(line_payments).where(*key).values(claim_line=sa.bindparam("ours")),
        [{"which": answer, "what": line, "ours": ours} for answer, line, ours in places],
    )


def waiting(connection: Connection) -> pd.DataFrame:
    """Every answer in suspense, with its payment and file."""
    columns = {"f.file_name": TEXT, "p.position": NUMBER, "r.trace_number": TEXT, "r.payer_name": TEXT,
               "r.payment_date": DAY, "p.control_number": TEXT, "p.payer_claim_number": TEXT, "p.status": TEXT,
               "p.charge_cents": NUMBER, "p.paid_cents": NUMBER, "p.suspense_reason": TEXT}  # fmt: skip
    source = f"{ANSWERS} JOIN remittance_files AS f ON f.digest = r.digest WHERE p.claim_number = ''"
    return select(connection, columns, source, "p.id")
