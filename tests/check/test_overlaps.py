"""Overlaps counted by two sorted look-ups agree with every pair looked at by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.check.overlaps import overlapping

TOLERANCE = 60


def by_pairs(rows):
    """The definition, pair by pair."""
    two_patients, two_programs = [False] * len(rows), [False] * len(rows)
    for i, (who, whom, what, together, start, seconds) in enumerate(rows):
        for j, (who2, whom2, what2, together2, start2, seconds2) in enumerate(rows):
            shared = min(start + seconds, start2 + seconds2) - max(start, start2)
            if i == j or who != who2 or min(who, whom, whom2) < 0 or shared <= TOLERANCE:
                continue
            if together >= 0 and together == together2:
                continue
            if whom != whom2:
                two_patients[i] = True
            elif what != what2 and min(what, what2) >= 0:
                two_programs[i] = True
    return two_patients, two_programs


def counted(rows):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    two_patients, two_programs = overlapping(*columns, TOLERANCE)
    return two_patients.tolist(), two_programs.tolist()


row = st.tuples(
    st.integers(-1, 2),
    st.integers(-1, 3),
    st.integers(-1, 2),
    st.integers(-1, 2),
    st.integers(0, 900).map(lambda second: 1_790_000_000 + second),
    st.integers(-1, 400),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(row, max_size=14))
def test_agrees_with_the_definition(rows):
    assert counted(rows) == by_pairs(rows)


def test_a_long_entry_convicts_every_later_one_but_not_those_beside_them():
    rows = [(0, 0, 0, -1, 0, 3600), (0, 1, 0, -1, 600, 300), (0, 1, 0, -1, 1800, 300), (0, 2, 0, -1, 4000, 300)]
    assert counted(rows)[0] == [True, True, True, False]


def test_what_touches_within_the_tolerance_is_left():
    assert counted([(0, 0, 0, -1, 0, 600), (0, 1, 0, -1, 540, 600)])[0] == [False, False]
    assert counted([(0, 0, 0, -1, 0, 600), (0, 1, 0, -1, 539, 600)])[0] == [True, True]


def test_a_shared_activity_excuses_its_own_parts_only():
    rows = [(0, 0, 0, 5, 0, 600), (0, 1, 0, 5, 0, 600), (0, 2, 0, -1, 300, 600)]
    assert counted(rows)[0] == [True, True, True]
    assert counted(rows[:2])[0] == [False, False]


def test_ten_thousand_entries_with_one_start_are_no_trouble():
    n = 10_000
    rows = np.zeros((n, 6), dtype=np.int64)
    rows[:, 1], rows[:, 3], rows[:, 5] = np.arange(n), -1, 600
    assert all(counted(rows)[0])
