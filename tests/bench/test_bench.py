"""The benches still walk the month and the claims as the flows do; what they measure is no test."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("module", ["month", "claims", "remittances"])
def test_a_bench_runs_to_its_table(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", "200"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("\n") > 5
