"""Why a line is not paid: by what stands on the claim first, by what the payer knows of the patient and others then.

Each kind of refusal has the row of the list of errors that it is about, and the ways in which payers word it. Which
of them stands in an answer may be told by the member (`worded`); the first one is said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.payer import knowledge as known
from tests.payer.books import Elsewhere, Member
from tests.payer.submitted import Line, Submitted

if TYPE_CHECKING:
    from tests.payer.payer import Payer


class Wording(NamedTuple):
    """Group, reason and remarks."""

    group: str
    reason: str
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((f"{self.group}-{self.reason}", *self.remarks))


class Case(NamedTuple):
    """A line of a claim before its payer, with whom it is about and what is on file beside it."""

    line: Line
    claim: Submitted
    member: Member
    payer: Payer
    day: date
    on_file: tuple[Elsewhere, ...]  # what was paid or lies on this claim beside the line, in the same month

    def beside(self, codes: set[str], same: bool = True) -> bool:
        """Whether one of the codes is on file for the month, of the same biller."""
        mine = {self.claim.billing_npi, self.claim.rendering_npi}
        return any(one.code in codes and (one.npi in mine) == same for one in self.on_file)


def w(group: str, reason: str, *remarks: str) -> Wording:
    return Wording(group, reason, remarks)


def information(c: Case) -> str:
    """Which remark names the field that is missing or wrong."""
    if not known.is_npi(c.claim.billing_npi):
        return "N257"
    if not known.is_npi(c.claim.rendering_npi):
        return "N290"
    if not 0 < c.line.units < 1000:
        return "M53"
    if c.line.first > c.day:
        return "M52"
    professional = c.claim.form == "837P"
    return "M77" if professional and c.claim.place not in known.PLACES | known.TELEHEALTH_PLACES else ""


def eligibility(c: Case) -> str:
    """Which reason says that the patient was not covered on the day."""
    m, day = c.member, c.line.first
    if m.unknown:
        return "31"
    if m.died and m.died < day:
        return "13"
    return "26" if day < m.since else "27" if m.until and day > m.until else ""


def not_in_force(c: Case) -> bool:
    first, last = known.IN_FORCE.get(c.line.code, (date.min, date.max))
    return not first <= c.line.first <= last


def in_stay(c: Case) -> bool:
    return any(first <= c.line.first < last for first, last in c.member.stays)


def add_on_alone(c: Case) -> bool:
    bases = known.BASES.get(c.line.code)
    return bool(bases) and not any(line.code in bases for line in c.claim.lines)


def too_many_units(c: Case) -> bool:
    return c.line.units > known.MOST_UNITS.get(c.line.code, 99)


def twice(c: Case) -> bool:
    earlier = [line for line in c.claim.lines if line.number < c.line.number and line.code == c.line.code]
    return bool(earlier) or c.payer.paid_already(c.claim, c.line)


def other_family(c: Case) -> bool:
    families = [family for family in (known.STAFF, known.COMPLEX, known.PERSONAL) if c.line.code not in family]
    return c.line.code in known.CHRONIC and any(c.beside(family) for family in families)


def rival(c: Case) -> bool:
    others = known.PRINCIPAL | known.ADVANCED
    if c.line.code in others:
        return c.beside(known.CHRONIC)
    return c.line.code in known.CHRONIC and c.beside(others)


def unmodified_visit(c: Case) -> bool:
    mine = {c.claim.billing_npi, c.claim.rendering_npi}
    visits = [one for one in c.on_file if one.code in known.VISITS and one.npi in mine and one.day == c.line.first]
    return c.line.code in known.NEED_MODIFIER and any("25" not in one.modifiers for one in visits)


def both_monitorings(c: Case) -> bool:
    kinds = (known.PHYSIOLOGIC, known.THERAPEUTIC)
    return any(c.line.code in one and c.beside(other) for one, other in (kinds, kinds[::-1]))


def reviewed(finding: str) -> Callable[[Case], bool]:
    return lambda c: c.member.review == finding


def of_group(c: Case) -> bool:
    group = c.payer.groups.get(c.claim.billing_npi, set()) - {c.claim.rendering_npi, c.claim.billing_npi}
    return any(one.npi in group and one.code in known.CHRONIC for one in c.on_file) and c.line.code in known.CHRONIC


def elsewhere_paid(c: Case) -> bool:
    group = c.payer.groups.get(c.claim.billing_npi, set())
    strangers = [one for one in c.on_file if one.code in known.CHRONIC and one.npi not in group]
    mine = {c.claim.billing_npi, c.claim.rendering_npi}
    return c.line.code in known.CHRONIC and any(one.npi not in mine for one in strangers)


def late(c: Case) -> bool:
    return c.day > c.line.first + timedelta(days=c.payer.filing_days)


def not_enrolled(c: Case) -> bool:
    first, last = c.payer.enrolled.get(c.claim.rendering_npi, (date.min, date.max))
    return not first <= c.line.first <= last


CCM = known.CHRONIC
CHECKS: tuple[tuple[str, int, Callable[[Case], bool], tuple[Wording, ...]], ...] = (
    # name, row, whether it applies, how payers say it
    ("crossed over twice", 21, lambda c: c.payer.has_crossed(c.claim), (w("OA", "18", "N522"),)),
    ("wrong contractor", 29, lambda c: c.claim.billing_state not in c.payer.states, (w("CO", "109"),)),
    ("late", 27, late, (w("CO", "29"),)),
    ("has a plan", 19, lambda c: c.member.has_plan, (w("CO", "109"),)),
    ("another payer first", 20, lambda c: c.member.other_first and c.claim.paid_before is None,
     (w("CO", "22", "MA04"), w("CO", "22", "MA92"), w("PR", "22", "MA04"), w("PR", "22", "MA92"), w("CO", "22"))),
    ("in a model", 41, lambda c: c.member.model, (w("CO", "96"), w("CO", "97"))),
    ("bundled code over", 30, lambda c: not_in_force(c) and c.line.code in ("G0511", "G0512"),
     (w("CO", "181"), w("CO", "16", "M20"), w("CO", "16", "M51"))),
    ("not in force", 31, not_in_force,
     (w("CO", "181", "M51"), w("CO", "182", "M51"), w("CO", "181"), w("CO", "182"))),
    ("not covered", 38, lambda c: c.line.code in c.payer.excludes | c.member.excludes,
     (w("CO", "96"), w("PR", "96"), w("CO", "204"), w("PR", "204"))),
    ("not authorized", 39, lambda c: c.line.code in c.member.asks_authorization, (w("CO", "197"),)),
    ("two months", 25, lambda c: f"{c.line.first:%Y%m}" != f"{c.line.last:%Y%m}", (w("CO", "267"),)),
    ("telehealth", 24,
     lambda c: c.claim.place in known.TELEHEALTH_PLACES or bool(set(c.line.modifiers) & known.TELEHEALTH_MODIFIERS),
     (w("CO", "4"), w("CO", "5"), w("CO", "96"))),
    ("wrong place", 23,
     lambda c: c.claim.form == "837P" and c.claim.place not in c.payer.sites.get(c.claim.billing_npi, {c.claim.place}),
     (w("CO", "5", "M77"), w("CO", "58", "M77"))),
    ("not enrolled", 28, not_enrolled, (w("CO", "B7", "N95"), w("CO", "185", "N95"), w("CO", "8", "N95"))),
    ("too few diagnoses", 16, lambda c: c.line.code in CCM and len(set(c.line.diagnoses)) < 2,
     (w("CO", "16", "M76"), w("CO", "16", "MA63"), w("CO", "11"), w("CO", "50"))),
    ("hospice", 18, lambda c: c.member.hospice_since is not None and c.member.hospice_since <= c.line.first
     and not set(c.line.modifiers) & {"GV", "GW"}, (w("CO", "B9"),)),
    ("stay", 17, in_stay, (w("CO", "190"), w("CO", "97"))),
    ("add-on alone", 3, add_on_alone, (w("CO", "107"), w("CO", "16", "N122"))),
    ("too many units", 4, too_many_units, (w("CO", "151", "N362"), w("CO", "119", "M86"))),
    ("care planning twice", 33, lambda c: c.line.code == "G0506" and c.payer.ever_paid(c.claim, c.member, "G0506"),
     (w("CO", "119", "M86"), w("CO", "151", "M86"))),
    ("twice", 1, twice, (w("OA", "18"), w("CO", "97", "M86"))),
    ("another of the group", 40, of_group,
     (w("CO", "97", "M80"), w("CO", "97", "N20"), w("CO", "B20", "M80"), w("CO", "B20", "N20"))),
    ("another practitioner", 2, elsewhere_paid, (w("CO", "B20", "N472"), w("CO", "119", "M86"))),
    ("another family", 5, other_family,
     (w("CO", "97", "M80"), w("CO", "97", "N20"), w("CO", "236", "M80"), w("CO", "236", "N20"), w("CO", "97"))),
    ("rival program", 6, rival, (w("CO", "97", "M80"), w("CO", "236", "M80"))),
    ("oversight", 7, lambda c: c.line.code in CCM and c.beside(known.OVERSIGHT),
     (w("CO", "97", "M80"), w("CO", "B20", "M80"))),
    ("dialysis", 8, lambda c: c.line.code in CCM and c.beside(known.DIALYSIS), (w("CO", "97"), w("CO", "236"))),
    ("transitional", 9, lambda c: c.line.code in known.PRINCIPAL and c.beside(known.TRANSITIONAL), (w("CO", "97"),)),
    ("visit without modifier", 34, unmodified_visit, (w("CO", "97"), w("CO", "236"))),
    ("both monitorings", 35, both_monitorings, (w("CO", "236"),)),
    ("minutes", 10, reviewed("minutes"), (w("CO", "50", "N706"), w("CO", "151", "N706"), w("CO", "16", "N706"))),
    ("consent", 12, reviewed("consent"), (w("CO", "50", "N706"),)),
    ("visit", 13, reviewed("visit"), (w("CO", "B15", "N674"),)),
    ("plan", 14, reviewed("plan"), (w("CO", "50", "N706"),)),
    ("records", 15, reviewed("records"), (w("CO", "226", "N706"), w("CO", "252", "N706"))),
)  # fmt: skip


def refusal(c: Case) -> tuple[str, int, Wording] | None:
    """The kind of refusal, its row and how it is worded; nothing where the line is payable."""
    if field := information(c):
        return "information", 22, Wording("CO", "16", (field,))
    if reason := eligibility(c):
        return "eligibility", 26, Wording("CO", reason)
    for name, row, applies, wordings in CHECKS:
        if applies(c):
            return name, row, next((one for one in wordings if str(one) == c.member.worded), wordings[0])
    return None


def every_wording() -> Iterator[tuple[int, Wording]]:
    """Each row with each way to say it."""
    for field in ("M53", "M77", "N290", "N257", "M52"):
        yield 22, Wording("CO", "16", (field,))
    for reason in ("26", "27", "13", "31"):
        yield 26, Wording("CO", reason)
    for _, row, _, wordings in CHECKS:
        yield from ((row, wording) for wording in wordings)


def returned(claim: Submitted) -> bool:
    """A clinic's claim that never comes in: CG twice a day, or a revenue code that is no clinic's (row 32)."""
    if claim.place != "71":
        return False
    days = [line.first for line in claim.lines if "CG" in line.modifiers]
    return len(days) > len(set(days)) or any(line.revenue not in known.CLINIC_REVENUE for line in claim.lines)
