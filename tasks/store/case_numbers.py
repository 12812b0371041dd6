"""Case numbers: how a patient is called outside the practice's own files."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.errors import InputError
from tasks.store import bulk, schema

# Arrow throughout: pandas walks its own text columns value by value, seconds for a large practice.
_COLUMNS = pa.schema([("patient_id", pa.large_string()), ("number", pa.int64())])


def known(connection: Connection, practice_id: str) -> pa.Table:
    """The numbers given out by the practice so far: patient_id, number."""
    return bulk.read(connection, "case_numbers", _COLUMNS, practice_id=practice_id)


def assign(connection: Connection, practice_id: str, patient_ids: pd.Series) -> pa.Table:
    """Give the next numbers to the patients that have none, in the order of their id; all numbers.

    Call it in a writing transaction: the numbers are counted on from the highest one.
    """
    if connection.dialect.name == "postgresql":
        key = f"case_numbers:{practice_id}"
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))
    given = known(connection, practice_id)
    missing = unnumbered(given, patient_ids)
    highest = pc.max(given.column("number")).as_py() or 0
    numbers = pa.array(np.arange(len(missing), dtype=np.int64) + highest + 1)
    added = pa.Table.from_arrays([missing, numbers], schema=_COLUMNS)
    practice = pa.repeat(pa.scalar(practice_id, pa.large_string()), len(missing))
    bulk.write(connection, schema.case_numbers, added.append_column("practice_id", practice))
    return pa.concat_tables([given, added])


def unnumbered(given: pa.Table, patient_ids: pd.Series) -> pa.Array:
    """The patients without a number, once each, in order."""
    wanted = pc.unique(_text(patient_ids)).drop_null()
    wanted = wanted.filter(pc.invert(pc.is_in(wanted, given.column("patient_id").combine_chunks())))
    return wanted.take(pc.array_sort_indices(wanted))


def as_text(patient_ids: pd.Series, given: pa.Table) -> pd.Series:
    """The case number of each row as C-000123, aligned; missing where the patient is."""
    row = pc.index_in(_text(patient_ids), given.column("patient_id"), skip_nulls=True)
    digits = pc.cast(given.column("number"), pa.large_string()).take(row)
    letter, dash = pa.scalar("C", pa.large_string()), pa.scalar("-", pa.large_string())
    texts = pc.binary_join_element_wise(letter, pc.utf8_lpad(digits, 6, "0"), dash)
    return pd.Series(texts.to_pandas().to_numpy(), patient_ids.index, "str", "case_number")


def _text(patient_ids: pd.Series) -> pa.Array:
    texts = pa.array(patient_ids.astype("str"), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def parse(case_number: str) -> int:
    """The number in a case number as people write it; InputError for anything else."""
    match = re.fullmatch(r"\s*(?:[Cc]-?)?(\d{1,12})\s*", case_number)
    if not match:
        raise InputError("That is not a case number; write it as C-000123.")
    return int(match[1])


def patient(connection: Connection, case_number: str, practice_id: str | None) -> tuple[str, str]:
    """Practice and patient of a case; InputError when there is none, or one in more than one practice."""
    table = schema.case_numbers
    try:
        number = parse(case_number)
    except InputError as error:
        raise InputError(_of_patient(connection, case_number, practice_id) or str(error)) from None
    query = sa.select(table.c.practice_id, table.c.patient_id).where(table.c.number == number)
    if practice_id is not None:
        query = query.where(table.c.practice_id == practice_id)
    found = connection.execute(query.order_by(table.c.practice_id)).all()
    if not found:
        if said := _of_patient(connection, case_number, practice_id):
            raise InputError(said)
        where = f" of practice {practice_id}" if practice_id else ""
        known = practices_known(connection)
        if practice_id and known and practice_id not in known:
            raise InputError(unknown_practice(practice_id, known))
        raise InputError(f"There is no case C-{number:06d}{where}; look the case number up in decisions.csv.")
    if len(found) > 1:
        practices = ", ".join(row.practice_id for row in found)
        raise InputError(f"Case C-{number:06d} exists in the practices {practices}; name one with --practice.")
    return found[0].practice_id, found[0].patient_id


def practices_known(connection: Connection) -> list[str]:
    """The practices that have a case number in this database, in order."""
    column = schema.case_numbers.c.practice_id
    return list(connection.scalars(sa.select(column).distinct().order_by(column)))


def unknown_practice(practice_id: str, known: Sequence[str]) -> str:
    """One sentence for a practice that is not in the database, naming those that are."""
    named = f"; known are {', '.join(known)}" if known else ", for it is empty; run a month first"
    return f"There is no practice '{practice_id}' in this database{named}."


def _of_patient(connection: Connection, written: str, practice_id: str | None) -> str:
    """Which cases it is where what was written is a patient's identifier; nothing where it is none."""
    table = schema.case_numbers
    query = sa.select(table.c.practice_id, table.c.number).where(table.c.patient_id == written.strip())
    if practice_id is not None:
        query = query.where(table.c.practice_id == practice_id)
    found = connection.execute(query.order_by(table.c.practice_id, table.c.number)).all()
    several = len({row.practice_id for row in found}) > 1
    cases = [f"C-{row.number:06d}{f' in {row.practice_id}' if several else ''}" for row in found]
    return f"{written.strip()} is a patient: {', '.join(cases)}; give the case number." if cases else ""
