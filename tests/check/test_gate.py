"""The gate between checking and deciding."""

from __future__ import annotations

import pytest

from config.errors import DataStopError
from tasks.check.gate import gate
from tests.check.frames import check, entry, example, settings


def twenty(bad):
    """Twenty entries, the first so many for a patient whom nobody knows and by nobody."""
    return [
        entry(f"E{n}", f"2026-10-{n + 1:02d} 09:00", **({"patient_id": "x", "performer_id": "x"} if n < bad else {}))
        for n in range(20)
    ]


def test_the_limit_itself_passes_and_a_row_is_counted_once_for_all_its_reasons():
    gate(check(time_entries=twenty(1)), settings(quarantine_limit_percent=5))
    gate(check(time_entries=twenty(0)), settings(quarantine_limit_percent=0))


@pytest.mark.parametrize(
    ("bad", "rows", "stops"),
    [
        (5, 5, False),  # 25 %, and few rows
        (6, 5, True),
        (2, 1, True),
        (9, 12, False),
        (10, 12, True),  # half of all is an export that is wrong, however few they are
    ],
)
def test_few_rows_do_not_stop_a_small_month(bad, rows, stops):
    own = settings(quarantine_limit_percent=5, quarantine_limit_rows=rows)
    if not stops:
        gate(check(time_entries=twenty(bad)), own)
        return
    half = ", and half of them or more (" if bad == 10 else f" and the {rows} rows of quarantine_limit_rows ("
    with pytest.raises(DataStopError) as stopped:
        gate(check(time_entries=twenty(bad)), own)
    assert half in str(stopped.value)


def test_none_allowed_is_none_whatever_the_rows():
    with pytest.raises(DataStopError):
        gate(check(time_entries=twenty(1)), settings(quarantine_limit_percent=0, quarantine_limit_rows=5))


@pytest.mark.slow
def test_above_the_limit_it_says_how_much_why_and_what_to_do():
    with pytest.raises(DataStopError) as stopped:
        gate(check(time_entries=twenty(2)), settings(quarantine_limit_percent=5, quarantine_limit_rows=0))
    said = str(stopped.value)
    for part in (
        "2 of 20",
        "10.0 %",
        "5 %",
        "patient_unknown 2",
        "performer_unknown 2",
        "quarantine.csv",
        "raise the limit",
    ):
        assert part in said
    assert stopped.value.exit_code == 3


def test_a_parent_set_aside_is_named_as_the_place_to_begin_where_it_takes_entries_along():
    entries = [entry("E1", "2026-10-05 09:00"), entry("E2", "2026-10-05 10:00", patient_id="200")]
    patients = [example("patients"), example("patients", patient_id="200", last_name=None)]
    said = (
        "; begin with the one row of patients set aside, as 1 of the entries is of those patients; then mend the rows"
    )
    with pytest.raises(DataStopError, match=said):
        gate(check(patients=patients, time_entries=entries), settings())


def test_a_row_set_aside_that_has_no_part_in_it_is_no_place_to_begin():
    entries = [entry("E1", "2026-10-05 09:00"), entry("E2", "2026-10-05 10:00", patient_id="x")]
    patients = [example("patients"), example("patients", patient_id="200", last_name=None)]
    staff = [example("staff"), example("staff", staff_id="S9", practice_id=None)]
    with pytest.raises(DataStopError) as stopped:
        gate(check(patients=patients, staff=staff, time_entries=entries), settings())
    assert "begin with" not in str(stopped.value)
    assert "; mend the rows listed in quarantine.csv" in str(stopped.value)
