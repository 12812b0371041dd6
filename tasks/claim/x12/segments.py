"""Segments of an X12 file: every element made safe, so that no name can end a segment or begin another."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

ELEMENT, COMPONENT, REPETITION, END = "*", ":", "^", "~"

# Letters that do not come apart into a letter and an accent.
_SPELLED = str.maketrans(
    {"ß": "SS", "ẞ": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L"}
    | {"Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "ı": "I", "’": "'", "‘": "'", "–": "-", "—": "-"}
)
# X12's basic character set without the four delimiters of our files.
_UNSAFE = re.compile(r"[^A-Z0-9!\"&'()+,\-./;?= ]")


def safe(text: str, longest: int) -> str:
    """The text as an element may hold it: capital ASCII letters, digits and harmless signs, no longer than that.

    Accents are dropped, delimiters and control characters become blanks, runs of blanks one. What is in another
    script is lost; `legible` says whether something is left.
    """
    apart = unicodedata.normalize("NFKD", str(text).translate(_SPELLED))
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign)).upper()
    return re.sub(r" +", " ", _UNSAFE.sub(" ", plain)).strip()[:longest].strip()


def legible(text: str) -> bool:
    """Whether a letter or digit of the text is left once it is made safe, and none of its letters was lost."""
    apart = unicodedata.normalize("NFKD", str(text).translate(_SPELLED))
    letters = [sign for sign in apart if sign.isalnum()]
    return bool(letters) and all(sign.isascii() for sign in letters)


def digits(text: str) -> str:
    """The digits of the text: tax numbers, ZIP codes and telephones are written without anything between."""
    return re.sub(r"[^0-9]", "", str(text))


def code(text: str) -> str:
    """The text as a code or identifier: capital letters, digits and the signs that identifiers hold, nothing else."""
    return re.sub(r"[^A-Z0-9._-]", "", str(text).upper())


def day(value: date) -> str:
    """The day as X12 writes it."""
    return f"{value:%Y%m%d}"


def money(cents: int) -> str:
    """The amount in dollars, no cents where there are none, as X12 wants its decimals."""
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{whole // 100}" + (f".{whole % 100:02d}".rstrip("0") if whole % 100 else "")


def composite(*components: str) -> str:
    """Components of one element, empty ones at the end left out."""
    return COMPONENT.join(components).rstrip(COMPONENT)


def segment(name: str, *elements: str) -> str:
    """The segment with its terminator, empty elements at the end left out.

    Elements come from `safe`, `code`, `digits`, `day`, `money` or `composite`; a delimiter in one is a fault.
    """
    for element in elements:
        if ELEMENT in element or END in element or not element.isascii() or not element.isprintable():
            raise ValueError(f"an element of {name} was not made safe")
    return ELEMENT.join((name, *elements)).rstrip(ELEMENT) + END + "\n"
