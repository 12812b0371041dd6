"""Who stands on a claim: billing provider, subscriber, payer, practitioner; the same on both forms."""

from __future__ import annotations

from config import claim_settings
from config.claim_settings import ClaimSettings
from tasks.claim.drafts import Address, Draft, Patient, Payer, Practitioner, Subscriber
from tasks.claim.x12.segments import code, composite, day, digits, legible, safe, segment

SEX = {"F": "F", "M": "M"}
ORDER = {1: "P", 2: "S", 3: "T"}
SELF = "18"
RELATIONSHIP = {"": SELF, "self": SELF, "spouse": "01", "child": "19", "other": "G8"}
PART_B = "medicare_part_b"


def billing_provider(name: str, npi: str, tax_id: str, settings: ClaimSettings) -> str:
    """Loop 2000A: the first in the hierarchy, above every subscriber."""
    return "".join(
        [
            segment("HL", "1", "", "20", "1"),
            segment("PRV", "BI", "PXC", code(settings.billing.taxonomy)),
            segment("NM1", "85", "2", safe(name, 60), "", "", "", "", "XX", digits(npi)),
            address(settings.billing),
            segment("REF", "EI", digits(tax_id)),
        ]
    )


def address(at: Address | claim_settings.Address) -> str:
    """Street, city, state and ZIP code."""
    street = segment("N3", safe(at.street, 55), safe(at.street_2, 55))
    return street + segment("N4", safe(at.city, 30), code(at.state)[:2], digits(at.zip))


def subscriber(draft: Draft, indicator: str) -> str:
    """Loop 2000B up to the payer, and loop 2000C where the patient is not the subscriber.

    `{hl}` and `{patient_hl}` stand for their places in the hierarchy.
    """
    who, patient = draft.payer, draft.patient
    second = draft.payer_order > 1 and who.kind == PART_B and draft.form == "837P"
    relation = "" if who.is_of_another else SELF
    reason = code(who.msp_type) if second else ""
    head = segment("SBR", ORDER[draft.payer_order], relation, "", "", reason, "", "", "", indicator)
    if not who.is_of_another:
        found = [person("IL", patient, who.member_id), address(patient.address), demographics(patient)]
        return "".join(["HL*{hl}*1*22*0~\n", head, *found, payer(who)])
    found = [person("IL", who.subscriber, who.member_id), demographics(who.subscriber), payer(who)]
    found += ["HL*{patient_hl}*{hl}*23*0~\n", segment("PAT", RELATIONSHIP[who.relationship])]
    found += [segment("NM1", "QC", "1", *_names(patient)), address(patient.address), demographics(patient)]
    return "".join(["HL*{hl}*1*22*1~\n", head, *found])


def authorization(payer: Payer) -> str:
    """The number under which the payer allowed the care beforehand; nothing where it gave none that can be written."""
    number = safe(payer.authorization, 50)
    return segment("REF", "G1", number) if legible(number) else ""


def person(entity: str, who: Patient | Subscriber, member_id: str) -> str:
    """The person as the payer's member."""
    return segment("NM1", entity, "1", *_names(who), "", "", "", "MI", code(member_id)[:80])


def demographics(who: Patient | Subscriber) -> str:
    """Birth date and administrative sex."""
    born = day(who.birth_date) if who.birth_date else ""
    return segment("DMG", "D8", born, SEX.get(who.sex, "U"))


def _names(who: Patient | Subscriber) -> tuple[str, str]:
    return safe(who.last_name, 60), safe(who.first_name, 35)


def payer(who: Payer) -> str:
    """The payer with its electronic identifier."""
    return segment("NM1", "PR", "2", safe(who.name, 60), "", "", "", "", "PI", code(who.payer_id)[:80])


def practitioner(entity: str, who: Practitioner, taxonomy_role: str = "") -> str:
    """A person by NPI, with the taxonomy where a role for it is given and it is known."""
    names = (safe(who.last_name, 60), safe(who.first_name, 35))
    named = segment("NM1", entity, "1", *names, "", "", "", "XX", digits(who.npi))
    taxonomy = code(who.taxonomy)
    return named + (segment("PRV", taxonomy_role, "PXC", taxonomy) if taxonomy_role and taxonomy else "")


def diagnosis(qualifier: str, icd10: str) -> str:
    """An ICD-10-CM code without its dot."""
    return composite(qualifier, code(icd10).replace(".", ""))
