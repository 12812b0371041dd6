"""A month of honest work: who spent how long on whom, and what for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.log import MANUAL, NO_TIME, NONE, OFFLINE, TIMER, log
from tasks.demo.numbers import stream
from tasks.demo.roster import Roster
from tasks.demo.signals import piled_up, topped_off, written_late
from tasks.demo.workday import lay_out, overlapping

ACTIVITIES = [
    "phone_call",
    "care_plan_update",
    "medication_review",
    "coordination",
    "documentation",
    "patient_review",
    "education",
    "referral",
    "prior_authorization",
]
ACTIVITY_SHARES = [0.30, 0.12, 0.13, 0.13, 0.12, 0.10, 0.05, 0.035, 0.015]
CCM, BHI, RPM = 0, 1, 2
PROGRAMS = ["ccm", "bhi", "rpm"]
COUNTRIES = ["US"]
# Minutes of staff time in a month: (share, from, to)
TOTALS = [(0.25, 0, 20), (0.45, 20, 40), (0.20, 40, 60), (0.10, 60, 120)]
SHARE_PERSONAL, SHARE_BHI, SHARE_RPM = 0.08, 0.06, 0.08
OTHER_ENTRIES = 2 * SHARE_PERSONAL + 3 * SHARE_BHI + 3 * SHARE_RPM  # entries per patient that are not staff CCM time
SHARED_CALLS = 0.002
FIVE_MINUTES, ONE_LENGTH = 300, 427  # seconds
ENOUGH_TO_SEE = 45  # entries of one person from which odd lengths are seeded; integrity signals look at 30 and more
MADE_FOR_EACH_KEPT = 1.02  # some fall away again: before enrolment, during a stay, beyond the end of a day


@dataclass
class Plan:
    """Which patients get more than staff time."""

    personal: np.ndarray
    bhi: np.ndarray
    rpm: np.ndarray


def make_plan(roster: Roster, seed: int) -> Plan:
    """Drawn once for all months; the cast gets staff time only."""
    rng = stream(seed, "plan")
    lots = [(rng.random(roster.size) < share) & ~roster.cast for share in (SHARE_PERSONAL, SHARE_BHI, SHARE_RPM)]
    return Plan(*lots)


def month_of_work(
    roster: Roster,
    plan: Plan,
    seed: int,
    month: Month,
    per_patient: float,
    stays: tuple[np.ndarray, np.ndarray],
    odd: bool,
) -> pd.DataFrame:
    """The month's entries in the order in which they were done.

    Nobody does two things at once, no patient is worked for by two at once, and nobody works for a patient who is not
    enrolled or lies in a hospital on the `stays` days. With `odd`, five people of the first practice shape what they
    write, as far as there is enough of it to show.
    """
    rng = stream(seed, "work", month)
    first, last = np.datetime64(month.first), np.datetime64(month.last)
    active = (roster.enrolled <= last) & ~(roster.left < first)
    rows = pd.concat(
        [
            _staff_time(rng, roster, active, per_patient),
            _some_time(rng, np.flatnonzero(active & plan.personal), roster.practitioner, CCM, (24, 0.5), (1, 4)),
            _some_time(rng, np.flatnonzero(active & plan.bhi), roster.counsellor, BHI, (22, 0.3), (2, 5)),
            _some_time(rng, np.flatnonzero(active & plan.rpm), roster.device_aide, RPM, (22, 0.3), (2, 5)),
        ],
        ignore_index=True,
    )
    count = len(rows)
    source = np.select([(lot := rng.random(count)) < 0.80, lot < 0.97], [TIMER, MANUAL], OFFLINE)
    seconds = rows["seconds"].to_numpy()
    seconds = np.where(source == TIMER, seconds, np.maximum(60, (seconds + 30) // 60 * 60))  # by hand, in whole minutes
    if odd:
        seconds = _with_odd_lengths(rows["person"].to_numpy(), seconds, roster)
    rows = rows.assign(seconds=seconds, source=source)
    rows["start"] = lay_out(rng, rows["person"].to_numpy(), seconds, month)
    rows = rows[rows["start"].notna()].sort_values(["start", "person"], kind="stable", ignore_index=True)
    rows = _with_shared_calls(rng, rows, roster)
    rows, day_only = _allowed(rows, roster, stays), np.zeros(0, bool)
    if odd:
        rows, day_only = piled_up(topped_off(rows, roster, CCM), roster, month, stays)
    finished = _finished(rng, rows, roster, day_only)
    return written_late(finished, roster, month) if odd else finished


def _with_odd_lengths(person: np.ndarray, seconds: np.ndarray, roster: Roster) -> np.ndarray:
    """Whole five minutes for the first practice's device aide, one length for its counsellor, if they work enough."""
    rounds, repeats = person == roster.device_aide[0], person == roster.counsellor[0]
    if np.count_nonzero(rounds) >= ENOUGH_TO_SEE:
        seconds = np.where(rounds, FIVE_MINUTES * (1 + np.arange(len(person)) % 4), seconds)
    if np.count_nonzero(repeats) >= ENOUGH_TO_SEE:
        seconds = np.where(repeats, ONE_LENGTH, seconds)
    return seconds


def _staff_time(rng: np.random.Generator, roster: Roster, active: np.ndarray, per_patient: float) -> pd.DataFrame:
    """Care managers' CCM time: totals by the shares above, longer ones in more entries; the cast gets 22 to 35."""
    patients = np.flatnonzero(active)
    band = rng.choice(len(TOTALS), len(patients), p=[share for share, _, _ in TOTALS])
    low, high = (np.array([total[place] for total in TOTALS])[band] for place in (1, 2))
    slope = np.where(band == 0, np.sqrt(rng.random(len(patients))), rng.random(len(patients)) ** 1.3)
    total = (60 * (low + (high - low) * slope)).astype(int)
    total = np.where(roster.cast[patients], 1320 + rng.integers(0, 780, len(patients)), total)
    total[(rng.random(len(patients)) < 0.03) & ~roster.cast[patients]] = 0  # nobody reached them
    weight = np.sqrt(np.maximum(total, 60))
    made = max(per_patient * MADE_FOR_EACH_KEPT - OTHER_ENTRIES - 1, 0.0)
    spare = made * len(patients) / max(int(np.count_nonzero(total)), 1)
    entries = 1 + rng.poisson(spare * weight / weight.mean())
    entries = np.maximum(entries, np.where(roster.cast[patients], 4, -(-total // 1500)))
    entries[total == 0] = 0
    return _split(rng, patients, total, entries, roster.manager, CCM)


def _some_time(
    rng: np.random.Generator,
    patients: np.ndarray,
    people: np.ndarray,
    program: int,
    minutes: tuple[float, float],
    entries: tuple[int, int],
) -> pd.DataFrame:
    """Time around a median of minutes with a spread, in some entries."""
    median, spread = minutes
    total = (60 * median * rng.lognormal(0, spread, len(patients))).astype(int)
    return _split(rng, patients, np.minimum(total, 5400), rng.integers(*entries, len(patients)), people, program)


def _split(
    rng: np.random.Generator,
    patients: np.ndarray,
    total: np.ndarray,
    entries: np.ndarray,
    people: np.ndarray,
    program: int,
) -> pd.DataFrame:
    """Each patient's total cut into that many uneven pieces."""
    which = np.repeat(np.arange(len(patients)), entries)
    weight = rng.lognormal(0, 0.65, len(which))
    whole = np.bincount(which, weight, minlength=len(patients))[which]
    seconds = np.maximum(20, (total[which] * weight / whole)).astype(int)
    patient = patients[which]
    return pd.DataFrame({"patient": patient, "person": people[patient], "program": program, "seconds": seconds})


def _with_shared_calls(rng: np.random.Generator, rows: pd.DataFrame, roster: Roster) -> pd.DataFrame:
    """Some calls serve the next patient of the same care manager as well: two rows of one activity."""
    patient = rows["patient"].to_numpy()
    other = (patient + 1) % roster.size
    fits = (roster.manager[other] == roster.manager[patient]) & (rows["person"].to_numpy() == roster.manager[patient])
    fits &= ~roster.cast[other] & ~roster.cast[patient] & (other != patient) & (rng.random(len(rows)) < SHARED_CALLS)
    rows["activity_id"] = np.where(fits, np.arange(1, len(rows) + 1), NONE)
    rows["covers"] = np.where(fits, 2, np.where(rng.random(len(rows)) < 0.3, 1, NONE))
    twins = rows[fits].assign(patient=other[fits])
    return pd.concat([rows, twins], ignore_index=True).sort_values(
        ["start", "person"], kind="stable", ignore_index=True
    )


def _allowed(rows: pd.DataFrame, roster: Roster, stays: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
    """Without work before enrolment, after leaving, during a stay, or while another works for the same patient."""
    patient, day = rows["patient"].to_numpy(), rows["start"].to_numpy().astype("datetime64[D]")
    admitted, discharged = stays
    outside = (day < roster.enrolled[patient]) | (day > roster.left[patient])
    away = (day >= admitted[patient]) & (day <= discharged[patient])
    rows = rows[~(outside | away)].reset_index(drop=True)
    return rows[~overlapping(rows["patient"].to_numpy(), rows["start"], rows["seconds"].to_numpy())].reset_index(
        drop=True
    )


def _finished(rng: np.random.Generator, rows: pd.DataFrame, roster: Roster, day_only: np.ndarray) -> pd.DataFrame:
    """With end, entry time, approval, activity and country, in the forms that a log may have; some are `day_only`."""
    count = len(rows)
    start, seconds = rows["start"].to_numpy().astype("datetime64[s]"), rows["seconds"].to_numpy()
    end = start + seconds.astype("timedelta64[s]")
    by_hand = rows["source"].to_numpy() != TIMER
    wait = np.where(by_hand, rng.integers(300, 70_000, count), rng.integers(1, 20, count))
    activity = rng.choice(len(ACTIVITIES), count, p=ACTIVITY_SHARES)
    activity[roster.cast[rows["patient"].to_numpy()] & (activity == ACTIVITIES.index("prior_authorization"))] = 0
    form = rng.random(count)
    no_clock = by_hand & (form < 0.10)
    no_clock[: len(day_only)] |= day_only
    no_length = ~no_clock & (form > 0.92)
    no_end = ~no_clock & (form > 0.87) & ~no_length
    return log(
        count,
        **{name: rows[name].to_numpy() for name in ("patient", "person", "program", "source", "activity_id", "covers")},
        start=np.where(no_clock, NO_TIME, start),
        end=np.where(no_clock | no_end, NO_TIME, end),
        day=np.where(no_clock, start.astype("datetime64[D]").astype("datetime64[s]"), NO_TIME),
        seconds=np.where(no_length, NONE, seconds),
        activity=activity,
        approved=np.where(by_hand, 1, NONE),
        entered=end + wait.astype("timedelta64[s]"),
        country=np.where(rng.random(count) < 0.8, 0, NONE),
    )
