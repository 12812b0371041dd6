"""What payers answered, taken down: one answer as it was typed, or those of a filled-in list of tasks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from config.catalogue import catalogue
from config.contract import coverage_outputs
from config.errors import InputError
from config.identities import Identities
from config.money import cents_of
from config.payer_questions import questions
from config.payer_register import plain
from config.worklist_answers import coverage_word
from tasks.store import coverage as stored
from tasks.store.day import today_of
from tasks.store.identities import known_identities
from tasks.store.store import Store

SHORTEST = 4  # signs of a source
MOST_DAYS = 3_650
Places = Mapping[str, str]
AT_TERMINAL: Places = {"source": "--source", "by": "--by", "on": "--on", "since": "--since", "until": "--until",
                       "reference_number": "--reference", "note": "--note", "codes": "--codes",
                       "codes_not_covered": "--not-codes", "copay": "--copay",
                       "filing_days": "--filing-days"}  # fmt: skip
SAID_OF_CLAIMS = ("codes", "codes_not_covered", "copay", "filing_days")
IN_LIST: dict[str, str] = {"by": "answered_by", "on": "answer_date", "since": "holds_from", "until": "valid_until"}
IN_LIST |= {name: name for name in ("source", "reference_number", "note", *SAID_OF_CLAIMS)}
TEXTS = ("source", "reference_number", "note")
CHOICES = ("answer", "step", "authorization", "takes_coinsurance", "takes_deductible", "patient_owes", "crossover")
PLAN = ("payer_kind", "payer_name", "payer_id", "plan")
READ = ("task_number", *PLAN, *CHOICES, *SAID_OF_CLAIMS, "source", "answer_date", "answered_by",
        "reference_number", "holds_from", "valid_until", "note")  # fmt: skip
TYPED = READ[READ.index("step") :]  # what stands beside the answer
NEEDED = ("task_number", "answer", "step", "source", "answer_date", "answered_by")
DAYS = ("answer_date", "holds_from", "valid_until")


@dataclass(frozen=True)
class Taken:
    """What became of one answered line: taken, known already, or refused with one sentence."""

    line: int
    task: str
    state: str
    why: str = ""
    answered: stored.Answered | None = None


def written(
    told: Mapping[str, Any], by: str, on: date | None, since: date | None, until: date | None, today: date,
    known: Identities, places: Places = AT_TERMINAL,
) -> stored.Recorded:  # fmt: skip
    """The answer as it is recorded; what is not given is by the questions of the register, or refused (InputError).

    It serves every patient of the plan, so no text of it may have one of those `known`. `places` is how the one who
    typed it calls what may be wrong.
    """
    how = questions()
    for name, text in ({name: told.get(name, "") for name in TEXTS} | {"by": by}).items():
        known.refuse(places[name], text)
    if len(told["source"].strip()) < SHORTEST:
        raise InputError(
            f"{places['source']}: say where it stands (policy and date, page, or who said it), so that it can be "
            "looked up again."
        )
    if not by.strip():
        raise InputError(f"{places['by']}: say who found it out.")
    answered = on or today
    if answered > today:
        raise InputError(f"The answer is dated {answered}, which is yet to come; correct {places['on']}.")
    ends = until or (pd.Timestamp(answered) + pd.DateOffset(months=how.valid_months)).date()
    if since is not None and since > ends:
        raise InputError(
            f"The answer ends ({ends}) before it begins ({since}); correct {places['since']} or {places['until']}."
        )
    if ends < today:
        raise InputError(f"The answer held until {ends}, so it says nothing any more; ask the payer again.")
    sure = how.confidence_of(told["step"]) or "unverified"
    days: dict[str, Any] = {"answered_date": answered, "holds_from": since, "valid_until": ends}
    said = {name: value for name, value in told.items() if name not in SAID_OF_CLAIMS} | _of_claims(told, places)
    return stored.Recorded(**said, **days, answered_by=by.strip(), confidence=sure)


def _of_claims(told: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """What the answer says of single codes, its co-pay and its filing limit; InputError naming the place of a fault."""
    found: dict[str, Any] = {}
    for name in ("codes", "codes_not_covered"):
        codes = sorted(set(re.split(r"[\s,;]+", str(told.get(name) or "").strip().upper())) - {""})
        for code in codes:
            if code not in catalogue().codes:
                raise InputError(
                    f"{places[name]}: write codes of care management, as 99490 99439; one of them is none."
                )
        found[name] = " ".join(codes)
    if both := set(found["codes"].split()) & set(found["codes_not_covered"].split()):
        raise InputError(
            f"{places['codes_not_covered']}: {min(both)} is named as covered and as not covered; leave one."
        )
    if told.get("answer") == "does_not" and (found["codes"] or found["codes_not_covered"]):
        raise InputError(
            f"{places['codes']}: a payer that does not cover the service names no codes; where it pays all but "
            "some, the answer is covers, with those as not covered."
        )
    days, copay = str(told.get("filing_days") or "").strip(), str(told.get("copay") or "").strip()
    if days and not (days.isdecimal() and 0 < int(days) <= MOST_DAYS):
        raise InputError(f"{places['filing_days']}: write a number of days from the date of service, as 180.")
    found["filing_days"] = int(days) if days else None
    return found | {"copay_cents": cents_of(copay, places["copay"]) if copay else None}


def take_in(
    store: Store, rows: Iterable[tuple[int, Mapping[str, str]]], practice: str | None, today: date | None = None
) -> list[Taken]:
    """The answers of a list's lines are on record but those refused; the same list again changes nothing.

    Without `today` it is the own day of each practice.

    A line is refused when its task is none, is another plan's, was answered otherwise since the list was written, or
    is answered twice and not alike.
    """
    answered = [(line, cells) for line, cells in rows if cells["answer"]]
    told = {(cells["task_number"], tuple(sorted(cells.items()))) for _, cells in answered}
    twice = {number for number, count in Counter(number for number, _ in told).items() if count > 1}
    found = []
    people: dict[str, Identities] = {}
    for line, cells in answered:
        name = cells["task_number"]
        try:
            if name in twice:
                raise InputError("two lines of the list answer it, and not alike; leave one.")
            found.append(_taken(store, line, cells, practice, today, people))
        except InputError as error:
            found.append(Taken(line, name, "refused", str(error)))
    return found


def _taken(
    store: Store, line: int, cells: Mapping[str, str], practice: str | None, today: date | None,
    people: dict[str, Identities],
) -> Taken:  # fmt: skip
    number = stored.task_number(cells["task_number"])
    with store.writing() as connection:
        task = stored.task_of(connection, number, practice)
        if any(cells[name] and plain(cells[name]) != plain(task[name]) for name in PLAN):
            raise InputError("the line names another plan than the task; answer on a list as it was written.")
        whose = task["practice_id"]
        if whose not in people:
            people[whose] = known_identities(connection, whose)
        recorded = _recorded(cells, today or today_of(connection, whose), people[whose])
        row = stored.as_row(task, recorded)
        before = stored.latest_answers(connection, whose).get(task["plan_key"])
        same = before is not None and all(before[name] == value for name, value in row.items())
        if task["state"] != "open" and not same:
            since = f"answered {before['answer'].replace('_', ' ')} on {before['answered_date']}" if before else ""
            raise InputError(
                f"the list is stale: the task is {since or task['state']}; replace an answer with ccm coverage answer."
            )
        done = stored.answer(connection, task, recorded, datetime.now(UTC))
    return Taken(line, cells["task_number"], "taken" if done.new else "known", answered=done)


def _recorded(cells: Mapping[str, str], today: date, known: Identities) -> stored.Recorded:
    """The line as an answer; InputError naming the column that is wrong, never what stands in it."""
    table, words = coverage_outputs()["coverage_tasks"], {}
    for name in CHOICES:
        words[name] = coverage_word(name, cells[name])
        values = table.column(name).values
        if words[name] not in (*values, *([] if name in NEEDED else [""])):
            raise InputError(f"{name}: write one of {', '.join(values)}{'' if name in NEEDED else ', or nothing'}.")
    if not cells["answer_date"]:
        raise InputError("answer_date: say when the payer answered, as 2026-10-20.")
    needed = {"needed": True, "not_needed": False}.get(words.pop("authorization"))
    told: dict[str, Any] = words | {
        name: cells[name] for name in ("source", "reference_number", "note", *SAID_OF_CLAIMS)
    }
    on, since, until = (_day(cells, name) for name in DAYS)
    return written(
        told | {"needs_authorization": needed}, cells["answered_by"], on, since, until, today, known, IN_LIST
    )


def _day(cells: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(cells[name]) if cells[name] else None
    except ValueError:
        raise InputError(f"{name}: that is no day; write it as 2026-10-20.") from None
