"""The payer: takes claims in, decides them by its books, and keeps what it said until the next remittance."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from tests.payer import knowledge as known
from tests.payer.books import ClaimAnswer, Elsewhere, Filed, LineAnswer, Member
from tests.payer.refusals import Case, Wording, refusal, returned
from tests.payer.submitted import Line, Reason, Submitted, submitted

PRACTITIONERS = ("096", "097", "098")  # revenue codes of a critical access hospital that bills for its practitioners
SHARES = ("1", "2", "3")  # deductible, coinsurance, co-pay


def part(claim: Submitted) -> tuple[str, bool]:
    """Which of a hospital's two claims it is, or the only one."""
    return claim.form, claim.lines[0].revenue.startswith(PRACTITIONERS)


@dataclass
class Payer:
    """One payer. `kind` is medicare, plan, supplement or medicaid; the same seed gives the same answers."""

    payer_id: str
    name: str
    kind: str = "medicare"
    seed: int = 1
    members: dict[str, Member] = field(default_factory=dict)
    fees: dict[str, int] = field(default_factory=lambda: dict(known.FEES))
    states: set[str] = field(default_factory=lambda: {"OH", "IL", "CO", "CA", "MI"})
    sites: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    enrolled: dict[str, tuple[date, date]] = field(default_factory=dict)
    excludes: set[str] = field(default_factory=set)
    unprocessed: set[str] = field(default_factory=lambda: {"information"})
    filing_days: int = 366
    neighbours: dict[str, Payer] = field(default_factory=dict)  # to whom it hands claims on
    takes_corrections: bool = True
    denied_at_random: float = 0.0  # of lines, as a payer does that errs
    filed: dict[str, Filed] = field(default_factory=dict)  # by claim number
    waiting: list[ClaimAnswer] = field(default_factory=list)
    provider: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)  # PLB to come, by payee
    returned: list[str] = field(default_factory=list)
    seen_rows: dict[str, int] = field(default_factory=dict)  # of each refused claim and line, the row
    payments: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed}{self.payer_id}")

    def member(self, number: str) -> Member:
        """The patient of that number."""
        return self.members.setdefault(number, Member())

    def receive(self, content: bytes, day: date, only: Collection[str] = ()) -> None:
        """The claims of the file that are for this payer are decided; what is said waits for the next remittance."""
        mine = [one for one in submitted(content) if one.payer_id == self.payer_id]
        mine = [one for one in mine if one.number in only] if only else mine
        for claim in mine:
            if returned(claim):
                self.returned.append(claim.number)
            elif claim.frequency in "78" and self.takes_corrections:
                self._correct(claim, day)
            else:
                self._decide(claim, day)

    def _decide(self, claim: Submitted, day: date) -> Filed:
        filed = self.filed.setdefault(claim.number, Filed(claim, day))
        member = self.member(claim.member_id)
        lines = [self._line(claim, line, member, day) for line in claim.lines]
        handed_on = self._hands_on(claim, member, lines)
        denied = all(line.denied for line in lines)
        base = 0 if denied or not handed_on else 18
        status = "4" if denied else str(min(claim.order, 3) + base)
        answer = ClaimAnswer(claim, self._icn(), status, lines, tuple(self._remarks(member, lines, handed_on)))
        if handed_on:
            answer = replace(answer, crossover=(handed_on.name, handed_on.payer_id))
        self._say(filed, answer)
        if handed_on:
            handed_on.cross_over(answer, day)
        return filed

    def _say(self, filed: Filed, answer: ClaimAnswer) -> None:
        filed.answers.append(answer)
        filed.standing = answer if answer.sign > 0 else None
        self.waiting.append(answer)

    def _icn(self) -> str:
        return f"{self.payer_id}{self.dice.randrange(10**9):09d}"

    def _line(self, claim: Submitted, line: Line, member: Member, day: date) -> LineAnswer:
        case = Case(line, claim, member, self, day, tuple(self._beside(claim, line, member)))
        said = LineAnswer(
            line.number, line.code, line.modifiers, line.units, line.charge, line.first, line.revenue, 0, []
        )
        refused = refusal(case)
        if refused is None and line.charge and self.dice.random() < self.denied_at_random:
            refused = ("at random", 0, self.dice.choice([Wording("CO", "16", ("M53",)), Wording("CO", "50"),
                                                         Wording("CO", "B20", ("N472",))]))  # fmt: skip
        if refused:
            name, row, wording = refused
            self.seen_rows[f"{claim.number}/{line.number}"] = row
            unread = name in self.unprocessed or (name == "at random" and wording.reason == "16")
            remarks = wording.remarks + (("MA130",) if unread else ())
            left = line.charge - sum(cents for *_, cents in self._settled_before(line))
            reasons = [*self._settled_before(line), (wording.group, wording.reason, left)]
            return replace(said, reasons=reasons, remarks=remarks, denied=True)
        if claim.order > 1:
            return self._second(said, line, member)
        return self._first(said, line, member)

    def _first(self, said: LineAnswer, line: Line, member: Member) -> LineAnswer:
        """Fee, deductible, a fifth for the patient, two percent kept by law."""
        allowed = min(line.charge, self.fees.get(line.code, known.OTHER_FEE) * line.units)
        year = line.first.year
        left = member.deductible_left.setdefault(year, 0)
        deductible = min(left, allowed) if self.kind == "medicare" else 0
        member.deductible_left[year] = left - deductible
        share = (allowed - deductible) // 5 if self.kind != "plan" else min(1500, allowed)
        pays = allowed - deductible - share
        kept = -(-pays * 2 // 100) if self.kind == "medicare" else 0
        reasons: list[Reason] = [("CO", "45", line.charge - allowed), ("CO", "253", kept)]
        reasons += [("PR", "1", deductible), ("PR", "2" if self.kind != "plan" else "3", share)]
        return replace(said, paid=pays - kept, reasons=[one for one in reasons if one[2]])

    def _settled_before(self, line: Line) -> list[Reason]:
        """All that the payer before paid or took off, as one amount."""
        if line.paid_before is None:
            return []
        shares = sum(cents for group, reason, cents in line.told_before if group == "PR" and reason in SHARES)
        return [("OA", "23", line.charge - shares)] if line.charge != shares else []

    def _second(self, said: LineAnswer, line: Line, member: Member) -> LineAnswer:
        """A supplement pays the fifth and not the deductible; Medicaid half of the share, and takes off the rest."""
        shares = {reason: cents for group, reason, cents in line.told_before if group == "PR" and reason in SHARES}
        left = sum(shares.values())
        reasons = self._settled_before(line)
        if self.kind == "medicaid":
            return replace(
                said, paid=left // 2, reasons=[*reasons, ("CO", "45", left - left // 2)] if left else reasons
            )
        deductible = shares.get("1", 0)
        if deductible:
            reasons.append(("PR", "1", deductible))
        return replace(said, paid=left - deductible, reasons=reasons)

    def _beside(self, claim: Submitted, line: Line, member: Member) -> Iterable[Elsewhere]:
        for one in member.elsewhere:
            if f"{one.day:%Y-%m}" == line.month:
                yield one
        for other in claim.lines:
            if other.number != line.number:
                yield Elsewhere(other.code, other.first, claim.billing_npi, other.modifiers)
        for filed in self.filed.values():
            if filed.standing and filed.claim.number != claim.number and filed.claim.member_id == claim.member_id:
                for paid in filed.standing.lines:
                    same = filed.claim.billing_npi == claim.billing_npi and part(filed.claim) != part(claim)
                    if not paid.denied and f"{paid.day:%Y-%m}" == line.month and not same:
                        yield Elsewhere(paid.code, paid.day, filed.claim.rendering_npi, paid.modifiers)

    def paid_already(self, claim: Submitted, line: Line) -> bool:
        """Whether the code of the month was paid to this biller on another claim of the same form."""
        for filed in self.filed.values():
            other = filed.claim
            if other.number != claim.number and filed.standing and other.member_id == claim.member_id:
                same = (part(other), other.billing_npi) == (part(claim), claim.billing_npi)
                for paid in filed.standing.lines if same else ():
                    if not paid.denied and (paid.code, f"{paid.day:%Y-%m}") == (line.code, line.month):
                        return True
        return False

    def ever_paid(self, claim: Submitted, member: Member, code: str) -> bool:
        """Whether the code was ever paid to this practitioner for the patient."""
        return any(one.code == code and one.npi in (claim.rendering_npi, claim.billing_npi) for one in member.elsewhere)

    def has_crossed(self, claim: Submitted) -> bool:
        """Whether the same charges came from the payer before already."""
        return claim.order > 1 and any(
            filed.claim.number != claim.number
            and filed.claim.person == claim.person
            and filed.claim.earlier_payer == claim.earlier_payer
            and filed.claim.charge == claim.charge
            and filed.claim.first_day == claim.first_day
            and part(filed.claim) == part(claim)
            for filed in self.filed.values()
        )

    def _remarks(self, member: Member, lines: list[LineAnswer], handed_on: Payer | None) -> Iterable[str]:
        if self.kind == "medicare":
            yield "MA01"
        if any("MA130" in line.remarks for line in lines):
            yield "MA130"
        if handed_on:
            yield "MA18"
        if member.qualified and any(line.patient for line in lines):
            yield "N782"

    def _hands_on(self, claim: Submitted, member: Member, lines: list[LineAnswer]) -> Payer | None:
        """To whom what is left goes by itself: not where nothing is left, nor where another payer was first."""
        if claim.order > 1 or not any(line.patient for line in lines):
            return None
        return self.neighbours.get(member.supplement)

    def cross_over(self, first: ClaimAnswer, day: date) -> None:
        """The claim as the payer before hands it on: the same number, with what that payer said."""
        by_line = {line.number: line for line in first.lines}
        lines = [
            replace(line, paid_before=by_line[line.number].paid, told_before=tuple(by_line[line.number].reasons))
            for line in first.claim.lines
            if by_line[line.number].patient
        ]
        kept = [line for line in first.claim.lines if not by_line[line.number].patient]
        lines += [replace(line, paid_before=by_line[line.number].paid, told_before=()) for line in kept]
        lines.sort(key=lambda line: line.number)
        told = replace(
            first.claim, payer_id=self.payer_id, payer_name=self.name, order=2, lines=tuple(lines),
            earlier_payer=first.claim.payer_id, paid_before=first.paid,
        )  # fmt: skip
        self._decide(told, day)

    def _correct(self, claim: Submitted, day: date) -> None:
        """A claim of frequency 7 or 8: the one it names is taken back; of 7 the new one is decided in its place."""
        old = next((one for one in self.filed.values() if any(a.icn == claim.original for a in one.answers)), None)
        if old is None or old.standing is None:
            self._refuse_correction(claim, day)
            return
        self.take_back(old.claim.number)
        if claim.frequency == "7":
            self._decide(claim, day)

    def _refuse_correction(self, claim: Submitted, day: date) -> None:
        filed = self.filed.setdefault(claim.number, Filed(claim, day))
        lines = [
            LineAnswer(one.number, one.code, one.modifiers, one.units, one.charge, one.first, one.revenue, 0,
                       [("CO", "16", one.charge)], ("M47",), denied=True)
            for one in claim.lines
        ]  # fmt: skip
        self._say(filed, ClaimAnswer(claim, self._icn(), "4", lines))

    def take_back(self, number: str) -> ClaimAnswer:
        """What was said of the claim is reversed; the payer that it was handed on to does the same."""
        filed = self.filed[number]
        stood = filed.standing
        assert stood is not None
        for line in stood.lines:
            used = sum(cents for _, reason, cents in line.reasons if reason == "1" and not line.denied)
            if self.kind == "medicare" and used:
                self.member(filed.claim.member_id).deductible_left[line.day.year] += used
        self._say(filed, replace(stood, status="22", sign=-1))
        beyond = self.neighbours.get(stood.crossover[1])
        if beyond and number in beyond.filed and beyond.filed[number].standing:
            beyond.take_back(number)
        return stood

    def decide_again(self, number: str, day: date) -> None:
        """The claim is reversed and decided anew without erring, as after an appeal or a reopening."""
        self.take_back(number)
        errs, self.denied_at_random = self.denied_at_random, 0.0
        self._decide(self.filed[number].claim, day)
        self.denied_at_random = errs

    def withhold(self, number: str, cents: int) -> None:
        """Money for an earlier claim is kept back from the next payment, without a word on the claim itself."""
        filed = self.filed[number]
        assert filed.standing is not None
        self.provider.setdefault(filed.claim.billing_npi, []).append(("WO", filed.standing.icn, cents))

    def add_interest(self, npi: str, cents: int) -> None:
        """The next payment has interest for one that came late."""
        self.provider.setdefault(npi, []).append(("L6", "", -cents))
