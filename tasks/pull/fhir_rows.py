"""One FHIR R4 resource becomes one row of text. Nothing is guessed: what a resource does not say stays missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]
Row = dict[str, str | None]

ICD10 = {"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"}
PROCEDURE_CODES = {
    "http://www.ama-assn.org/go/cpt",
    "urn:oid:2.16.840.1.113883.6.12",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "urn:oid:2.16.840.1.113883.6.285",
}
NPI = "http://hl7.org/fhir/sid/us-npi"
SEX = {"female": "F", "male": "M", "other": "X", "unknown": "U"}
CREDENTIALS = ("MD", "DO", "NP", "PA", "CNS", "CNM", "CP", "CSW")
OVER = {"resolved", "inactive", "remission"}
NOT_MEANT = {"entered-in-error", "refuted"}
FACE_TO_FACE = {"AMB", "HH", "VR", ""}  # inpatient and emergency encounters are no visits with the billing practitioner


def patient(resource: Resource) -> Row:
    """A row of patients, without what only the enrollment says."""
    name = _official(resource)
    address: dict[str, Any] = next(iter(resource.get("address") or []), {})
    death = resource.get("deceasedDateTime")
    return {
        "patient_id": resource.get("id"),
        "mrn": _record_number(resource),
        "last_name": name.get("family"),
        "first_name": " ".join(name.get("given") or []) or None,
        "birth_date": resource.get("birthDate"),
        "sex": SEX.get(resource.get("gender", "")),
        "death_date": _day(death),
        "phone": next(
            (each.get("value") for each in resource.get("telecom") or [] if each.get("system") == "phone"), None
        ),
        "address": ", ".join(address.get("line") or []) or None,
        "city": address.get("city"),
        "state": address.get("state"),
        "zip": address.get("postalCode"),
    }


def practitioner(resource: Resource) -> Row:
    """A row of practitioners, without the practice."""
    name = _official(resource)
    given = " ".join(name.get("given") or [])
    email = (each.get("value") for each in resource.get("telecom") or [] if each.get("system") == "email")
    return {
        "practitioner_id": resource.get("id"),
        "name": ", ".join(part for part in (name.get("family"), given) if part) or name.get("text"),
        "npi": next(
            (each.get("value") for each in resource.get("identifier") or [] if each.get("system") == NPI), None
        ),
        "credential": _credential(resource),
        "email": next(email, None),
    }


def condition(resource: Resource) -> Row | None:
    """A row of conditions; None when it was entered in error or refuted, or has no ICD-10-CM code."""
    code = next((each.get("code") for each in _codings(resource.get("code")) if each.get("system") in ICD10), None)
    if not code or _first_code(resource.get("verificationStatus")) in NOT_MEANT:
        return None
    onset = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    period = resource.get("abatementPeriod") or {}
    end = resource.get("abatementDateTime") or period.get("end")
    if not end and (period or _first_code(resource.get("clinicalStatus")) in OVER):
        # It is over and nobody wrote when: the earliest day on which that can have been so keeps it from counting.
        end = period.get("start") or onset or resource.get("recordedDate") or "1900-01-01"
    return {
        "condition_id": resource.get("id"),
        "patient_id": reference(resource.get("subject"), "Patient"),
        "icd10_code": code,
        "onset_date": _day(onset),
        "resolved_date": _day(end),
    }


def visit(resource: Resource) -> Row | None:
    """A row of visits; None when it did not take place or was no face-to-face visit. `visit_at` may carry an offset."""
    kind = (resource.get("class") or {}).get("code", "")
    if resource.get("status") not in ("finished", "in-progress", "triaged", "arrived") or kind not in FACE_TO_FACE:
        return None
    seen_by = (reference(each.get("individual"), "Practitioner") for each in resource.get("participant") or [])
    codes = (each for part in resource.get("type") or [] for each in _codings(part))
    return {
        "visit_id": resource.get("id"),
        "patient_id": reference(resource.get("subject"), "Patient"),
        "practitioner_id": next((found for found in seen_by if found), None),
        "visit_at": (resource.get("period") or {}).get("start"),
        "code": next((each.get("code") for each in codes if each.get("system") in PROCEDURE_CODES), None),
    }


def reference(value: Any, kind: str) -> str | None:
    """The identifier in a reference to a resource of that kind, also in a full address or one with a version."""
    text = (value or {}).get("reference") or ""
    parts = text.split("/")
    if kind in parts[:-1]:
        return str(parts[parts.index(kind) + 1])
    return text.removeprefix("urn:uuid:") if text.startswith("urn:uuid:") else None


def _official(resource: Resource) -> dict[str, Any]:
    names = resource.get("name") or [{}]
    return next((each for each in names if each.get("use") == "official"), names[0])


def _record_number(resource: Resource) -> str | None:
    identifiers = resource.get("identifier") or []
    record = (each for each in identifiers if any(coding.get("code") == "MR" for coding in _codings(each.get("type"))))
    return next((each.get("value") for each in [*record, *identifiers]), None)


def _credential(resource: Resource) -> str | None:
    for qualification in resource.get("qualification") or []:
        code = qualification.get("code") or {}
        for text in [*(each.get("code") for each in _codings(code)), code.get("text")]:
            if text and text.strip().upper() in CREDENTIALS:
                return str(text.strip().upper())
    return None


def _codings(concept: Any) -> Iterator[dict[str, Any]]:
    yield from (concept or {}).get("coding") or []


def _first_code(concept: Any) -> str:
    return next((each.get("code", "") for each in _codings(concept)), "")


def _day(text: str | None) -> str | None:
    """The day of a FHIR dateTime; a year or a month alone stands for its first day."""
    if not text:
        return None
    day = text[:10]
    return {4: f"{day}-01-01", 7: f"{day}-01"}.get(len(day), day)
