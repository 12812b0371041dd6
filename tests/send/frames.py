"""Small output frames in the contract's types, for the tests of what is sent."""

import pandas as pd

from config.contract import outputs
from config.frames import as_contract, empty


def output(name: str, *rows: dict) -> pd.DataFrame:
    """The output table of that name with these rows."""
    frame = pd.DataFrame(list(rows))
    for column in outputs()[name].columns:
        if column.type == "date" and column.name in frame:
            frame[column.name] = pd.to_datetime(frame[column.name])
    return as_contract(frame, outputs()[name])


def nothing() -> dict[str, pd.DataFrame]:
    """Every output table, without rows."""
    return {name: empty(table) for name, table in outputs().items()}
