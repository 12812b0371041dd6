"""What the answer columns of the lists that come back take, and what follows: config/worklist_answers.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from config.catalogue import validated
from config.contract import coverage_outputs, worklist_outputs
from config.errors import RuleError
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "worklist_answers.yaml"


class Word(BaseModel):
    """One word that a column takes: what it says, what follows from it, and how else people write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str = Field(pattern=r"^([a-z][a-z_]*|[1-9][0-9]?%)$")
    means: str = Field(min_length=5)
    follows: str = ""
    also: tuple[str, ...] = ()


class Takes(BaseModel):
    """What a column takes, in a sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    takes: str = Field(min_length=10)


class Block(BaseModel):
    """Words that one column or several take, under one heading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    columns: tuple[str, ...] = Field(min_length=1)
    words: tuple[Word, ...] = Field(min_length=1)


class OfCoverage(BaseModel):
    """The answer columns of the list of verification tasks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: tuple[Block, ...]
    columns: tuple[Takes, ...]


class Answers(BaseModel):
    """The file as a whole; what stands first is of the worklist of co-pay cases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: tuple[Word, ...]
    notes: tuple[Word, ...]
    columns: tuple[Takes, ...]
    coverage: OfCoverage


@cache
def worklist_answers(path: Path = FILE) -> Answers:
    """The words; RuleError where one is missing, unknown to the contract, or stands for two."""
    found = validated(Answers, load_yaml(path), path.name)
    copay, coverage = worklist_outputs()["copay_worklist"], coverage_outputs()["coverage_tasks"]
    known = [(copay, "answer", found.answers), (copay, "note_code", found.notes)]
    known += [(coverage, name, block.words) for block in found.coverage.blocks for name in block.columns]
    for table, column, words in known:
        if [one.word for one in words] != list(table.column(column).values):
            raise RuleError(f"{path.name}: the words are not those of {column} in {table.table}.yaml; make them agree.")
        _spelled(words, path.name)
    return found


def word_of(column: str, written: str) -> str:
    """The column's word as somebody wrote it; as it is, in small letters with underscores, where it is none."""
    found = worklist_answers()
    return _spelled(found.answers if column == "answer" else found.notes).get(_bare(written), _joined(written))


def coverage_word(column: str, written: str) -> str:
    """The same for a column of the list of verification tasks."""
    blocks = worklist_answers().coverage.blocks
    words = next((block.words for block in blocks if column in block.columns), ())
    return _spelled(words).get(_bare(written), _joined(written))


@cache
def _spelled(words: tuple[Word, ...], file: str = "") -> dict[str, str]:
    spelled: dict[str, str] = {}
    for one in words:
        for text in (one.word, *one.also):
            if spelled.setdefault(_bare(text), one.word) != one.word:
                raise RuleError(f"{file}: '{text}' stands for {spelled[_bare(text)]} and {one.word}; leave it to one.")
    return spelled


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _joined(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())
