"""What a payer knows by itself: its members, what others billed for them, whom it has enrolled, what it pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from tests.payer.submitted import Reason, Submitted


class Elsewhere(NamedTuple):
    """A service that the payer has on file from another claim, of whoever billed it."""

    code: str
    day: date
    npi: str
    modifiers: tuple[str, ...] = ()


@dataclass
class Member:
    """One patient, as the payer knows them."""

    since: date = date(2000, 1, 1)
    until: date | None = None
    died: date | None = None
    unknown: bool = False  # the member number is nobody's here
    has_plan: bool = False  # Medicare Advantage
    other_first: bool = False
    model: bool = False
    qualified: bool = False  # the state pays the shares
    hospice_since: date | None = None
    stays: tuple[tuple[date, date], ...] = ()
    elsewhere: list[Elsewhere] = field(default_factory=list)
    review: str = ""  # what a review of the records found: minutes, consent, visit, plan, records, necessity
    excludes: frozenset[str] = frozenset()  # codes that the benefit does not cover
    asks_authorization: frozenset[str] = frozenset()
    worded: str = ""  # how a refusal is worded, where payers differ: CO-236 M80
    supplement: str = ""  # the payer to whom claims are handed on
    deductible_left: dict[int, int] = field(default_factory=dict)


@dataclass
class LineAnswer:
    """What is said of one line."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int
    charge: int
    day: date
    revenue: str
    paid: int
    reasons: list[Reason]
    remarks: tuple[str, ...] = ()
    denied: bool = False

    @property
    def patient(self) -> int:
        """What the patient is left with; a denial that is put to the patient is none."""
        return 0 if self.denied else sum(cents for group, _, cents in self.reasons if group == "PR")

    @property
    def allowed(self) -> int:
        """What the payer holds the line to be worth."""
        taken = sum(cents for _, reason, cents in self.reasons if reason in ("45", "23"))
        return 0 if self.denied else self.charge - taken


@dataclass
class ClaimAnswer:
    """What is said of one claim. A reversal has the sign -1: everything of the first answer, taken back."""

    claim: Submitted
    icn: str
    status: str
    lines: list[LineAnswer]
    remarks: tuple[str, ...] = ()
    crossover: tuple[str, str] = ("", "")  # name and identifier
    sign: int = 1

    @property
    def paid(self) -> int:
        """What the claim moves in this payment."""
        return self.sign * sum(line.paid for line in self.lines)

    @property
    def patient(self) -> int:
        """All that stands as the patient's."""
        return self.sign * sum(line.patient for line in self.lines)


@dataclass
class Filed:
    """A claim on file with everything that was said of it; `standing` is the answer that counts, if any does."""

    claim: Submitted
    received: date
    answers: list[ClaimAnswer] = field(default_factory=list)
    standing: ClaimAnswer | None = None

    @property
    def paid(self) -> int:
        """All that was paid and taken back."""
        return sum(answer.paid for answer in self.answers)

    @property
    def patient(self) -> int:
        """What the patient owes by the answer that stands."""
        return self.standing.patient if self.standing else 0

    @property
    def allowed(self) -> int:
        """What the claim is worth by the answer that stands."""
        return sum(line.allowed for line in self.standing.lines) if self.standing else 0

    def taken_off(self, *reasons: str) -> int:
        """What the answer that stands takes off for these reasons."""
        told = [one for line in self.standing.lines for one in line.reasons] if self.standing else []
        return sum(cents for _, reason, cents in told if reason in reasons)

    @property
    def refused(self) -> int:
        """What the answer that stands refuses: of a refused line all that no payer before has settled."""
        lines = self.standing.lines if self.standing else []
        return sum(cents for line in lines if line.denied for *_, cents in line.reasons[-1:])

    @property
    def refused_lines(self) -> set[int]:
        """The lines of which something is refused."""
        lines = self.standing.lines if self.standing else []
        return {line.number for line in lines if line.denied and any(cents for *_, cents in line.reasons[-1:])}

    @property
    def state(self) -> str:
        """In the payer's own words: paid, partly, refused, taken back or pending."""
        if self.standing is None:
            return "taken back" if any(answer.sign < 0 for answer in self.answers) else "pending"
        refused = sum(line.denied for line in self.standing.lines)
        return "paid" if not refused else "refused" if refused == len(self.standing.lines) else "partly"
