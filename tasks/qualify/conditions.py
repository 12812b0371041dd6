"""Which chronic conditions are on the patient's list, on a day and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tasks.qualify.months import Facts


def add_conditions(facts: Facts, reference: Any) -> None:
    """Number of chronic conditions on the list that day, and of those that the indicator does not settle."""
    rows, patient = facts.rows("conditions")
    day = reference[patient]
    onset, resolved = rows["onset_date"].to_numpy(), rows["resolved_date"].to_numpy()
    active = (np.isnat(onset) | (onset <= day)) & (np.isnat(resolved) | (resolved >= day))
    numbers, names = facts.codes_of_conditions()
    status = np.array([facts.book.chronic.get(name, 9) for name in names] + [0], dtype=np.int8)
    pair = np.sort(patient[active].astype(np.int64) * (len(names) + 1) + numbers[active])
    once = pair[np.diff(pair, prepend=-1) != 0]
    person, number = np.divmod(once, len(names) + 1)
    for column, wanted in (("chronic_conditions", 1), ("undetermined_conditions", 9)):
        facts.frame[column] = np.bincount(person[status[number] == wanted], minlength=facts.size)
    behavioral = np.array([name.startswith("F") for name in names] + [False], dtype=bool)  # ICD-10-CM chapter 5
    facts.frame["behavioral_conditions"] = np.bincount(person[behavioral[number]], minlength=facts.size)
    facts.frame["of_one_category"] = _of_one_category(person, number, names, status == 1, facts.size)
    facts.frame["two_or_more_conditions"] = facts.frame["chronic_conditions"] >= 2
    facts.frame["at_most_one_condition"] = ~facts.frame["two_or_more_conditions"]


def _of_one_category(person: Any, number: Any, names: Any, chronic: Any, size: int) -> Any:
    """Of whom all chronic conditions, `person` by person, begin with the same three characters."""
    category = np.append(pd.factorize(pd.Index(names).str[:3])[0], -1)
    rows = np.flatnonzero(chronic[number])
    found = np.zeros(size, dtype=bool)
    if len(rows):
        starts = np.flatnonzero(np.diff(person[rows], prepend=-1))
        low, high = (pick.reduceat(category[number[rows]], starts) for pick in (np.minimum, np.maximum))
        found[person[rows][starts]] = low == high
    return found
