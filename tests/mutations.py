"""Every way of being wrong in one place: a rule off, a threshold off by one, a pair turned round, a number changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from config.exclusions import Pair, all_pairs
from config.rule_models import Family, FamilyEntry
from config.rulebook import RULES, RuleBook, all_families, all_rules
from config.strict_yaml import load_yaml
from tasks.qualify import ledger
from tests.judged import Seen

Change = Callable[[RuleBook], RuleBook | None]


class Mutation(NamedTuple):
    """One change; `of` gives the changed book of a month, or None where the entry does not hold in it.

    `touches` is false where a decision had nothing to do with what is changed, so that it need not be made again.
    """

    kind: str
    name: str
    about: str
    of: Change
    touches: Callable[[Seen, RuleBook], bool]
    elsewhere: Callable[[], Any] = nullcontext


def mutations() -> list[Mutation]:
    """All of them, in the order of the files."""
    return [*_rules(), *_families(), *_pairs(), *_numbers()]


def _rules() -> Iterator[Mutation]:
    for rule in all_rules():
        if rule.topic == "scrub":  # asked of claim lines, not of patient-months; its cases stand in tests/claim
            continue
        name = f"{rule.name} since {rule.since} off"
        if rule.topic == "shares":
            yield Mutation("rule", name, rule.name, lambda book: book, _met(rule.name), _nothing_lost(rule.name))
        else:
            yield Mutation("rule", name, rule.name, _without_rule(rule.name, rule.since), _met(rule.name))


def _met(name: str) -> Callable[[Seen, RuleBook], bool]:
    return lambda seen, book: name in seen.rules


def _without_rule(name: str, since: str) -> Change:
    def change(book: RuleBook) -> RuleBook | None:
        if name not in book.rules or book.rules[name].since != since:
            return None
        return replace(book, rules={key: rule for key, rule in book.rules.items() if key != name})

    return change


def _nothing_lost(name: str) -> Callable[[], Any]:
    @contextmanager
    def patched() -> Iterator[None]:
        whole = getattr(ledger, name)
        setattr(ledger, name, lambda t, *_: np.zeros(len(t), dtype=np.int64))
        try:
            yield
        finally:
            setattr(ledger, name, whole)

    return patched


def _families() -> Iterator[Mutation]:
    for family in all_families():
        for entry in family.entries:
            where = f"{family.family} since {entry.since}"
            for column in ("first_minutes", "below_minutes", "further_minutes", "further_from", "further_cap"):
                value = getattr(entry, column)
                if not value or (column == "further_cap" and entry.cap_setting):
                    continue  # nothing there to change, or the practice's setting stands in its place
                for other in (value - 1, value + 1):
                    more = {column: other}
                    if column == "further_minutes" and entry.further_from == 0:
                        more["further_from"] = entry.first_minutes + other
                    yield _family(family, entry, f"{where}: {column} {other}", more)
            change = _change_family(family.family, entry, None, None)
            yield Mutation("family", f"{where}: off", family.family, change, _decides(family.program))
            for fact in family.only_if:
                own = {"only_if": tuple(name for name in family.only_if if name != fact)}
                yield _family(family, entry, f"{where}: without {fact}", {}, own)
            for name in family.needs:
                own = {"needs": tuple(need for need in family.needs if need != name)}
                yield _family(family, entry, f"{where}: without {name}", {}, own)
            if family.by == "minutes":
                for who in ("clinical_staff", "practitioner"):
                    time = tuple(sorted(set(family.time) ^ {who}))
                    if time:
                        yield _family(family, entry, f"{where}: time of {' and '.join(time)}", {}, {"time": time})


def _family(
    family: Family, entry: FamilyEntry, name: str, more: dict[str, Any], own: dict[str, Any] | None = None
) -> Mutation:
    changed = entry.model_copy(update=more), family.model_copy(update=own or {})
    change = _change_family(family.family, entry, *changed)
    return Mutation("family", name, family.family, change, _decides(family.program))


def _decides(program: str) -> Callable[[Seen, RuleBook], bool]:
    return lambda seen, book: program in seen.programs


def _change_family(name: str, entry: FamilyEntry, other: FamilyEntry | None, family: Family | None) -> Change:
    def change(book: RuleBook) -> RuleBook | None:
        if not any(own.family == name and held.since == entry.since for own, held in book.families):
            return None
        kept = [(own, held) if own.family != name else (family, other) for own, held in book.families]
        return replace(book, families=tuple((own, held) for own, held in kept if own is not None and held is not None))

    return change


def _pairs() -> Iterator[Mutation]:
    for pair in all_pairs(RULES):
        if pair.strength == "allowed":
            update = {"strength": "hard", "outcome": "not_billable", "scope": "same_practitioner"}
            name, change = f"{pair.name} since {pair.since} forbidden", _change_pair(pair, update)
        else:
            name, change = f"{pair.name} since {pair.since} off", _change_pair(pair, None)
        yield Mutation("pair", name, pair.name, change, _coded(pair.name))


def _coded(name: str) -> Callable[[Seen, RuleBook], bool]:
    return lambda seen, book: any(seen.codes & set(side) for side in book.exclusions.sides.get(name, ()))


def _change_pair(pair: Pair, update: dict[str, str] | None) -> Change:
    def change(book: RuleBook) -> RuleBook | None:
        if pair not in book.exclusions.pairs:
            return None
        others = [own for own in book.exclusions.pairs if own != pair]
        if update is not None:
            others.append(pair.model_copy(update=update | {"confidence": "primary"}))
        return replace(book, exclusions=book.exclusions.model_copy(update={"pairs": tuple(others)}))

    return change


def _numbers() -> Iterator[Mutation]:
    for item in load_yaml(RULES / "numbers.yaml")["numbers"]:
        for entry in item["entries"]:
            value, program = entry["value"], item.get("program", "")
            flag = {other["value"] for other in item["entries"]} <= {0, 1} and item["name"].startswith(FLAGS)
            for other in [1 - value] if flag else [value - 1, value + 1]:
                if other >= 0:
                    whose = f"{item['name']}{' of ' + program if program else ''} since {entry['since']}: {other}"
                    span = (entry["since"], entry.get("until", "9999-12"))
                    change = _change_number(item["name"], program, span, other)
                    touches = _decides(program) if program else _always
                    yield Mutation("number", whose, item["name"], change, touches)


def _always(seen: Seen, book: RuleBook) -> bool:
    return True


FLAGS = ("written_consent", "initiating_visit_for_everyone", "visit_with_colleague", "unknown_amounts")


def _change_number(name: str, program: str, span: tuple[str, str], value: int) -> Change:
    def change(book: RuleBook) -> RuleBook | None:
        if not span[0] <= str(book.month) <= span[1]:
            return None
        if program:
            return replace(book, own_numbers={**book.own_numbers, (name, program): value})
        return replace(book, numbers={**book.numbers, name: value})

    return change
