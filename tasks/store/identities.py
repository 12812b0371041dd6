"""What the patients of a practice are known by, from the tables that its last month was decided from."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.identities import Identities, identities_of
from tasks.store.basis import tables_of
from tasks.store.claim_tables import claims
from tasks.store.schema import cycles


def known_identities(connection: Connection, practice_id: str) -> Identities:
    """Those of the newest decided month; before any nobody is known."""
    mine = sa.select(cycles.c.id).where(cycles.c.practice_id == practice_id)
    newest = connection.execute(mine.order_by(cycles.c.month.desc(), cycles.c.revision.desc()).limit(1)).scalar()
    tables = {} if newest is None else tables_of(connection, newest, ("patients", "coverages"))
    nobody = pd.DataFrame()
    return identities_of(tables.get("patients", nobody), tables.get("coverages", nobody))


def nobody_named(connection: Connection, claim_number: str, **told: str) -> None:
    """No text told of a claim has a patient of its practice in it; InputError naming the option and the kind."""
    known = known_identities(connection, practice_of(connection, claim_number))
    for option, text in told.items():
        known.refuse(f"--{option}", text)


def practice_of(connection: Connection, claim_number: str) -> str:
    """The practice whose claim it is; empty where there is no such claim."""
    query = sa.select(claims.c.practice_id).where(claims.c.claim_number == claim_number)
    return str(connection.execute(query).scalar() or "")
