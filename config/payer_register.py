"""The register of payers: who covers care management, what each takes of the patient's share, and who pays first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import Field

from config.catalogue import OPEN, Program, Sourced, rising, validated
from config.errors import RuleError
from config.medicaid_states import STATES, state_entries
from config.month import Month
from config.payer_entries import PayerEntry
from config.strict_yaml import load_yaml

Dated = TypeVar("Dated", "PayerEntry", "Sequel", "Contradiction")
FOLDER = Path(__file__).parent / "payers"
# What `patient_owes` says; `never` is a Qualified Medicare Beneficiary's alone, whoever else pays.
OWES_WORDS: Mapping[str, str] = {
    "never": "nothing, as a Qualified Medicare Beneficiary",
    "not_billed": "nothing: the payer forbids to bill the patient for it",
    "share": "what the payers leave",
    "unknown": "not known",
}
FIRST = "ccm"  # the program about which a payer is asked before any other


class Sequel(Sourced):
    """Kinds of payer that pay before others."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    before: tuple[str, ...] = Field(min_length=1)
    after: tuple[str, ...] = Field(min_length=1)
    words: str = Field(min_length=10)
    since: date
    until: date = OPEN


class Contradiction(Sourced):
    """What must not be on file together; its logic is the function of the same name in tasks/cover."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: Literal["coverages", "eligibility"] = Field(alias="from")
    effect: Literal["hold", "ask", "tell"]
    owner: str
    words: str = Field(min_length=10)
    fix: str = Field(min_length=10)
    denial: str
    since: date
    until: date = OPEN

    @property
    def unsettles(self) -> bool:
        """Whether what the payers of the patient would answer is conflicting because of it."""
        return self.holds or (self.about == "coverages" and self.effect != "tell")

    @property
    def holds(self) -> bool:
        """Whether a month waits for it; what is only recalled asks and never holds."""
        return self.effect == "hold" and self.confidence != "unverified"


@dataclass(frozen=True)
class Plan:
    """What tells one plan from another. Patients of the same plan share its answer."""

    kind: str
    payer_id: str
    payer_name: str
    part: str = ""  # plan letter, contract and plan, savings program or state, whichever its kind goes by

    @property
    def key(self) -> str:
        """The plan in one text: a payer without an identifier is known by its name."""
        return "|".join((self.kind, self.payer_id.upper() or plain(self.payer_name), self.part.upper()))


def key_for(plan_key: str, program: str) -> str:
    """The plan where it is asked about that program; no other part of a key is written small."""
    return plan_key if program == FIRST else f"{plan_key}|{program}"


def program_of(plan_key: str) -> str:
    """The program about which the plan of that key is asked."""
    last = plan_key.rpartition("|")[2]
    return last if last in get_args(Program) else FIRST


@dataclass(frozen=True)
class Register:
    """The entries that hold on some day of a month."""

    month: Month
    entries: tuple[PayerEntry, ...]
    order: tuple[Sequel, ...]
    contradictions: tuple[Contradiction, ...]

    def find(
        self,
        kind: str,
        day: date,
        *,
        program: str = FIRST,
        payer_name: str = "",
        policy: str = "",
        plan_letter: str = "",
        savings_program: str = "",
        state: str = "",
        is_first: bool = True,
    ) -> PayerEntry | None:
        """The most particular entry that fits on the day; None where the register knows nothing of the kind.

        `policy` is the named policy that the practice says the payer follows; else the name on the card decides.
        """
        place = "first" if is_first else "second"
        fits = [
            entry
            for entry in self.entries
            if kind in entry.kinds
            and program in entry.programs
            and entry.since <= day <= entry.until
            and entry.place in ("any", place)
            and (not entry.policy or _follows(entry, policy, payer_name))
            and (not entry.plan_letters or plan_letter.upper() in entry.plan_letters)
            and (not entry.savings_programs or savings_program in entry.savings_programs)
            and (not entry.states or bool(entry.policy) or state.upper() in entry.states)
        ]
        return max(fits, key=lambda entry: entry.rank, default=None)

    def contradiction(self, name: str) -> Contradiction:
        """The contradiction of that name; KeyError when none of it holds in the month."""
        for one in self.contradictions:
            if one.name == name:
                return one
        raise KeyError(name)


def _follows(entry: PayerEntry, policy: str, payer_name: str) -> bool:
    return entry.policy == policy if policy else plain(payer_name) in {plain(name) for name in entry.called}


def plain(name: str) -> str:
    """A payer's name without signs, spaces and capitals, so that two ways to write it are one."""
    return re.sub(r"[\W_]+", "", name.casefold().replace("&", "and"))


@cache
def all_entries(path: Path = FOLDER / "register.yaml", states: Path | None = STATES) -> tuple[PayerEntry, ...]:
    """Every entry of the register, the Medicaid of each state among them unless `states` is None.

    RuleError naming the entry that is wrong, or two that speak of one payer at once.
    """
    found = [
        validated(PayerEntry, item, f"{path.name}, entry {number}")
        for number, item in enumerate(_list(path, "entries", {"entries"}), 1)
    ]
    found += state_entries(states) if states else ()
    names = [entry.name for entry in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise RuleError(f"{path.name}: '{twice}' stands twice; give the later entry a name of its own.")
    _apart(found, path.name)
    return tuple(found)


def _apart(entries: Sequence[PayerEntry], file: str) -> None:
    """RuleError when two entries of the same rank could speak of the same payer, place and program on the same day."""
    for number, one in enumerate(entries):
        for other in entries[number + 1 :]:
            same = one.rank == other.rank and one.policy == other.policy
            pairs = [(one.kinds, other.kinds), (one.programs, other.programs)]
            pairs += [(one.plan_letters, other.plan_letters), (one.savings_programs, other.savings_programs)]
            pairs += [] if one.policy else [(one.states, other.states)]
            share = all(not a or not b or set(a) & set(b) for a, b in pairs)
            places = "any" in (one.place, other.place) or one.place == other.place
            if same and share and places and one.since <= other.until and other.since <= one.until:
                raise RuleError(f"{file}: {one.name} and {other.name} speak of the same payer on the same days.")


@cache
def all_order(path: Path = FOLDER / "order.yaml") -> tuple[tuple[Sequel, ...], tuple[Contradiction, ...]]:
    """Who pays before whom, and what contradicts itself; RuleError naming the entry that is wrong."""
    keys = {"order", "contradictions"}
    order = [
        validated(Sequel, item, f"{path.name}, order {number}")
        for number, item in enumerate(_list(path, "order", keys), 1)
    ]
    against = [
        validated(Contradiction, item, f"{path.name}, contradiction {number}")
        for number, item in enumerate(_list(path, "contradictions", keys), 1)
    ]
    for name in {one.name for one in against}:
        rising([(one.since, one.until) for one in against if one.name == name], f"{path.name}, {name}")
    return tuple(order), tuple(against)


@cache
def register_in(month: Month) -> Register:
    """What the register says in that month."""
    order, against = all_order()
    return Register(month, _holding(all_entries(), month), _holding(order, month), _holding(against, month))


def _holding(entries: Iterable[Dated], month: Month) -> tuple[Dated, ...]:
    return tuple(one for one in entries if one.since <= month.last and month.first <= one.until)


def _list(path: Path, name: str, keys: set[str]) -> list[object]:
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != keys or not isinstance(content[name], list):
        raise RuleError(f"{path.name}: it must hold the lists {' and '.join(sorted(keys))}, nothing else.")
    return list(content[name])
