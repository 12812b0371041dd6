"""A settings file with something wrong in it: file, key and the nearest right one, before anything else is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import InputError
from config.message_settings import message_settings
from config.settings import strangers
from config.settings_check import check_settings
from tests.flows.typed import typed

WRONG = [
    ("defaults: {choose_famly: simplest}", "setting 'choose_famly': there is no such key, perhaps 'choose_family'"),
    ("defaults: {follow_up_days: 3}", "'follow_up_days': there is no such key, it belongs below 'cases'"),
    ("cases: {follow_up_days: 3}", "setting 'cases': at its top .* alone, put it below 'defaults'"),
    ("default: {}", "setting 'default': .*perhaps 'defaults' was meant"),
    ("defaults: [1]", "setting 'defaults': write keys with their values below it"),
    ("practices: {101: {}}", r"setting 'practices\.101': write the practice_id in quotes"),
    ("defaults: {operations: a@b.example}", r"'operations': there is no such key, it belongs below 'messages'"),
    ("practices: {P1: 3}", r"setting 'practices\.P1': write keys"),
    ("practices: {P1: {letters: {fone: '9375550100'}}}", r"P1: setting 'letters\.fone': .*perhaps 'phone'"),
    ("practices: {P1: {claims: {receiver: {nam: X, id: RCV1}}}}", r"'claims\.receiver\.nam': .*perhaps 'name'"),
    ("defaults: {payers: {register: [{coverz: 'yes'}]}}", r"'payers\.register\.0\.coverz': .*perhaps 'covers'"),
    ("defaults: {queries: {answer_days: three}}", r"'queries\.answer_days': write a whole number"),
    ("defaults: {deadlines: {care_team: 99}}", r"'deadlines\.care_team': it must be at most 20"),
    ("defaults: {choose_family: best}", "'choose_family': write 'highest_allowed', 'simplest'"),
    ("defaults: {messages: {operations: nobody}}", r"'messages\.operations': write an address, as"),
    *[
        (f"defaults: {{messages: {{files_address: '{bad}'}}}}", r"'messages\.files_address': write the address of the")
        for bad in ("share.example/ccm", "ftp://s.example/ccm", "https://", "https://s.example/a b", "file://host")
    ],
    *[
        (f"defaults: {{messages: {{files_address: '{bad}'}}}}", "without blanks, question, name and password, or leave")
        for bad in ("https://s.example/ccm?month=1", "https://s.example/#x", "https://me:word@s.example/ccm")
    ],
    ("defaults: {actions: {kinds: {just_shrt: {left_out: true}}}}", "just_shrt is no kind .* perhaps 'just_short'"),
    ("defaults: {watch: 3}", "'watch': write keys with their values"),
    ("a: [", "line 2: the settings cannot be read"),
    ("a: b: c", r"line 1: the settings cannot be read \(mapping values are not allowed in this context\)"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_is_one_sentence_with_file_key_and_remedy(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.yaml").write_text(f"{text}\n", "utf-8")
    with pytest.raises(InputError, match=sentence) as caught:
        check_settings(tmp_path / "mine.yaml")
    assert str(caught.value).startswith(str(tmp_path / "mine.yaml"))
    assert "\n" not in str(caught.value)


def test_what_is_only_missing_is_asked_for_by_what_needs_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("practices: {P1: {letters: {street: 400 Maple Street}, claims: {}}}\n", "utf-8")
    assert check_settings(tmp_path / "mine.yaml") == tmp_path / "mine.yaml"
    assert check_settings(None) is None
    with pytest.raises(InputError, match="there is no such file"):
        check_settings(tmp_path / "yours.yaml")


def test_a_practice_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("practices: {MAPLES: {}, P1: {}}\n", "utf-8")
    (said,) = strangers(tmp_path / "mine.yaml", ["MAPLE", "P1"])
    assert said.endswith("practices.MAPLES is no practice of this source; perhaps 'MAPLE' was meant")
    assert strangers(tmp_path / "mine.yaml", ["p1", "MAPLES"]) == []
    with pytest.raises(InputError, match=r"'practices.P1': the practice is called 'p1'; write it so"):
        message_settings("p1", tmp_path / "mine.yaml")
    (many,) = strangers(tmp_path / "mine.yaml", ["P1", *[f"ELM{number:02}" for number in range(20)]])
    assert many.endswith("MAPLES is no practice of this source")


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("practices:\n  P1:\n    messages: {operations: a@b.example}\n    messages: {board: c@d.example}\n")
    with pytest.raises(InputError, match=r"mine.yaml, line 4: 'messages' stands twice; keep one"):
        check_settings(path)
    path.write_text(
        "practices:\n  P1: &one\n    messages: {board: a@b.example}\n  P2:\n    <<: *one\n    messages: {}\n"
    )
    assert message_settings("P2", check_settings(path)).board == "", "what is taken over may be written over"
    assert message_settings("P1", path).board == "a@b.example"


@pytest.mark.parametrize("words", [("run", "--month", "2026-10", "--source", "."), ("outreach",), ("query", "list")])
def test_a_command_says_so_before_anything_else(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "mine.yaml").write_text("defaults: {choose_famly: simplest}\n", "utf-8")
    done = typed(*words, "--out", tmp_path / "out", "--settings", tmp_path / "mine.yaml")
    assert done.returncode == 2
    assert "perhaps 'choose_family' was meant" in done.stderr.replace("\n", " ")
    assert not (tmp_path / "out").exists()


def test_that_costs_no_heavy_import() -> None:
    code = "import sys, config.settings_check; print([one for one in ('pandas', 'prefect') if one in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert told.stdout.strip() == "[]"


def test_a_charge_is_set_for_a_code_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('defaults: {charges_cents: {"99490": 7000, "99999": 10}}\n', "utf-8")
    with pytest.raises(InputError, match=r"setting 'charges_cents.99999': '99999' is no code of config/rules/codes"):
        check_settings(path)
