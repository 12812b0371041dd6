"""What is plainly wrong in `ccm run` is said before any server is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.errors import InputError
from flows.cli import app


def test_a_profile_that_is_none_is_noticed_before_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def begun() -> None:
        raise AssertionError("a server was started")

    monkeypatch.setattr("flows.prefect_server.begin_server", begun)
    given = ["run", "--month", "2026-10", "--source", str(tmp_path), "--profile", "epik"]
    done = CliRunner().invoke(app, given)
    assert isinstance(done.exception, InputError)
    assert "There is no time-log profile 'epik'; known are" in str(done.exception)
