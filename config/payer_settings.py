"""What a practice knows of its own payers: `payers:` of the settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.payer_entries import Terms
from config.payer_register import all_entries, plain
from config.settings import block_of, settings_of


class OwnEntry(Terms):
    """What the practice's contract, or whoever it asked, says of one payer or some of its plans."""

    payer_ids: tuple[str, ...] = ()
    payer_names: tuple[str, ...] = ()
    bill: str = ""  # where the claim goes
    plans: tuple[str, ...] = ()  # plan letters, or contract and plan; none: all of the payer
    since: date
    valid_until: date

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.payer_ids and not self.payer_names:
            raise ValueError("name the payer by payer_ids or payer_names")
        if self.patient_owes == "never":
            raise ValueError(
                "patient_owes: 'never' is a Qualified Medicare Beneficiary's; write 'not_billed' or 'share'"
            )
        if self.valid_until < self.since:
            raise ValueError("valid_until lies before since")
        return self

    def speaks_of(self, payer_id: str, payer_name: str, plan: str, day: date) -> bool:
        """Whether the entry is about that plan, and holds on the day."""
        ids, names = {one.upper() for one in self.payer_ids}, {plain(one) for one in self.payer_names}
        known = (bool(payer_id) and payer_id.upper() in ids) or (bool(payer_name) and plain(payer_name) in names)
        of_plan = not self.plans or plan.upper() in {one.upper() for one in self.plans}
        return known and of_plan and self.since <= day <= self.valid_until


class PayerSettings(BaseModel):
    """The practice's own register, and which of its payers follow a named policy of the shipped one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    register_: tuple[OwnEntry, ...] = Field(default=(), alias="register")
    ask_plan_days: int = Field(default=5, ge=0, le=60)  # to ask a plan for a term that is not known
    policies: dict[str, str] = Field(default_factory=dict)  # payer_id -> policy

    @model_validator(mode="after")
    def _known_policies(self) -> Self:
        known = {entry.policy for entry in all_entries()} - {""}
        for payer_id, policy in self.policies.items():
            if policy not in known:
                raise ValueError(
                    f"'{policy}' of payer {payer_id} is no policy of the register: {', '.join(sorted(known))}"
                )
        return self


def payer_settings(practice_id: str, path: Path | None = None) -> PayerSettings:
    """What the practice set about its payers; InputError naming the setting that is wrong."""
    found = settings_of(practice_id, path).get("payers") or {}
    return block_of(PayerSettings, "payers", found, path or "settings.yaml", practice_id)
