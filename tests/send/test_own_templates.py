"""A practice's own templates take the place of those shipped; broken ones stop before anything, stale ones are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.errors import InputError
from config.message_settings import MessageSettings
from flows.cli import app
from tasks.send import own_templates
from tasks.send.messages import compose
from tasks.send.own_templates import check_templates, copy_template, names, stale_templates
from tests.send.month import context

pytestmark = pytest.mark.slow


def copied(folder: Path, name: str, old: str = "", new: str = "") -> Path:
    path = copy_template(name, folder)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text, "utf-8")
    return path


def test_copies_of_all_say_the_same_as_those_shipped(tmp_path: Path):
    for name in names():
        copied(tmp_path, name)
    check_templates(str(tmp_path))
    assert stale_templates(str(tmp_path)) == []
    assert compose(context(settings=MessageSettings(templates=str(tmp_path)))) == compose(context())


def test_one_that_was_changed_is_used_and_the_others_stay(tmp_path: Path):
    copied(tmp_path, "billing.txt.j2", "READY TO BILL", "FOR MAPLE STREET'S BILLERS")
    check_templates(str(tmp_path))
    mine, shipped = compose(context(settings=MessageSettings(templates=str(tmp_path)))), compose(context())
    assert "FOR MAPLE STREET'S BILLERS" in mine[-1].text
    assert mine[:-1] == shipped[:-1]
    assert mine[-1].html == shipped[-1].html


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("billing.html.j2", "{% endblock %}", "", "billing.html.j2, line "),
        ("billing.txt.j2", "view.outcomes.hold", "view.outcomes.helt", r"billing.txt.j2, line \d+: .*helt"),
        ("operations.html.j2", "plural(", "plurals(", r"operations.html.j2, line \d+: 'plurals' is undefined"),
        ("compliance.txt.j2", "{{ row.why }}", "{{ row.reason.words }}", r"compliance.txt.j2, line \d+: .*reason"),
        ("queries.txt.j2", "{{ to_do|upper }}", "{{ to_do.of.all }}", r"queries.txt.j2, line \d+: .*of"),
        ("figures.html.j2", "view.outcomes", "view.outcome.all", r"figures.html.j2, line \d+: .*outcome"),
        ("month_end.txt.j2", "in said", "in said.all.of", r"month_end.txt.j2, line \d+: .*all"),
        ("minutes.html.j2", "view.near, most", "view.nearest.all, most", r"minutes.html.j2, line \d+: .*nearest"),
        ("run.html.j2", "in said", "in said.all.of", r"run.html.j2, line \d+: .*all"),
        ("outreach.txt.j2", "{{ row.case_number }}", "{{ row.name }}", r"outreach.txt.j2, line \d+: .*name"),
        (
            "_frame.html.j2",
            "{{ subject }}",
            "{{ subject | shout }}",
            r"_frame.html.j2, line \d+: No filter named",
        ),
        ("care_manager.txt.j2", "{{ to_do|upper }}", "$5 {{ to_do }}", "holds money, which care_manager may never"),
    ],
)
def test_a_broken_one_is_told_with_file_and_line(tmp_path: Path, name, old, new, said):
    copied(tmp_path, name, old, new)
    with pytest.raises(InputError, match=said):
        check_templates(str(tmp_path))


def test_a_file_that_replaces_nothing_and_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="there is no folder"):
        check_templates(str(tmp_path / "none"))
    (tmp_path / "biling.html.j2").write_text("<p>1</p>", "utf-8")
    with pytest.raises(InputError, match=r"biling.html.j2: it takes the place of no template"):
        check_templates(str(tmp_path))
    check_templates("")


def test_a_copy_whose_original_changed_since_is_told_to_operations(tmp_path: Path, monkeypatch):
    copied(tmp_path, "billing.txt.j2")
    (tmp_path / "outreach.txt.j2").write_text("{{ to_do }}", "utf-8")
    monkeypatch.setattr(own_templates, "_digest", lambda name: "another")
    stale, unmarked = stale_templates(str(tmp_path))
    assert "billing.txt.j2: the shipped template has changed since this copy" in stale
    assert "outreach.txt.j2: its first line does not say" in unmarked
    told = next(one for one in compose(context(notes=[stale])) if one.audience == "operations")
    assert "the shipped template has changed since this copy" in " ".join(told.text.split())


def test_the_commands(tmp_path: Path):
    run = CliRunner().invoke
    assert run(app, ["templates", "copy", "billing.html.j2", "--to", str(tmp_path)]).exit_code == 0
    again = run(app, ["templates", "copy", "billing.html.j2", "--to", str(tmp_path)])
    assert "this is there already" in str(again.exception)
    assert "none is stale" in run(app, ["templates", "check", str(tmp_path)]).output
