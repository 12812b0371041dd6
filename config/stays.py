"""Which stays in a facility stop the clock: days that Medicare pays as a whole; kinds as in inputs/stays.yaml."""

from __future__ import annotations

STOPS_THE_CLOCK = ("inpatient", "snf_part_a")
