"""A practice, an output folder or a database that cannot be is said before any server is started for the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import prefect_server
from flows.options import look_first
from tests.flows.typed import typed

IDS = "practice_id,practice_name\nP1,Maple Street\n P2 ,Hill\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def begun() -> None:
        raise AssertionError("a server was started")

    monkeypatch.setattr(prefect_server, "begin_server", begun)
    (tmp_path / "practices.csv").write_text(IDS, "utf-8")
    (tmp_path / "a_file").write_text("in the way", "utf-8")
    return tmp_path


@pytest.mark.parametrize("command", [("run", "--month", "2026-10"), ("watch",), ("outreach",)])
@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--practice", "P9"), "There is no practice 'P9' in the practices table; known are P1, P2.", 2),
        (("--out", "{}/a_file"), "the output folder cannot be made (File exists); choose another --out.", 4),
        (("--database", "sqlite:///{}/no/ccm.db"), "does not exist; create it or name another.", 4),
    ],
)
def test_what_plainly_cannot_be_is_refused_at_once(
    folder: Path, command: tuple[str, ...], words: tuple[str, str], said: str, code: int
) -> None:
    if command == ("outreach",) and words[0] == "--practice":
        return  # which practices there are is in the database
    named = (words[0], words[1].format(folder))
    source = () if command == ("outreach",) else ("--source", str(folder))
    out = () if words[0] == "--out" else ("--out", str(folder / "out"))
    done = typed(*command, *source, *out, *named)
    assert said in " ".join((done.stdout + done.stderr).split())
    assert done.returncode == code


def test_a_practice_that_is_there_passes_and_a_table_that_cannot_tell_is_left_to_the_pull(folder: Path) -> None:
    for content in (IDS, "number\n1\n", "\xff"):
        (folder / "practices.csv").write_text(content, "latin-1")
        with pytest.raises(AssertionError, match="a server was started"):
            typed("watch", "--source", folder, "--out", folder / "out", "--practice", "P2")


def test_what_stands_in_a_variable_is_not_taken_for_a_folder(tmp_path: Path) -> None:
    look_first("env:CCM_SOURCE_URL", "P1", tmp_path, "env:CCM_DB")
