"""What a claim cannot be written without, and which drafts lack it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.care_settings import ClaimEntry
from config.claim_settings import ClaimSettings
from config.payer_kinds import payer_kind
from config.strict_yaml import load_yaml
from tasks.claim.drafts import Draft
from tasks.claim.x12.segments import code, digits, legible, safe

FILE = Path(__file__).parents[2] / "config" / "claim_needs.yaml"
OFF_CAMPUS = {"PO", "PN"}


class Need(BaseModel):
    """One thing a claim cannot be written without."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    need: str
    words: str = Field(min_length=10)
    owner: Literal["billing", "care_team"]
    fix: str = Field(min_length=10)


class LimitingCharge(BaseModel):
    """The most that may be charged where the practice does not take assignment, and so does not participate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schedule_percent: int = Field(gt=0, le=100, description="of the schedule's amount, for who does not participate")
    charge_percent: int = Field(ge=100, description="of that")
    confidence: Literal["primary", "secondary"]
    source: str = Field(min_length=10)

    def of(self, expected_cents: int, units: int) -> int:
        """That of a line; each amount of a unit is rounded by itself, the limit itself down."""
        lowered = (expected_cents // units * self.schedule_percent + 50) // 100
        return lowered * self.charge_percent // 100 * units


Held = list[tuple[Draft, Need, str]]  # a draft, what it lacks, and what was looked at


@cache
def needs() -> dict[str, Need]:
    """Every need by its name."""
    found = [Need.model_validate(item) for item in load_yaml(FILE)["needs"]]
    return {need.need: need for need in found}


@cache
def limiting_charge() -> LimitingCharge:
    """That of Part B's fee schedule."""
    return LimitingCharge.model_validate(load_yaml(FILE)["limiting_charge"])


def lacking(draft: Draft, entry: ClaimEntry | None, settings: ClaimSettings) -> Iterator[tuple[Need, str]]:
    """What the draft lacks, with what was looked at; nothing when it can be written."""
    for name, numbers in _missing(draft, entry, settings):
        need = needs()[name]
        yield need.model_copy(update={"words": need.words.format(number=numbers.partition("=")[2])}), numbers


def _missing(draft: Draft, entry: ClaimEntry | None, settings: ClaimSettings) -> Iterator[tuple[str, str]]:
    service = draft.lines[0].service_date
    if unpriced := [line.code for line in draft.lines if line.charge_cents is None]:
        by_rate = settings.charge_percent_of_allowed is not None
        yield ("allowed_amount_missing" if by_rate else "charge_missing"), f"codes={' '.join(unpriced)}"
    if draft.form == "837P" and draft.payer.kind == "medicare_part_b" and not settings.accepts_assignment:
        yield from _above_limit(draft)
    if payer_kind(draft.payer.kind, draft.form, service) is None:
        yield "payer_unknown", f"payer_kind={draft.payer.kind}"
    elif not legible(draft.payer.name) or len(code(draft.payer.payer_id)) < 2:
        yield "payer_identifier_missing", f"payer_order={draft.payer_order}"
    elif len(code(draft.payer.member_id)) < 2:
        yield "member_identifier_missing", f"payer_order={draft.payer_order}"
    yield from _person(draft)
    yield from _subscriber(draft)
    if not re.fullmatch(r"\d{10}", draft.practitioner.npi) or not legible(draft.practitioner.last_name):
        yield "practitioner_incomplete", ""
    if not draft.diagnoses:
        yield "diagnosis_missing", f"service_date={service}"
    if not re.fullmatch(r"\d{2}", draft.place):
        yield "place_missing", f"form={draft.form}"
    if draft.form == "837I":
        if open_codes := sorted(
            {row.revenue_code for row in draft.lines if not re.fullmatch(r"\d{4}", row.revenue_code)}
        ):
            yield "revenue_code_open", f"revenue_code={'; '.join(open_codes)}"
        asked = OFF_CAMPUS & set(entry.modifiers) if entry else set()
        if asked and settings.off_campus_modifier not in asked:
            yield "off_campus_modifier_missing", f"allowed={' or '.join(sorted(asked))}"
    if draft.payer_order > 1 and draft.payer.kind == "medicare_part_b" and not draft.payer.msp_type:
        yield "reason_of_second_place_missing", f"payer_order={draft.payer_order}"


def _above_limit(draft: Draft) -> Iterator[tuple[str, str]]:
    """Lines charged above the limiting charge, as far as their amount is loaded and not merely recalled."""
    known = [
        (line, limiting_charge().of(line.expected_cents, line.units))
        for line in draft.lines
        if line.expected_cents and line.amount_confidence != "unverified"
    ]
    above = [(line.code, str(limit)) for line, limit in known if (line.charge_cents or 0) > limit]
    if above:
        codes, limits = zip(*above, strict=True)
        yield "charge_above_limit", f"codes={' '.join(codes)}; limit_cents={' '.join(limits)}"


def _subscriber(draft: Draft) -> Iterator[tuple[str, str]]:
    """What is missing of a subscriber who is not the patient, by the columns of coverages."""
    who, relation = draft.payer.subscriber, draft.payer.relationship
    names = {"subscriber_last_name": who.last_name, "subscriber_first_name": who.first_name}
    if not relation and (any(names.values()) or who.birth_date):
        yield "relationship_to_subscriber_missing", f"payer_order={draft.payer_order}"
    if draft.payer.is_of_another:
        missing = [column for column, text in names.items() if not legible(text)]
        born = who.birth_date and who.birth_date <= draft.lines[0].service_date
        missing += [] if born else ["subscriber_birth_date"]
        if missing:
            yield "subscriber_incomplete", f"payer_order={draft.payer_order}; columns={' '.join(missing)}"


def _person(draft: Draft) -> Iterator[tuple[str, str]]:
    who = draft.patient
    if not legible(who.last_name) or (who.first_name and not legible(who.first_name)):
        yield "patient_name_not_writable", ""
    if who.birth_date is None:
        yield "patient_birth_date_missing", ""
    at = who.address
    whole = legible(at.street) and legible(at.city) and len(code(at.state)) == 2 and bool(digits(at.zip))
    if not whole or len(safe(at.city, 30)) < 2:  # what is written, not what was typed: signs fall away
        yield "patient_address_incomplete", ""
    elif len(digits(at.zip)) not in (5, 9):
        yield "patient_zip_wrong", f"digits={len(digits(at.zip))}"
