"""Flag columns: what an expectation must know about a row and no single column of it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from config.care_settings import care_settings
from config.contract import Table
from config.fees import known_localities, localities_since, states_of_localities
from config.medicaid_states import MEDICAID_STATES
from config.month import Month, is_time_zone
from config.persons import insured_persons
from config.places import place_rates
from config.settings import PracticeSettings
from config.staff_left import have_left
from tasks.check.entry_flags import entry_flags
from tasks.check.lookups import Mask, ascending, codes, positions

# Columns that lead to another table, and the flag of a row whose leads nowhere. An empty cell leads nowhere wrong:
# whether it may be empty is asked by another expectation.
LEADS = {
    "practitioners": {"is_practice_unknown": ("practice_id", "practices", "practice_id")},
    "staff": {"is_practice_unknown": ("practice_id", "practices", "practice_id")},
    "patients": {
        "is_practice_unknown": ("practice_id", "practices", "practice_id"),
        "is_practitioner_unknown": ("practitioner_id", "practitioners", "practitioner_id"),
        "is_care_manager_unknown": ("care_manager_id", "staff", "staff_id"),
    },
}
STATES = MEDICAID_STATES | {"FM", "MH", "PW"}  # with the states of free association, which have none
KEYS_STOP = ("practices", "practitioners", "staff")
PATIENT = {"is_patient_unknown": ("patient_id", "patients", "patient_id")}


def flags_for(
    table: Table,
    frame: pd.DataFrame,
    accepted: Mapping[str, pd.DataFrame],
    settings: PracticeSettings,
    month: Month,
    as_of: date,
) -> dict[str, Mask]:
    """The flag columns of one table by name; parents are looked up among the rows accepted so far."""
    if table.table == "time_entries":
        return entry_flags(frame, accepted, settings, month, as_of)
    # In the tables that everything else hangs on, two rows of one key stop the month: no need to say which is later.
    flags = {} if table.table in KEYS_STOP else {"is_key_twice": _twice(frame[table.key[0]])}
    leads = LEADS.get(table.table, PATIENT if "patient_id" in table.names else {})
    for flag, (column, parent, key) in leads.items():
        flags[flag] = frame[column].notna().to_numpy() & (positions(frame[column], accepted[parent][key]) < 0)
    if table.table == "patients":
        enrolled = ~(frame["unenrolled_date"] <= pd.Timestamp(as_of)).fillna(False).to_numpy(bool)
        enrolled &= frame["death_date"].isna().to_numpy(bool)
        flags["is_not_born_yet"] = (frame["birth_date"] > pd.Timestamp(month.last)).fillna(False).to_numpy(bool)
        flags["is_care_manager_gone"] = frame["care_manager_id"].isin(have_left(accepted["staff"], as_of)) & enrolled
        left = have_left(accepted["practitioners"], as_of, "practitioner_id")
        flags["is_practitioner_gone"] = frame["practitioner_id"].isin(left) & enrolled
    if "state" in table.names:
        flags["is_state_unknown"] = _unknown(frame["state"].str.strip().str.upper(), STATES)
    if "zip" in table.names:
        flags["is_zip_wrong"] = zip_wrong(frame["zip"])
    if table.table == "coverages":
        flags["is_person_twice"] = person_twice(frame, accepted["patients"])
    if table.table == "practices":
        flags["is_time_zone_unknown"] = np.array([not _is_zone(name) for name in frame["time_zone"]], bool)
        flags["is_npi_malformed"] = npi_malformed(frame["billing_npi"])
        loaded = month.last >= localities_since()
        flags["is_locality_unknown"] = _unknown(frame["locality"], known_localities()) & loaded
        flags["is_locality_elsewhere"] = locality_elsewhere(frame)
        flags["is_place_not_of_setting"] = place_not_of_setting(frame)
    if table.table == "copay_responses":
        people = pd.concat([accepted["staff"]["staff_id"], accepted["practitioners"]["practitioner_id"]])
        people = people.str.strip().str.casefold()
        named = _unknown(frame["recorded_by"].str.strip().str.casefold(), frozenset(people))
        flags["is_recorder_unknown"] = named & (len(accepted["staff"]) > 0)  # without a list of staff anybody may
    if table.table == "practitioners":
        flags["is_npi_malformed"] = npi_malformed(frame["npi"])
    if table.table == "staff":
        practitioners = accepted["practitioners"]["practitioner_id"]
        flags["is_also_practitioner"] = positions(frame["staff_id"], practitioners) >= 0
    return flags


def locality_elsewhere(practices: pd.DataFrame) -> Mask:
    """True where state and locality are known and the locality lies in another state; a state of which no locality is
    loaded, as a territory that is paid with another, is in none of them.
    """
    states = states_of_localities()
    known = frozenset().union(*states.values())
    rows = zip(practices["state"].str.strip().str.upper(), practices["locality"], strict=True)
    return np.array([state in known and state not in states.get(where, known) for state, where in rows], dtype=bool)


def place_not_of_setting(practices: pd.DataFrame) -> Mask:
    """True where a place is none of the practice's setting.

    A hospital's department has its own place alone. Any other setting is paid the non-facility rate, so that its place
    is one of those; a telehealth place is none, for the claim names where visits in person take place.
    """
    wrong = np.zeros(len(practices), bool)
    rates = place_rates()
    rows = zip(practices["setting"].astype("str"), practices["place_of_service"], strict=True)
    for row, (setting, place) in enumerate(rows):
        known = care_settings().get(setting)
        if known is None or pd.isna(place):
            continue
        own = {code for spans in known.claim_entries.values() for entry in spans for code in entry.place_of_service}
        if not own:  # its claims carry a type of bill and no place
            continue
        is_hospital = any(rates[code] == "facility" for code in own)
        wrong[row] = str(place) not in own if is_hospital else rates.get(str(place)) != "nonfacility"
    return wrong


def zip_wrong(codes: pd.Series) -> Mask:
    """True where a ZIP code is given and has neither five nor nine digits, which a claim cannot carry."""
    counts = codes.str.replace(r"[^0-9]", "", regex=True).str.len()
    return (codes.notna() & ~counts.isin([5, 9])).fillna(False).to_numpy(bool)


def npi_malformed(npi: pd.Series) -> Mask:
    """True where an NPI is given but is not ten digits, first 1 or 2, with the right check digit (Luhn after 80840)."""
    shaped = npi.str.fullmatch(r"[12]\d{9}").fillna(False).to_numpy(bool)
    digits = np.array([list(text) for text in npi[shaped]], dtype=np.int64).reshape(-1, 10)
    doubled = digits[:, 0:9:2] * 2
    # 24 is what the constant prefix 80840 adds to the sum.
    total = 24 + (doubled // 10 + doubled % 10).sum(axis=1) + digits[:, 1:9:2].sum(axis=1) + digits[:, 9]
    wrong = npi.notna().to_numpy(copy=True)
    wrong[shaped] = total % 10 != 0
    return wrong


def person_twice(coverages: pd.DataFrame, patients: pd.DataFrame) -> Mask:
    """Every row whose insured person stands under another patient of the practice too; one's own rows are no other."""
    whose = patients.drop_duplicates("patient_id").set_index("patient_id")
    rows = coverages[coverages["patient_id"].isin(whose.index).to_numpy(bool)]
    born, practice = (rows["patient_id"].map(whose[name]) for name in ("birth_date", "practice_id"))
    person = insured_persons(rows["payer_kind"], rows["payer_id"], rows["member_id"], born)
    known = person != ""
    several = rows.loc[known, "patient_id"].groupby([practice[known], person[known]]).transform("nunique") > 1
    return np.asarray(coverages.index.isin(several.index[several]), dtype=bool)


def _twice(key: pd.Series) -> Mask:
    """Every row after the first with the same key."""
    if ascending(key):
        return np.zeros(len(key), bool)
    return pd.Series(codes(key)).duplicated().to_numpy() & key.notna().to_numpy()


def _unknown(texts: pd.Series, known: frozenset[str]) -> Mask:
    """Every text that is given and not among the known ones."""
    return texts.notna().to_numpy() & ~texts.isin(known).to_numpy()


def _is_zone(name: object) -> bool:
    """Whether there is such a zone; an empty cell is asked about elsewhere."""
    return bool(pd.isna(name)) or is_time_zone(str(name))
