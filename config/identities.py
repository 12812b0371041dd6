"""Whether a free text has a patient in it: by name, birth date, number, telephone or address.

What is typed beside an answer goes through many hands and is shown later, so nobody's identity may stand there. The
rule is narrow on purpose, for a payer's people, pages and days are named in the same texts:

- a name is the given and the family name of one patient (or insured) side by side, in either order, at most one word
  between; or a form of address (Mrs., Sr. ...) before a family name. A family name alone is none.
- a birth date is that day however it is written; a year of two digits up to 30 is taken for one of 2000 on.
- a number is the whole of it with at least five signs and a digit, whatever separates them; a billing code is none.
- a telephone number is known with its area code, or without where it is written as one (555-0142).
- an address is the house number, the street and its kind (Lane or Ln).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from config.catalogue import catalogue
from config.errors import InputError

SHORTEST = 5  # signs of a number
LONGEST = 7  # words of a name or address
OLDEST_2000 = 30
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan enero", "feb febrero", "mar marzo", "apr abril", "may mayo", "jun junio", "jul julio", "aug agosto",
         "sep septiembre", "oct octubre", "nov noviembre", "dec diciembre"), start=1)
    for name in names.split()
}  # fmt: skip
ADDRESSED = frozenset(["mr", "mrs", "ms", "miss", "mx", "sr", "sra", "srta", "senor", "senora", "senorita"])
STREETS = {
    "street": "st", "lane": "ln", "avenue": "ave", "road": "rd", "drive": "dr", "boulevard": "blvd", "court": "ct",
    "place": "pl", "circle": "cir", "terrace": "ter", "highway": "hwy", "parkway": "pkwy", "square": "sq",
    "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
UNITS = frozenset(["apt", "apartment", "unit", "suite", "ste", "lot"])
OURS = re.compile(r"\b[CT]-\d{1,9}\b", re.IGNORECASE)  # cases and tasks, by which everybody may be called
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)")
RUN_TOGETHER = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
SPELLED = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?\.? (?:de |of )?([a-z]{3,})\.?,? (?:de )?(\d{4})(?!\d)")
MONTH_FIRST = re.compile(r"\b([a-z]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")
PHONE = re.compile(r"(?<!\d)(?:\+?1[-. ]*)?(\(?\d{3}\)?[-. ]*)?(\d{3})([-. ]?)(\d{4})(?!\d)")
KINDS = {
    "name": "name",
    "birth_date": "birth date",
    "number": "record or member number",
    "phone": "telephone number",
    "address": "address",
}


@dataclass(frozen=True)
class Identities:
    """What the patients of a practice are known by; empty where none are known."""

    names: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    born: frozenset[date] = frozenset()
    numbers: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = field(default=frozenset())

    def refuse(self, place: str, text: str) -> None:
        """Nothing where the text names none of them; InputError with the place and the kind, never what was found."""
        found = self.found_in(text)
        if found:
            raise InputError(
                f"{place}: a patient's {' and '.join(KINDS[one] for one in found)} stands in the text; leave that out, "
                "it is shown to people who need not know who it is (a case has its number, as C-000123)."
            )

    def found_in(self, text: str) -> list[str]:
        """The kinds of identity that stand in the text, of KINDS in their order."""
        text = OURS.sub(" ", text or "")
        words = _words(text)
        found = {
            "name": any(run in self.names for run in _runs(words, loose=True)) or self._is_addressed(words),
            "birth_date": any(day in self.born for day in _days(text)),
            "number": any(number in self.numbers for number in _numbers(text)),
            "phone": any(number in self.phones for number in _phones(text)),
            "address": any(run in self.addresses for run in _runs(_street(words))),
        }
        return [kind for kind in KINDS if found[kind]]

    def _is_addressed(self, words: list[str]) -> bool:
        after = (words[place + 1 : place + 4] for place, word in enumerate(words) if word in ADDRESSED)
        return any(" ".join(some[:count]) in self.families for some in after for count in range(1, len(some) + 1))


def identities_of(patients: pd.DataFrame, coverages: pd.DataFrame) -> Identities:
    """What these patients, and those by whom they are insured, are known by; a column that is missing tells nothing."""
    given, family = ([*_texts(patients, f"{one}_name"), *_texts(coverages, f"subscriber_{one}_name")]
                     for one in ("first", "last"))  # fmt: skip
    named = [(_words(one), _words(other)) for one, other in zip(given, family, strict=True) if one and other]
    named = [pair for pair in named if all(pair)]
    names = {
        run
        for first, last in named
        for one in (first, first[:1])
        for run in (" ".join([*one, *last]), " ".join([*last, *one]))
    }
    numbers = [patients[name] for name in ("mrn", "patient_id") if name in patients]
    numbers += [coverages[name] for name in ("member_id", "authorization_number") if name in coverages]
    known = {_bare(str(value)) for column in numbers for value in column.dropna().unique()}
    streets = {" ".join(_street(_words(text))) for text in set(_texts(patients, "address"))}
    return Identities(
        frozenset(names),
        frozenset(" ".join(last) for _, last in named),
        frozenset({*_dates(patients, "birth_date"), *_dates(coverages, "subscriber_birth_date")}),
        frozenset(one for one in known if _tells(one)),
        frozenset(number for text in set(_texts(patients, "phone")) for number in _known_phones(text)),
        frozenset(text for text in streets if re.search(r"\d", text) and " " in text),
    )


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return frame[name].astype("str").fillna("").tolist() if name in frame else [""] * len(frame)


def _dates(frame: pd.DataFrame, name: str) -> list[date]:
    return list(pd.to_datetime(frame[name]).dropna().dt.date.unique()) if name in frame else []


def _words(text: str) -> list[str]:
    """Small letters and digits without accents; an apostrophe joins, a possessive falls, anything else parts."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"[^\W_]+", re.sub(r"'s\b|'", "", plain))


def _runs(words: list[str], loose: bool = False) -> Iterator[str]:
    """Every run of two words and more; where `loose`, also with one word left out within it, as a middle initial."""
    for start in range(len(words)):
        for end in range(start + 2, min(start + LONGEST, len(words)) + 1):
            run = words[start:end]
            yield " ".join(run)
            for place in range(1, len(run) - 1) if loose else ():
                yield " ".join(run[:place] + run[place + 1 :])


def _street(words: list[str]) -> list[str]:
    """The words of an address, its kinds of street as they are abbreviated, up to the apartment."""
    words = re.sub(r"\bp ?o box\b", "pobox", " ".join(words)).split()
    until = next((place for place, word in enumerate(words) if word in UNITS and place > 1), len(words))
    return [STREETS.get(word, word) for word in words[:until]]


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper()).lstrip("0")


def _tells(number: str) -> bool:
    return len(number) >= SHORTEST and any(sign.isdigit() for sign in number) and number not in catalogue().codes


def _numbers(text: str) -> Iterator[str]:
    """Whatever may be a number: parts joined by at most a dash, dot or blank, and the digits behind letters."""
    parts = re.findall(r"[0-9A-Z]+|[^0-9A-Z]+", text.upper())
    for start, first in enumerate(parts):
        if not first.isalnum():
            continue
        joined = first
        yield joined.lstrip("0")
        for place in range(start + 1, min(start + 9, len(parts) - 1), 2):
            if parts[place] not in "-. ":
                break
            joined += parts[place + 1]
            yield joined.lstrip("0")
        yield from (digits.lstrip("0") for digits in re.findall(r"\d{6,}", first))


def _days(text: str) -> Iterator[date]:
    """The days that the text has, a day first or a month first where both can be."""
    plain = " ".join(unicodedata.normalize("NFKD", text.casefold()).split())
    for year, month, day in YEAR_FIRST.findall(plain):
        yield from _day(year, month, day)
    for one, other, year in [*YEAR_LAST.findall(plain), *RUN_TOGETHER.findall(plain)]:
        yield from _day(year, one, other)
        yield from _day(year, other, one)
    spelled = [(name, day, year) for day, name, year in SPELLED.findall(plain)] + MONTH_FIRST.findall(plain)
    for name, day, year in spelled:
        month = MONTHS.get(name) or MONTHS.get(name[:3])
        yield from _day(year, month, day) if month else ()


def _day(year: Any, month: Any, day: Any) -> Iterable[date]:
    number = int(year)
    if len(str(year)) == 2:
        number += 2000 if number <= OLDEST_2000 else 1900
    try:
        return [date(number, int(month), int(day))]
    except ValueError:
        return []


def _known_phones(text: str) -> Iterator[str]:
    digits = re.sub(r"\D", "", text)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(digits) in (7, 10):
        yield digits
    if len(digits) == 10:
        yield digits[3:]


def _phones(text: str) -> Iterator[str]:
    """Numbers of ten digits; of seven where they are written as a telephone number."""
    for area, first, between, last in PHONE.findall(text):
        area = re.sub(r"\D", "", area)
        if area or between:
            yield area + first + last
