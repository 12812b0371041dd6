"""What docs/installation.md tells and deploy/ holds is real: units, variables, commands, files."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "installation.md").read_text("utf-8")
GIVEN = re.findall(r"^([A-Z][A-Z_]+)=", (DEPLOY / "ccm.env.example").read_text("utf-8"), re.MULTILINE)


def test_links_lead_somewhere_and_every_file_is_named() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
    for path in DEPLOY.iterdir():
        told = path.name in PAGE or path.suffix in (".service", ".dockerignore")
        assert told, path.name


def test_every_variable_is_known() -> None:
    import prefect.server.utilities.encryption as encryption
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    known = set(_get_settings_fields(Settings))
    known |= set(re.findall(r'"(PREFECT_\w+)"', Path(encryption.__file__).read_text("utf-8")))  # is no setting
    sources = "\n".join(
        path.read_text("utf-8") for name in ("flows", "tasks", "config") for path in (ROOT / name).rglob("*.py")
    )
    for name in GIVEN:
        if name.startswith("PREFECT_"):
            assert name in known, name
        elif name.startswith("CCM_SMTP_"):
            assert f"    {name.removeprefix('CCM_SMTP_').lower()}: " in sources, name
        elif name.startswith("CCM_"):
            assert f'"{name}"' in sources, name
    assert {"PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_DATABASE_CONNECTION_URL", "CCM_DATABASE_URL"} <= set(GIVEN)


def test_commands_exist() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ccm")), "--help"], capture_output=True, text=True, check=True
    )
    for command in set(re.findall(r"\bccm ([a-z]+)`", PAGE)):
        assert re.search(rf"\b{command}\b", done.stdout), command


def test_compose_runs_what_the_units_run() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert set(services) == {"postgres", "server", "deploy", "worker", "notices"}
    assert services["server"]["ports"] == ["127.0.0.1:4200:4200"], "nothing but the proxy is reached from outside"
    pools = {one["work_pool"]["name"] for one in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}
    assert {services[name]["command"][4] for name in ("worker", "notices")} == pools


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_units_are_sound(tmp_path: Path) -> None:
    units = [shutil.copy(path, tmp_path / path.name.replace("@", "@ccm")) for path in DEPLOY.glob("*.service")]
    done = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "ccm-" in line and "is not executable" not in line]
    assert complaints == [], "the program itself is not installed under /opt"


def test_the_backup_is_a_script_that_stops_at_the_first_fault() -> None:
    script = DEPLOY / "backup.sh"
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0
    assert "set -euo pipefail" in script.read_text("utf-8")
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True)
    assert done.returncode != 0
    assert "the folder for backups" in done.stderr
