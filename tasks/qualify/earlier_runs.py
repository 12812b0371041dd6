"""What earlier runs of the same month mean for this one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.earlier import EARLIER, of_biller
from tasks.qualify.lookup import rows_of
from tasks.qualify.months import Facts

COLUMNS = ["patient_id", "program", "code", "service_date", "rendering_npi"]


def with_earlier_claims(
    tables: dict[str, pd.DataFrame], lines: pd.DataFrame, month: Month, book: RuleBook, settings: PracticeSettings
) -> dict[str, pd.DataFrame]:
    """The tables with `earlier_claims`: lines of the practice's earlier runs of the month that are not this run's own.

    A line is this run's own when it names the practitioner who would bill that program for the patient now: this run
    decides it anew and replaces it. So an unchanged month sees nothing of itself, however often it is run.
    """
    found = [lines.iloc[:0]]
    for program in book.programs:
        some = lines[(lines["program"] == program.program).to_numpy(bool)]
        who = rows_of(tables["patients"]["patient_id"], some["patient_id"])
        some, who = some[who >= 0], who[who >= 0]
        if len(some):
            facts = Facts(tables, month, book.of(program.program, frozenset()), settings, np.unique(who))
            found.append(some[~of_biller(facts, some)])
    rows = pd.concat(found, ignore_index=True)[COLUMNS]
    return tables | {EARLIER: rows.drop_duplicates().sort_values(COLUMNS, ignore_index=True)}
