"""The states of a query and the moves between them. Where one stands follows from its moves, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from config.errors import InputError
from config.query_kinds import QueryTerms

WAITING = ("asked", "told", "escalated")
STATES = (*WAITING, "answered", "accepted", "closed")
# Move, states it starts from, state it leads to; `=` stays where it is. Whatever is not in this table is refused.
MOVES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("ask", ("",), "asked"),
    ("tell", ("asked",), "told"),  # the care manager's message waits in the outbox
    ("tell", ("told", "escalated"), "="),
    ("escalate", ("asked", "told"), "escalated"),
    ("pass_on", ("escalated",), "="),  # the message to whoever looks after it waits in the outbox
    ("answer", WAITING, "answered"),
    ("again", ("answered", "accepted"), "asked"),  # billing asks once more; the answer before counts no longer
    ("accept", ("answered",), "accepted"),  # a run decided by it, or billing took it as it is
    ("remark", ("answered", "accepted"), "="),  # what a run has to say of it
    ("confirm", ("answered", "accepted"), "closed"),  # the source shows it
    ("close", ("accepted",), "closed"),
    ("withdraw", (*WAITING, "answered"), "closed"),  # nobody needs the answer any more
    ("report", STATES, "="),  # billing's message waits in the outbox
)
TABLE = {(what, state): (state if to == "=" else to) for what, states, to in MOVES for state in states}
NEWS = ("answer", "escalate", "confirm", "close", "withdraw", "remark")  # what billing is told of


@dataclass(frozen=True)
class Move:
    """One thing that happened to a query. `source` tells it apart: the same thing is recorded once."""

    what: str
    day: date
    source: str
    by: str = ""
    answer: str = ""
    detail: str = ""
    words: str = ""


@dataclass(frozen=True)
class Query:
    """A question, where it stands, and the answer that counts."""

    number: int
    month: str
    case_number: str
    program: str
    kind: str
    rule: str
    about: str
    asked_to: str
    state: str = ""
    round: int = 0
    question: str = ""
    asked_by: str = ""
    asked: date | None = None
    answer: str = ""
    detail: str = ""
    note: str = ""
    answered_by: str = ""
    answered: date | None = None
    result: str = ""
    told: date | None = None
    passed_on: date | None = None
    reported: date | None = None
    closed: date | None = None
    news: bool = False  # billing has not been told yet

    @property
    def waiting(self) -> bool:
        """Whether the care team has still to answer."""
        return self.state in WAITING

    @property
    def counts(self) -> bool:
        """Whether there is an answer that nobody took back."""
        return bool(self.answer) and not self.waiting

    def due(self, terms: QueryTerms) -> date:
        """The last day for an answer."""
        return terms.last_day(self.asked) if self.asked else date.max


def after(query: Query, move: Move) -> Query:
    """The query after the move; a move that the table does not know from there is an InputError of one sentence."""
    to = TABLE.get((move.what, query.state))
    if to is None:
        raise InputError(refusal(query, move))
    news = move.what in NEWS or (move.what in ("ask", "again") and not query.asked_to)  # nobody else is told of that
    moved = replace(query, state=to, news=query.news or news)
    if move.what in ("ask", "again"):
        return replace(
            moved, round=query.round + 1, question=move.words or query.question, asked_by=move.by, asked=move.day,
            answer="", detail="", note="", answered_by="", answered=None, result="", told=None,
            passed_on=None,
        )  # fmt: skip
    if move.what == "answer":
        return replace(
            moved, answer=move.answer, detail=move.detail, note=move.words, answered_by=move.by, answered=move.day
        )
    if move.what == "tell":
        return replace(moved, told=move.day)
    if move.what == "pass_on":
        return replace(moved, passed_on=move.day)
    if move.what == "report":
        return replace(moved, news=False, reported=move.day)
    if move.what == "withdraw":
        return replace(moved, answer="", result=move.words, closed=move.day)
    if to == "closed":
        return replace(moved, result=move.words, closed=move.day)
    return replace(moved, result=move.words or query.result) if move.what in ("accept", "remark") else moved


def stand(row: Mapping[str, Any], moves: Iterable[Mapping[str, Any]]) -> Query:
    """Where the query stands after its recorded moves; one that fits no more counts for nothing."""
    names = ("number", "month", "case_number", "program", "kind", "rule", "about", "asked_to")
    query = Query(**{name: row[name] for name in names})
    for move in moves:
        try:
            query = after(query, Move(**{name: move[name] for name in Move.__dataclass_fields__}))
        except InputError:
            continue
    return query


def refusal(query: Query, move: Move) -> str:
    """Why that move is not possible."""
    if move.what == "answer" and query.answer:
        said = f"it was answered {query.answer.replace('_', ' ')} on {query.answered} by {query.answered_by}"
        return f"{said}; billing asks again where that is wrong."
    possible = list(dict.fromkeys(what for what, state in TABLE if state == query.state and what in BY_HAND))
    rest = f"possible is {', '.join(possible)}" if possible else "nothing is left to do"
    return f"'{move.what}' is not possible while it is {query.state or 'not asked'}; {rest}."


BY_HAND = ("answer", "accept", "again", "withdraw", "close")
