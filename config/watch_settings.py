"""When the minutes watch says what: `watch:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from config.settings import block_of, settings_of


class WatchSettings(BaseModel):
    """On most days only what is nearly there and what changed is told; on full days everything that can be reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    near_minutes: int = Field(default=5, ge=1, le=60)  # told on any day when no more is missing
    full_weekday: int = Field(default=0, ge=0, le=6)  # Monday is 0; the whole list on that day of the week ...
    mid_month_day: int = Field(default=15, ge=1, le=28)  # ... on the first working day from this on ...
    last_days: int = Field(default=5, ge=0, le=23)  # ... and on the last working days of the month
    most_minutes_a_day: int = Field(default=20, ge=1, le=240)  # for one patient; what is further away is out of reach
    panel: int = Field(default=150, ge=1)  # patients that one care manager can look after


def watch_settings(practice_id: str, path: Path | None = None) -> WatchSettings:
    """What holds of the practice's minutes watch; InputError naming file, practice and key when one is wrong."""
    found: Any = settings_of(practice_id, path).get("watch") or {}
    return block_of(WatchSettings, "watch", found, path or "settings.yaml", practice_id)
