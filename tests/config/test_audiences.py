"""Audiences are data: what is not written there cannot be sent, and a file that says too little is refused by name."""

from pathlib import Path

import pytest

from config.audiences import FOLDER, NOBODY, allow, audience, audiences
from config.errors import InputError, RuleError
from config.message_settings import message_settings
from tasks.send.messages import Message


def test_every_audience_of_the_process_is_there():
    assert set(audiences()) == {
        "care_manager", "billing", "billing_practitioner", "operations", "compliance", "quality", "board",
        "data_owner",
    }  # fmt: skip
    assert all(set(NOBODY) <= set(one.never) for one in audiences().values())


def message(name: str, kind: str, text: str = "Nothing to see.") -> Message:
    return Message("P1", "2026-10", 1, name, kind, "a@x.example", "Subject", f"<p>{text}</p>", text)


@pytest.mark.parametrize(
    ("name", "kind", "text", "said"),
    [
        ("nurse", "month", "", "'nurse' is no audience; write one of billing, "),
        ("billing", "gossip", "", "billing.yaml: there is no message 'gossip' to billing, only month, "),
        ("billing", "worklist-S1", "", "there is no message 'worklist-S1' to billing"),
        ("quality", "figures", "$12,000 expected", "holds money, which quality may never receive"),
        ("care_manager", "worklist-S1", "$12.50 expected", "holds money, which care_manager may never receive"),
        ("operations", "month", "see C-000012", "holds case number, which operations may never receive"),
    ],
)
def test_what_the_data_does_not_list_cannot_be_composed(name, kind, text, said):
    with pytest.raises(RuleError, match=said.replace("$", r"\$")):
        message(name, kind, text)


def test_what_the_data_lists_can():
    assert message("billing", "month", "C-000012 $12.50").subject == "Subject"
    allow("care_manager", "worklist-S1", "C-000012")


def test_small_counts_are_not_told_to_those_outside():
    board = audience("board")
    assert board.step == 20
    assert [board.told(number) for number in (0, 1, 10, 11, 30, 31, 1234)] == [
        "fewer than 11", "fewer than 11", "fewer than 11", "20", "20", "40", "1,240",
    ]  # fmt: skip
    assert [audience("billing").told(number) for number in (0, 1, 1234)] == ["0", "1", "1,234"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name, birth_date", "name"), "'': add birth_date to 'never'"),
        (("audience: board", "audience: owners"), "the audience is called 'owners'; call it as its file, board"),
        (("channel: whole", "channel: pigeon"), "'channel': write 'link'"),
        (("smallest_count", "smallest"), "'smallest': there is no such key, perhaps 'smallest_count'"),
        (("smallest_confidence: primary", ""), "say where 'smallest_count' comes from"),
        (("kind: figures, ", ""), "'kinds.0.kind': it is missing"),
        (("never: [name", "never: [shoe_size, name"), "'never.0': write 'name'"),
    ],
)
def test_a_file_that_is_wrong_is_one_sentence(tmp_path: Path, change, said):
    text = (FOLDER / "board.yaml").read_text("utf-8")
    (tmp_path / "board.yaml").write_text(text.replace(*change), "utf-8")
    with pytest.raises(RuleError) as caught:
        audiences(tmp_path)
    assert str(caught.value).startswith("board.yaml: ")
    assert said in str(caught.value)


def test_addresses_come_from_the_settings(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("practices: {P1: {messages: {operations: boss@maple.example, templates: own}}}\n", "utf-8")
    found = message_settings("P1", path)
    assert (found.operations, found.compliance) == ("boss@maple.example", "")
    assert found.templates == str(tmp_path / "own")
    path.write_text("defaults: {messages: {operations: somebody}}\n", "utf-8")
    with pytest.raises(InputError, match=r"mine.yaml: P1: setting 'messages.operations'"):
        message_settings("P1", path)
    path.write_text("defaults: {messages: {nurses: a@x.example}}\n", "utf-8")
    with pytest.raises(InputError, match=r"messages.nurses"):
        message_settings("P1", path)
