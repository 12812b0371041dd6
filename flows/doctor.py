"""`ccm doctor`: what a month needs, looked at one by one; whatever fails says what to do."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import shutil
import stat
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from packaging.version import Version

from config.environment import from_environment
from config.errors import RuleError, UserError
from config.month import EASTERN, Month, today_in
from config.settings import delivery
from flows.deployments import NOTICES, POOL, ROOT, Places, missing, planned
from flows.prefect_api import PrefectApi, server_of
from tasks.json_log import VARIABLE

LITTLE, TOO_LITTLE = 5_000_000_000, 1_000_000_000  # bytes free on the disk of the results
FAILS, LOOK, FINE = "fails", "look", "fine"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `fine`; `look`, which stops nothing; or `fails`, with its remedy in the words."""

    what: str
    state: str
    words: str


def examine(places: Places, database: str) -> Iterator[Finding]:
    """Each thing a month needs, in the order in which it is needed. Nothing is changed, made or sent."""
    looks: list[tuple[str, Callable[[], tuple[str, str]]]] = [
        ("python", _python),
        ("packages", _packages),
        ("settings", lambda: _settings(places)),
        ("source", lambda: _source(places)),
        ("results folder", lambda: _folder(places.out)),
        ("disk", lambda: _disk(places.out)),
        ("log", _log),
        ("database", lambda: _database(database)),
        ("rulebook", _rulebook),
        ("mail", _mail),
    ]
    for what, look in looks:
        yield _asked(what, look)
    yield from _prefect(places)


def _asked(what: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        return Finding(what, *look())
    except UserError as error:
        return Finding(what, FAILS, str(error))


def _python() -> tuple[str, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return FINE, version
    return FAILS, f"Python {version} is not among 3.11 to 3.13; install one of them and run `make install`."


def _packages() -> tuple[str, str]:
    """The packages this project names, against the versions of uv.lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    versions: dict[str, set[Version]] = {}  # some have one for each Python
    for one in locked:
        versions.setdefault(one["name"], set()).add(Version(one.get("version", "0")))
    wrong = []
    for needed in project["dependencies"]:
        name = re.split(r"[\[<>=!~ ]", needed, maxsplit=1)[0].lower()
        found = _installed(name)
        if Version(found or "0") not in versions[name]:
            locked_as = " or ".join(map(str, sorted(versions[name])))
            wrong.append(f"{name} {found or 'is not installed'} (locked: {locked_as})")
    if wrong:
        return FAILS, f"{', '.join(wrong)}; run `make install`."
    return FINE, f"{len(project['dependencies'])} as in uv.lock"


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _settings(places: Places) -> tuple[str, str]:
    """Every block that has defaults, for the file's defaults and for each practice it names."""
    from config.message_settings import message_settings, workbook_password
    from config.settings_check import check_settings

    path = Path(places.settings) if places.settings else None
    check_settings(path)
    named = list((yaml.safe_load(path.read_text("utf-8")) or {}).get("practices") or {}) if path else []
    workbook_password()
    if not any(message_settings(practice, path).operations for practice in ["", *named]):
        return LOOK, "nobody is told when a run fails; set messages.operations in the settings."
    return FINE, f"{path}, {len(named)} practice(s)" if path else "as shipped"


def _source(places: Places) -> tuple[str, str]:
    from tasks.pull.source import practice_zones

    return FINE, f"{len(practice_zones(from_environment(places.source)))} practice(s)"


def _folder(out: Path) -> tuple[str, str]:
    """Ours to write, and nobody else's to read: reports and the database name patients."""
    if not out.exists():
        return LOOK, f"{out} is not there yet; the first run makes it."
    if not out.is_dir() or not os.access(out, os.R_OK | os.W_OK | os.X_OK):
        return FAILS, f"{out} cannot be written; give it to this user: chown -R $USER {out}"
    below = [path for path in out.rglob("*") if not os.access(path, os.W_OK)][:1]
    if below:
        return FAILS, f"{below[0]} cannot be written; give it to this user: chown -R $USER {out}"
    if out.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH):
        return LOOK, f"{out} can be read by every user of this machine; close it: chmod 750 {out}"
    return FINE, str(out)


def _disk(out: Path) -> tuple[str, str]:
    place = next(folder for folder in (out, *out.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:,.1f} GB free"
    if free < TOO_LITTLE:
        return FAILS, f"{said} at {place}; free some space before the next month, at least 1 GB."
    return (LOOK, f"{said} at {place}; free some space.") if free < LITTLE else (FINE, said)


def _log() -> tuple[str, str]:
    name = os.environ.get(VARIABLE)
    if not name:
        return FINE, f"to the terminal and Prefect; as JSON lines too where {VARIABLE} names a file"
    path = Path(name).expanduser()
    place = path if path.exists() else next(folder for folder in path.absolute().parents if folder.exists())
    if path.is_dir() or not os.access(place, os.W_OK):
        return FAILS, f"{path} cannot be written; name another file in {VARIABLE}."
    return FINE, str(path)


def _database(address: str) -> tuple[str, str]:
    from tasks.store.upgrade import versions_of

    found, newest = versions_of(address)
    if found is None:
        return LOOK, "no month is kept yet; the first run makes the tables."
    if found < newest:
        return LOOK, f"tables are of version {found}, this program's of {newest}; back up, the next run migrates them."
    if found > newest:
        return FAILS, f"tables are of version {found}, later than this program ({newest}); update the program."
    return FINE, f"reached, tables of version {found}"


def _rulebook() -> tuple[str, str]:
    from config.rulebook import load_rulebook

    month = Month.of(today_in(EASTERN))
    load_rulebook(month.previous)
    try:
        load_rulebook(month)
        load_rulebook(month.next)
    except RuleError as error:
        return LOOK, f"{month.previous} can be run. {error}"
    return FINE, f"rules loaded for {month.previous} to {month.next}"


def _mail() -> tuple[str, str]:
    from tasks.send.connection import NoServerError, connect

    found = delivery()
    if not found.host:
        return LOOK, "no mail leaves; messages wait in the outbox until CCM_SMTP_HOST names a server."
    if found.password_secret and not found.password:
        return LOOK, f"{found.host}: not tried, its password is the Prefect Secret {found.password_secret}."
    try:
        connect(found).quit()
    except NoServerError as error:
        return FAILS, str(error)
    return FINE, f"{found.host}:{found.port} answers"


def _prefect(places: Places) -> Iterator[Finding]:
    """The server named in the environment, or that of `ccm up` for these results."""
    url = os.environ.get("PREFECT_API_URL", "")
    api = server_of(places.out) or PrefectApi("http://127.0.0.1:4200/api")
    if not api.healthy():
        words = f"{api.url} does not answer: not running, so nothing runs on schedule; start it with `ccm up`."
        yield Finding("prefect server", FAILS if url else LOOK, words)
        return
    yield Finding("prefect server", FINE, api.url)
    yield _asked("schedule", lambda: _schedule(api))
    for pool in (POOL, NOTICES):
        yield _asked("worker" if pool == POOL else "worker of notices", functools.partial(_worker, api, pool))


def _schedule(api: PrefectApi) -> tuple[str, str]:
    if lacking := missing(api):
        return FAILS, f"{', '.join(lacking)}: not deployed; run `ccm deploy`, or `ccm up` again."
    there = api.find("deployments", limit=200)
    paused = [one["name"] for one in there if one["paused"] or not all(plan["active"] for plan in one["schedules"])]
    runs = dict(planned(api))
    unplanned = [one["name"] for one in there if one["schedules"] and one["name"] not in [*runs, *paused]]
    if unplanned:
        return FAILS, f"{', '.join(unplanned)}: no run is planned; start the Prefect server again and look at its log."
    if paused:
        return LOOK, f"{', '.join(paused)}: paused by somebody; resume it under Deployments in the UI."
    return FINE, f"{len(runs)} deployments planned"


def _worker(api: PrefectApi, pool: str) -> tuple[str, str]:
    there = api.find("work_pools", work_pools={"name": {"any_": [pool]}})
    if not there:
        return FAILS, f"there is no pool {pool}; run `ccm deploy`, or `ccm up` again."
    if there[0]["is_paused"]:
        return LOOK, f"the pool {pool} is paused by somebody; resume it under Work Pools in the UI."
    found = api.find(f"work_pools/{pool}/workers")
    online = [one["name"] for one in found if one["status"] == "ONLINE"]
    if not online:
        return FAILS, f"no worker of the pool {pool} is at work; start one: prefect worker start --pool {pool}"
    return FINE, ", ".join(online)
