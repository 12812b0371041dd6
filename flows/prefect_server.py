"""Prefect's temporary server, begun before anything heavy is imported, so that both take place at the same time.

Left to itself, Prefect begins it at the first flow and waits; it is the same server, only sooner.
"""

from __future__ import annotations

import atexit
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

HOST = "127.0.0.1"
# What Prefect itself says to the server that it begins for one run.
TEMPORARY = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
# On a busy machine it is ended while it still writes, and would print a traceback behind the result. One that does not
# come up at all is followed by Prefect's own, which says why.
QUIET = {"PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL"}


class TemporaryServer:
    """A server of this process alone. It ends with the process, after what Prefect still had to tell it."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        place = str(Path(_origin_of("prefect")).parent.parent)
        factory = ["--app-dir", place, "--factory", "prefect.server.api.server:create_app", "--lifespan", "on"]
        address = ["--host", HOST, "--port", str(self.port), "--log-level", "error"]
        command = [sys.executable, "-m", "uvicorn", *factory, *address]
        self._process = subprocess.Popen(command, env=QUIET | os.environ | TEMPORARY)  # noqa: S603 - our own words only
        atexit.register(self.stop)  # before Prefect registers anything, so it runs after all of that

    def use(self) -> None:
        """This process's flows run on it from now on, unless Prefect's settings name another server or forbid one.

        When it does not come up it is given up, and Prefect begins its own and says what is wrong.
        """
        from prefect.context import refresh_global_settings_context
        from prefect.settings import get_current_settings

        settings = get_current_settings()
        wanted = not settings.api.url and settings.server.ephemeral.enabled
        if wanted and self._answers_within(settings.server.ephemeral.startup_timeout_seconds):
            os.environ["PREFECT_API_URL"] = f"http://{HOST}:{self.port}/api"
            refresh_global_settings_context()
        else:
            self.stop()

    def stop(self) -> None:
        """The server has ended."""
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < end:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _origin_of(package: str) -> str:
    """The file that the package is imported from, found without importing it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"No module named '{package}'")
    return found.origin


def begin_server() -> TemporaryServer | None:
    """A server that is coming up; none when the environment names one already, or forbids it."""
    allowed = os.environ.get("PREFECT_SERVER_EPHEMERAL_ENABLED", "true").lower() not in ("0", "false", "no", "off")
    return TemporaryServer() if allowed and not os.environ.get("PREFECT_API_URL") else None


@contextmanager
def flow_on_terminal(database: str | None, look: Callable[[], None] | None = None) -> Iterator[Console]:
    """A server for the flow within, its steps on the terminal; the database's address stays out of its parameters.

    While it comes up, `look` says what is wrong already; then nobody waits for it.
    """
    server = begin_server()
    if look:
        look()
    from rich.console import Console

    from flows.terminal import show_steps

    if server:
        server.use()
    if database:
        os.environ["CCM_DATABASE_URL"] = database
    console = Console()
    from prefect.exceptions import ParameterTypeError

    try:
        with show_steps(console):
            yield console
    except ParameterTypeError as error:
        said = "; ".join(_plainly(line.strip(" -")) for line in str(error).splitlines()[1:])
        raise InputError(f"What was given does not fit: {said}.") from None


def _plainly(said: str) -> str:
    """What pydantic says of a parameter in this program's words, where it is about the length of a text."""
    return re.sub(r"String should have (at least|at most) (\d+) characters?", r"write \1 \2 characters", said)


def kept_out_of_prefect(name: str, address: str) -> str:
    """The address is in the environment, and what stands for it in a parameter; it may hold a password."""
    os.environ[name] = address
    return f"env:{name}"
