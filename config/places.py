"""Places of service: at which of the fee schedule's two rates each is paid, and which are none of a visit in person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from config.catalogue import Sourced, validated

PLACES = Path(__file__).parent / "codes" / "places_of_service.csv"
PlaceRate = Literal["facility", "nonfacility", "telehealth"]


class Place(Sourced):
    """One two-digit place."""

    place: str = Field(pattern=r"^\d\d$")
    rate: PlaceRate


@cache
def place_rates(path: Path = PLACES) -> Mapping[str, PlaceRate]:
    """The rate of each place that there is; RuleError naming file and line when one is wrong."""
    rows = pd.read_csv(path, dtype="str").to_dict("records")
    places = [validated(Place, row, f"{path.name}, line {line}") for line, row in enumerate(rows, start=2)]
    return {place.place: place.rate for place in places}
