"""The words of the worklist: every one of the contract, each with what it says, none that stands for two."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.contract import worklist_outputs
from config.errors import RuleError
from config.worklist_answers import FILE, word_of, worklist_answers

TABLE = worklist_outputs()["copay_worklist"]


def test_every_answer_says_what_follows() -> None:
    found = worklist_answers()
    assert all(one.follows for one in found.answers)
    assert {one.column for one in found.columns} <= set(TABLE.names)


@pytest.mark.parametrize(
    ("column", "written", "word"),
    [
        ("answer", "left message", "voicemail"), ("answer", "No Answer", "no_answer"),
        ("answer", "No-answer.", "no_answer"), ("answer", "Can't pay", "cannot_pay"),
        ("answer", "PLAN_AGREED", "plan_agreed"), ("answer", "Cora paid", "cora_paid"),
        ("note_code", "Phone", "by_phone"), ("note_code", "", ""), ("note_code", "letter", "by_letter"),
    ],
)  # fmt: skip
def test_words_as_people_write_them(column: str, written: str, word: str) -> None:
    assert word_of(column, written) == word


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("word: closed", "word: shut", "the words are not those of answer"),
        ("also: [close, done]", "also: [paid]", "'paid' stands for paid and closed"),
        ("also: [close, done]", "also: done", "answers.29.also"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, old: str, new: str, why: str) -> None:
    path = tmp_path / "worklist_answers.yaml"
    path.write_text(FILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RuleError, match=why):
        worklist_answers(path)
