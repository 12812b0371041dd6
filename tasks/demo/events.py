"""What happens outside: stays in facilities, services of others, what patients say about the co-pay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.chart import nothing
from tasks.demo.numbers import npi, stream, text_ids
from tasks.demo.roster import DAY, Roster

STAYS = 0.02  # share of patients with a stay in the span of the data
KINDS = ["inpatient", "snf_part_a", "observation", "nursing_facility", "hospice"]
KIND_SHARES = [0.55, 0.15, 0.15, 0.10, 0.05]
STOP_THE_CLOCK = ["inpatient", "snf_part_a"]
SERVICES = [  # code, who billed it, share
    ("99495", "same_practitioner", 0.004),
    ("99496", "same_practitioner", 0.002),
    ("G0181", "same_practitioner", 0.002),
    ("G0181", "other_practice", 0.004),
    ("90960", "other_practice", 0.003),
    ("99490", "other_practice", 0.0015),
    ("99454", "same_practice", 0.006),
]
PAST_MODELS = (("2012-10-01", "2017-01-01"), ("2016-12-31", "2021-12-31"))  # first days, last days
RESPONSES = ["agreed", "refused", "cannot_pay", "disputes", "surprised", "asks_to_stop"]
RESPONSE_SHARES = [0.40, 0.17, 0.17, 0.08, 0.10, 0.08]
RESPONDING = 0.045


def make_stays(roster: Roster, seed: int, months: list[Month]) -> tuple[pd.DataFrame, tuple[np.ndarray, np.ndarray]]:
    """The stays, and for each patient the first and last day of one that stops the clock (NaT where there is none)."""
    rng = stream(seed, "stays")
    first, last = np.datetime64(months[0].first), np.datetime64(months[-1].last)
    patient = np.flatnonzero((rng.random(roster.size) < STAYS) & ~roster.cast)
    count = len(patient)
    kind = np.array(KINDS, dtype=object)[rng.choice(len(KINDS), count, p=KIND_SHARES)]
    admitted = first + rng.integers(-10, int((last - first) / DAY), count) * DAY
    discharged = admitted + rng.integers(1, 12, count) * DAY
    open_ended = (discharged > last) | (kind == "nursing_facility")
    frame = pd.DataFrame(
        {
            "stay_id": text_ids("H", np.arange(1, count + 1), 6),
            "patient_id": roster.patient_ids[patient],
            "kind": kind,
            "admit_date": admitted,
            "discharge_date": np.where(open_ended, nothing(count), discharged),
        }
    )
    stops = np.isin(kind, STOP_THE_CLOCK)
    from_day, to_day = nothing(roster.size), nothing(roster.size)
    from_day[patient[stops]] = admitted[stops]
    to_day[patient[stops]] = discharged[stops]
    return frame, (from_day, to_day)


def make_alignments(roster: Roster) -> pd.DataFrame:
    """Some once stood on the alignment files of two models, one after the other; both had ended years before."""
    patient = np.repeat(np.flatnonzero(~roster.cast)[::40], 2)
    later = np.arange(len(patient)) % 2 == 1
    days = [np.where(later, np.datetime64(second), np.datetime64(first)) for first, second in PAST_MODELS]
    return pd.DataFrame(
        {
            "alignment_id": text_ids("M", np.arange(1, len(patient) + 1), 6),
            "patient_id": roster.patient_ids[patient],
            "model": np.where(later, "CPC+", "CPC"),
            "start_date": days[0],
            "end_date": days[1],
        }
    )


def make_other_services(roster: Roster, seed: int, months: list[Month]) -> pd.DataFrame:
    """A few in each month: transitional care, home health, dialysis, care management elsewhere, devices."""
    rng = stream(seed, "other_services")
    pieces = []
    for month in months:
        for number, (code, by, share) in enumerate(SERVICES):
            patient = np.flatnonzero((rng.random(roster.size) < share) & ~roster.cast)
            day = np.datetime64(month.first) + rng.integers(0, 28, len(patient)) * DAY
            whole = code in ("90960", "99454")
            pieces.append(
                pd.DataFrame(
                    {
                        "patient": patient,
                        "code": code,
                        "billed_by": by,
                        "service_date": np.datetime64(month.first) if whole else day,
                        "end_date": np.full(len(patient), np.datetime64(month.last))
                        if whole
                        else nothing(len(patient)),
                        "npi": npi(900_000 + 31 * patient + number),
                    }
                )
            )
    frame = pd.concat(pieces, ignore_index=True).sort_values("service_date", kind="stable", ignore_index=True)
    patient = frame.pop("patient").to_numpy()
    own = (frame["billed_by"] == "same_practitioner").to_numpy()
    doctors = roster.tables["practitioners"]["npi"].to_numpy()
    frame["npi"] = np.where(own, doctors[roster.practitioner[patient]], frame["npi"])
    return frame.assign(
        withdrawn=False,
        service_id=text_ids("O", np.arange(1, len(frame) + 1), 6),
        patient_id=roster.patient_ids[patient],
    )


def make_copay_responses(roster: Roster, seed: int, last_month: Month) -> pd.DataFrame:
    """What some patients said about the co-pay in the last month; at least one cannot pay."""
    rng = stream(seed, "copay_responses")
    last = np.datetime64(last_month.last)
    stays = roster.enrolled < np.datetime64(last_month.first)
    patient = np.flatnonzero((rng.random(roster.size) < RESPONDING) & stays & np.isnat(roster.left))
    if not len(patient):
        patient = np.array([roster.size // 2])
    count = len(patient)
    response = np.array(RESPONSES, dtype=object)[rng.choice(len(RESPONSES), count, p=RESPONSE_SHARES)]
    response[0] = "cannot_pay"
    return pd.DataFrame(
        {
            "response_id": text_ids("R", np.arange(1, count + 1), 6),
            "patient_id": roster.patient_ids[patient],
            "response_date": last - rng.integers(0, 27, count) * DAY,
            "response": response,
            "recorded_by": roster.per_patient(roster.manager[patient]),
        }
    )
