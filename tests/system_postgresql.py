"""A server of the PostgreSQL that the system has installed, which has its extensions and asks for passwords."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHARE = Path("/usr/share/postgresql")


def programs() -> Path | None:
    """The folder of the newest one with the extension that Prefect's server needs; None where there is none."""
    found = [one.parent for one in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    whole = [one for one in found if (SHARE / one.parent.name / "extension" / "pg_trgm.control").is_file()]
    able = os.geteuid() or shutil.which("runuser")  # PostgreSQL does not run as root
    return max(whole, key=lambda one: int(one.parent.name), default=None) if able else None


@dataclass(frozen=True)
class Running:
    """Where it listens; on its socket nobody is asked for a password."""

    programs: Path
    folder: Path
    port: int

    def psql(self, *arguments: str) -> str:
        """What it answers to its owner."""
        where = ["--host", str(self.folder), "--port", str(self.port), "--username", "postgres"]
        done = subprocess.run(
            [str(self.programs / "psql"), *where, "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-At", *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def running(programs: Path) -> Iterator[Running]:
    """A new and empty one on loopback, until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    owner = ["runuser", "-u", "postgres", "--"] if not os.geteuid() else []
    if owner:
        shutil.chown(folder, "postgres", "postgres")

    def call(program: str, *arguments: str) -> None:
        command = [*owner, str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    try:
        call("initdb", "--username", "postgres", "--auth-local", "trust", "--auth-host", "scram-sha-256")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        call("pg_ctl", "start", "-w", "-t", "120", "-l", str(folder / "log"), "-o", options)
        try:
            yield Running(programs, folder, port)
        finally:
            call("pg_ctl", "stop", "-w", "-m", "fast")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
