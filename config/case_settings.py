"""How co-pay cases are worked in a practice: terms, limits and thresholds, `cases:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.errors import InputError
from config.settings import block_of, settings_of


class CaseSettings(BaseModel):
    """All that the work on co-pay cases asks for; every key has its default in settings.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    balance_age_days: int = Field(ge=0, le=365)
    follow_up_days: int = Field(ge=1, le=90)
    application_days: int = Field(ge=1, le=180)
    escalate_after_days: int = Field(ge=0, le=90)
    escalate_to: Literal["billing", "compliance", "front_desk"]
    most_attempts: int = Field(ge=1, le=50)
    attempts_days: int = Field(ge=1, le=90)
    call_from_hour: int = Field(ge=0, le=23)
    call_until_hour: int = Field(ge=1, le=24)
    call_on_sundays: bool
    time_zone: str = ""
    hardship_percent: int = Field(ge=100, le=600)
    sliding_fee_percent: int = Field(ge=100, le=600)
    sliding_fee_policy: bool
    determination_months: int = Field(ge=1, le=24)
    four_eyes_above_cents: int = Field(ge=0)
    collection_days: int = Field(ge=30, le=720)
    collection_attempts: int = Field(ge=1, le=20)
    waiver_percent: int = Field(ge=0, le=100)
    waiver_cases: int = Field(ge=1, le=1000)
    same_day_determinations: int = Field(ge=2, le=100)


def case_settings(practice_id: str, path: Path | None = None) -> CaseSettings:
    """What holds of the practice's co-pay cases; InputError naming file and key when one is wrong."""
    found: Any = settings_of(practice_id, path).get("cases") or {}
    settings = block_of(CaseSettings, "cases", found, path or "settings.yaml", practice_id)
    if settings.call_from_hour >= settings.call_until_hour:
        where = path or "settings.yaml"
        raise InputError(f"{where}: 'cases.call_until_hour' must be later than 'cases.call_from_hour'; correct one.")
    return settings
