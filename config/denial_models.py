"""What the tables of denials may say: errors with their predicted answers, routes, answer codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.clocks import Clock
from config.dated_csv import Dated
from config.rule_models import Cited, Confidence

RECALLED = "Recalled: the codes are on the X12 list of 2024-06; which one a payer returns is learnt from its 835s"

Group = Literal["CO", "OA", "PI", "PR", "CR"]


class Strict(BaseModel):
    """A part of an entry: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(Strict):
    """One answer that an error is expected to get; any of the remarks may stand with it. No reason: a remark alone."""

    group: Group
    reason: str = Field(pattern=r"^([A-Z]?\d{1,3})?$")
    remarks: tuple[str, ...] = ()
    usual: bool = False
    confidence: Confidence = "unverified"
    source: str = Field(default=RECALLED, min_length=10)

    @property
    def words(self) -> str:
        """As billers write it: CO-16 with M76 or MA63."""
        code = f"{self.group}-{self.reason}" if self.reason else "any answer"
        return code + (f" with {' or '.join(self.remarks)}" if self.remarks else "")


class DenialError(Cited):
    """One error: what stops it before the claim leaves, what a payer answers, and how it is put right."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    row: int = Field(gt=0)
    words: str = Field(min_length=10)
    stopped_by: tuple[str, ...] = ()
    not_before: str = Field(default="", description="why nothing can stop it before the claim leaves")
    predicted: tuple[Answer, ...] = ()
    seen_as: str = Field(default="", description="how it shows where no answer code does")
    codes: tuple[str, ...] = Field(default=(), description="the codes of the denied line, where they tell it apart")
    prevent: str = Field(min_length=10)
    correct: str = Field(min_length=10)
    route: str
    route_of_group: Mapping[Group, str] = Field(default_factory=dict)
    owner: str = ""

    @model_validator(mode="after")
    def _is_stopped_and_seen(self) -> DenialError:
        if bool(self.stopped_by) == bool(self.not_before):
            raise ValueError("give either 'stopped_by' or why 'not_before'")
        if bool(self.predicted) == bool(self.seen_as):
            raise ValueError("give either 'predicted' answers or what it is 'seen_as'")
        return self

    def route_of(self, group: str) -> str:
        """The name of the route, by the group of the answer."""
        return next((route for of, route in self.route_of_group.items() if of == group), self.route)

    @property
    def denial(self) -> str:
        """The predicted answers as billers write them."""
        return "; ".join(answer.words for answer in self.predicted) or self.seen_as


class Route(Strict):
    """What is done about a denial, by whom and by when."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    words: str = Field(min_length=10)
    steps: tuple[str, ...] = Field(min_length=1)
    owner: str = Field(min_length=3)
    clock: Clock | None = None
    sent_as: Literal["", "new_claim", "replacement", "void"] = Field(
        default="", description="the claim that this route sends; `ccm resend` sends a new one"
    )
    otherwise: str = Field(default="", description="the route where a payer takes no void")
    kinds: tuple[str, ...] = Field(default=(), description="the payers whose way it is; empty for every payer's")
    others: str = Field(default="", description="the route with payers of any other kind")
    beside: str = Field(default="", description="the route that stays open beside this one, until its own last day")
    after: tuple[str, ...] = Field(
        default=(), description="the appeals whose refusal it goes against; its notice is that letter"
    )
    asked_by: tuple[str, ...] = Field(
        default=(),
        description="the reasons (CARC) by which a remittance itself asks for it, beside the denial's own way",
    )
    confidence: Confidence
    source: str = Field(min_length=10)

    @property
    def told(self) -> str:
        """The steps in one sentence, as 'Write down why; then mend what let it out'."""
        first, *others = self.steps
        return "; then ".join([first, *(f"{step[0].lower()}{step[1:]}" for step in others)])

    @property
    def clock_words(self) -> str:
        """What its term counts from, in a few words; empty where it has none."""
        words = self.clock.words if self.clock else ""
        return (
            words.replace("the payer's notice", "the letter that refused the appeal before it") if self.after else words
        )

    @model_validator(mode="after")
    def _says_what_else(self) -> Route:
        if bool(self.otherwise) != (self.sent_as == "void"):
            raise ValueError("a route that is sent as a void, and no other, says what is done 'otherwise'")
        if bool(self.kinds) != bool(self.others):
            raise ValueError("a route of some 'kinds' of payers says by 'others' what is done with the rest")
        return self


class AnswerCode(Dated):
    """A reason (CARC) or remark (RARC) with the days on which payers may use it, and what a reason stands for."""

    code: str
    kind: Literal["reason", "remark"]
    what: Literal["", "denial", "contractual", "reduction", "patient_share", "earlier_payer"] = ""
    only_group: Group | None = None

    @property
    def subject(self) -> str:
        """The code itself."""
        return self.code
