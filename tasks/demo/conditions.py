"""Diagnoses: chronic illnesses that occur together as they do in old age, and some acute ones that passed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.demo.numbers import stream, text_ids
from tasks.demo.roster import DAY, Roster

# name: (log-odds at 76, weight of frailty, change for ten years of age, codes in order of frequency)
CHRONIC: dict[str, tuple[float, float, float, list[str]]] = {
    "heart_failure": (-2.1, 1.0, 0.45, ["I50.32", "I50.22", "I50.9"]),
    "diabetes": (-0.7, 0.5, -0.15, ["E11.9", "E11.65", "E11.42"]),
    "kidney_disease": (-1.3, 0.8, 0.40, ["N18.31", "N18.32", "N18.30", "N18.4"]),
    "copd": (-1.7, 0.6, 0.10, ["J44.9"]),
    "atrial_fibrillation": (-2.0, 0.5, 0.60, ["I48.91", "I48.20", "I48.0"]),
    "hypertension": (0.75, 0.5, 0.25, ["I10"]),
    "coronary_disease": (-1.3, 0.6, 0.30, ["I25.10"]),
    "depression": (-1.5, 0.5, -0.20, ["F33.1", "F33.9"]),
    "dementia": (-2.5, 0.7, 0.90, ["F03.90", "G30.9"]),
    "hyperlipidaemia": (-0.05, 0.3, 0.0, ["E78.5", "E78.2"]),
    "osteoarthritis": (-1.0, 0.3, 0.25, ["M19.91", "M17.0", "M15.9", "M17.11"]),
    "hypothyroidism": (-1.8, 0.1, 0.10, ["E03.9"]),
    "osteoporosis": (-2.1, 0.3, 0.40, ["M81.0"]),
    "asthma": (-2.9, 0.2, -0.20, ["J45.909", "J45.40"]),
    "anxiety": (-2.1, 0.4, -0.20, ["F41.1"]),
    "obesity": (-1.8, 0.2, -0.45, ["E66.9"]),
    "sleep_apnoea": (-2.3, 0.2, -0.30, ["G47.33"]),
    "reflux": (-1.8, 0.2, 0.0, ["K21.9"]),
    "vascular_disease": (-2.6, 0.7, 0.25, ["I73.9"]),
    "after_stroke": (-3.1, 0.6, 0.25, ["I69.354"]),
    "rheumatoid_arthritis": (-3.1, 0.2, 0.0, ["M06.9"]),
    "gout": (-2.8, 0.3, 0.05, ["M10.9"]),
    "chronic_pain": (-2.2, 0.5, -0.10, ["G89.29"]),
    "prostate": (-2.4, 0.1, 0.30, ["N40.1"]),
}
ACUTE = ["J06.9", "N39.0", "M54.50", "R05.1", "L03.115", "J20.9", "R42", "K52.9", "S93.401A", "R30.0"]
TOO_FEW = 0.012  # share of patients with fewer than two chronic illnesses on their list


def make_conditions(roster: Roster, seed: int) -> pd.DataFrame:
    """The problem lists; nearly everyone has two chronic illnesses or more."""
    rng = stream(seed, "conditions")
    names = list(CHRONIC)
    has = _illnesses(rng, roster, names)
    patient, which = np.nonzero(has)
    code = _codes(rng, has, patient, which, names)
    rank = np.cumsum(has, axis=1)[patient, which]
    enrolled = roster.enrolled[patient]
    chronic = {
        "patient": patient,
        "icd10_code": code,
        "rank": rank,
        "onset_date": enrolled - rng.integers(60, 5000, len(patient)) * DAY,
        "resolved_date": np.full(len(patient), np.datetime64("NaT"), "datetime64[D]"),
    }
    ill = np.flatnonzero(rng.random(roster.size) < 0.18)
    onset = roster.enrolled[ill] + rng.integers(-200, 200, len(ill)) * DAY
    acute = {
        "patient": ill,
        "icd10_code": np.array(ACUTE, dtype=object)[rng.integers(0, len(ACUTE), len(ill))],
        "rank": has.sum(axis=1)[ill] + 1,
        "onset_date": onset,
        "resolved_date": np.where(
            rng.random(len(ill)) < 0.8, onset + rng.integers(5, 30, len(ill)) * DAY, np.datetime64("NaT")
        ),
    }
    frame = pd.concat([pd.DataFrame(chronic), pd.DataFrame(acute)], ignore_index=True)
    frame = frame.sort_values(["patient", "rank"], kind="stable", ignore_index=True)
    frame["patient_id"] = roster.patient_ids[frame.pop("patient").to_numpy()]
    frame["condition_id"] = text_ids("K", np.arange(1, len(frame) + 1), 7)
    return frame


def _illnesses(rng: np.random.Generator, roster: Roster, names: list[str]) -> np.ndarray:
    """Patient by illness: has it. A frail patient has more of them, which is how they come to occur together."""
    frailty = rng.normal(0, 1, roster.size)
    older = (roster.age - 76) / 10
    has = np.empty((roster.size, len(names)), bool)
    for column, name in enumerate(names):
        odds, weight, by_age, _ = CHRONIC[name]
        chance = 1 / (1 + np.exp(-(odds + weight * frailty + by_age * older)))
        has[:, column] = rng.random(roster.size) < chance
    has[roster.female, names.index("prostate")] = False
    has[~roster.female & (rng.random(roster.size) < 0.75), names.index("osteoporosis")] = False
    few = has.sum(axis=1) < 2
    mended = few & (roster.cast | (rng.random(roster.size) < 1 - TOO_FEW / max(few.mean(), TOO_FEW)))
    has[mended, names.index("hypertension")] = True
    has[mended, names.index("hyperlipidaemia")] = True
    return has


def _codes(
    rng: np.random.Generator, has: np.ndarray, patient: np.ndarray, which: np.ndarray, names: list[str]
) -> np.ndarray:
    """A code for each illness; hypertension and diabetes take the combination codes that go with heart and kidneys."""
    longest = max(len(spec[3]) for spec in CHRONIC.values())
    table = np.array([(spec[3] * longest)[:longest] for spec in CHRONIC.values()], dtype=object)
    lot = np.minimum(rng.geometric(0.5, len(patient)) - 1, longest - 1)
    code = table[which, lot]
    heart = has[patient, names.index("heart_failure")]
    kidney = has[patient, names.index("kidney_disease")]
    pressure = which == names.index("hypertension")
    sugar = which == names.index("diabetes")
    code = np.select(
        [pressure & heart & kidney, pressure & heart, pressure & kidney, sugar & kidney],
        ["I13.0", "I11.0", "I12.9", "E11.22"],
        code,
    )
    bare = rng.random(len(code)) < 0.03  # some systems leave the dot out
    without = pd.Series(code).str.replace(".", "", regex=False).to_numpy()
    return np.where(bare, without, code)
