"""Templates: strict about names, and everything escaped in HTML, `*.html.j2` included."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

from tasks.send import words
from tasks.send.queries_folder import file_of

TEMPLATES = Path(__file__).parents[2] / "templates"


@cache
def environment(own: str = "") -> Environment:
    """The environment of every template under templates/; those of messages in the folder `own` come before."""
    shipped = FileSystemLoader(TEMPLATES)
    found = Environment(
        loader=ChoiceLoader([PrefixLoader({"messages": FileSystemLoader(own)}), shipped]) if own else shipped,
        # Its default looks at the last ending only and would leave *.html.j2 unescaped.
        autoescape=select_autoescape(enabled_extensions=("html", "html.j2"), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = ["count", "dollars", "plural", "day", "plain", "owner", "long_day", "sentence", "capital", "overdue"]
    names += ["seen_since"]
    named = {name: getattr(words, name) for name in names}
    found.filters |= named
    found.globals |= named | {
        "file_of": file_of,
        "outcome_names": words.OUTCOME_NAMES,
        "program_names": words.PROGRAM_NAMES,
        "responses": words.RESPONSES,
        "confidence_names": words.CONFIDENCE_NAMES,
    }
    return found


def render(template: str, own: str = "", **view: Any) -> str:
    """The template, or the one of that name in the folder `own`, filled in; a name that the view lacks is an error."""
    return environment(own).get_template(template).render(**view)


@cache
def _inliner() -> css_inline.CSSInliner:
    # Rules under @media stay in the head for programs that know them: dark mode and narrow screens.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def render_mail(template: str, own: str = "", **view: Any) -> str:
    """The template as HTML for mail programs: each element carries its style, as many of them ignore style sheets."""
    return _inliner().inline(render(template, own, **view))
