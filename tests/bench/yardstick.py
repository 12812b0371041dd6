"""One yardstick in a process of its own: `python -m tests.bench.yardstick pandas|duckdb|pyx12 FILE`."""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path

from tests.bench.measure import measure
from tests.bench.yardsticks import read_alone, union_and_thresholds

name, file = sys.argv[1], Path(sys.argv[2])
if name == "pandas":
    import pandas  # noqa: F401 - its import is not what is measured

    measured = {"read the time log": measure(lambda: read_alone(file))[1]}
elif name == "pyx12":
    from tests.bench.yardsticks import read_by_pyx12, validate_by_pyx12

    measured = {
        "pyx12 reads the segments": measure(lambda: read_by_pyx12(file))[1],
        "pyx12 validates": measure(lambda: validate_by_pyx12(file))[1],
    }
else:
    import duckdb  # noqa: F401 - its import is not what is measured

    measured = {"union and thresholds": measure(lambda: union_and_thresholds(file, "2026-10-01", "2026-11-01"))[1]}
print(json.dumps({name: astuple(row) for name, row in measured.items()}))
