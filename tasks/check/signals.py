"""Integrity signals: published signs of time that was reconstructed or rounded, counted for each person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.contract import HERE, outputs
from config.errors import RuleError
from config.first_fault import first_fault
from config.frames import as_contract
from config.month import Month
from config.settings import PracticeSettings
from config.strict_yaml import load_yaml
from tasks.check.entry_flags import cut_off
from tasks.check.lookups import Codes, codes, firsts, merge

PATH = HERE / "signals.yaml"
THRESHOLD_MINUTES = (20, 40, 60)


class Level(BaseModel):
    """So many days with more than so many hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: int = Field(ge=1, le=24)
    at_least_count: int = Field(ge=1)


class Signal(BaseModel):
    """When a sign is worth showing: a share, or levels; with the place where the sign was published."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    words: str
    share: float = Field(default=0, ge=0, le=1)
    at_least_count: int = Field(default=1, ge=1)
    at_least_of: int = Field(default=1, ge=1)
    levels: tuple[Level, ...] = ()
    source: str
    confidence: Literal["primary", "secondary", "unverified"]


class Signals(BaseModel):
    """The file of signals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signals: tuple[Signal, ...]


@cache
def load_signals(path: Path = PATH) -> dict[str, Signal]:
    """The signals by name; RuleError naming the field when the file is wrong."""
    try:
        return {signal.name: signal for signal in Signals.model_validate(load_yaml(path)).signals}
    except ValidationError as error:
        place, said = first_fault(error, Signals)
        raise RuleError(f"{path}: {place}: {said}; mend the file.") from error


def integrity_signals(accepted: Mapping[str, pd.DataFrame], settings: PracticeSettings, month: Month) -> pd.DataFrame:
    """The signals that accepted time entries of the month give, one row for each signal and person, worst first."""
    rules = load_signals()
    entries = accepted["time_entries"]
    in_month = entries["local_date"].between(pd.Timestamp(month.first), pd.Timestamp(month.last)).to_numpy()
    rows = np.flatnonzero(in_month & (entries["seconds"] > 0).to_numpy())
    everybody = codes(entries["performer_id"])
    names = entries["performer_id"].iloc[firsts(everybody)].to_numpy()
    people, seconds = everybody[rows], entries["seconds"].to_numpy(np.int64)[rows]
    total = np.bincount(people, minlength=len(names))

    late = (entries["entered_at"] > cut_off(accepted["practices"], settings, month)).to_numpy()[rows]
    patients = np.where(entries["program"].eq("ccm").to_numpy(bool), codes(entries["patient_id"]), -1)[rows]
    days = entries["local_date"].to_numpy("datetime64[D]").astype(np.int64)[rows]
    parts = [
        _share(rules["identical_durations"], names, _commonest(people, seconds, len(names)), total),
        _share(rules["just_over_threshold"], names, *_just_over(patients, people, seconds, len(names))),
        _share(rules["entered_after_close"], names, np.bincount(people, late, len(names)), total),
        _long_days(rules["more_hours_than_a_day_holds"], names, people, seconds, days),
        _share(rules["round_numbers"], names, np.bincount(people, seconds % 300 == 0, len(names)), total),
    ]
    found = pd.DataFrame([row for part in parts for row in part])
    if len(found):
        found = found.sort_values(["signal", "count", "subject"], ascending=[True, False, True])
    return as_contract(found, outputs()["signals"])


def _commonest(people: Codes, seconds: Codes, size: int) -> np.ndarray:
    """How often each person's commonest length occurs."""
    each = merge(people, seconds)
    most = np.zeros(size, np.int64)
    np.maximum.at(most, people[firsts(each)], np.bincount(each))
    return most


def _just_over(patients: Codes, people: Codes, seconds: Codes, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For the person who did most of a patient's care management: patients just over a threshold, and all.

    The patient -1 is nobody's care management.
    """
    chosen = np.flatnonzero(patients >= 0)
    patients, people, seconds = patients[chosen], people[chosen], seconds[chosen]
    pair = merge(patients, people)
    first = firsts(pair)
    worked = np.bincount(pair, seconds)  # by pair; `first` finds its patient and its person
    total = np.bincount(patients, seconds).astype(np.int64)
    lead = np.zeros(len(total), np.int64)
    by_work = np.argsort(worked, kind="stable")
    lead[patients[first][by_work]] = people[first][by_work]  # the one with most is written last
    over = np.isin(total // 60, THRESHOLD_MINUTES)
    reached = total >= THRESHOLD_MINUTES[0] * 60
    return np.bincount(lead[over], minlength=size), np.bincount(lead[reached], minlength=size)


def _long_days(rule: Signal, names: np.ndarray, people: Codes, seconds: Codes, days: Codes) -> list[dict[str, object]]:
    """The first level that a person reaches, counted in days."""
    each = merge(people, days)
    person, worked = people[firsts(each)], np.bincount(each, seconds)
    of = np.bincount(person, minlength=len(names))
    told = np.zeros(len(names), bool)
    rows = []
    for level in rule.levels:
        count = np.bincount(person[worked > level.hours * 3600], minlength=len(names))
        shown = (count >= level.at_least_count) & ~told
        told |= shown
        rows += [
            _row(rule, names[one], int(count[one]), int(of[one]), hours=level.hours) for one in np.flatnonzero(shown)
        ]
    return rows


def _share(rule: Signal, names: np.ndarray, count: np.ndarray, of: np.ndarray) -> list[dict[str, object]]:
    shown = (of >= rule.at_least_of) & (count >= rule.at_least_count) & (count >= rule.share * of)
    return [_row(rule, names[person], int(count[person]), int(of[person])) for person in np.flatnonzero(shown)]


def _row(rule: Signal, subject: str, count: int, of: int, **more: int) -> dict[str, object]:
    return {
        "signal": rule.name,
        "subject": subject,
        "words": rule.words.format(count=count, of=of, **more),
        "count": count,
        "of": of,
        "source": rule.source,
    }
