"""Finding a patient's row from an identifier, a million at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def rows_of(keys: pd.Series, wanted: pd.Series) -> Any:
    """For each wanted identifier its row among the keys, -1 when it is not there. Keys must be unique.

    Arrow's hash join is several times faster here than an index of pandas, which turns every text into an object first.
    """
    found = pc.index_in(pa.array(wanted, type=pa.large_string()), value_set=pa.array(keys, type=pa.large_string()))
    return np.asarray(found.fill_null(-1)).astype(np.int32)
