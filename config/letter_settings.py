"""What letters say of the practice itself, and how large: `letters:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from config.claim_settings import Phone, State, Strict
from config.settings import block_of, filled_block, settings_of

NEEDED = ("phone", "street", "city", "state", "zip", "hours")


def _zip(value: str) -> str:
    digits = value.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (5, 9)):
        raise ValueError("write the ZIP code with five or nine digits, as 45402")
    return value


class Forecast(Strict):
    """Of the letters' settings those that a forecast and a list of letters need, which all have a default."""

    languages: tuple[Literal["en", "es"], ...] = Field(min_length=1)
    months_a_year: Annotated[int, Field(ge=1, le=12)]
    usual_codes: tuple[Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")], ...] = Field(min_length=1)


class LetterSettings(Forecast):
    """Telephone, address, hours and languages of the practice; size of the letters' type in points."""

    phone: Phone
    street: Annotated[str, Field(min_length=1, max_length=55)]
    city: Annotated[str, Field(min_length=2, max_length=30)]
    state: State
    zip: Annotated[str, AfterValidator(_zip)]
    hours: dict[Literal["en", "es"], Annotated[str, Field(min_length=3, max_length=80)]]
    font_points: Annotated[int, Field(ge=14, le=24)]

    @model_validator(mode="after")
    def _hours_in_each_language(self) -> LetterSettings:
        missing = [name for name in self.languages if name not in self.hours]
        if missing:
            raise ValueError(f"write hours for {', '.join(missing)} too, or leave that language out")
        return self

    @property
    def telephone(self) -> str:
        """937-555-0100."""
        return f"{self.phone[:3]}-{self.phone[3:6]}-{self.phone[6:]}"


def letter_settings(practice_id: str, path: Path | None = None) -> LetterSettings:
    """What the practice's letters say of it; InputError naming the setting that is missing or wrong."""
    return filled_block(LetterSettings, "letters", NEEDED, "letters", practice_id, path)


def forecast_settings(practice_id: str, path: Path | None = None) -> Forecast:
    """In how many months of a year a patient is expected to get the service, which codes that usually is, and in which
    languages the practice writes."""
    found: Any = settings_of(practice_id, path).get("letters") or {}
    found = {name: found.get(name) for name in Forecast.model_fields}
    return block_of(Forecast, "letters", found, path or "settings.yaml", practice_id)
