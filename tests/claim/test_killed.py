"""Killed in the middle of sending and run again, every claim is sent once, in a file whose number was never used."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.store.store import open_store
from tests.claim.signed_months import rows, send, signed
from tests.claim.validators import complaints, named

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CHILD = """
import os, signal, sys
import tests.claim.signed_months as months
from tasks.store import claims as stored
from tasks.store.store import open_store

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "composing":
    import tasks.claim.send_out as send_out
    send_out.interchange = dies
elif sys.argv[2] == "in the ledger":
    stored.into_ledger = dies
store = open_store(sys.argv[1])
months.send(store, months.signed({"staff": "25"}, {"staff": "45"}))
dies()
"""


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        pytest.param("composing", 0, marks=pytest.mark.slow),
        ("in the ledger", 0),
        pytest.param("after it", 2, marks=pytest.mark.slow),
    ],
)
def test_all_or_nothing(tmp_path: Path, moment: str, sent: int) -> None:
    url = f"sqlite:///{tmp_path / 'ccm.db'}"
    child = subprocess.run([sys.executable, "-c", CHILD, url, moment], cwd=ROOT, capture_output=True, timeout=200)
    assert child.returncode == -signal.SIGKILL, child.stderr
    store = open_store(url)
    try:
        assert len(rows(store, "claim_number")) == sent
        files = send(store, signed({"staff": "25"}, {"staff": "45"}))
        assert [file.claims for file in files] == ([] if sent else [2])
        for file in files:
            assert complaints(file.content) == []
            assert len(named(file.content, "CLM")) == 2
        assert len(set(rows(store, "claim_number"))) == 2
        assert send(store, signed({"staff": "25"}, {"staff": "45"})) == []
    finally:
        store.close()
