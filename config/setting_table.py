"""What a care setting may bill in a month, as plain values for a terminal, a pipe and a page."""

from __future__ import annotations

from typing import Any

from config.care_settings import RATES, SHARES, STATUSES, CareSetting, ClaimEntry
from config.catalogue import OPEN, Code, CodeEntry
from config.month import Month

PROGRAMS = {
    "ccm": "Chronic care management",
    "clinic": "Bundled codes of clinics and health centers",
    "pcm": "Principal care management",
    "apcm": "Advanced primary care management",
    "bhi": "Behavioral health integration",
    "cocm": "Psychiatric collaborative care",
    "cpm": "Chronic pain management",
    "tcm": "Transitional care",
    "rpm": "Remote physiologic monitoring",
    "rtm": "Remote therapeutic monitoring",
    "chi": "Community health integration",
    "pin": "Navigation",
    "oversight": "Care plan oversight",
    "esrd": "Monthly dialysis care",
    "prolonged": "Prolonged service",
}
PERFORMERS = {
    "clinical_staff": "clinical staff",
    "practitioner": "practitioner personally",
    "staff_or_practitioner": "staff or practitioner",
    "practice": "the practice, not by time",
    "auxiliary_personnel": "auxiliary personnel",
    "behavioral_care_manager": "behavioral care manager with psychiatric consultant",
    "psychologist_or_social_worker": "psychologist or social worker",
    "device": "device",
}
PERIODS = {
    "month": "a month",
    "thirty_days": "in 30 days",
    "episode": "an episode",
    "day": "a day",
    "six_months": "in 6 months",
    "once_per_practitioner": "a patient and practitioner",
}
MANY = 5
AS_THE_CODE = "as_the_code"


def setting_view(setting: CareSetting, month: Month) -> dict[str, Any]:
    """Everything the setting says of the month: claims, allowed codes by program, sources, disagreements."""
    claims = setting.claims(month)
    codes = [code_row(setting, code, month, claims) for code in setting.billable(month)]
    return {
        "setting": setting.name,
        "words": setting.words,
        "month": str(month),
        "claims": [claim_view(setting, claim, month) for claim in claims],
        "allowed": [
            {"words": entry.words, "span": months(entry.since, entry.until)} | proof(entry)
            for entry in setting.allowed(month)
        ],
        "programs": [
            {"name": name, "decided": any(row["decided"] for row in rows), "codes": rows}
            for program, name in PROGRAMS.items()
            if (rows := [row for row in codes if row["program"] == program])
        ],
        "codes": len(codes),
        "nothing": nothing_words(setting, month),
    }


def nothing_words(setting: CareSetting, month: Month) -> str:
    """What there is to say when the setting is paid for nothing in the month."""
    first = min(entry.since for spans in setting.entries.values() for entry in spans)
    return f"No code of care management is paid to this setting in {month}; its first entry begins in {first}."


def claim_view(setting: CareSetting, claim: ClaimEntry, month: Month) -> dict[str, Any]:
    """One claim with its fields in the order in which a biller fills them."""
    fields = {
        "Place of service": " or ".join(claim.place_of_service),
        "Type of bill": claim.bill_type,
        "Revenue code": claim.revenue_code,
        "Modifiers": "; ".join(f"{name}: {words}" for name, words in claim.modifiers.items()) or "none",
        "Date of service": claim.date_of_service,
        "NPI": claim.npi,
        "Paid by": RATES[claim.rate_basis],
        "Patient's share": SHARES[claim.coinsurance_basis],
        "Part B deductible": "applies" if claim.deductible_applies else "does not apply",
        "Supervision": "" if claim.supervision == AS_THE_CODE else claim.supervision,
    }
    return {
        "claim": claim.claim,
        "form": claim.form,
        "title": f"{claim.claim.capitalize()} claim, {claim.form}",
        "span": months(claim.since, claim.until),
        "codes": len(setting.carried(claim, month)),
        "fields": {name: words for name, words in fields.items() if words},
        "notes": list(claim.notes),
        "disagreements": list(claim.disagreements),
    } | proof(claim)


def code_row(setting: CareSetting, name: str, month: Month, claims: list[ClaimEntry]) -> dict[str, Any]:
    """One code of the month with what it asks for and the claims that carry it."""
    code = setting.codes.find(name)
    entry = code.in_month(month)
    assert entry is not None  # noqa: S101 - billable codes are those of the month
    row = code_view(code, entry)
    carrying = [claim for claim in claims if name in setting.carried(claim, month)]
    row["claims"] = [claim.claim for claim in carrying]
    row["needs"] = needs_words(code, next((one.supervision for one in carrying if one.supervision != AS_THE_CODE), ""))
    if setting.statuses:
        status = setting.status(name, month)
        row["status"] = status.status if status else ""
        row["status_words"] = f"{status.status}: {STATUSES[status.status]}" if status else "not loaded"
        row["status_sure"] = status.confidence if status else ""
        row["status_source"] = status.source if status else ""
    return row


def code_view(code: Code, entry: CodeEntry) -> dict[str, Any]:
    """A code and one of its entries in words."""
    limits = code.limits
    return {
        "code": code.code,
        "words": code.words,
        "program": code.program,
        "decided": code.decided,
        "performer": PERFORMERS[code.performer],
        "unit": unit_words(entry),
        "base": base_words(entry),
        "most": f"{entry.most_a_month} {PERIODS[entry.period]}" if entry.most_a_month else "",
        "limit": limit_words(code),
        "limit_source": limits.source if limits else "",
        "needs": needs_words(code),
        "needs_proof": proof(code.needs),
        "span": days(entry),
        "since": str(entry.since),
        "notes": list(code.notes),
    } | proof(entry)


def unit_words(entry: CodeEntry) -> str:
    """What one unit takes."""
    if entry.days_of_data:
        return f"{entry.days_of_data} days of data"
    if not entry.minutes:
        return "not by minutes"
    if entry.minutes_rule == "midpoint":
        return f"{entry.minutes} min, from {entry.threshold_minutes}"
    return f"{entry.minutes} min, full"


def base_words(entry: CodeEntry) -> str:
    """The codes one of which must stand beside it."""
    if len(entry.base) > MANY:
        return "the initiating visit"
    return " or ".join(entry.base)


def limit_words(code: Code) -> str:
    """CMS's unit limits; one figure where practitioner and hospital agree."""
    limits = code.limits
    if limits is None:
        return "not loaded"
    mine = f"{limits.practitioner_units} (MAI {limits.practitioner_mai})"
    theirs = f"{limits.hospital_units} (MAI {limits.hospital_mai})"
    return mine if mine == theirs else f"{mine}, hospital {theirs}"


def needs_words(code: Code, supervision: str = "") -> str:
    """What has to be there first, in a few words; `supervision` is the setting's, where it has one of its own."""
    needs = code.needs
    supervision = supervision or needs.supervision
    parts = [f"{supervision} supervision"] if supervision in ("general", "direct") else []
    if needs.mdm != "not_needed":
        parts.append(f"{needs.mdm.replace('_', ' ')} decision making")
    if "as_base" in (needs.consent, needs.initiating_visit):
        parts.append("consent, visit and plan as its base")
    else:
        wanted = {"consent": needs.consent, "initiating visit": needs.initiating_visit, "care plan": needs.care_plan}
        parts += [name for name, need in wanted.items() if need in ("needed", "first_in_person")]
    return ", ".join(parts) or "nothing entered"


def proof(entry: Any) -> dict[str, str]:
    """Where it stands and how sure that is."""
    return {"source": entry.source, "confidence": entry.confidence}


def months(since: str, until: str) -> str:
    """The span in words."""
    return f"since {since}" if until.startswith("9999") else f"{since} to {until}"


def days(entry: CodeEntry) -> str:
    """The entry's span in words."""
    return f"since {entry.since}" if entry.until == OPEN else f"{entry.since} to {entry.until}"
