"""With any one rule switched off or one number changed, some case must fail: `make mutants` prints which.

A mutant changes the rulebook of a month in one place. The cases of scenarios/ that have to do with that place are
decided anew in their month until one fails. A mutant that no case notices has survived: the rule could be wrong and
nobody would see it.

`python -m tests.mutants --only advanced "time of"` tries those alone whose name has one of the words.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from config.rulebook import RuleBook
from tests.judged import Baseline, Group, baseline, decided, failing, groups, judged
from tests.mutations import Mutation, mutations
from tests.qualify.cases import rulebook

SURVIVED = ""


class Bench(NamedTuple):
    """Groups with their baselines, and how often each noticed a mutant: what noticed the last one is asked first."""

    groups: Sequence[Group]
    baselines: Sequence[Baseline]
    kills: Counter[tuple[str, int]]

    def killer_of(self, mutation: Mutation) -> str:
        """The case that notices the mutant; SURVIVED when none does.

        Of every group the cases that were written for the subject are decided first, then all that have to do with it.
        """
        asked = []
        for number, (group, before) in enumerate(zip(self.groups, self.baselines, strict=True)):
            whole = rulebook(group.month)
            book = mutation.of(whole)
            if book is None:
                continue
            touched = [place for place, seen in enumerate(before.seen) if mutation.touches(seen, whole)]
            likely = [place for place in touched if group.cases[place].about == mutation.about]
            rank = (self.kills[mutation.about, number], self.kills["", number], len(touched))
            asked += [((places is likely, *rank), number, book, places) for places in (likely, touched) if places]
        for _, number, book, places in sorted(asked, key=lambda one: one[0], reverse=True):
            name = self._failing(mutation, number, book, places)
            if name:
                self.kills.update([(mutation.about, number), ("", number)])
                return name
        return SURVIVED

    def _failing(self, mutation: Mutation, number: int, book: RuleBook, places: Sequence[int]) -> str:
        group = self.groups[number]
        with mutation.elsewhere():
            try:
                whole = decided(group, book, places)
            except Exception as error:  # no decision at all: every case of the group fails
                return f"{group.month}: {type(error).__name__}"
        return failing(group, whole, places, self.baselines[number].prints)


def bench(cases_groups: Sequence[Group], baselines: Sequence[Baseline]) -> Bench:
    """A bench that has noticed nothing yet."""
    return Bench(cases_groups, baselines, Counter())


GROUPS: list[Group] = []
EVERY: list[list[Mutation]] = []
BENCH: list[Bench] = []
"""All are filled before the processes part, for neither a judge nor a mutation travels between them."""


def _baseline(number: int) -> Baseline:
    return baseline(GROUPS[number])


def _killers(number: int) -> list[str]:
    return [BENCH[0].killer_of(mutation) for mutation in EVERY[number]]


def selected(only: Sequence[str]) -> list[Mutation]:
    """The mutations whose name has one of these words; all of them without a word."""
    return [mutation for mutation in mutations() if not only or any(word in mutation.name for word in only)]


def asked(chosen: Sequence[Mutation], every: Sequence[Group]) -> list[Group]:
    """The groups in whose month one of the mutations changes something."""
    books = {group.month: rulebook(group.month) for group in every}
    months = {month for month, book in books.items() if any(mutation.of(book) is not None for mutation in chosen)}
    return [group for group in every if group.month in months]


def main(words: list[str]) -> int:
    """Prints the table; the exit code is 0 when every mutant is noticed and no case fails without one."""
    parser = ArgumentParser("python -m tests.mutants", description="Change each rule and number in turn.")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="those whose name has one of the words")
    only = parser.parse_args(words).only
    chosen = selected(only)
    if not chosen:
        print(f"No mutant has one of these words in its name: {', '.join(only)}.")
        return 1
    print("Deciding every case under the rulebook as it is ...", flush=True)
    GROUPS.extend(asked(chosen, groups(judged())))
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        baselines = list(pool.map(_baseline, range(len(GROUPS))))
    broken = [f"{group.month} {found.failing}" for group, found in zip(GROUPS, baselines, strict=True) if found.failing]
    if broken:
        print("Fails without a mutant:", *broken, sep="\n  ")
        return 1
    BENCH.append(bench(GROUPS, baselines))
    by_subject: dict[str, list[Mutation]] = {}
    for mutation in chosen:
        by_subject.setdefault(mutation.about, []).append(mutation)
    EVERY.extend(by_subject.values())
    killers: list[tuple[Mutation, str]] = []
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        for several, names in zip(EVERY, pool.map(_killers, range(len(EVERY))), strict=True):
            for mutation, name in zip(several, names, strict=True):
                killers.append((mutation, name))
                print(f"{mutation.kind:8} {mutation.name:66} {name or 'SURVIVED'}", flush=True)
    return report(killers)


def report(killers: list[tuple[Mutation, str]]) -> int:
    """Prints the table of kinds; 1 when a mutant survived."""
    print(f"\n{'kind':8} {'mutants':>8} {'killed':>8} {'survived':>8}")
    for kind in dict.fromkeys(mutation.kind for mutation, _ in killers):
        _print_row(kind, [(mutation, name) for mutation, name in killers if mutation.kind == kind])
    return 1 if _print_row("all", killers) else 0


def _print_row(kind: str, killers: list[tuple[Mutation, str]]) -> list[str]:
    survived = [mutation.name for mutation, name in killers if not name]
    numbers = f"{len(killers):8} {len(killers) - len(survived):8} {len(survived):8}"
    print(f"{kind:8} {numbers}  {'; '.join(survived)}".rstrip())
    return survived


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
