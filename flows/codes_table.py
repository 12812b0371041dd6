"""A care setting's month on a terminal: each claim with its fields, then the codes."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_setting(console: Console, view: dict[str, Any]) -> None:
    """Print what `config.setting_table.setting_view` says."""
    console.print(f"[bold]{escape(view['words'])}[/], {view['month']}", highlight=False)
    if not view["codes"]:
        console.print(escape(view["nothing"]), highlight=False)
        return
    for row in view["allowed"]:
        console.print(escape(f"{row['words']} ({row['span']})."), _proof(row), highlight=False)
    for claim in view["claims"]:
        table = Table(
            title=f"{claim['title']}: {claim['codes']} codes", title_justify="left", show_header=False, box=None
        )
        for field, words in claim["fields"].items():
            table.add_row(f"[dim]{field}[/]", escape(words))
        console.print()
        console.print(table)
        for note in claim["notes"]:
            console.print(f"  {escape(note)}", highlight=False)
        for words in claim["disagreements"]:
            console.print(f"  [yellow]sources disagree[/]: {escape(words)}", highlight=False)
        console.print(" ", _proof(claim), highlight=False)
    for program in view["programs"]:
        console.print()
        console.print(_codes(program))


def _codes(program: dict[str, Any]) -> Table:
    known = "" if program["decided"] else " (known beside it, not decided)"
    table = Table(title=f"{program['name']}{known}", title_justify="left", expand=True)
    opps = "status_words" in program["codes"][0]
    for name in ("code", "what", "unit", "most", *(("hospital",) if opps else ()), "source"):
        table.add_column(name, no_wrap=name == "code", ratio={"code": 2, "what": 8, "source": 7}.get(name, 4))
    for row in program["codes"]:
        what = f"{row['words']}; {row['performer']}; {row['needs']}"
        most = f"{row['most'] or 'no cap of its own'}; unit limit {row['limit']}"
        unit = f"{row['unit']}, with {row['base']}" if row["base"] else row["unit"]
        status = [escape(row["status_words"])] if opps else []
        table.add_row(row["code"], escape(f"{what}; {row['span']}"), escape(unit), escape(most), *status, _proof(row))
    return table


def _proof(row: dict[str, Any]) -> str:
    return f"[dim]{row['confidence']}: {escape(row['source'])}[/]"
