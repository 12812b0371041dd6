"""What the patients of a practice are known by, from the tables that its last month was decided from."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.identities import Identities, identities_of
from tasks.store.basis import columns_of, tables_of
from tasks.store.claim_tables import claims
from tasks.store.schema import cycles

NAMED = ("patient_id", "last_name", "first_name")


def known_identities(connection: Connection, practice_id: str) -> Identities:
    """Those of the newest decided month; before any nobody is known."""
    mine = sa.select(cycles.c.id).where(cycles.c.practice_id == practice_id)
    newest = connection.execute(mine.order_by(cycles.c.month.desc(), cycles.c.revision.desc()).limit(1)).scalar()
    tables = {} if newest is None else tables_of(connection, newest, ("patients", "coverages"))
    nobody = pd.DataFrame()
    return identities_of(tables.get("patients", nobody), tables.get("coverages", nobody))


def names_of(connection: Connection, practice_id: str, patients: pd.Series) -> pd.DataFrame:
    """Family and given name of each of the patients, once, as the newest decided month that has the patient tells it;
    who is in none of them has no row.
    """
    wanted, found = set(patients), []
    mine = sa.select(cycles.c.id).where(cycles.c.practice_id == practice_id)
    newest = connection.execute(mine.order_by(cycles.c.month.desc(), cycles.c.revision.desc())).scalars().all()
    for cycle in newest:
        if not wanted:
            break
        here = columns_of(connection, cycle, "patients", NAMED)
        here = here.loc[here["patient_id"].isin(list(wanted)), list(NAMED)].drop_duplicates("patient_id")
        wanted -= set(here["patient_id"])
        found.append(here)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(NAMED), dtype="str")


def nobody_named(connection: Connection, claim_number: str, **told: str) -> None:
    """No text told of a claim has a patient of its practice in it; InputError naming the option and the kind."""
    known = known_identities(connection, practice_of(connection, claim_number))
    for option, text in told.items():
        known.refuse(f"--{option}", text)


def practice_of(connection: Connection, claim_number: str) -> str:
    """The practice whose claim it is; empty where there is no such claim."""
    query = sa.select(claims.c.practice_id).where(claims.c.claim_number == claim_number)
    return str(connection.execute(query).scalar() or "")
