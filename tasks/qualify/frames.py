"""The two frames that rules are asked of.

`Months`: one row a patient of the practice, all facts of the service month. `Stretches`: one row a stretch of logged
time inside one local day. Both are pandas frames whose columns are read as attributes, so that a rule reads like its
sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.rulebook import RuleBook
from config.settings import PracticeSettings

Months = Any
"""pandas.DataFrame; columns in months.py."""

Stretches = Any
"""pandas.DataFrame; columns in stretches.py."""

Mask = Any
"""Boolean array or series, one element a row."""

Rule = Callable[[Any, RuleBook, PracticeSettings], Mask]
"""A rule: pure, vectorised; no clock, file, database, Prefect or Great Expectations inside."""

PRACTITIONER, CLINICAL_STAFF, NON_CLINICAL, OTHER_PRACTITIONER = 0, 1, 2, 3
CLASSES = ("practitioner", "clinical_staff", "non_clinical", "other_practitioner")
STAFF_POOL = (CLINICAL_STAFF, OTHER_PRACTITIONER)
"""A colleague's time is staff time where the practice counts it; only the billing practitioner's own is personal."""
