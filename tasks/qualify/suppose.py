"""The accepted tables as they would be if something had gone otherwise; pure, nothing is written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.errors import InputError
from config.month import Month
from config.rulebook import RuleBook

Tables = dict[str, pd.DataFrame]


def with_minutes(tables: Tables, decisions: pd.DataFrame, minutes: int, month: Month, book: RuleBook) -> Tables:
    """As if for each patient-month to which minutes are missing so many more of staff time had been logged.

    They stand on the month's last day, in the program that misses them, done by the patient's care manager where that
    is clinical staff, else by the first of the staff who is. InputError when the practice has no clinical staff.
    """
    staff = tables["staff"]
    clinical = staff["staff_id"][staff["credential"].str.strip().str.lower().isin(book.clinical_staff)]
    if clinical.empty:
        raise InputError("Nobody of the practice's staff is clinical staff, so nobody could log the minutes.")
    missing = decisions[decisions["minutes_missing"].notna().to_numpy(bool)]
    entries = tables["time_entries"]
    last = pd.Timestamp(month.last)
    manager = missing["care_manager_id"].astype("str")
    values = {
        "entry_id": [f"supposed-{number}" for number in range(1, len(missing) + 1)],
        "patient_id": missing["patient_id"].to_numpy(object),
        "performer_id": manager.where(manager.isin(clinical), clinical.iloc[0]).to_numpy(object),
        "program": missing["program"].astype("str").to_numpy(object),
        "service_date": last,
        "duration_seconds": minutes * 60,
        "activity": "supposed",
        "source": "manual",
        "approved": True,
        "seconds": minutes * 60,
        "start_s": -1,
        "has_clock": False,
        "local_date": last,
        "source_file": "supposed",
        "source_line": 0,
    }
    added = pd.DataFrame({name: pd.Series(values.get(name), index=range(len(missing))) for name in entries})
    added = added.astype({name: kind for name, kind in entries.dtypes.items() if kind != "category"})
    together = {}
    for name in entries:  # column by column, for a category that one side does not know must not turn the column
        kind = entries[name].dtype
        both = pd.concat([entries[name].astype("str") if kind == "category" else entries[name], added[name]])
        together[name] = both.astype("str").astype("category") if kind == "category" else both.astype(kind)
    return tables | {"time_entries": pd.DataFrame(together).reset_index(drop=True)}


def with_program(tables: Tables, program: str, month: Month, book: RuleBook) -> Tables:
    """As if every consent to a program of the same kind, of which one a month is billed, were for that program.

    Time stays with the program for which it was logged. InputError when the program is not payable in the month.
    """
    known = {one.program: one for one in book.programs}
    if program not in known:
        raise InputError(f"'{program}' is no program of {month}; write one of {', '.join(known)}.")
    group = [name for name, one in known.items() if one.group == known[program].group]
    if len(group) < 2:
        raise InputError(
            f"'{program}' stands in the place of no other program in {month}; there is nothing to compare."
        )
    consents = tables["consents"]
    names = consents["program"].astype("str").to_numpy(object)
    moved = pd.Series(np.where(np.isin(names, group), program, names), index=consents.index, dtype="str")
    return tables | {"consents": consents.assign(program=moved.astype("category"))}
