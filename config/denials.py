"""What payers answer and what is done about it: errors with their predicted answers, routes with their clocks, limits.

Everything is dated and cited like the rulebook. Which answer a payer gives is recalled for most errors; a pair that the
practice sees in its own remittances is kept in the database beside these, and never edits them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from config.catalogue import OPEN, rising, validated
from config.clocks import another_payers_limit, asked_by, filing_limit
from config.dated_csv import read_dated
from config.denial_models import Answer, AnswerCode, DenialError, Route
from config.errors import InputError, RuleError
from config.month import Month
from config.payer_kinds import PayerKind, payer_kind, payer_kinds
from config.strict_yaml import load_yaml

FOLDER = Path(__file__).parent / "denials"
NO_RULE_YET, NOT_PROCESSED = "review", "MA130"
LACKS_SOMETHING = "16"  # the reason that says so; its remarks name what the claim lacks


@dataclass(frozen=True)
class Traced:
    """To which error an answer was traced. `others` fit as well; no error means that there is no rule for it yet."""

    error: DenialError | None
    others: tuple[DenialError, ...]
    route: Route
    owner: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that should have stopped it."""
        return self.error.stopped_by if self.error else ()


@dataclass(frozen=True)
class Denials:
    """The loaded tables."""

    errors: tuple[DenialError, ...]
    routes: Mapping[str, Route]
    codes: Mapping[str, AnswerCode]

    def on(self, day: date) -> list[DenialError]:
        """The errors that could be made in the month of that day, in their order."""
        month = Month.of(day)
        return [error for error in self.errors if error.holds_in(month)]

    def stopped_by(self, rule: str, day: date) -> list[DenialError]:
        """The errors that the rule stops."""
        return [error for error in self.on(day) if rule in error.stopped_by]

    def route(self, name: str, kind: str = "", form: str = "", day: date = OPEN) -> Route:
        """The route of that name, or, where it is not that kind of payer's or it takes no such claim, what is done in
        its place."""
        found = self.routes[name]
        payer = payer_kind(kind, form, day) if found.sent_as else None
        instead = refused(found, payer) if payer else ""
        found = self.routes[instead] if instead else found
        return self.of_kind(found, kind)

    def way(
        self, error: DenialError | None, group: str, said: Collection[str], kind: str, form: str, day: date = OPEN
    ) -> Route:
        """What is done about a denial of that error: "review" where it has none. A claim that was never processed
        (MA130) is sent anew, whatever the error."""
        name = error.route_of(group) if error else NO_RULE_YET
        return self.route("resubmission" if NOT_PROCESSED in said else name, kind, form, day)

    def of_kind(self, route: Route, kind: str) -> Route:
        """The route, or what is done in its place where that kind of payer has no such thing."""
        return self.routes[route.others] if route.kinds and kind and kind not in route.kinds else route

    def elsewhere(self, route: Route) -> list[tuple[Route, tuple[str, ...], tuple[str, ...]]]:
        """What is done in the route's place, with the kinds of payers and the forms, as it is known today."""
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for payer in payer_kinds() if route.sent_as or route.kinds else ():
            if route.sent_as and payer.until == OPEN and (instead := refused(route, payer)):
                found.setdefault((instead, payer.kinds), []).append(payer.form)
            elif payer.until == OPEN and route.kinds and not set(payer.kinds) & set(route.kinds):
                found.setdefault((route.others, payer.kinds), []).append(payer.form)
        return [(self.routes[name], kinds, tuple(forms)) for (name, kinds), forms in found.items()]


def refused(route: Route, payer: PayerKind) -> str:
    """The route in the place of one that is sent as a claim which the payer does not take; empty where it does."""
    taken = {"replacement": payer.takes_replacements, "void": payer.takes_voids}
    takes = taken.get(route.sent_as, True)
    instead = route.otherwise or payer.instead
    return "" if takes or instead == route.name else instead


def traced(
    group: str,
    reason: str,
    remarks: Iterable[str],
    day: date,
    *,
    code: str = "",
    payer_kind: str = "",
    form: str = "",
    met: Collection[str] = (),
) -> Traced:
    """The error behind an answer to a line of that date of service, its rules, its route and who takes it.

    What tells errors of one answer apart, first to last: its remarks, the line's code, rules that the claim had met
    when it left (`met`), the group, which error is the usual one, and which asks for no remark. An answer that nothing
    predicts has no error and the route "review". A claim that was never processed (MA130) is sent anew, whatever the
    error.
    """
    table, said = denials(), frozenset(remark.strip().upper() for remark in remarks if remark.strip())
    ranked: list[tuple[tuple[int, ...], DenialError]] = []
    for candidate in table.on(day):
        scores = [_score(answer, candidate, group, reason, said, code, met) for answer in candidate.predicted]
        best = max((score for score in scores if score), default=None)
        if best:
            ranked.append((best, candidate))
    top = max((score for score, _ in ranked), default=())
    first = [one for score, one in ranked if score == top]
    error = first[0] if first else None
    rest = tuple(one for _, one in sorted(ranked, key=lambda item: item[0], reverse=True) if one is not error)
    route = table.way(error, group, said, payer_kind, form, day)
    return Traced(error, rest, route, error.owner if error and error.owner else route.owner)


@cache
def fitting(group: str, reason: str, said: frozenset[str], month: Month, code: str) -> tuple[DenialError, ...]:
    """The errors of the month that the answer fits as well as any: as many of its remarks and its group are predicted.

    The line's code, warnings and what is usual speak for one of them, and prove nothing against the others.
    """
    found: list[tuple[tuple[int, int], DenialError]] = []
    for error in denials().errors:
        scores = [_score(answer, error, group, reason, said, code, ()) for answer in error.predicted]
        if error.holds_in(month) and any(scores):
            found.append((max((score[0], score[3]) for score in scores if score), error))
    best = max((fit for fit, _ in found), default=None)
    return tuple(error for fit, error in found if fit == best)


def _score(
    answer: Answer,
    error: DenialError,
    group: str,
    reason: str,
    said: frozenset[str],
    code: str,
    met: Collection[str],
) -> tuple[int, ...]:
    """How well the answer fits, comparable; empty when it does not."""
    shared = len(said & set(answer.remarks))
    if answer.reason != reason and (answer.reason or not shared):
        return ()
    if error.codes and code and code not in error.codes:
        return ()
    named = bool(code) and code in error.codes
    ours = any(rule in met for rule in error.stopped_by)
    return (shared, named, ours, answer.group == group, answer.usual, not answer.remarks)


def never_decided(reason: str, remarks: str) -> bool:
    """Whether an answer says that the claim lacks something, or could not be processed: the same again is in vain."""
    return reason == LACKS_SOMETHING or NOT_PROCESSED in remarks.upper().split()


def is_denial(reason: str) -> bool:
    """Whether money withheld for that reason is a denial, and not a contract's, the patient's or another payer's part.

    An unknown reason counts as a denial, so that somebody looks at it.
    """
    known = denials().codes.get(reason)
    return known is None or known.what == "denial"


def valid_answer(reason: str, remarks: Iterable[str], day: date) -> str:
    """Empty, or one sentence: which of the codes was over, or may not stand with its group, on the day."""
    for name in (reason, *remarks):
        known = denials().codes.get(name)
        if known and not known.covers(day):
            return f"{name} could not be used on {day}: it is valid from {known.since} to {known.until}."
    return ""


def due_date(
    route: Route,
    notice: date,
    *,
    service_date: date | None = None,
    payer_kind: str = "",
    filing_days: int | None = None,
    told_days: int | None = None,
    ask_days: int = 0,
    others_days: Collection[int] = (),
) -> date | None:
    """The last day for the route; None when it has no clock, or the payer's filing limit is not known.

    `notice` is the day of the payer's answer, or the day on which an overpayment was identified; `filing_days` are the
    practice's own terms with the payer, `told_days` what the payer told of them, `ask_days` within how many a plan
    whose term is not known is asked for it, `others_days` the practice's own terms with other payers.
    """
    clock = route.clock
    if clock is None:
        return None
    if clock.until == "ask_plan":
        return asked_by(notice, ask_days)
    if clock.counts_from != "service_date":
        return clock.end(notice)
    if service_date is None:
        return None
    if clock.until == "another_payers_limit":
        limit = another_payers_limit(service_date, notice, others_days)
    else:
        limit = filing_limit(payer_kind, service_date, filing_days, told_days)
    return limit.last_day if limit else None


@cache
def denials(folder: Path = FOLDER) -> Denials:
    """The shipped tables; RuleError naming file and entry when one is wrong, unsourced or names what is not there."""
    codes = {row.code: row for row in read_dated(folder / "answer_codes.csv", AnswerCode)}
    routes = {route.name: route for route in _entries(folder / "routes.yaml", "routes", Route)}
    errors = _entries(folder / "errors.yaml", "errors", DenialError)
    for name in {error.name for error in errors}:
        rising([(error.since, error.until) for error in errors if error.name == name], f"errors.yaml, {name}")
    for route in routes.values():
        named = [name for name in (route.otherwise, route.others, route.beside, *route.after) if name]
        _known(named, routes, f"routes.yaml, {route.name}", "route")
    _known([payer.instead for payer in payer_kinds()], routes, "payers/kinds.yaml", "route")
    for error in errors:
        place = f"errors.yaml, {error.name}"
        _known([error.route, *error.route_of_group.values()], routes, place, "route")
        for answer in error.predicted:
            _known([name for name in (answer.reason, *answer.remarks) if name], codes, place, "code")
            _usable(answer, error, codes, place)
    return Denials(tuple(sorted(errors, key=lambda error: error.row)), routes, codes)


def _entries(path: Path, key: str, model: type[Any]) -> list[Any]:
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {key} or not isinstance(content[key], list):
        raise RuleError(f"{path.name}: it must hold one list named '{key}' and nothing else.")
    return [
        validated(model, entry, f"{path.name}, entry {number} ({entry.get('name', 'no name')})")
        for number, entry in enumerate(content[key], start=1)
    ]


def _known(names: Sequence[str], known: Collection[str], place: str, what: str) -> None:
    for name in names:
        if name not in known:
            raise RuleError(f"{place}: the {what} '{name}' is not in the table of {what}s; enter it or correct it.")


def _usable(answer: Answer, error: DenialError, codes: Mapping[str, AnswerCode], place: str) -> None:
    """A predicted answer is made of codes of the right kind, in force while the error can be made, in their group."""
    for name, kind in [(answer.reason, "reason"), *((remark, "remark") for remark in answer.remarks)]:
        if not name:
            continue
        code = codes[name]
        if code.kind != kind:
            raise RuleError(f"{place}: {name} is a {code.kind}, not a {kind}; put it in its own place.")
        if str(Month.of(code.since)) > error.since or code.until < date(9999, 12, 31):
            raise RuleError(f"{place}: {name} is valid from {code.since} to {code.until} only; date the error so.")
        if code.only_group and code.only_group != answer.group:
            raise RuleError(f"{place}: {name} is used with group {code.only_group} only, not {answer.group}.")
    if not answer.reason and not answer.remarks:
        raise RuleError(f"{place}: an answer without a reason needs a remark.")


def further_appeal(name: str) -> Route:
    """The appeal of that name against the refusal of another; InputError naming those there are."""
    known = {route.name: route for route in denials().routes.values() if route.after}
    if name not in known:
        raise InputError(f"'{name}' is no further appeal; write {' or '.join(known)}.")
    return known[name]
