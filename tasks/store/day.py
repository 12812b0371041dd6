"""Which day it is: the practice's own, by its time zone; the machine's clock may stand on another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.month import EASTERN, today_in
from tasks.store.basis import tables_of
from tasks.store.schema import cycles


def zone_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """The clock of the practice whose tables these are; Eastern time where they do not say."""
    practices = tables.get("practices")
    if practices is None or practices.empty or "time_zone" not in practices or pd.isna(practices["time_zone"].iloc[0]):
        return EASTERN
    return str(practices["time_zone"].iloc[0])


def today_by(tables: Mapping[str, pd.DataFrame]) -> date:
    """The day that it is now on the clock of the practice whose tables these are."""
    return today_in(zone_of(tables))


def today_of(connection: Connection, practice_id: str) -> date:
    """The practice's own day, by the tables of its newest decided month; that of Eastern time before any."""
    mine = sa.select(cycles.c.id).where(cycles.c.practice_id == practice_id)
    newest = connection.execute(mine.order_by(cycles.c.month.desc(), cycles.c.revision.desc()).limit(1)).scalar()
    return today_by({} if newest is None else tables_of(connection, newest, ("practices",)))


def latest_today(connection: Connection) -> date:
    """The latest of the practices' own days: what is dated after it has not happened anywhere yet."""
    practices = connection.execute(sa.select(cycles.c.practice_id).distinct()).scalars()
    return max([today_of(connection, one) for one in practices], default=today_in(EASTERN))
