"""Integrity signals: seen where they are, silent in an honest month and on a small panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from config.errors import RuleError
from tasks.check.signals import integrity_signals, load_signals
from tests.check.frames import MONTH, example, frame, local, practice, settings


def signals(lengths, patients=None, performer="S1", start="2026-10-01 08:00", entered=None, per_day=20):
    """Signals of one person's entries of those lengths, some a day, one after the other."""
    rows = []
    for n, seconds in enumerate(lengths):
        begin = local(start) + pd.Timedelta(days=n // per_day, hours=(n % per_day) // 3, seconds=1200 * (n % 3))
        patient = str(n if patients is None else patients[n])
        values = {
            "started_at": begin,
            "ended_at": None,
            "duration_seconds": int(seconds),
            "entered_at": entered or begin,
        }
        rows.append(example("time_entries", entry_id=f"E{n}", patient_id=patient, performer_id=performer, **values))
    accepted = practice() | {"time_entries": frame("time_entries", rows)}
    found = integrity_signals(accepted, settings(), MONTH)
    return {row["signal"]: (row["subject"], int(row["count"]), int(row["of"])) for row in found.to_dict("records")}


def measured(size, seed=7):
    return np.random.default_rng(seed).lognormal(5.7, 0.7, size).astype(int) + 1


def test_an_honest_month_is_silent():
    assert signals(measured(300), patients=np.arange(300) // 6) == {}


def test_no_entries_no_signals():
    assert signals([]) == {}


def test_one_length_again_and_again():
    lengths = measured(60)
    lengths[:30] = 437
    assert signals(lengths) == {"identical_durations": ("S1", 30, 60)}
    assert signals(lengths[:29]) == {}, "a small panel does not cry wolf"


def test_round_lengths():
    lengths = measured(60)
    lengths[:40] = np.resize([300, 600, 900, 1200, 1500], 40)
    lengths[40:] += lengths[40:] % 300 == 0
    assert signals(lengths)["round_numbers"] == ("S1", 40, 60)


def test_totals_just_over_a_threshold():
    totals = [1200, 1259, 2400, 3659, 1210, 1220, 1230, 1240, *range(1260, 2060, 50)]
    assert signals(totals)["just_over_threshold"] == ("S1", 8, 24)
    assert "just_over_threshold" not in signals([total + 60 for total in totals])


def test_totals_belong_to_who_did_most_of_the_work():
    rows = []
    for n in range(20):
        for who, seconds in (("S1", 700), ("D1", 505)):
            rows.append(example("time_entries", entry_id=f"{who}{n}", patient_id=str(n), performer_id=who,
                                duration_seconds=seconds + n, ended_at=None))  # fmt: skip
    found = integrity_signals(practice() | {"time_entries": frame("time_entries", rows)}, settings(), MONTH)
    assert found["subject"].tolist() == ["S1"]
    assert found["signal"].tolist() == ["just_over_threshold"]


def test_entries_written_after_the_close():
    assert signals(measured(20), entered=local("2026-11-04 00:00:01")) == {"entered_after_close": ("S1", 20, 20)}
    assert signals(measured(20), entered=local("2026-11-04 00:00")) == {}


@pytest.mark.parametrize(
    ("hours", "days", "seen"), [(17, 1, (1, 1)), (16, 1, None), (9, 5, (5, 5)), (9, 4, None), (8, 10, None)]
)
def test_more_hours_than_a_day_holds(hours, days, seen):
    lengths = np.full((days, 10), hours * 360)
    lengths[:, 0] += 1 if seen else 0
    found = signals(lengths.ravel(), per_day=10).get("more_hours_than_a_day_holds")
    assert found == (seen and ("S1", *seen))


def test_every_signal_has_a_source_and_says_how_sure_it_is():
    names = {
        "identical_durations",
        "just_over_threshold",
        "entered_after_close",
        "more_hours_than_a_day_holds",
        "round_numbers",
    }
    assert set(load_signals()) == names
    assert all(signal.source and signal.confidence for signal in load_signals().values())


def test_a_wrong_file_is_named_with_the_field(tmp_path):
    path = tmp_path / "signals.yaml"
    path.write_text("signals:\n  - {name: x, words: x, source: x, confidence: certain}\n")
    with pytest.raises(RuleError, match=r"signals\.yaml.*confidence"):
        load_signals(path)
