"""The file around the claims: interchange, functional group and transaction sets, counted and numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from config.claim_settings import ClaimSettings
from tasks.claim.x12.segments import COMPONENT, REPETITION, code, digits, safe, segment

MOST_CLAIMS = 5000  # the guides' most claims in one transaction set
GUIDES = {"837P": "005010X222A1", "837I": "005010X223A2"}


def interchange(
    form: str, head: str, claims: Iterable[str], number: int, created: datetime, settings: ClaimSettings
) -> bytes:
    """One file: `head` (the billing provider) before the claims of each transaction set of at most 5,000.

    `{hl}` in a claim stands for its subscriber's number in the hierarchy, `{patient_hl}` for that of a patient below.
    Same input, same bytes.
    """
    control = f"{number:09d}"
    sender, receiver = settings.submitter, settings.receiver
    written = [_isa(control, created, settings)]
    group = ("HC", code(sender.id), code(receiver.id), f"{created:%Y%m%d}", f"{created:%H%M}", str(number), "X")
    written.append(segment("GS", *group, GUIDES[form]))
    sets = 0
    for sets, part in enumerate(_parts(claims), start=1):
        body = [_start(form, sets, control, created, settings), head]
        body += _placed(part)
        text = "".join(body)
        written += [text, segment("SE", str(text.count("\n") + 1), f"{sets:04d}")]
    written += [segment("GE", str(sets), str(number)), segment("IEA", "1", control)]
    return "".join(written).encode("ascii")


def _placed(claims: list[str]) -> Iterator[str]:
    """The claims with their numbers in the hierarchy, from the second on; the first is the billing provider."""
    place = 2
    for claim in claims:
        yield claim.replace("{hl}", str(place)).replace("{patient_hl}", str(place + 1))
        place += 2 if "{patient_hl}" in claim else 1


def _parts(claims: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(claims)
    while part := list(islice(waiting, MOST_CLAIMS)):
        yield part


def _isa(control: str, created: datetime, settings: ClaimSettings) -> str:
    sender, receiver = settings.submitter, settings.receiver
    elements = [
        *("00", " " * 10, "00", " " * 10),
        *("ZZ", f"{code(sender.id):<15}", receiver.qualifier, f"{code(receiver.id):<15}"),
        *(f"{created:%y%m%d}", f"{created:%H%M}", REPETITION, "00501", control, "0"),
        *("P" if settings.usage == "production" else "T", COMPONENT),
    ]
    return segment("ISA", *elements)


def _start(form: str, place: int, control: str, created: datetime, settings: ClaimSettings) -> str:
    sender, receiver = settings.submitter, settings.receiver
    contact = ["IC", safe(sender.contact, 60), "TE", digits(sender.phone)]
    if sender.email:
        contact += ["EM", _email(sender.email)]
    number = f"{place:04d}"
    return "".join(
        [
            segment("ST", "837", number, GUIDES[form]),
            segment("BHT", "0019", "00", control + number, f"{created:%Y%m%d}", f"{created:%H%M}", "CH"),
            segment("NM1", "41", "2", safe(sender.name, 60), "", "", "", "", "46", code(sender.id)),
            segment("PER", *contact),
            segment("NM1", "40", "2", safe(receiver.name, 60), "", "", "", "", "46", code(receiver.id)),
        ]
    )


def _email(text: str) -> str:
    """An address as it is written, when it is one in ASCII; X12's extended set has the sign in its middle."""
    plain = "".join(sign for sign in text if sign.isascii() and (sign.isalnum() or sign in "@._+-"))
    return plain[:256]
