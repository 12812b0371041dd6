"""How a list that comes back is filled in: the sheet "How to answer" of its workbook, from the configured words."""

from __future__ import annotations

from collections.abc import Iterable

from config.worklist_answers import Block, Takes, Word
from tasks.send.workbook import Guide, label


def guide(command: str, columns: Iterable[Takes], blocks: Iterable[Block]) -> Guide:
    """What each answer column takes, then every word of each block and what follows from it or how else it is read."""
    columns, blocks = list(columns), list(blocks)
    lines: list[tuple[str, ...]] = [
        (f"Fill in the columns with the brown heading and hand the file back: {command} FILE",),
        ("Column", "What it takes"),
        *((label(one.column), one.takes) for one in columns),
    ]
    for block in blocks:
        last = "What follows" if any(one.follows for one in block.words) else "Also read"
        lines += [(" ",), (block.heading, "What it says", last)]
        lines += [(one.word, one.means, _follows(one)) for one in block.words]
    words = {name: tuple(one.word for one in block.words) for block in blocks for name in block.columns}
    return Guide("How to answer", tuple(lines), words, {one.column: one.takes for one in columns})


def _follows(one: Word) -> str:
    also = f"also read: {', '.join(one.also)}" if one.also else ""
    if not one.follows:
        return ", ".join(one.also)
    return f"{one.follows} ({also})" if also else one.follows
