"""A list at the terminal: a table where it fits, else a few lines for each row; nothing of it is ever cut off."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

WIDEST = 100_000  # measured as if there were room for everything


def say(console: Console, text: str) -> None:
    """The text in one piece: its numbers are not coloured, its brackets are no markup, and it is not broken."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def print_rows(
    console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], leads: int, long: Sequence[str],
    right: Sequence[str] = (),
) -> None:  # fmt: skip
    """All cells of all rows below the title; in a table only those of `long` headings are broken into lines.

    Where that does not fit, the first `leads` cells of a row stand in one line and the others below, with their
    headings.
    """
    table = Table(title=title, title_justify="left")
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", no_wrap=head not in long, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    wanted = Measurement.get(console, console.options.update(max_width=WIDEST), table).minimum
    if rows and wanted <= console.width:
        console.print(table, highlight=False)
        return
    say(console, f"{title}: {len(rows):,}")
    for row in rows:
        say(console, "  ".join(cell for cell in row[:leads] if cell))
        rest = [(head, cell) for head, cell in zip(heads[leads:], row[leads:], strict=True) if cell]
        for head, cell in rest:
            if head in long:
                say(console, f"    {head}: {cell}")
        short = ", ".join(f"{head.lower()} {cell}" for head, cell in rest if head not in long)
        if short:
            say(console, f"    {short}")
