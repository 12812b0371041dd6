"""What docs/installation.md tells and deploy/ holds is real: units, variables, commands, files."""

from __future__ import annotations

import json
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


def test_the_proxys_file_is_whole() -> None:
    """Without nginx too: blocks are closed, every other line ends as a directive does, and /v2 does not get through."""
    text = re.sub(r"#[^\n]*", "", (DEPLOY / "nginx.conf").read_text("utf-8"))
    depth = 0
    for sign in re.sub(r'"[^"]*"', "", text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert [line for line in lines if line[-1] not in "{};"] == []
    assert "location /v2 { return 404; }" in lines
    assert "proxy_pass http://127.0.0.1:4200;" in lines, "where the server listens"


@pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="there is no nginx here")
def test_nginx_takes_the_proxys_file(tmp_path: Path) -> None:
    key, cert = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=ccm.practice.example",
    ]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    ours = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/etc/ssl/ccm/", f"{tmp_path}/")
    (tmp_path / "ours.conf").write_text(re.sub(r"listen (443|80)\b", r"listen 127.0.0.1:1\1", ours), "utf-8")
    whole = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ access_log off; include {tmp_path}/ours.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
    )
    assert "syntax is ok" in done.stderr, done.stderr


def test_the_image_is_made_of_known_instructions_and_files() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    assert steps[0][0] == "FROM"
    assert {name for name, _ in steps} <= {"FROM", "RUN", "USER", "WORKDIR", "COPY", "ENV", "CMD"}
    assert json.loads(dict(steps)["CMD"])[0] == "ccm"
    for rest in (rest for name, rest in steps if name == "RUN"):
        assert subprocess.run(["bash", "-n", "-c", rest]).returncode == 0
    python = re.match(r"docker.io/library/python:(3\.\d+)-slim", dict(steps)["FROM"])
    assert python is not None
    assert python[1] in ("3.11", "3.12", "3.13"), "what the project runs on"


def test_the_services_know_one_another() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services, volumes = found["services"], set(found["volumes"])
    for name, one in services.items():
        assert set(one.get("depends_on", {})) <= set(services), name
        for other, wait in one.get("depends_on", {}).items():
            assert wait["condition"] != "service_healthy" or "healthcheck" in services[other], name
        for mount in one.get("volumes", []):
            place = mount.split(":")[0]
            assert place in volumes or place.startswith("./"), mount


def test_every_folder_of_the_variables_is_in_the_image_and_outlasts_it() -> None:
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    worker = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["worker"]
    kept = [mount.split(":")[1] for mount in worker["volumes"]]
    text = (DEPLOY / "ccm.env.example").read_text("utf-8")
    places = dict(re.findall(r"^(\w+)=(/\S+)$", text, re.MULTILINE))
    assert {"CCM_SOURCE", "CCM_OUT", "CCM_LOG_JSON", "CCM_REMITTANCES", "CCM_SETTINGS", "PREFECT_HOME"} <= set(places)
    del places["PREFECT_UI_API_URL"]  # a path of the address, not of the disk
    for name, place in places.items():
        assert any(f"{place}/".startswith(f"{one}/") for one in kept), name
        if name not in ("CCM_SETTINGS", "PREFECT_HOME"):  # mounted; made by Prefect in a folder of ours
            folder = str(Path(place).parent) if Path(place).suffix else place
            assert re.search(rf"mkdir -p [^&]*{folder}(?![\w/])", image), name
    assert "chown -R ccm:ccm /opt/ccm /srv/ccm /var/log/ccm" in image


@pytest.mark.skipif(not shutil.which("logrotate"), reason="there is no logrotate here")
def test_logrotate_takes_its_file(tmp_path: Path) -> None:
    ours = (DEPLOY / "logrotate.conf").read_text("utf-8").replace("/var/log/ccm/", f"{tmp_path}/")
    (tmp_path / "rotate").write_text(ours.replace("create 0640 ccm ccm", "create 0640"), "utf-8")
    (tmp_path / "rotate").chmod(0o644)
    done = subprocess.run(["logrotate", "--debug", str(tmp_path / "rotate")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
