"""How hard a text is to read: Flesch-Kincaid in English; Fernández Huerta and INFLESZ in Spanish.

The published formulas over counts of sentences, words and syllables. English spelling gives the syllables by rule with
the exceptions that the letters need (held against a pronouncing dictionary when a letter is written); Spanish spelling
gives them exactly. What a list or a table says counts as sentences of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ]+(?:['’][a-z]+)?")
SPELLED_OTHERWISE = {
    "medicare": 3, "medicaid": 3, "something": 2, "someone": 2, "care": 1, "decided": 3, "income": 2, "here": 1,
    "agreed": 2, "medicine": 3, "medicines": 3, "every": 2, "business": 2, "create": 2, "science": 2,
    "being": 2, "idea": 3, "area": 3, "qmb": 3, "someone's": 2, "anybody": 4, "people": 2, "title": 2,
    "unable": 3, "taxes": 2, "pages": 2, "changes": 2, "beneficiary": 6, "moreover": 3, "sometimes": 2,
    "somebody": 3, "ready": 2, "statements": 2, "statement": 2, "language": 2, "management": 3, "voicemail": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Counts:
    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade level (Kincaid and others, 1975)."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def fernandez_huerta(self) -> float:
        """Fernández Huerta's ease, 1959; 60 to 70 is grade 7 to 8, more is easier."""
        return 206.84 - 60 * self.syllables / self.words - 1.02 * self.words / self.sentences

    @property
    def inflesz(self) -> float:
        """Szigriszt's perspicuity read on the INFLESZ scale; from 55 normal, from 65 quite easy."""
        return 206.835 - 62.3 * self.syllables / self.words - self.words / self.sentences


def measure(lines: list[str], language: str) -> Counts:
    """The counts of these lines, each of which ends a sentence."""
    syllables_of = spanish_syllables if language == "es" else english_syllables
    parts = [part for line in lines for part in re.split(r"(?<=[.!?:])\s+", re.sub(r"[ap]\.\s?m\.", "am", line))]
    sentences = [WORD.findall(part) for part in parts]
    sentences = [found for found in sentences if found]
    words = [word for found in sentences for word in found]
    return Counts(len(sentences), len(words), sum(map(syllables_of, words)))


def english_syllables(word: str) -> int:
    word = word.lower().replace("’", "'")
    if word in SPELLED_OTHERWISE:
        return SPELLED_OTHERWISE[word]
    bare = re.sub(r"'(s|t|ll|re|ve|d|m)$", "", word)
    found = len(re.findall(r"[aeiouy]+", bare))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|ge$", bare) and not bare.endswith("ee"):
        found -= 1  # a silent e
    if re.search(r"[^aeiouytd]ed$", bare) or re.search(r"[^aeiouysxzcgh]es$", bare):
        found -= 1
    found += len(re.findall(r"ia(?!l\b)|io(?!n)|iu|[^q]ua(?!r)|eo(?!p)|ying|uou", bare))
    return max(found, 1)


def spanish_syllables(word: str) -> int:
    word = word.lower()
    if word == "qmb":
        return 3  # cu eme be
    word = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", word)
    word = re.sub(r"y(?![aeiouáéíóú])", "i", word)
    found = 0
    for group in re.findall(r"[aeiouáéíóúü]+", word):
        strong = len(re.findall(r"[aeoáéóíú]", group))
        found += max(strong, 1)
    return max(found, 1)
