"""A claim taken back in the words in which it was sent, for a void must repeat what it voids."""

from __future__ import annotations

from tasks.claim.x12.segments import COMPONENT, ELEMENT, END, safe, segment

PATIENT = "23"  # the level of a patient below a subscriber
AFTER = ("CLM", "DTP", "CL1", "REF")  # what may stand before the payer's own claim number


def sent_text(content: bytes, claim_number: str) -> list[str]:
    """The segments of that claim in a file that went out, from its subscriber on; ValueError when it is not there."""
    segments = [part.strip() for part in content.decode("ascii").split(END)]
    start, found = 0, False
    for place, part in enumerate(segments):
        name, *elements = part.split(ELEMENT)
        if name == "SE" or (name == "HL" and elements[2] != PATIENT):
            if found:
                return segments[start:place]
            start = place
        found = found or (name == "CLM" and elements[0] == claim_number)
    raise ValueError("the claim is not in the file that is said to hold it")


def subscribers(content: bytes) -> dict[str, tuple[str, str, str]]:
    """Of every claim in a file that went out its member number, and the patient's birth date and sex, as written."""
    found: dict[str, tuple[str, str, str]] = {}
    member, born, sex = "", "", ""
    for part in content.decode("ascii").split(END):
        name, *elements = part.strip().split(ELEMENT)
        if name == "HL" and elements[2] != PATIENT:
            member, born, sex = "", "", ""
        elif name == "NM1" and elements[0] == "IL" and not member:  # those after a claim are of its other payers
            member = elements[8]
        elif name == "DMG":
            born, sex = elements[1], elements[2]
        elif name == "CLM":
            found[elements[0]] = member, born, sex
    return found


def void(sent: list[str], claim_number: str, payer_claim_number: str) -> str:
    """The sent claim with its new number, frequency 8 and the payer's own claim number."""
    has_patient = sent[0].split(ELEMENT)[4]
    written = [f"HL*{{hl}}*1*22*{has_patient}{END}\n"]
    in_head = False
    for part in sent[1:]:
        name, *elements = part.split(ELEMENT)
        if name == "HL":
            part = f"HL*{{patient_hl}}*{{hl}}*{PATIENT}*0"
        elif name == "CLM":
            place = elements[4].split(COMPONENT)
            elements[0], elements[4], in_head = claim_number, COMPONENT.join([*place[:2], "8"]), True
            part = ELEMENT.join([name, *elements])
        elif in_head and name not in AFTER:
            written.append(segment("REF", "F8", safe(payer_claim_number, 50)))
            in_head = False
        if not (in_head and part.startswith("REF*F8*")):
            written.append(part + END + "\n")
    return "".join(written)
