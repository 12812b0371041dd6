"""The union of intervals against a second-by-second count, on random months."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.qualify.frames import CLINICAL_STAFF, PRACTITIONER
from tasks.qualify.shares import simultaneous
from tasks.qualify.taken import Taken
from tests.qualify.cases import codes_of, decided, seconds_by_disposition

stretch = st.tuples(
    st.integers(0, 3), st.sampled_from([PRACTITIONER, CLINICAL_STAFF]), st.integers(0, 60), st.integers(0, 25)
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(stretch, max_size=14))
def test_kept_seconds_are_the_union(rows: list[tuple[int, int, int, int]]) -> None:
    origin = 1_790_000_000
    t = pd.DataFrame(
        {
            "patient": np.array([row[0] for row in rows], dtype=np.int32),
            "performer_class": np.array([row[1] for row in rows], dtype=np.int8),
            "start_s": np.array([origin + row[2] for row in rows], dtype=np.int64),
            "has_clock": np.ones(len(rows), dtype=bool),
            "whose": np.array([row[0] for row in rows], dtype=np.int32),
            "work": np.full(len(rows), -1),
        }
    )
    seconds = np.array([row[3] for row in rows], dtype=np.int64)
    lost = simultaneous(t, seconds, np.ones(len(rows), dtype=bool), Taken(origin))
    assert ((lost >= 0) & (lost <= seconds)).all()
    personal: dict[int, set[int]] = defaultdict(set)
    everybody: dict[int, set[int]] = defaultdict(set)
    for patient, performer, start, length in rows:
        everybody[patient] |= set(range(start, start + length))
        if performer == PRACTITIONER:
            personal[patient] |= set(range(start, start + length))
    kept = seconds - lost
    for patient in range(4):
        ours = (t["patient"] == patient).to_numpy()
        own = ours & (t["performer_class"] == PRACTITIONER).to_numpy()
        assert kept[ours].sum() == len(everybody[patient])
        assert kept[own].sum() == len(personal[patient])


def test_one_activity_begun_for_two_patients_at_once_is_split_though_nobody_said_so() -> None:
    call = {"at": "2026-10-05 10:00", "length": "20", "activity_id": "A"}
    result = decided([{"time": [call]}, {"time": [call]}])
    assert seconds_by_disposition(result) == {"counted": 1200, "shared_activity": 1200}
    assert result["decisions"]["outcome"].tolist() == ["short", "short"]


def test_a_colleagues_time_counts_for_the_staff_codes_where_the_practice_says_so_and_never_as_personal() -> None:
    case = {"time": [{"at": "2026-10-05 10:00", "length": "30", "performer_id": "D2"}]}
    assert codes_of(case, choose_family="personal", count_colleague_time=True) == "99490 x1"
    assert decided([case], count_colleague_time=True)["decisions"]["practitioner_seconds"].tolist() == [0]
    assert codes_of(case, choose_family="personal") == ""
    assert seconds_by_disposition(decided([case])) == {"colleague_time": 1800}
