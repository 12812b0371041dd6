"""Amounts by code and day, each with its source; what is not loaded is missing, never zero."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import RuleError
from config.month import Month

HERE = Path(__file__).parent
PFS = HERE / "amounts" / "pfs_national.csv"


class Fee(BaseModel):
    """National amounts of one code in one span of days, in cents, before locality."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    since: date
    until: date
    nonfacility_cents: int | None = Field(default=None, gt=0)
    facility_cents: int | None = Field(default=None, gt=0)
    confidence: Literal["primary", "secondary", "unverified"]
    source: str = Field(min_length=10)


@dataclass(frozen=True)
class FeeSchedule:
    """The amounts that hold on some day of one month."""

    fees: tuple[Fee, ...]

    def spans(self, code: str) -> list[Fee]:
        """The entries of a code in the month: none when no rate is loaded, two when the amount changed inside it."""
        return [fee for fee in self.fees if fee.code == code]

    @property
    def content(self) -> list[dict[str, object]]:
        """Everything, as plain values."""
        return [fee.model_dump(mode="json") for fee in self.fees]


def load_fees(month: Month, path: Path = PFS) -> FeeSchedule:
    """The amounts of the month; RuleError naming file and line when an entry is wrong or two overlap."""
    fees: list[Fee] = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            try:
                fee = Fee.model_validate({name: value or None for name, value in row.items()})
            except ValidationError as error:
                first = error.errors()[0]
                raise RuleError(f"{path.name}, line {line}, column {first['loc'][0]}: {first['msg']}.") from error
            if any(fee.code == other.code and fee.since <= other.until and other.since <= fee.until for other in fees):
                raise RuleError(f"{path.name}, line {line}: the span of {fee.code} overlaps another; close one.")
            fees.append(fee)
    return FeeSchedule(tuple(fee for fee in fees if fee.since <= month.last and month.first <= fee.until))
