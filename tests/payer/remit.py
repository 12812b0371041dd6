"""A payer's answers as 835 files, each balanced to its payment."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterable
from contextlib import redirect_stdout
from datetime import date

import pyx12.params
import pyx12.x12n_document
from x12sdk.io import X12ModelReader

from tests.payer.books import ClaimAnswer, LineAnswer
from tests.payer.payer import Payer

INDICATORS = {("medicare", "837P"): "MB", ("medicare", "837I"): "MA", ("plan", "837P"): "16", ("plan", "837I"): "16",
              ("medicaid", "837P"): "MC", ("medicaid", "837I"): "MC"}  # fmt: skip
MOST_REASONS = 6


def dollars(cents: int) -> str:
    """The amount as X12 writes it."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100}" + (f".{whole % 100:02d}".rstrip("0") if whole % 100 else "")


def segment(*elements: object) -> str:
    """One segment, empty elements at the end left out."""
    return "*".join(str(one) for one in elements).rstrip("*") + "~\n"


def remittances(payer: Payer, day: date, most: int = 1000, payments: int = 1) -> list[bytes]:
    """All that waits, as files of at most so many claims, each with so many payments; nothing waits afterwards.

    What a provider owes beyond a payment is carried to the next one, so that no payment is negative.
    """
    waiting, payer.waiting = payer.waiting, []
    files = []
    for npi in sorted({answer.claim.billing_npi for answer in waiting}):
        mine = [answer for answer in waiting if answer.claim.billing_npi == npi]
        for start in range(0, len(mine), most):
            part = mine[start : start + most]
            size = -(-len(part) // payments)
            bodies = [_payment(payer, npi, part[at : at + size], day) for at in range(0, len(part), size)]
            files.append(_file(payer, bodies, day))
    return files


def paid_in(content: bytes) -> int:
    """The sum of the payments of a file, in cents, off its text."""
    amounts = [part.split("*")[2] for part in content.decode().split("~\n") if part.startswith("BPR*")]
    return sum(round(float(amount) * 100) for amount in amounts)


def _payment(payer: Payer, npi: str, answers: list[ClaimAnswer], day: date) -> str:
    payer.payments += 1
    owed = payer.provider.pop(npi, [])
    total = sum(answer.paid for answer in answers) - sum(cents for _, _, cents in owed)
    trace = f"{payer.payer_id}{day:%y%m%d}{payer.payments:04d}"
    if total < 0:  # the rest is taken from the payments to come
        owed.append(("FB", trace, total))
        payer.provider.setdefault(npi, []).append(("FB", trace, -total))
        total = 0
    name = answers[0].claim.billing_name
    body = [
        segment(
            "BPR", "I" if total else "H", dollars(total), "C", "CHK" if total else "NON", *[""] * 11, f"{day:%Y%m%d}"
        ),
        segment("TRN", "1", trace, f"1{int(payer.payer_id, 36) % 10**9:09d}"),
        segment("DTM", "405", f"{day:%Y%m%d}"),
        segment("N1", "PR", payer.name, "XV", payer.payer_id),
        segment("N3", "1 PAYER PLAZA"),
        segment("N4", "COLUMBUS", "OH", "432150000"),
        segment("PER", "BL", "PROVIDER DESK", "TE", "8005550100"),
        segment("N1", "PE", name, "XX", npi),
    ]
    body.append(segment("LX", "1"))
    body += [_claim(payer, answer) for answer in answers]
    if owed:
        told = [part for reason, reference, cents in owed
                for part in (f"{reason}:{reference}".rstrip(":"), dollars(cents))]  # fmt: skip
        body.append(segment("PLB", npi, f"{day.year}1231", *told))
    return "".join(body)


def _claim(payer: Payer, answer: ClaimAnswer) -> str:
    claim, sign = answer.claim, answer.sign
    indicator = INDICATORS.get((payer.kind, claim.form), "15")
    charge = dollars(sign * sum(line.charge for line in answer.lines))
    shown = dollars(answer.patient) if answer.patient else ""
    place = (claim.place, claim.frequency)
    parts = [
        segment("CLP", claim.number, answer.status, charge, dollars(answer.paid), shown, indicator, answer.icn, *place),
        segment("NM1", "QC", "1", claim.last_name, claim.first_name, "", "", "", "MI", claim.member_id),
        segment("NM1", "82", "1", claim.rendering_name, "", "", "", "", "XX", claim.rendering_npi),
    ]
    if answer.crossover[0]:
        parts.append(segment("NM1", "TT", "2", answer.crossover[0], "", "", "", "", "PI", answer.crossover[1]))
    if answer.remarks:
        parts.append(segment("MOA", "", "", *answer.remarks[:5]))
    return "".join([*parts, *(_line(line, sign) for line in answer.lines)])


def _line(line: LineAnswer, sign: int) -> str:
    procedure = ":".join(("HC", line.code, *line.modifiers))
    service = (dollars(sign * line.charge), dollars(sign * line.paid), line.revenue, line.units)
    parts = [segment("SVC", procedure, *service), segment("DTM", "472", f"{line.day:%Y%m%d}")]
    groups: dict[str, list[tuple[str, int]]] = {}
    for group, reason, cents in line.reasons:
        groups.setdefault(group, []).append((reason, cents))
    for group, told in groups.items():
        for start in range(0, len(told), MOST_REASONS):
            row: list[str] = []
            for reason, cents in told[start : start + MOST_REASONS]:
                row += [reason, dollars(sign * cents), ""]
            parts.append(segment("CAS", group, *row))
    parts.append(segment("REF", "6R", line.number))
    if line.allowed and sign > 0:
        parts.append(segment("AMT", "B6", dollars(line.allowed)))
    parts += [segment("LQ", "HE", remark) for remark in line.remarks if remark != "MA130"]
    return "".join(parts)


def _file(payer: Payer, bodies: Iterable[str], day: date) -> bytes:
    number = payer.payments
    sender, receiver = payer.payer_id.ljust(15), "PROVIDERS".ljust(15)
    isa = ("ISA", "00", " " * 10, "00", " " * 10, "ZZ", sender, "ZZ", receiver, f"{day:%y%m%d}", "0900", "^", "00501")
    written = [segment(*isa, f"{number:09d}", "0", "T", ":")]
    written.append(
        segment("GS", "HP", payer.payer_id, "PROVIDERS", f"{day:%Y%m%d}", "0900", number, "X", "005010X221A1")
    )
    sets = 0
    for sets, body in enumerate(bodies, start=1):
        written += [segment("ST", "835", f"{sets:04d}"), body, segment("SE", body.count("~\n") + 2, f"{sets:04d}")]
    written += [segment("GE", sets, number), segment("IEA", 1, f"{number:09d}")]
    return "".join(written).encode("ascii")


def complaints(content: bytes) -> list[str]:
    """What pyx12 and x12sdk say against a remittance; nothing when both take it.

    The list of remarks that comes with pyx12 ends before N781 to N783 began (July 2018): it is shown another one.
    """
    said = []
    text = re.sub(r"\*N78[123]\b", "*N130", content.decode())
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        if not pyx12.x12n_document.x12n_document(pyx12.params.params(), io.StringIO(text), None, None):
            said.append("pyx12: refused")
        try:
            with X12ModelReader(content.decode()) as reader:
                list(reader.models())
        except Exception as error:
            said.append(f"x12sdk: {error}")
    return said
