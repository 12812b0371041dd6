"""What time was logged as, where that decides whether it counts: a visit, a prior authorization, an appointment."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from config.strict_yaml import load_yaml

FILE = Path(__file__).with_name("activities.yaml")
KINDS = ("visit", "prior_authorization", "scheduling")


@cache
def _kinds() -> dict[str, str]:
    text = load_yaml(FILE)
    return {word: kind for kind in KINDS for word in text[kind]}


@cache
def _visit_codes() -> frozenset[str]:
    return frozenset(code.lower() for code in load_yaml(FILE)["visit_codes"])


def activity_kind(activity: str) -> str:
    """`visit`, `prior_authorization` or `scheduling` where the activity is called so, in any writing; else empty."""
    plain = re.sub(r"[^a-z0-9]+", " ", activity.lower()).split()
    words = " ".join(word for word in plain if word not in _visit_codes())
    if plain and not words:
        return "visit"
    return _kinds().get(words) or _kinds().get(words.removesuffix("s"), "")
