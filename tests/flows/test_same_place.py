"""A process that does a practice elsewhere has the run's own database and server, or says that it has not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import PlaceError
from flows.prefect_api import PrefectApi
from flows.side_by_side import Where, _one_machine_only, digest_of
from tasks.store.engine import parse


def test_a_database_is_known_by_where_it_is_not_by_who_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    several = {
        digest_of(parse(url))
        for url in (
            "postgresql://ccm:secret@db/ccm",
            "postgresql://other@db/ccm",
            "postgresql+psycopg://db/ccm?sslmode=require",
        )
    }
    assert len(several) == 1
    others = ("postgresql://elm/ccm", "postgresql://db/other", "postgresql:///ccm?host=/run/db", "sqlite:///ccm.db")
    assert len(several | {digest_of(parse(url)) for url in others}) == 5
    assert digest_of(parse("sqlite:///ccm.db")) == digest_of(parse(f"sqlite:///{tmp_path / 'ccm.db'}"))


def test_a_worker_with_another_database_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCM_DATABASE_URL", raising=False)
    own = digest_of(parse(f"sqlite:///{tmp_path / 'out' / 'ccm.db'}"))
    with pytest.raises(PlaceError, match=r"^A Dask worker has another database than the run that asks it; give every"):
        Where(str(tmp_path / "out"), "", "", "", digest_of(parse("postgresql://db/ccm"))).opened()
    assert not (tmp_path / "out").exists()
    Where(str(tmp_path / "out"), "", "", "", own).opened().store.close()


def test_a_server_of_this_machine_alone_is_none_for_workers_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    place: Any = SimpleNamespace(
        store=SimpleNamespace(engine=SimpleNamespace(dialect=SimpleNamespace(name="postgresql")))
    )
    servers = iter(["http://127.0.0.1:4200/api", "http://prefect.internal:4200/api"])
    monkeypatch.setattr("flows.side_by_side.server_of_this_run", lambda: PrefectApi(next(servers)))
    _one_machine_only("tcp://127.0.0.1:8786", place)
    with pytest.raises(
        PlaceError, match=r"server, which is at http://127\.0\.0\.1:4200/api and so reached on this mach"
    ):
        _one_machine_only("tcp://10.0.0.5:8786", place)
    _one_machine_only("tcp://10.0.0.5:8786", place)
