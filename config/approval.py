"""How a month that a deployment ran is approved; `approval:` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.settings import block_of, settings_of


class ApprovalSettings(BaseModel):
    """Whether runs of a deployment wait for an approval, who may give it, and when it is reminded of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: bool
    other_than_preparer: bool
    remind_after_days: int = Field(ge=1, le=20)
    escalate_after_days: int = Field(ge=1, le=20)
    escalate_to: Literal["operations", "compliance"]

    @model_validator(mode="after")
    def _in_their_order(self) -> ApprovalSettings:
        if self.escalate_after_days < self.remind_after_days:
            raise ValueError("escalate_after_days is no sooner than remind_after_days")
        return self


def approval_settings(practice_id: str, path: Path | None = None) -> ApprovalSettings:
    """Those of the practice; InputError naming file and key when a setting is wrong."""
    found = settings_of(practice_id, path).get("approval") or {}
    return block_of(ApprovalSettings, "approval", found, path or "settings.yaml", practice_id)
