"""Which modifiers stand on each claim line: those the practice recorded, then those its care setting brings along."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from config.care_settings import CareSetting, ClaimEntry
from config.line_modifiers import CAMPUS, COLUMNS, EVERY, ORDER
from config.month import Month

NURSES_AND_ASSISTANTS = ("NP", "PA", "CNS")
REDUCED = "GF"
"""Of a hospital that bills for a nurse or assistant."""


def with_modifiers(
    lines: pd.DataFrame,
    recorded: pd.DataFrame | None,
    setting: CareSetting,
    month: Month,
    credentials: Mapping[str, str],
) -> pd.DataFrame:
    """The lines with all their modifiers, whatever stood there; `credentials` are the practitioners' by NPI.

    `recorded` has what the practice decided on for a case and code, and what its settings put on a kind of claim.
    """
    if lines.empty:
        return lines
    entries: dict[str, ClaimEntry] = {entry.claim: entry for entry in setting.claims(month)}
    by_place = _by_place(recorded)
    keys = zip(*(lines[name].astype("str") for name in ("patient_id", "claim", "code", "rendering_npi")), strict=True)
    known: dict[tuple[str, str, str, str], str] = {}
    found = []
    for patient, claim, code, npi in keys:
        own = patient if patient in by_place else EVERY
        at = (own, claim, code, credentials.get(npi, ""))
        if at not in known:
            known[at] = " ".join(_of_line(by_place, at, entries.get(claim)))
        found.append(known[at] or None)
    return lines.assign(modifiers=pd.Series(found, index=lines.index, dtype="str"))


def credentials_of(practitioners: pd.DataFrame) -> dict[str, str]:
    """The credential of each practitioner by NPI."""
    texts = {name: practitioners[name].astype("str").fillna("").str.strip() for name in ("npi", "credential")}
    return dict(zip(texts["npi"], texts["credential"], strict=True))


def of_setting(setting: CareSetting, month: Month, off_campus: str | None) -> pd.DataFrame:
    """What the settings put on every line of a claim whose entry names it: the hospital's PO or PN."""
    rows = [
        (EVERY, "", entry.claim, EVERY, CAMPUS, off_campus, "claims.off_campus_modifier", "settings", "")
        for entry in setting.claims(month)
        if off_campus and entry.form == "837I" and off_campus in entry.modifiers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


Places = dict[str, list[tuple[str, str, str, str]]]


def _by_place(recorded: pd.DataFrame | None) -> Places:
    """Claim, code, use and modifier by patient."""
    found: Places = {}
    names = ["patient_id", "claim", "code", "use", "modifier"]
    for patient, *rest in () if recorded is None else recorded[names].itertuples(index=False, name=None):
        found.setdefault(patient, []).append(tuple(rest))
    return found


def _of_line(by_place: Places, at: tuple[str, str, str, str], entry: ClaimEntry | None) -> list[str]:
    patient, claim, code, credential = at
    own = by_place.get(patient, []) if patient != EVERY else []
    # What is said of one code comes after what is said of every line, and counts.
    by_use = {
        use: modifier
        for of_claim, of_code, use, modifier in sorted([*by_place.get(EVERY, []), *own])
        if of_claim in (EVERY, claim) and of_code in (EVERY, code)
    }
    found = [by_use[use] for use in ORDER if use in by_use]
    if entry and entry.form == "837I" and REDUCED in entry.modifiers and credential in NURSES_AND_ASSISTANTS:
        found.append(REDUCED)
    return found
