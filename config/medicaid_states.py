"""The Medicaid of each state, district and territory as entries of the register: config/payers/medicaid_states.yaml."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.catalogue import OPEN, rising, validated
from config.errors import RuleError
from config.payer_entries import PayerEntry
from config.strict_yaml import load_yaml

STATES = Path(__file__).parent / "payers" / "medicaid_states.yaml"
_POSTAL = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI"
)
MEDICAID_STATES = frozenset(_POSTAL.split())
# What nobody says of a state is not known; a row that says more says it under the names of the register.
NOT_KNOWN = dict.fromkeys(
    ("authorization", "takes_coinsurance", "takes_deductible", "patient_owes", "crossover"), "unknown"
)


class StateRow(BaseModel):
    """One span of one state's Medicaid; further keys are terms of a register's entry."""

    model_config = ConfigDict(extra="allow", frozen=True)

    state: str
    name: str = Field(min_length=4)
    program: str = Field(min_length=4)
    agency: str = ""  # whom to ask, where that is certain
    covers: Literal["yes", "no", "unknown"]
    searched: date | None = None  # the day on which nothing was found that says it
    since: date
    until: date = OPEN

    @model_validator(mode="after")
    def _found_or_searched(self) -> Self:
        if self.state not in MEDICAID_STATES:
            raise ValueError(f"'{self.state}' is no state, district or territory with a Medicaid")
        told = self.model_extra or {}
        if self.searched and (self.covers != "unknown" or told.get("source")):
            raise ValueError("'searched' is the day on which nothing was found: it stands for a source, not beside one")
        if not self.searched and not told.get("source"):
            raise ValueError("name the source, or with covers: unknown the day of the search (searched)")
        return self

    @property
    def entry(self) -> dict[str, Any]:
        """The same as an entry of the register."""
        ask = f"ask {self.agency}" if self.agency else "ask the state's agency"
        told = NOT_KNOWN | {
            "words": f"{self.program}: nothing was found that says whether it pays for care management and what it "
            f"takes of Medicare's share, and no other state's answer stands for it; {ask}",
            "confidence": "unverified",
            "source": f"Searched on {self.searched}: no manual, fee schedule or bulletin of the state was found that "
            "says it; the program's name is recalled",
        }
        name = "medicaid_" + self.name.lower().replace(" ", "_")
        mine = {
            "name": f"{name}_until_{self.until.year}" if self.until != OPEN else name,
            "kinds": ["medicaid"],
            "states": [self.state],
            "covers": self.covers,
            "bill": f"Last of all payers: {self.program}",
            "since": self.since,
            "until": self.until,
        }
        return told | (self.model_extra or {}) | mine


def state_entries(path: Path = STATES) -> list[PayerEntry]:
    """The rows as entries of the register, a state's in the order of their days; RuleError naming what is wrong."""
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {"states"} or not isinstance(content["states"], list):
        raise RuleError(f"{path.name}: it must hold one list named 'states' and nothing else.")
    found: dict[str, list[StateRow]] = {}
    for number, item in enumerate(content["states"], 1):
        row = validated(StateRow, item, f"{path.name}, row {number}")
        found.setdefault(row.state, []).append(row)
    for state, rows in found.items():
        rising([(row.since, row.until) for row in rows], f"{path.name}, {state}")
    if missing := sorted(MEDICAID_STATES - set(found)):
        raise RuleError(
            f"{path.name}: {', '.join(missing)} has no row; add one, with covers: unknown where nobody knows."
        )
    return [validated(PayerEntry, row.entry, f"{path.name}, {row.state}") for rows in found.values() for row in rows]
