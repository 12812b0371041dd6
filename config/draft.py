"""A rulebook of this version with some of its files replaced: a practice's draft, or next year's."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from config.catalogue import load_catalogue
from config.errors import InputError, RuleError
from config.month import Month
from config.rulebook import RULES, RuleBook, all_families, all_rules, load_rulebook

FOLDERS = ("codes", "exclusions", "families", "programs", "settings")
KINDS = (".yaml", ".csv")


def draft_rulebook(month: Month, folder: Path) -> RuleBook:
    """The month's rulebook with the folder's files in the place of those of the same name, or beside them.

    InputError when the folder holds none, or one that no rulebook reads; RuleError naming file and entry when a file is
    wrong, and when something that decisions ask for is missing or unknown. Amounts and edits stay those of the version.
    """
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "rules"
        shutil.copytree(RULES, whole)
        for path in _files(folder):
            target = whole / path.relative_to(folder)
            shutil.copyfile(path, target)
        book = load_rulebook.__wrapped__(month, whole)
        _lint(book, whole)
    return book


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"'{folder}' is no rulebook; write stored, current, or a folder of rule files.")
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in KINDS)
    if not found:
        raise InputError(f"{folder}: it holds no rule file; name them as config/rules does, as numbers.yaml.")
    for path in found:
        name = path.relative_to(folder)
        known = (RULES / name).is_file() or (name.parent.name in FOLDERS and len(name.parts) == 2)
        if not known or (path.suffix == ".csv" and not (RULES / name).is_file()):
            raise InputError(
                f"{folder}: {name} is no file of a rulebook; name it as config/rules does, or leave it out."
            )
    return found


def _lint(book: RuleBook, folder: Path) -> None:
    """RuleError naming the first thing that the decision asks for and does not find, or finds and does not know."""
    shipped = load_rulebook(book.month)
    for file, mine, theirs in (
        ("numbers.yaml", book.numbers, shipped.numbers),
        ("code_lists.yaml", book.codes, shipped.codes),
    ):
        if missing := sorted(set(theirs) - set(mine)):
            raise RuleError(f"{file}: '{missing[0]}' has no entry for {book.month}; rules ask for it, so enter it.")
    facts = {fact for family in all_families() for fact in family.only_if}
    names = {rule.name: rule.topic for rule in all_rules()}
    shown = {fact for rule in all_rules() for fact in (*rule.shows, rule.proof)}
    for rule in book.rules.values():
        if names.get(rule.name) != rule.topic:
            raise RuleError(
                f"{rule.topic}.yaml: the rule '{rule.name}' has no logic in this version; a new thought needs its "
                f"function in tasks/qualify/{rule.topic}.py."
            )
        if unknown := sorted({*rule.shows, rule.proof} - shown):
            raise RuleError(f"{rule.topic}.yaml, {rule.name}: '{unknown[0]}' is no fact that a rule can show.")
    codes = set(load_catalogue(folder / "codes").codes)
    for family in all_families(folder):
        place = f"families/{family.family}.yaml"
        if unknown := sorted({code for one in family.entries for code in (one.first, one.further)} - {""} - codes):
            raise RuleError(f"{place}: {unknown[0]} is not in the code catalogue; enter it in codes/.")
        if unknown := sorted(set(family.only_if) - facts):
            raise RuleError(
                f"{place}: '{unknown[0]}' is no fact of a patient-month; known: {', '.join(sorted(facts))}."
            )
        if unknown := sorted(set(family.needs) - set(names)):
            raise RuleError(f"{place}: '{unknown[0]}' under 'needs' is no rule.")
