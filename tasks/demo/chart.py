"""What the chart holds beside diagnoses: consents, care plans, visits and the practitioner's decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.numbers import stream, text_ids
from tasks.demo.roster import DAY, Roster
from tasks.demo.work import Plan

NO_CONSENT, HALF_TOLD = 0.012, 0.008
NO_PLAN, UNSIGNED, NO_COPY = 0.012, 0.02, 0.012
NO_FIRST_VISIT = 0.012
TOLD = ["told_service", "told_cost_sharing", "told_one_practitioner", "told_right_to_stop"]


def nothing(count: int) -> np.ndarray:
    """Empty days."""
    return np.full(count, np.datetime64("NaT"), "datetime64[D]")


def make_consents(roster: Roster, plan: Plan, seed: int) -> pd.DataFrame:
    """Consents, mostly verbal, given on the day of enrolment or shortly before; a few are missing or half explained."""
    rng = stream(seed, "consents")
    pieces = []
    for program, takes in (("ccm", np.ones(roster.size, bool)), ("bhi", plan.bhi), ("rpm", plan.rpm)):
        lost = (rng.random(roster.size) < NO_CONSENT) & ~roster.cast
        patient = np.flatnonzero(takes & ~lost)
        told = pd.DataFrame(True, index=range(len(patient)), columns=TOLD)
        half = (rng.random(len(patient)) < HALF_TOLD) & ~roster.cast[patient]
        told.loc[half, "told_cost_sharing"] = False
        withdrew = roster.left[patient]
        withdrew = np.where(
            (rng.random(len(patient)) < 0.5) & np.isnat(roster.died[patient]), withdrew, nothing(len(patient))
        )
        given = roster.enrolled[patient] - rng.integers(0, 4, len(patient)) * DAY
        had_to_be_written = given < np.datetime64("2017-01-01")
        form = np.where(had_to_be_written | (rng.random(len(patient)) < 0.22), "written", "verbal")
        pieces.append(
            told.assign(patient=patient, program=program, consent_date=given, form=form, revoked_date=withdrew)
        )
    frame = pd.concat(pieces, ignore_index=True).sort_values("patient", kind="stable", ignore_index=True)
    patient = frame.pop("patient").to_numpy()
    frame["practitioner_id"] = roster.per_patient(roster.practitioner[patient])
    later = stream(seed, "began").integers(0, 12, len(frame)) * DAY  # behavioral work often waits for an appointment
    frame["began_date"] = (frame["consent_date"] + later).where(frame["program"] == "bhi")
    return _keyed(frame, roster, patient, "consent_id", "N")


def make_care_plans(roster: Roster, seed: int, last_month: Month) -> pd.DataFrame:
    """One plan a patient, written within days of enrolment; a few are missing, unsigned or never handed over."""
    rng = stream(seed, "care_plans")
    lots = rng.random((3, roster.size)) + roster.cast
    patient = np.flatnonzero(lots[0] >= NO_PLAN)
    count = len(patient)
    made = roster.enrolled[patient] + rng.integers(0, 4, count) * DAY
    end = np.datetime64(last_month.last)
    revised = np.minimum(made + rng.integers(90, 500, count) * DAY, end - rng.integers(0, 200, count) * DAY)
    ever = (revised > made + 60 * DAY) & (rng.random(count) < 0.8)
    frame = pd.DataFrame(
        {
            "established_date": made,
            "revised_date": np.where(ever, revised, nothing(count)),
            "signed_date": np.where(
                lots[1][patient] < UNSIGNED, nothing(count), made + rng.integers(0, 3, count) * DAY
            ),
            "copy_given_date": np.where(
                lots[2][patient] < NO_COPY, nothing(count), made + rng.integers(0, 5, count) * DAY
            ),
        }
    )
    return _keyed(frame, roster, patient, "care_plan_id", "A")


def make_visits(roster: Roster, seed: int, last_month: Month, worked: pd.DataFrame) -> pd.DataFrame:
    """The visit that started it, and one each half year; no visit falls on a day on which time was logged."""
    rng = stream(seed, "visits")
    everyone = np.arange(roster.size)
    first_ones = everyone[(rng.random(roster.size) >= NO_FIRST_VISIT) | roster.cast]
    first = pd.DataFrame({"patient": first_ones})
    first["visit_date"] = roster.enrolled[first_ones] - rng.integers(1, 40, len(first_ones)) * DAY
    first["code"] = np.array(["99214", "G0439", "99215", "99213", "G0438", "99204", "99495"], dtype=object)[
        np.minimum(rng.geometric(0.4, len(first_ones)) - 1, 6)
    ]
    first["ccm_discussed"] = True
    end = np.datetime64(last_month.last)
    later = []
    for visit in range(1, 9):
        day = roster.enrolled + (183 * visit + rng.integers(-20, 20, roster.size)) * DAY
        fits = (day <= end) & ~(day > roster.left) & np.is_busday(day)
        later.append(pd.DataFrame({"patient": everyone[fits], "visit_date": day[fits]}))
    again = pd.concat(later, ignore_index=True)
    again["code"] = np.where(rng.random(len(again)) < 0.7, "99214", "99213")
    again["ccm_discussed"] = rng.random(len(again)) < 0.5
    on_stage = roster.cast[again["patient"]] & (again["visit_date"] >= pd.Timestamp(last_month.first)).to_numpy()
    again = again[~(on_stage | _on_worked_days(again, worked, roster.size))]
    frame = pd.concat([first, again], ignore_index=True)
    frame = frame.sort_values(["patient", "visit_date"], kind="stable", ignore_index=True)
    patient = frame.pop("patient").to_numpy()
    frame["practitioner_id"] = roster.per_patient(roster.practitioner[patient])
    return _keyed(frame, roster, patient, "visit_id", "T")


def _on_worked_days(visits: pd.DataFrame, worked: pd.DataFrame, patients: int) -> np.ndarray:
    day = worked["start"].fillna(worked["day"]).to_numpy().astype("datetime64[D]")
    if not len(day):
        return np.zeros(len(visits), bool)
    first = day.min()
    busy = np.zeros((patients, int((day.max() - first) / DAY) + 1), bool)
    busy[worked["patient"].to_numpy(), ((day - first) / DAY).astype(int)] = True
    at = ((visits["visit_date"].to_numpy().astype("datetime64[D]") - first) / DAY).astype(int)
    within = (at >= 0) & (at < busy.shape[1])
    return within & busy[visits["patient"].to_numpy(), np.where(within, at, 0)]


def make_medical_decisions(roster: Roster, seed: int, months: list[Month], worked: pd.DataFrame) -> pd.DataFrame:
    """Decisions of the practitioner; where much time went into a patient they are more often moderate or high."""
    rng = stream(seed, "medical_decisions")
    pieces = []
    starts = worked["start"].fillna(worked["day"]).to_numpy().astype("datetime64[M]")
    for month in months:
        rows = worked[starts == np.datetime64(month.first, "M")]
        total = np.bincount(rows["patient"], rows["seconds"].clip(lower=0), minlength=roster.size)
        chance = np.where(total >= 3600, 0.6, 0.07) * ~roster.cast
        patient = np.flatnonzero(rng.random(roster.size) < chance)
        last = np.minimum(roster.left[patient], np.datetime64(month.last))
        last = np.where(np.isnat(roster.left[patient]), np.datetime64(month.last), last)
        day = np.datetime64(month.first) + rng.integers(0, 28, len(patient)) * DAY
        level = np.array(["straightforward", "low", "moderate", "high"], dtype=object)
        heavy = rng.choice(4, len(patient), p=[0.05, 0.10, 0.55, 0.30])
        light = rng.choice(4, len(patient), p=[0.30, 0.45, 0.20, 0.05])
        decided = pd.DataFrame(
            {"patient": patient, "decided_date": day, "level": level[np.where(total[patient] >= 3600, heavy, light)]}
        )
        pieces.append(decided[(day <= last) & (day >= roster.enrolled[patient])])
    frame = pd.concat(pieces, ignore_index=True)
    patient = frame.pop("patient").to_numpy()
    frame["practitioner_id"] = roster.per_patient(roster.practitioner[patient])
    return _keyed(frame, roster, patient, "decision_id", "M")


def _keyed(frame: pd.DataFrame, roster: Roster, patient: np.ndarray, key: str, letter: str) -> pd.DataFrame:
    return frame.assign(
        patient_id=roster.patient_ids[patient], **{key: text_ids(letter, np.arange(1, len(frame) + 1), 7)}
    )
