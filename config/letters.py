"""What may be written to a patient: the kinds of letters, whom each may go to, and all that one letter is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.dated_csv import Sure
from config.errors import RuleError, UserError
from config.first_fault import first_fault
from config.letter_settings import LetterSettings
from config.month import Month
from config.strict_yaml import load_yaml

FILE = Path(__file__).parent / "letters.yaml"
VOICEMAIL = "voicemail"
SLIDING_FEE = "sliding_fee"
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Spanish"}
_SPELLINGS = {"en": "en", "eng": "en", "english": "en", "es": "es", "spa": "es", "spanish": "es", "español": "es"}

Owes = Literal["never", "not_billed", "share", "unknown"]
OWES_NOTHING = ("never", "not_billed")
Payer = Literal["medicare", "plan", "insurer"]
WHY_NOT: Mapping[str, str] = {
    "never": "a Qualified Medicare Beneficiary owes nothing and is never asked for money; write 'refund' where "
    "something was paid, else 'share_explained'",
    "not_billed": "the payer forbids to bill this patient for it, so nothing is owed; write 'refund' where something "
    "was paid, else 'share_explained'",
    "unknown": "it is not known yet what this patient owes; settle the coverage and wait for every payer's answer",
}

GIVEN_AS: Mapping[str, str] = {
    "balance_cents": "--amount", "refund_cents": "--amount", "due": "--day", "payments": "--day",
    "reduced_percent": "a determination", "until": "a determination", "reason": "--reason", "options": "an open option",
}  # fmt: skip


class LetterRefusedError(UserError):
    """This letter may not go to this patient, or not yet."""


class _Cited(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    confidence: Sure
    source: str = Field(min_length=10)


class LetterKind(_Cited):
    """One kind of letter: what it is for, whom it may go to, and what must be known and said before."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    words: str = Field(min_length=10)
    owes: tuple[Owes, ...] = Field(min_length=1)
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_else: tuple[str, ...] = ()
    schedule: bool = False
    payers: tuple[Payer, ...] = ("medicare", "plan", "insurer")


class Voicemail(_Cited):
    """What is said to a machine or to somebody else."""

    words: str


class HelpLine(_Cited):
    """A telephone number of somebody else that letters name."""

    name: str
    number: str = Field(pattern=r"^1-\d{3}-\d{3}-\d{4}$")


class Letters(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[LetterKind, ...] = Field(min_length=1)
    voicemail: Voicemail
    inward: tuple[str, ...]
    while_asking: tuple[str, ...]
    with_balance: tuple[str, ...]
    options_after: dict[str, tuple[str, ...]]
    reasons: tuple[str, ...]
    numbers: tuple[HelpLine, ...]

    def kind(self, name: str) -> LetterKind:
        """The kind of that name; LetterRefusedError listing all when there is none."""
        for kind in self.kinds:
            if kind.name == name:
                return kind
        raise LetterRefusedError(f"'{name}' is no letter; write one of {', '.join(kind.name for kind in self.kinds)}.")


@dataclass(frozen=True)
class Addressee:
    """Whom a letter goes to."""

    first_name: str
    last_name: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""

    @property
    def name(self) -> str:
        """Given name, then family name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class ShareFigures:
    """What the patient is expected to pay, in cents; None where it is not known.

    `cents` is for one month once the deductible is met, or with what is known to be left of it; `most_cents` with
    nothing of it met. `deductible_cents` is the year's whole deductible, None where there is none. `second_bill` says
    that a hospital's own claim is part of it, `by_plan` that it is a plan's own co-pay.
    """

    cents: int | None
    most_cents: int | None
    year_cents: int | None
    year_most_cents: int | None
    months_a_year: int
    coinsurance_percent: int
    deductible_cents: int | None = None
    other_insurance_cents: int | None = None
    second_bill: bool = False
    by_plan: bool = False


@dataclass(frozen=True)
class Instalment:
    """One part of a payment plan."""

    due: date
    cents: int


@dataclass(frozen=True)
class LetterFor:
    """All that one letter to one patient is made of.

    `owes` is `never` for a Qualified Medicare Beneficiary, `share` where it is known what the payers leave to the
    patient, else `unknown`. `said` holds what the patient has said about the co-pay (values of
    copay_responses.response), `options` the names of the options that are open to them, in order. `sliding_schedule`
    says that the practice has a sliding-fee schedule. `payer` is whose rules are told: Medicare's, those of a Medicare
    Advantage plan, or of the insurer of somebody who is not in Medicare.
    """

    kind: str
    language: str
    case_number: str
    patient: Addressee
    practice_name: str
    practice: LetterSettings
    written: date
    owes: Owes
    payer: Payer = "medicare"
    said: tuple[str, ...] = ()
    month: Month | None = None
    share: ShareFigures | None = None
    options: tuple[str, ...] = ()
    sliding_schedule: bool = False
    balance_cents: int | None = None
    due: date | None = None
    payments: tuple[Instalment, ...] = ()
    reduced_percent: int | None = None
    until: date | None = None
    reason: str | None = None
    refund_cents: int | None = None
    said_on: date | None = None
    last_day: date | None = None


@cache
def letters(path: Path = FILE) -> Letters:
    """The kinds of letters and what goes with them; RuleError naming the place that is wrong."""
    try:
        return Letters.model_validate(load_yaml(path))
    except ValidationError as error:
        place, said = first_fault(error, Letters)
        raise RuleError(f"{path.name}: '{place}': {said}; correct it.") from error


def language_of(written: object, languages: Sequence[str]) -> str:
    """The language to write in: the patient's own where the practice writes it, else the practice's first."""
    wanted = _language(written)
    return wanted if wanted in languages else languages[0]


def language_note(written: object, languages: Sequence[str], language: str = "") -> str:
    """What to do where the patient reads another language than the practice's letters to them; else nothing."""
    text = str(written).strip() if isinstance(written, str) else ""
    wanted = _language(text)
    if not text or wanted in (*languages, language or None):
        return ""
    here = LANGUAGES[language or languages[0]]
    if wanted:
        return (
            f"The patient reads {LANGUAGES[wanted]}, this letter is in {here}: add {wanted} to letters.languages in "
            "the settings, with its hours"
        )
    reads = f"'{text}'" if re.fullmatch(r"[A-Za-z-]{2,12}", text) else "another language"
    return (
        f"The patient reads {reads}, for which there are no letters, and this one is in {here}: go through it with an "
        "interpreter (the script of the call, --call), and note with_interpreter"
    )


def _language(written: object) -> str:
    return _SPELLINGS.get(str(written).strip().lower().split("-")[0].split("_")[0], "")


def may_go(letter: LetterFor) -> LetterKind:
    """The kind of this letter; LetterRefusedError when it may not go to this patient, or lacks what it must say."""
    kind = letters().kind(letter.kind)
    where = f"{letter.case_number}: the letter '{kind.name}' is refused"
    if letter.language not in LANGUAGES:
        raise LetterRefusedError(f"{where}: there is none in '{letter.language}'; write {' or '.join(LANGUAGES)}.")
    if letter.owes not in kind.owes:
        raise LetterRefusedError(f"{where}: {WHY_NOT[letter.owes]}.")
    if kind.schedule and not letter.sliding_schedule:
        raise LetterRefusedError(
            f"{where}: this practice has no sliding-fee schedule; a practice that has one of its own sets "
            "cases.sliding_fee_policy."
        )
    if letter.payer not in kind.payers:
        raise LetterRefusedError(
            f"{where}: by the coverages on file the patient is not in Medicare; correct them, or leave it."
        )
    if kind.after and not set(kind.after) & set(letter.said):
        raise LetterRefusedError(
            f"{where}: it goes only to a patient who has said so ({', '.join(kind.after)}), for a lower share is never "
            "offered unasked; record the answer first."
        )
    for name in kind.needs + (() if letter.owes in OWES_NOTHING else kind.needs_else):
        if getattr(letter, name) in (None, ()):
            raise LetterRefusedError(f"{where}: it needs {GIVEN_AS.get(name, name)}; give it.")
    _amounts_hold(letter, where)
    return kind


def _amounts_hold(letter: LetterFor, where: str) -> None:
    """What the letter states must agree with itself."""
    parts = sum(part.cents for part in letter.payments)
    if letter.payments and parts != letter.balance_cents:
        raise LetterRefusedError(f"{where}: its parts come to {parts} cents, the balance is {letter.balance_cents}.")
    for name in ("balance_cents", "refund_cents"):
        cents = getattr(letter, name)
        if cents is not None and cents <= 0:
            raise LetterRefusedError(f"{where}: {name} is {cents}; give an amount above zero.")
    if letter.reduced_percent is not None and not 0 < letter.reduced_percent <= 100:
        raise LetterRefusedError(f"{where}: a share is lowered by 1 to 100 percent, not by {letter.reduced_percent}.")
    if letter.reason is not None and letter.reason not in letters().reasons:
        known = ", ".join(letters().reasons)
        raise LetterRefusedError(
            f"{where}: '{letter.reason}' is no reason that it has words for; write one of {known}."
        )


def told_options(letter: LetterFor) -> tuple[str, ...]:
    """The options that the letter names, in their order: none that is the practice's own work, none unasked for."""
    rules = letters()
    return tuple(
        name
        for name in letter.options
        if name not in rules.inward
        and (name != SLIDING_FEE or letter.sliding_schedule)
        and (name not in rules.options_after or set(rules.options_after[name]) & set(letter.said))
    )
