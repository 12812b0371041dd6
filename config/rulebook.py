"""The rulebook: rules, numbers, code lists, families and amounts, dated, cited and resolved for one service month.

Everything is selected by the service month, never by today. A month outside of `rules/loaded.yaml` is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from config.care_settings import care_settings, load_settings
from config.catalogue import catalogue, load_catalogue, rising, validated
from config.errors import RuleError
from config.exclusions import Exclusions, load_exclusions
from config.fees import FeeSchedule, load_fees
from config.month import Month
from config.reference import SHIPPED, Reference
from config.rule_models import (
    Cited,
    CodesEntry,
    Confidence,
    DatedItem,
    Family,
    FamilyEntry,
    Loaded,
    NumberEntry,
    Outcome,
    Program,
    Roles,
    Rule,
)
from config.strict_yaml import load_yaml

HERE = Path(__file__).parent
RULES = HERE / "rules"
# While a clinic could bill by either, the practice says by which of the two lists of its setting.
CLINIC_LISTS = {"bundled": "bundled_code", "individual": "individual_codes"}

__all__ = [
    "RULES", "Cited", "CodesEntry", "Confidence", "Family", "FamilyEntry", "NumberEntry", "Outcome", "Program", "Rule",
    "RuleBook", "all_families", "all_programs", "all_rules", "load_rulebook",
]  # fmt: skip


@dataclass(frozen=True)
class RuleBook:
    """Everything that holds in one service month; `of` narrows it to one program as one kind of place bills it."""

    month: Month
    programs: tuple[Program, ...]
    rules: Mapping[str, Rule]
    numbers: Mapping[str, int]
    own_numbers: Mapping[tuple[str, str], int]
    codes: Mapping[str, frozenset[str]]
    families: tuple[tuple[Family, FamilyEntry], ...]
    fees: FeeSchedule
    exclusions: Exclusions
    payable: Mapping[str, Mapping[str, frozenset[str]]]  # by care setting, and by the list that a clinic chose
    clinical_staff: frozenset[str]
    digest: str
    hospital_codes: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # by setting: on the hospital's own claim
    program: str = ""
    reference: Reference = field(default=SHIPPED, compare=False, repr=False)

    def of(self, program: str, payable: frozenset[str]) -> RuleBook:
        """The same month's book with the rules, numbers and families of that program alone.

        A number that the program has of its own stands in the place of the general one. Of the families those stay
        whose first code is among the payable ones of the care setting, with further units where their code is too.
        """
        own = {name: value for (name, whose), value in self.own_numbers.items() if whose == program}
        return replace(
            self,
            program=program,
            rules={name: rule for name, rule in self.rules.items() if not rule.programs or program in rule.programs},
            numbers={**self.numbers, **own},
            families=tuple(
                (family, entry if entry.further in payable else entry.without_further)
                for family, entry in self.families
                if family.program == program and entry.first in payable
            ),
        )

    def topic(self, topic: str) -> list[Rule]:
        """The rules of a topic that hold in the month, in their order in the file."""
        return [rule for rule in self.rules.values() if rule.topic == topic]

    @property
    def chronic(self) -> Mapping[str, int]:
        """ICD-10-CM code without dot -> 1 chronic, 0 not, 9 no determination, by the list of the month's year."""
        return self.reference.chronic_in(self.month)


Spanned = TypeVar("Spanned", bound=Cited)


def _spans(entries: Iterable[Cited], place: str | Sequence[str]) -> None:
    rising([(entry.since, entry.until) for entry in entries], place)


OTHER_FILES = ("code_lists.yaml", "loaded.yaml", "numbers.yaml")
"""Files beside those of rules."""


def all_rules(folder: Path = RULES) -> list[Rule]:
    """Every rule of every span, in the order of the files; RuleError naming file and entry when one is wrong."""
    rules: dict[str, Rule] = {}
    for path in sorted(path for path in folder.glob("*.yaml") if path.name not in OTHER_FILES):
        content = load_yaml(path)
        _look_at_keys(content, ("topic", "rules"), path)
        for number, entry in enumerate(content["rules"], start=1):
            if not isinstance(entry, dict):
                raise RuleError(f"{path.name}, entry {number}: it must be a list of names and values.")
            place = f"{path.name}, entry {number} ({entry.get('name', 'no name')})"
            rule = validated(Rule, {"topic": content["topic"], **entry}, place)
            if rule.topic == "minutes" and rule.outcome not in ("exclude", "warn"):
                raise RuleError(f"{place}: a rule of minutes may exclude time or warn, not '{rule.outcome}'.")
            if rule.outcome == "exclude" and rule.confidence == "unverified":
                raise RuleError(f"{place}: an unverified rule may not exclude time; find its source or let it warn.")
            rules[place] = rule
    for name in {rule.name for rule in rules.values()}:
        own = {place: rule for place, rule in rules.items() if rule.name == name}
        _spans(own.values(), list(own))
    return list(rules.values())


def _look_at_keys(content: Any, known: Sequence[str], path: Path) -> None:
    """RuleError naming the file where its top has other keys, or no list below the last of them."""
    if isinstance(content, dict) and set(content) == set(known) and isinstance(content[known[-1]], list):
        return
    wrong = sorted(map(str, set(content) - set(known))) if isinstance(content, dict) else []
    said = f"there is no key '{wrong[0]}'; " if wrong else ""
    raise RuleError(f"{path.name}: {said}at its top it holds {' and '.join(known)}, the last one a list, and no more.")


def _dated(path: Path, key: str, model: type[Spanned], month: Month) -> dict[tuple[str, str], Spanned]:
    """What holds in the month by name and program; the program is empty where it holds for all."""
    content = load_yaml(path)
    _look_at_keys(content, (key,), path)
    found: dict[tuple[str, str], Spanned] = {}
    for number, item in enumerate(content[key], start=1):
        named = item if isinstance(item, dict) else {}
        name = (str(named.get("name", "no name")), str(named.get("program", "")))
        place = f"{path.name}, entry {number} ({' of '.join(filter(None, name))})"
        whole = validated(DatedItem, item, place)
        entries = [validated(model, entry, place) for entry in whole.entries]
        _spans(entries, place)
        for entry in entries:
            if entry.holds_in(month):
                found[name] = entry
    return found


def all_families(folder: Path = RULES) -> list[Family]:
    """Every family, simplest first."""
    return sorted(_one_a_file(folder / "families", Family), key=lambda family: family.order)


def all_programs(folder: Path = RULES) -> list[Program]:
    """Every program, in the order in which they are decided."""
    return sorted(_one_a_file(folder / "programs", Program), key=lambda program: program.order)


OneAFile = TypeVar("OneAFile", Family, Program)


def _one_a_file(folder: Path, model: type[OneAFile]) -> list[OneAFile]:
    found = []
    for path in sorted(folder.glob("*.yaml")):
        place = f"{folder.name}/{path.name}"
        one = validated(model, load_yaml(path), place)
        _spans(one.entries, [f"{place}, entry {number} ({path.stem})" for number in range(1, len(one.entries) + 1)])
        found.append(one)
    return found


@lru_cache(maxsize=24)
def load_rulebook(month: Month, folder: Path = RULES) -> RuleBook:
    """The rulebook of that service month, read once in a process.

    Raises RuleError when the month lies outside of the loaded span or a rule file is wrong.
    """
    loaded = validated(Loaded, load_yaml(folder / "loaded.yaml"), "loaded.yaml")
    if not loaded.first_month <= str(month) <= loaded.last_month:
        raise RuleError(
            f"The rules for {month} are not loaded (loaded.yaml: {loaded.first_month} to {loaded.last_month}); "
            "enter that year's rules and amounts in config/ before running it."
        )
    rules = {rule.name: rule for rule in all_rules(folder) if rule.holds_in(month)}
    numbers = _dated(folder / "numbers.yaml", "numbers", NumberEntry, month)
    codes = _dated(folder / "code_lists.yaml", "lists", CodesEntry, month)
    families = [(family, entry) for family in all_families(folder) if (entry := family.entry(month))]
    programs = [program for program in all_programs(folder) if program.entry(month)]
    roles = validated(Roles, load_yaml(HERE / "roles.yaml"), "roles.yaml")
    fees = load_fees(month)
    known = catalogue() if folder == RULES else load_catalogue(folder / "codes")
    settings = care_settings() if folder == RULES else load_settings(folder / "settings", known)
    exclusions = load_exclusions(month, {name: entry.codes for (name, _), entry in codes.items()}, folder)
    return RuleBook(
        month=month,
        programs=tuple(programs),
        rules=rules,
        numbers={name: entry.value for (name, program), entry in numbers.items() if not program},
        own_numbers={name: entry.value for name, entry in numbers.items() if name[1]},
        codes={name: frozenset(entry.codes) for (name, _), entry in codes.items()},
        families=tuple(families),
        fees=fees,
        exclusions=exclusions,
        payable={
            name: {chosen: setting.payable(month, of) for chosen, of in CLINIC_LISTS.items()}
            for name, setting in settings.items()
        },
        hospital_codes={name: one.on_hospital_claim(month) for name, one in settings.items()},
        clinical_staff=frozenset(name.lower() for name in roles.clinical_staff),
        digest=_digest(
            [*programs, *rules.values(), *numbers.values(), *codes.values(), exclusions, roles],
            families,
            fees,
            [known.content(month), [setting.content(month) for setting in settings.values()]],
            month,
        ),
    )


def _digest(
    models: Iterable[BaseModel],
    families: Iterable[tuple[Family, FamilyEntry]],
    fees: FeeSchedule,
    codes_and_settings: list[list[dict[str, Any]]],
    month: Month,
) -> str:
    content = {
        "month": str(month),
        "reference": SHIPPED.fingerprint,
        "models": [model.model_dump(mode="json") for model in models],
        "families": [
            [family.model_dump(mode="json", exclude={"entries"}), entry.model_dump(mode="json")]
            for family, entry in families
        ],
        "fees": fees.content,
        "codes": codes_and_settings[0],
        "settings": codes_and_settings[1],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
