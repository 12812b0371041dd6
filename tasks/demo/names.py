"""Names and places for synthetic people. Every combination is drawn by lot; none stands for anyone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from tasks.demo.numbers import joined

WORDS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text("utf-8"))
KINDS = ["Street", "Lane", "Road", "Avenue", "Court"]
PLACES = [  # city, state, first zip, area code
    ("Dayton", "OH", "45402", "937"),
    ("Springfield", "OH", "45503", "937"),
    ("Columbus", "OH", "43215", "614"),
    ("Cincinnati", "OH", "45202", "513"),
    ("Toledo", "OH", "43604", "419"),
    ("Lima", "OH", "45801", "419"),
    ("Richmond", "IN", "47374", "765"),
    ("Fort Wayne", "IN", "46802", "260"),
    ("Covington", "KY", "41011", "859"),
    ("Ann Arbor", "MI", "48104", "734"),
    ("Erie", "PA", "16501", "814"),
]
PLACE_SHARES = [0.22, 0.14, 0.16, 0.13, 0.09, 0.08, 0.05, 0.04, 0.04, 0.03, 0.02]


def pick(rng: np.random.Generator, words: list[str], count: int) -> np.ndarray:
    """That many of the words, each as likely as another."""
    return np.array(words, dtype=object)[rng.integers(0, len(words), count)]


def first_names(rng: np.random.Generator, female: np.ndarray) -> np.ndarray:
    """Given names."""
    return np.where(female, pick(rng, WORDS["women"], len(female)), pick(rng, WORDS["men"], len(female)))


def last_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """Family names; one in twenty is double, one in fifty carries a comma and a suffix."""
    names = pick(rng, WORDS["family"], count)
    lot = rng.random(count)
    double = joined(names, "-", pick(rng, WORDS["family"], count))
    suffixed = joined(names, pick(rng, [", Jr.", ", Sr.", ", III"], count))
    return np.select([lot < 0.05, lot < 0.07], [double, suffixed], names)


def full_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """Names as worklists show them: family name, comma, given name."""
    return joined(pick(rng, WORDS["family"], count), ", ", first_names(rng, rng.random(count) < 0.6))


def addresses(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Columns phone, address, city, state and zip. Phones use 555-01xx, which is never given out."""
    which = rng.choice(len(PLACES), count, p=PLACE_SHARES)
    city, state, zip_code, area = (np.array(column, dtype=object)[which] for column in zip(*PLACES, strict=True))
    number = joined(rng.integers(1, 999, count).astype(str), " ")
    street = joined(number, pick(rng, WORDS["streets"], count), " ", pick(rng, KINDS, count))
    flat = joined(street, ", Apt ", rng.integers(1, 40, count).astype(str))
    last_two = np.char.zfill(rng.integers(0, 100, count).astype(str), 2)
    return {
        "phone": joined("(", area, ") 555-01", last_two),
        "address": np.where(rng.random(count) < 0.12, flat, street),
        "city": city,
        "state": state,
        "zip": zip_code,
    }
