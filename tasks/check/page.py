"""The data-quality page: one self-contained HTML file that needs no network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.month import Month

TEMPLATES = Path(__file__).parents[2] / "templates"


def render_data_quality(view: dict[str, Any], practice_name: str, month: Month) -> str:
    """The page as HTML; files and lines stand in it, no patient does."""
    return (
        _environment()
        .get_template("reports/data_quality.html.j2")
        .render(view=view, practice=practice_name, month=month)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # select_autoescape() would leave *.html.j2 unescaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda number: f"{number:,}"
    environment.filters["share"] = _share
    return environment


def _share(share: float) -> str:
    """A share as a percentage that never rounds something to nothing."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share:.1%}".replace("%", " %") if share else "0 %"
