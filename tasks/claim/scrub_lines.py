"""Claim lines with the facts that the scrub rules ask for: one row a line, every column vectorised."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.care_settings import CareSetting, care_setting
from config.catalogue import OPEN, catalogue
from config.denials import denials
from config.reference import Change
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.scrub_chart import (
    add_contractors,
    add_coverage,
    add_patient,
    add_payer_answers,
    add_persons,
    add_practitioner,
    add_stays,
)
from tasks.claim.scrub_modifiers import add_reasons
from tasks.claim.scrub_pairs import add_pairs, add_units, parted_by_program
from tasks.store.filing import Limits, limits_in

Tables = Mapping[str, pd.DataFrame]
ICD10 = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
TOLD_BY_WRITTEN_CLAIMS = (
    "billing_zip",
    "pointers",
    "diagnosis_qualifiers",
    "insurance_type",
    "answer_paid",
    "answer_open",
    "handed_on",
    "misfit",
)
CHRONIC_OR_OPEN = (1, 9)


def with_facts(
    lines: pd.DataFrame, tables: Tables, book: RuleBook, settings: PracticeSettings, today: date
) -> pd.DataFrame:
    """The lines of one practice's month with every fact; `lines` in contract columns, further columns are kept.

    What only a written claim tells (the billing address, pointers, qualifiers) may be there or not.
    """
    frame = lines.reset_index(drop=True).copy()
    for name in TOLD_BY_WRITTEN_CLAIMS:
        if name not in frame:
            frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
    if "payer_order" not in frame:
        frame["payer_order"] = 1
    _add_diagnoses(frame, book)
    _add_codes(frame)
    setting = care_setting(str(tables["practices"]["setting"].iloc[0]))
    _add_claims(frame, setting, book)
    add_units(frame, book)
    add_pairs(frame, book)
    add_patient(frame, tables["patients"])
    add_practitioner(frame, tables["practitioners"])
    add_stays(frame, tables["stays"], settings)
    add_coverage(frame, tables["coverages"])
    add_persons(frame, parted_by_program(frame, book), tables, book.exclusions, settings)
    add_reasons(frame, tables, setting, book)
    add_contractors(frame, tables["practices"], settings)
    add_payer_answers(frame, tables.get("payer_answers"), tables.get("program_answers"))
    _add_crossover(frame, today)
    _add_filing(frame, limits_in(settings.filing_days, tables), today)
    return frame


def _add_diagnoses(frame: pd.DataFrame, book: RuleBook) -> None:
    """Of the diagnoses that the line points to; a superbill's line points to all that it names."""
    listed = book.reference.listed_in(book.month)
    changes = book.reference.changes_in(book.month)
    frame["listed_until"] = pd.Timestamp(book.reference.listed_until(book.month))
    texts = [frame[name].fillna("").astype("str") for name in ("diagnoses", "pointers")]
    kind, unique = pd.factorize(pd.MultiIndex.from_arrays([*texts, frame["service_date"]]))
    rows = []
    for text, told, day in unique:
        codes, places = text.split(), [int(place) for place in re.findall(r"\d+", told)]
        pointed = [codes[place - 1] for place in places if 0 < place <= len(codes)] if told else codes
        gone = _gone(pointed, changes, None if pd.isna(day) else day.date())
        rows.append(
            [len(codes), max(places, default=1), *_diagnoses(pointed, book.chronic, listed, gone), _by(gone, changes)]
        )
    facts = pd.DataFrame(rows, columns=[*NUMBERS, *FIRSTS, "withdrawn_by"])
    types = dict.fromkeys(NUMBERS, "int64") | dict.fromkeys(FIRSTS, "str") | {"withdrawn_by": "datetime64[ns]"}
    for name, as_type in types.items():
        frame[name] = facts[name].take(kind).set_axis(frame.index).astype(as_type)
    needed = book.numbers.get("chronic_conditions_needed", 0)
    own = {program: value for (name, program), value in book.own_numbers.items() if name == "chronic_conditions_needed"}
    frame["diagnoses_needed"] = frame["program"].map(own).fillna(needed).astype("int64")


NUMBERS = ("diagnosis_count", "highest_pointer", "chronic_diagnoses")
KINDS = ("malformed", "incomplete", "unlisted", "acute", "withdrawn", "perhaps_withdrawn")
FIRSTS = tuple(f"{kind}_diagnosis" for kind in KINDS)


def _gone(codes: list[str], changes: Mapping[str, Change], day: date | None) -> dict[str, str]:
    """Of the codes those that were none on the day: not yet one, withdrawn, or perhaps withdrawn."""
    found = {}
    for code in codes:
        change = changes.get(code.upper().replace(".", ""))
        if change is None or day is None or (change.ended and day <= change.after):
            continue
        if change.ended:
            found[code] = "withdrawn" if day >= change.by else "perhaps_withdrawn"
        elif day <= change.after:
            found[code] = "unlisted"
    return found


def _by(gone: dict[str, str], changes: Mapping[str, Change]) -> date | None:
    """The day of the first list without the first code that was withdrawn."""
    return next((changes[code.upper().replace(".", "")].by for code in gone if gone[code] != "unlisted"), None)


def _diagnoses(codes: list[str], status: Mapping[str, int], listed: list[str], gone: dict[str, str]) -> list[Any]:
    """How many count as chronic, and the first of each kind of fault."""
    first: dict[str, str] = {}
    chronic: set[str] = set()
    for code in codes:
        plain = code.upper().replace(".", "")
        if plain in status and ICD10.fullmatch(code.upper()):
            if code in gone:
                first.setdefault(gone[code], code)
            if status[plain] in CHRONIC_OR_OPEN:
                chronic.add(plain)
            else:
                first.setdefault("acute", code)
        elif not ICD10.fullmatch(code.upper()):
            first.setdefault("malformed", code)
        else:
            place = bisect_left(listed, plain)
            heads = place < len(listed) and listed[place].startswith(plain)
            first.setdefault("incomplete" if heads else "unlisted", code)
            if not heads:  # newer than the list, perhaps: as open as those of which it says nothing
                chronic.add(plain)
    return [len(chronic), *map(first.get, KINDS)]


def _add_codes(frame: pd.DataFrame) -> None:
    known = catalogue().codes
    pairs = pd.MultiIndex.from_arrays([frame["code"].astype("str"), frame["service_date"]])
    kind, unique = pd.factorize(pairs)
    in_force, since, until, bases = [], [], [], []
    for code, day in unique:
        found = known.get(code)
        entry = found.on(day.date()) if found and not pd.isna(day) else None
        nearest = entry or (found.entries[-1] if found else None)
        in_force.append(entry is not None)
        since.append(nearest.since if nearest else None)
        until.append(nearest.until if nearest and nearest.until != OPEN else None)
        bases.append(frozenset(entry.base) & known.keys() if entry else frozenset())
    frame["code_in_force"] = np.array(in_force, dtype=bool)[kind]
    for name, days in (("code_since", since), ("code_until", until)):
        frame[name] = pd.Series(pd.to_datetime(days), dtype="datetime64[ns]").take(kind).to_numpy()
    frame["needs_base"] = np.array([bool(codes) for codes in bases], dtype=bool)[kind]
    frame["base_on_claim"] = False
    claim = frame.groupby(["patient_id", "program", "claim", "payer_order", "service_date"], dropna=False).ngroup()
    for code, codes in {code: bases[place] for place, (code, _) in enumerate(unique) if bases[place]}.items():
        there = claim[frame["code"].isin(codes)]
        frame["base_on_claim"] |= (frame["code"] == code) & claim.isin(there)


def _add_claims(frame: pd.DataFrame, setting: CareSetting, book: RuleBook) -> None:
    """Whether place, type of bill and revenue code are those of the setting's claim of that kind."""
    frame["place_fits"], frame["bill_fits"], frame["places_of_setting"] = False, False, ""
    for entry in setting.claims(book.month):
        rows = frame["claim"] == entry.claim
        frame.loc[rows, "places_of_setting"] = " ".join(entry.place_of_service)
        frame.loc[rows, "place_fits"] = frame.loc[rows, "place_of_service"].isin(entry.place_of_service)
        fits = _fits(frame.loc[rows, "bill_type"], entry.bill_type)
        frame.loc[rows, "bill_fits"] = fits & _fits(frame.loc[rows, "revenue_code"], entry.revenue_code)


def _fits(values: pd.Series, told: str) -> pd.Series:
    """Whether each value is the setting's text, or one of the patterns in it; X stands for any digit."""
    patterns = [pattern.replace("X", "[0-9X]") for pattern in re.findall(r"[0-9X]{3,4}", told)]
    texts = values.astype("str")
    return (texts == told) | texts.str.fullmatch("|".join(patterns) or "$.").fillna(False).astype(bool)


def _add_crossover(frame: pd.DataFrame, today: date) -> None:
    """Until when a payer's answer to a claim that the one before handed on is awaited, and whether it still is."""
    clock = denials().routes["wait_for_crossover"].clock
    handed_on = pd.to_datetime(frame["handed_on"]).astype("datetime64[ns]")
    frame["crossover_until"] = handed_on + pd.Timedelta(days=clock.days if clock else 0)
    frame["crossover_waits"] = (frame["crossover_until"] >= pd.Timestamp(today)).to_numpy(bool)


def _add_filing(frame: pd.DataFrame, terms: Limits, today: date) -> None:
    """The payer's last day for the claim, whether it has passed, and whether it is more than recalled."""
    who = ["patient_id", "program", "payer_kind", "payer_id"]
    texts = [frame[name].astype("str").fillna("") for name in who]
    if not terms.told:  # then nothing but the payer counts, and there are few
        texts[:2] = [pd.Series("", index=frame.index)] * 2
    kind, unique = pd.factorize(pd.MultiIndex.from_arrays([*texts, frame["service_date"]]))
    limits = [
        None if pd.isna(day) else terms.of(patient, program, payer_kind, payer, day.date())
        for patient, program, payer_kind, payer, day in unique
    ]
    days = pd.to_datetime([limit.last_day if limit else None for limit in limits])
    frame["filing_last_day"] = pd.Series(days, dtype="datetime64[ns]").take(kind).to_numpy()
    frame["is_late"] = frame["filing_last_day"] < pd.Timestamp(today)
    frame["limit_is_sure"] = np.array([bool(limit and limit.sure) for limit in limits], dtype=bool)[kind]
