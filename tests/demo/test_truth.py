from __future__ import annotations

from pathlib import Path

import pandas as pd

from config.contract import inputs
from tasks.demo.defects import DEFECTS, choose_defects
from tasks.demo.truth import COLUMNS
from tasks.demo.write import DemoTruth
from tasks.pull.profiles import profiles

KINDS = {"quarantined", "disposition", "seconds", "finding", "signal", "warn", "other_month", "kept"}


def test_every_pattern_is_there(demo: DemoTruth) -> None:
    assert demo.left_out == ()
    assert set(demo.defects["pattern"]) == set(range(1, 21))
    assert set(demo.defects["expect_kind"]) <= KINDS
    written = pd.read_csv(demo.folder / "truth" / "defects.csv", keep_default_na=False)
    assert list(written.columns) == COLUMNS
    assert written.astype(str).to_numpy().tolist() == demo.defects.astype(str).to_numpy().tolist()


def test_truth_points_at_the_rows_it_speaks_of(demo: DemoTruth) -> None:
    for file, rows in demo.defects.groupby("source_file"):
        lines = (demo.folder / str(file)).read_text("utf-8").split("\n")
        for row in rows.itertuples():
            line = lines[row.source_line - 1]
            assert row.row_key in line
            assert row.patient_id in line
            if row.row_key:
                place = inputs()[row.table].names.index(inputs()[row.table].key[0])
                assert line.split(",")[place] == row.row_key


def test_a_patient_is_used_for_one_defect_only(demo: DemoTruth) -> None:
    names = demo.defects.assign(name=demo.defects["name"].str.replace("billable_is_nothing", "billable_is_less"))
    named = names[names["patient_id"] != ""].groupby("patient_id")["name"].nunique()
    assert (named == 1).all()


def test_each_kind_grows_with_the_practice_but_stays_rare() -> None:
    small, large = choose_defects(300, 2_000), choose_defects(150_000, 1_000_000)
    assert {defect.name for defect, _ in small.chosen} == {defect.name for defect in DEFECTS}
    assert max(times for _, times in small.chosen) == 1
    assert large.left_out == []
    assert 0.02 < large.cast / 150_000 < 0.05
    assert sum(defect.set_aside * times for defect, times in large.chosen) < 0.03 * 1_000_000


def test_a_small_practice_gets_one_of_each_pattern_first() -> None:
    chosen = [defect for defect, _ in choose_defects(70, 1_000).chosen]
    assert {defect.pattern for defect in chosen[:20]} == set(range(1, 21))
    assert len(chosen) > 20
    assert sum(defect.patients for defect in chosen) <= 35


def test_every_time_log_has_a_profile_that_knows_it(demo: DemoTruth) -> None:
    files = sorted(demo.folder.glob("time_log_*.csv"))
    assert len(files) >= 5
    known = profiles()
    for file in files:
        header = file.read_text("utf-8").splitlines()[0].split(",")
        profile = known[file.stem.removeprefix("time_log_")]
        assert set(profile.match) <= set(header)


def test_clean_data_has_an_empty_truth(clean: Path) -> None:
    assert len(pd.read_csv(clean / "truth" / "defects.csv")) == 0
    assert not list(clean.glob("time_log_*.csv"))
