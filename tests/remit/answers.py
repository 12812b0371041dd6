"""835 files of a few lines of text: the envelope, the payment and its counts are put around what a test is about."""

from __future__ import annotations

PAYEE = "1234567893"


def remittance(
    body: str,
    paid: str = "0",
    trace: str = "EFT1001",
    day: str = "20261120",
    payer: str = "MEDICARE TEST CONTRACTOR",
    payer_id: str = "1351840597",
    after: str = "",
    payee: str = PAYEE,
) -> str:
    """One ST to SE; `body` has one segment a line, `after` what follows the claims, such as PLB."""
    head = f"""ST*835*0001
        BPR*{"I" if paid != "0" else "H"}*{paid}*C*{"ACH" if paid != "0" else "NON"}************{day}
        TRN*1*{trace}*{payer_id}
        DTM*405*{day}
        N1*PR*{payer}
        N3*1 MAIN ST
        N4*SPRINGFIELD*IL*62701
        PER*BL*HELP DESK*TE*8005550100
        N1*PE*LAKESIDE CLINIC*XX*{payee}
        LX*1"""
    segments = [line.strip() for line in f"{head}\n{body}\n{after}".splitlines() if line.strip()]
    return "~\n".join([*segments, f"SE*{len(segments) + 1}*0001"]) + "~\n"


def interchange(*transactions: str, control: int = 1) -> bytes:
    """The transactions in one group and interchange."""
    sender, receiver = "MACTEST".ljust(15), "LAKESIDE".ljust(15)
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}*261120*0900*^*00501*{control:09d}*0*T*:~\n"
    gs = f"GS*HP*MACTEST*LAKESIDE*20261120*0900*{control}*X*005010X221A1~\n"
    ends = f"GE*{len(transactions)}*{control}~\nIEA*1*{control:09d}~\n"
    return (isa + gs + "".join(transactions) + ends).encode()


def answer(body: str, paid: str = "0", **told: str) -> bytes:
    """A file with one payment."""
    return interchange(remittance(body, paid, **told))


def paid(number: str, amount: str = "47.42", status: str = "1", icn: str = "ICN1") -> str:
    """A claim of one 99490 at 100.00 paid as Medicare pays: 45, sequestration and coinsurance taken off."""
    assert amount == "47.42"
    return f"""CLP*{number}*{status}*100*47.42*12.10*MB*{icn}
        NM1*QC*1*DOE*JAN****MI*1EG4TE5MK73
        SVC*HC:99490*100*47.42**1
        DTM*472*20261031
        CAS*CO*45*39.51**253*.97
        CAS*PR*2*12.10"""


def denied(number: str, group: str, reason: str, remarks: str = "", icn: str = "ICN1") -> str:
    """A claim of one 99490 at 100.00 denied as a line."""
    told = "".join(f"\nLQ*HE*{remark}" for remark in remarks.split())
    return f"""CLP*{number}*4*100*0**MB*{icn}
        NM1*QC*1*DOE*JAN****MI*1EG4TE5MK73
        SVC*HC:99490*100*0**1
        DTM*472*20261031
        CAS*{group}*{reason}*100{told}"""
