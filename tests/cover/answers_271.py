"""Eligibility answers (271) as a clearinghouse hands on Medicare's own, written segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MBI = "1EG4TE5MK73"


@dataclass
class Asked:
    """One person of an answer: `benefits` are segments as they stand in loop 2110C, refusals codes of AAA."""

    member: str = MBI
    born: str = "19400101"
    benefits: Sequence[str] = field(default_factory=tuple)
    refusals: Sequence[str] = field(default_factory=tuple)


PART_A = ("EB*1**30*MA", "DTP*291*D8*20050101")
PART_B = ("EB*1**30*MB", "DTP*291*D8*20050101")
DEDUCTIBLE = (
    "EB*C**30*MB**23*283",
    "DTP*292*RD8*20260101-20261231",
    "EB*C**30*MB**29*41.5",
    "DTP*292*RD8*20260101-20261231",
)
PLAN = (
    "EB*R**30*HN", "REF*18*H9901 001", "DTP*290*D8*20260901",
    "MSG*MCO BILL OPTION CODE-C",
    "LS*2120", "NM1*PRP*2*BUCKEYE ADVANTAGE PLUS*****PI*H9901",
    "N3*1 PLAN STREET", "N4*DAYTON*OH*45402", "PER*IC**TE*8005550100", "LE*2120",
)  # fmt: skip
QMB = ("EB*1**30*QM", "DTP*291*RD8*20260101-20261231")
QMB_NOTHING_OWED = ("EB*A**30*QM**27**0", "DTP*291*RD8*20260101-20261231")
OTHER_PAYER = (
    "EB*R**30*12",
    "DTP*290*D8*20260301",
    "LS*2120",
    "NM1*PRP*2*IRONWORKS GROUP HEALTH*****PI*IRON1",
    "LE*2120",
)
HOSPICE = (
    "EB*X**45*MA**26",
    "DTP*292*D8*20260915",
    "LS*2120",
    "NM1*1P*2*QUIET HARBOR HOSPICE*****XX*1234567893",
    "LE*2120",
)
NURSING = ("EB*X**AG*MA", "DTP*292*RD8*20261003-20261020")
DRUGS = (
    "EB*R**88*OT",
    "REF*18*S5601 011",
    "DTP*292*D8*20260101",
    "LS*2120",
    "NM1*PR*2*ACORN DRUG PLAN*****PI*S5601",
    "LE*2120",
)
MEDICARE = (*PART_A, *PART_B)


def answer(
    *people: Asked,
    day: str = "20261005",
    number: int = 1,
    payer: Sequence[str] = ("CMS", "CMS"),
    separators: str = "*~^:",
    breaks: bool = True,
) -> bytes:
    """One interchange with one transaction that answers about these people."""
    body = ["ST*271*0001*005010X279A1", f"BHT*0022*11*ASK{number:04d}*{day}*0734", "HL*1**20*1"]
    body += [
        f"NM1*PR*2*{payer[0]}*****PI*{payer[1]}",
        "HL*2*1*21*1",
        "NM1*1P*2*MAPLE STREET FAMILY MEDICINE*****XX*1234567893",
    ]
    for place, one in enumerate(people, 3):
        body += [f"HL*{place}*2*22*0", f"TRN*2*{place:06d}*9CLEARING0"]
        body += [f"NM1*IL*1*DOE*JAMIE****MI*{one.member}" if one.member else "NM1*IL*1*DOE*JAMIE"]
        body += [] if one.refusals else ["N3*12 MILL LANE", "N4*DAYTON*OH*45402"]
        body += [f"AAA*N**{reason}*C" for reason in one.refusals]
        body += [f"DMG*D8*{one.born}*F"] if one.born else []
        body += [] if one.refusals else ["DTP*291*D8*20261005"]
        body += list(one.benefits)
    body += [f"SE*{len(body) + 1}*0001"]
    blank = " " * 10
    ends = f"ZZ*{'CMS':<15}*ZZ*{'SUB12345':<15}"
    head = f"ISA*00*{blank}*00*{blank}*{ends}*{day[2:]}*0734*^*00501*{number:09d}*0*T*:"
    parts = [
        head,
        f"GS*HB*CMS*SUB12345*{day}*0734*{number}*X*005010X279A1",
        *body,
        f"GE*1*{number}",
        f"IEA*1*{number:09d}",
    ]
    element, segment, repetition, component = separators
    text = "".join(f"{part}~" + ("\n" if breaks else "") for part in parts)
    table = str.maketrans({"*": element, "~": segment, "^": repetition, ":": component})
    return text.translate(table).encode("ascii")
