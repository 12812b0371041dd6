"""How co-pay cases are worked in a practice: terms, limits and thresholds, `cases:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import InputError
from config.settings import settings_of
from config.still_unpaid import terms


class CaseSettings(BaseModel):
    """All that the work on co-pay cases asks for; every key has its default in settings.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    balance_age_days: int = Field(ge=0, le=365)
    still_unpaid_days: dict[str, Annotated[int, Field(ge=1, le=365)]] = {}
    qmb_block_days: int = Field(ge=0, le=90)
    qmb_adjust_days: int = Field(ge=1, le=365)
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
    found: Any = settings_of(practice_id, path).get("cases")
    try:
        settings = CaseSettings.model_validate(found or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["cases", *(str(part) for part in first["loc"])])
        where = path or "settings.yaml"
        raise InputError(f"{where}: setting '{place}': {first['msg']}; see config/settings.yaml.") from error
    if settings.call_from_hour >= settings.call_until_hour:
        where = path or "settings.yaml"
        raise InputError(f"{where}: 'cases.call_until_hour' must be later than 'cases.call_from_hour'; correct one.")
    known = {term.outcome for term in terms()}
    if wrong := sorted(set(settings.still_unpaid_days) - known):
        where, names = path or "settings.yaml", ", ".join(sorted(known))
        raise InputError(f"{where}: 'cases.still_unpaid_days' has '{wrong[0]}'; write outcomes among {names}.")
    return settings
