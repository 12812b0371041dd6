"""How co-pay cases are worked in a practice: terms, limits and thresholds, `cases:` of the settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.deadlines import closed_days
from config.errors import InputError
from config.settings import block_of, settings_of
from config.still_unpaid import terms

FULL_UP_TO, NONE_ABOVE, MOST_OFF = 100, 200, 100


class FeeStep(BaseModel):
    """What is let off above one income and up to another, in percent of the poverty guideline."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    above: int = Field(ge=0, le=600)
    up_to: int = Field(ge=1, le=600)
    percent_off: int = Field(ge=1, le=100)


class CaseBlock(BaseModel):
    """What stands under `cases` of the settings; every key has its default in settings.yaml."""

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
    sliding_fee_schedule: tuple[FeeStep, ...] = Field(min_length=1)
    sliding_fee_policy: bool
    determination_months: int = Field(ge=1, le=24)
    four_eyes_above_cents: int = Field(ge=0)
    collection_days: int = Field(ge=30, le=720)
    collection_attempts: int = Field(ge=1, le=20)
    waiver_percent: int = Field(ge=0, le=100)
    waiver_cases: int = Field(ge=1, le=1000)
    same_day_determinations: int = Field(ge=2, le=100)

    def step_at(self, percent: int) -> FeeStep | None:
        """The step of the sliding-fee schedule that speaks of an income of so many percent; None where none does."""
        steps = self.sliding_fee_schedule
        return next((one for one in steps if one.above < percent <= one.up_to or percent == one.above == 0), None)


class CaseSettings(CaseBlock):
    """All that the work on co-pay cases asks for: the same, and the days on which the practice is closed."""

    closed_days: tuple[date, ...] = ()


def case_settings(practice_id: str, path: Path | None = None) -> CaseSettings:
    """What holds of the practice's co-pay cases; InputError naming file and key when one is wrong."""
    found: Any = settings_of(practice_id, path).get("cases") or {}
    read = block_of(CaseBlock, "cases", found, path or "settings.yaml", practice_id)
    settings = CaseSettings(**read.model_dump(), closed_days=closed_days(practice_id, path))
    if settings.call_from_hour >= settings.call_until_hour:
        where = path or "settings.yaml"
        raise InputError(f"{where}: 'cases.call_until_hour' must be later than 'cases.call_from_hour'; correct one.")
    known = {term.outcome for term in terms()}
    if wrong := sorted(set(settings.still_unpaid_days) - known):
        where, names = path or "settings.yaml", ", ".join(sorted(known))
        raise InputError(f"{where}: 'cases.still_unpaid_days' has '{wrong[0]}'; write outcomes among {names}.")
    if why := schedule_fault(settings):
        raise InputError(f"{path or 'settings.yaml'}: 'cases.sliding_fee_schedule', {why}")
    return settings


def schedule_fault(settings: CaseSettings, health_center: bool = False) -> str:
    """What is wrong with the sliding-fee schedule, by its entry, with the remedy; empty where it is sound.

    A health center lets everything off up to 100 percent of the guideline, and nothing above 200 (HRSA Health Center
    Program Compliance Manual, chapter 9, as quoted); a policy of another clinic's own is not bound by that.
    """
    before: FeeStep | None = None
    for number, step in enumerate(settings.sliding_fee_schedule, start=1):
        where, starts = f"entry {number}", before.up_to if before else 0
        if step.up_to <= step.above:
            return f"{where}: it ends at {step.up_to}, not above its begin at {step.above}; correct up_to."
        if step.above != starts:
            fault = "overlaps what stands before it" if step.above < starts else "leaves a gap"
            return f"{where}: it begins at {step.above} and {fault}; let it begin at {starts}."
        if before and step.percent_off >= before.percent_off:
            return (
                f"{where}: {step.percent_off} percent off is not less than the step before it; let it fall with income."
            )
        if health_center and step.above < FULL_UP_TO and step.percent_off < MOST_OFF:
            return f"{where}: a health center lets all off up to {FULL_UP_TO} percent of the guideline; write 100."
        before = step
    top = settings.sliding_fee_schedule[-1].up_to
    if top > settings.sliding_fee_percent:
        return f"its last step goes above sliding_fee_percent ({settings.sliding_fee_percent}); correct one of the two."
    if health_center and (top < FULL_UP_TO or settings.sliding_fee_percent > NONE_ABOVE):
        return f"a health center lets all off up to {FULL_UP_TO} percent, and nothing above {NONE_ABOVE}; correct it."
    return ""
