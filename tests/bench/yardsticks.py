"""What the same machine needs, in the same minute, for less: reading the file, and the bare interval arithmetic."""

from __future__ import annotations

import io
import warnings
from contextlib import redirect_stdout
from pathlib import Path

THRESHOLDS = """
WITH entries AS (
    SELECT patient_id, started_at::TIMESTAMP AS began,
           started_at::TIMESTAMP + to_seconds(duration_seconds::BIGINT) AS ended
    FROM read_csv('{file}', header = true, all_varchar = true)
    WHERE program = 'ccm' AND duration_seconds IS NOT NULL AND started_at IS NOT NULL
      AND started_at >= '{first}' AND started_at < '{next}'
), reached AS (
    SELECT patient_id, began, ended,
           max(ended) OVER earlier AS until
    FROM entries
    WINDOW earlier AS (PARTITION BY patient_id ORDER BY began ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), totals AS (
    SELECT patient_id,
           sum(greatest(0, epoch(ended) - epoch(greatest(began, coalesce(until, began)))))::BIGINT // 60 AS minutes
    FROM reached GROUP BY patient_id
)
SELECT count(*) FILTER (minutes >= 20), count(*) FILTER (minutes >= 40), count(*) FILTER (minutes >= 60) FROM totals
"""


def read_alone(file: Path) -> int:
    """Read the time log with pandas and nothing else; rows."""
    import pandas as pd

    return len(pd.read_csv(file))


def union_and_thresholds(file: Path, first: str, following: str) -> tuple[int, int, int]:
    """DuckDB: union of each patient's intervals and how many reach 20, 40 and 60 minutes; none of the rules."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    found = connection.execute(THRESHOLDS.format(file=file, first=first, next=following)).fetchone()
    assert found is not None
    return found


def read_by_pyx12(file: Path) -> int:
    """pyx12 reading the file into segments and checking its envelope, nothing else; segments."""
    import pyx12.x12file

    with file.open("r", encoding="ascii") as stream:
        return sum(1 for _ in pyx12.x12file.X12Reader(stream))


def validate_by_pyx12(file: Path) -> None:
    """pyx12 holding every segment of the file against its map of the claim; SystemExit when it has a complaint."""
    import pyx12.params
    import pyx12.x12n_document

    answer = io.StringIO()
    with file.open("r", encoding="ascii") as stream, redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not pyx12.x12n_document.x12n_document(pyx12.params.params(), stream, answer, None):
            raise SystemExit(answer.getvalue()[:3000])
