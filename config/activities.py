"""What time was logged as, where that decides whether it counts: a visit, or work for a prior authorization."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from config.strict_yaml import load_yaml

FILE = Path(__file__).with_name("activities.yaml")
KINDS = ("visit", "prior_authorization")
# A visit's own code behind the words, or alone: office, home, facility, wellness.
CODE = re.compile(r"\b(992(?:0[2-5]|1[1-5])|993(?:0[4-9]|10|4[1-5789]|50)|g0402|g0438|g0439|g0468)\b")


@cache
def _kinds() -> dict[str, str]:
    text = load_yaml(FILE)
    return {word: kind for kind in KINDS for word in text[kind]}


def activity_kind(activity: str) -> str:
    """`visit` or `prior_authorization` where the activity is called so, in any writing; else empty."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", activity.lower()).split())
    words = " ".join(CODE.sub(" ", plain).split())
    if not words and plain:
        return "visit"
    return _kinds().get(words) or _kinds().get(words.removesuffix("s"), "")
