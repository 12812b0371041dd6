"""What deploy/compose.yaml starts, and the units with the same commands, really works together: PostgreSQL for both
databases, a password, the variables of ccm.env.example. The services' own commands are started, without containers."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml

from config.errors import PlaceError
from config.month import Month
from flows.children import descendants
from flows.prefect_api import PrefectApi
from tasks.demo.write import write_demo_data
from tests.flows.mail_server import mail_server
from tests.flows.test_up import Patient, environment, wait_until
from tests.system_postgresql import programs, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
ROOT = Path(__file__).parents[1]
DEPLOY, BIN = ROOT / "deploy", Path(sys.executable).parent
SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
MONTH, PASSWORD = "2026-10", "s3cret"
SQL = (DEPLOY / "databases.sql").read_text("utf-8")
PROGRAMS = programs()
KEY = base64.urlsafe_b64encode(bytes(32)).decode()


def variables(folder: Path, postgresql: int, port: int, mail: Mapping[str, str]) -> dict[str, str]:
    """ccm.env.example as somebody fills it in, with folders, ports and hosts of this machine."""
    text = (DEPLOY / "ccm.env.example").read_text("utf-8")
    given = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    places = {"/srv/ccm": folder / "srv", "/var/log/ccm": folder / "log", "/etc/ccm": folder / "srv" / "source"}
    for old, new in (*places.items(), (":4200", f":{port}"), (":5432", f":{postgresql}"), ("CHANGE-ME", PASSWORD)):
        given = {name: value.replace(old, str(new)) for name, value in given.items()}
    without = {name: value for name, value in given.items() if name not in ("CCM_SMTP_USER", "CCM_SMTP_PASSWORD")}
    return environment(**without | {"PREFECT_SERVER_ENCRYPTION_KEY": KEY, "PREFECT_WORKER_QUERY_SECONDS": "2"} | mail)


def command(service: str, port: int) -> list[str]:
    """What compose starts for it, with that port."""
    first, *rest = SERVICES[service]["command"]
    return [str(BIN / first), *(one.replace("4200", str(port)).replace("0.0.0.0", "127.0.0.1") for one in rest)]


@contextmanager
def started(service: str, port: int, given: Mapping[str, str], said: Path) -> Iterator[Callable[[], None]]:
    """It runs; what is given kills it with all that it has started, as a unit's processes go when its own is killed."""
    with said.open("ab") as stream:
        process = subprocess.Popen(
            command(service, port), env=given, cwd=ROOT, stdout=stream, stderr=stream, start_new_session=True
        )

    def kill() -> None:
        if process.poll() is None:
            for pid in [process.pid, *descendants(process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()

    try:
        yield kill
    finally:
        kill()


def test_the_units_start_what_the_services_start() -> None:
    units = "\n".join(path.read_text("utf-8") for path in DEPLOY.glob("*.service"))
    for service, one in SERVICES.items():
        if "command" in one:
            words = " ".join(one["command"]).replace("0.0.0.0", "127.0.0.1")
            pool = words.replace("--pool ccm-notices", "--pool %i").replace("--pool ccm ", "--pool %i ")
            assert f"ExecStart=/opt/ccm/.venv/bin/{pool}" in units, service


@pytest.mark.skipif(PROGRAMS is None, reason="there is no PostgreSQL with pg_trgm here")
def test_the_services_run_a_month_and_tell_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_demo_data(tmp_path / "srv" / "source", 24, 1, 7, Month.parse(MONTH), dirty=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = tmp_path / "said"
    assert PROGRAMS is not None
    with running(PROGRAMS) as postgresql, mail_server() as (received, mail):
        (tmp_path / "databases.sql").write_text(SQL.replace("CHANGE-ME", PASSWORD), "utf-8")
        postgresql.psql("--file", str(tmp_path / "databases.sql"))
        given = variables(tmp_path, postgresql.port, port, mail)
        given |= {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30", "CCM_LOST_SECONDS": "60"}
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", given["PREFECT_API_AUTH_STRING"])
        api = Patient(given["PREFECT_API_URL"])
        with started("server", port, given, said):
            wait_until(api.healthy, 300)
            deployed = subprocess.run(command("deploy", port), env=given, cwd=ROOT, capture_output=True, text=True)
            assert deployed.returncode == 0, deployed.stdout + deployed.stderr
            with started("worker", port, given, said) as kill_worker, started("notices", port, given, said):
                assert ended(api, "monthly-cycle", month=MONTH, approval="no") == "COMPLETED", said.read_text("utf-8")
                assert (tmp_path / "srv" / "out" / "P1" / MONTH / "report.html").is_file()
                assert (tmp_path / "log" / "ccm.jsonl").is_file()
                assert received.ids
                doctor = subprocess.run(
                    [str(BIN / "ccm"), "doctor"], env=given, cwd=ROOT, capture_output=True, text=True
                )
                assert doctor.returncode == 0, doctor.stdout

                # A worker that is killed leaves its run as it was; another one runs the month again, and once the lost
                # run has given no sign of life for long enough it is crashed.
                lost = asked(api, "monthly-cycle", month=MONTH, approval="no", practice="P1")
                wait_until(lambda: state(api, lost) == "RUNNING", 300)
                kill_worker()
                with started("worker", port, given, said):
                    assert ended(api, "monthly-cycle", month=MONTH, approval="no", practice="P1") == "COMPLETED"
                    wait_until(lambda: state(api, lost) == "CRASHED", 300)
                    assert "No sign of life" in api.ask(f"/flow_runs/{lost}")["state"]["message"]
                monkeypatch.delenv("PREFECT_API_AUTH_STRING")
                with pytest.raises(PlaceError, match="asks for a password"):
                    api.find("deployments")
        assert postgresql.psql("--dbname", "ccm", "--command", "SELECT count(*) FROM cycles") == "1"
        assert int(postgresql.psql("--dbname", "prefect", "--command", "SELECT count(*) FROM deployment")) >= 5
    assert not list((tmp_path / "srv").rglob("*.db")), "nothing is kept in SQLite"


def asked(api: PrefectApi, name: str, **parameters: str) -> str:
    """The id of a run of that deployment, which any worker may take."""
    (found,) = [one["id"] for one in api.find("deployments") if one["name"] == name]
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    return str(api.ask(f"/deployments/{found}/create_flow_run", body)["id"])


def ended(api: PrefectApi, name: str, **parameters: str) -> str:
    """The state in which such a run ended."""
    run = asked(api, name, **parameters)
    wait_until(lambda: state(api, run) in ("COMPLETED", "FAILED", "CRASHED"), 600)
    return state(api, run)


def state(api: PrefectApi, run: str) -> str:
    return str(api.ask(f"/flow_runs/{run}")["state_type"])
