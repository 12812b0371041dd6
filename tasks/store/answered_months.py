"""What payers answered in each month that was decided, as it is kept with the month."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tasks.store.basis import columns_of, tables_of
from tasks.store.payers_said import ANSWERS, OTHERS
from tasks.store.schema import cycle_inputs, cycles

Tables = dict[str, pd.DataFrame]


def answered_months(
    connection: Connection, practice_id: str, owes: str, plans: Callable[[str], Collection[str]]
) -> dict[str, Tables]:
    """Each decided month of which payers' answers are kept, by the latest revision.

    It has its answers, and the consents that say which program each patient is in, where one of them says that patients
    owe `owes`, or is a plan's of the `plans` of that month; none where no answer does.
    """
    mine = sa.select(cycles.c.month, sa.func.max(cycles.c.revision).label("revision"))
    newest = mine.where(cycles.c.practice_id == practice_id).group_by(cycles.c.month).subquery()
    there = sa.and_(cycles.c.month == newest.c.month, cycles.c.revision == newest.c.revision)
    kept = sa.select(cycles.c.month, cycles.c.id).join(newest, there).join(cycle_inputs)
    kept = kept.where(cycles.c.practice_id == practice_id, cycle_inputs.c.name == ANSWERS).order_by(cycles.c.month)
    found: dict[str, Tables] = {}
    for month, cycle in connection.execute(kept).all():
        looked_at = (columns_of(connection, cycle, name, ("patient_owes", "plan_key")) for name in (ANSWERS, OTHERS))
        speaks = any(
            bool((rows["patient_owes"] == owes).any() or rows["plan_key"].isin(list(plans(str(month)))).any())
            for rows in looked_at
        )
        found[str(month)] = tables_of(connection, cycle, (ANSWERS, OTHERS, "consents")) if speaks else {}
    return found
