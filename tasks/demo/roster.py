"""Who works in the practices, and who is enrolled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.month import Month
from tasks.demo.names import addresses, first_names, full_names, last_names
from tasks.demo.numbers import joined, npi, stream, text_ids

PRACTICES = [  # name, state, time zone, mail domain, payment locality
    ("Maple Street Family Medicine", "OH", "America/New_York", "maple.example", "15202-00"),
    ("Prairie Lane Internal Medicine", "IL", "America/Chicago", "prairielane.example", "06102-99"),
    ("Cedar Mesa Primary Care", "CO", "America/Denver", "cedarmesa.example", "04112-01"),
    ("Harbor Light Medical Group", "CA", "America/Los_Angeles", "harborlight.example", "01182-18"),
    ("Old Mill Community Practice", "MI", "America/Detroit", "oldmill.example", "08202-01"),
]
TAXONOMIES = {"MD": "207Q00000X", "DO": "207Q00000X", "NP": "363L00000X", "PA": "363A00000X"}
ENDS = np.datetime64("2039-06-30")
PATIENTS_PER_PRACTITIONER = 600
PATIENTS_PER_MANAGER = 250
PATIENTS_PER_SPECIALIST = 2000  # one for behavioural health, one for devices, one clerk
DAY = np.timedelta64(1, "D")


@dataclass
class Roster:
    """The people, as tables and as arrays: a patient and a person are numbers into `patient_ids` and `person_ids`."""

    tables: dict[str, pd.DataFrame]
    patient_ids: np.ndarray
    person_ids: np.ndarray  # practitioners, then staff
    zones: list[str]
    practice: np.ndarray  # of each patient
    practitioner: np.ndarray
    manager: np.ndarray
    counsellor: np.ndarray
    device_aide: np.ndarray
    clerk: np.ndarray
    enrolled: np.ndarray
    left: np.ndarray  # last day in the program, NaT while it lasts
    died: np.ndarray
    age: np.ndarray
    female: np.ndarray
    cast: np.ndarray  # patients kept plain, for the seeded defects

    @property
    def size(self) -> int:
        """How many patients there are."""
        return len(self.patient_ids)

    def per_patient(self, people: np.ndarray) -> np.ndarray:
        """Identifiers of those people."""
        return self.person_ids[people]


def make_roster(patients: int, practices: int, seed: int, last_month: Month, cast: int) -> Roster:
    """A roster of that size; `cast` patients, spread evenly, were enrolled long ago and stay."""
    practice = np.arange(patients) * practices // patients
    sizes = np.bincount(practice, minlength=practices)
    people, starts = _people(sizes, seed)
    block = np.arange(patients) - np.concatenate([[0], np.cumsum(sizes)[:-1]])[practice]

    def worker(kind: str) -> np.ndarray:
        first, count = starts[kind]
        return first[practice] + block * count[practice] // sizes[practice]

    is_cast = np.zeros(patients, bool)
    is_cast[((np.arange(cast) + 0.5) * patients / max(cast, 1)).astype(int)] = True
    rng = stream(seed, "roster")
    enrolled, left, died = _enrolment(rng, patients, last_month, is_cast)
    roster = Roster(
        tables=people,
        patient_ids=text_ids("P", np.arange(1, patients + 1), 6),
        person_ids=np.concatenate([people["practitioners"]["practitioner_id"], people["staff"]["staff_id"]]),
        zones=[PRACTICES[number % len(PRACTICES)][2] for number in range(practices)],
        practice=practice,
        practitioner=worker("practitioner"),
        manager=worker("manager"),
        counsellor=worker("counsellor"),
        device_aide=worker("device_aide"),
        clerk=worker("clerk"),
        enrolled=enrolled,
        left=left,
        died=died,
        age=np.clip(rng.normal(76, 9.5, patients).round(), 45, 98).astype(int),
        female=rng.random(patients) < 0.57,
        cast=is_cast,
    )
    people["patients"] = _patients(roster, rng, last_month)
    people["patients"]["language"] = _languages(stream(seed, "languages"), patients)
    return roster


def _people(sizes: np.ndarray, seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The tables of people; for each kind of worker and practice the first one's number and how many there are."""
    rng = stream(seed, "people")
    practices = len(sizes)
    doctors = np.maximum(2, -(-sizes // PATIENTS_PER_PRACTITIONER))
    managers = np.maximum(2, -(-sizes // PATIENTS_PER_MANAGER))
    others = np.maximum(1, -(-sizes // PATIENTS_PER_SPECIALIST))
    staff_sizes = managers + 3 * others
    ids = np.array([f"P{number + 1}" for number in range(practices)], dtype=object)
    domains = np.array([PRACTICES[number % len(PRACTICES)][3] for number in range(practices)], dtype=object)

    def mail(numbers: np.ndarray, where: np.ndarray) -> np.ndarray:
        return joined(np.char.lower(numbers.astype(str)), "@", domains[where])

    where = np.repeat(np.arange(practices), doctors)
    doctor_ids = text_ids("D", np.arange(1, len(where) + 1), 3)
    credentials = np.array(["MD", "NP", "MD", "DO", "PA", "MD"], dtype=object)
    practitioners = pd.DataFrame(
        {
            "practitioner_id": doctor_ids,
            "practice_id": ids[where],
            "name": full_names(rng, len(where)),
            "npi": npi(1000 + 17 * np.arange(len(where))),
            "credential": credentials[np.arange(len(where)) % 6],
            "email": mail(doctor_ids, where),
            "qp_status": False,
            "taxonomy": [TAXONOMIES[credentials[number % 6]] for number in range(len(where))],
            "enrolled_date": np.datetime64("2012-01-01") + 97 * np.arange(len(where)) % 1000,
            # One in two leaves on a day that is known years before.
            "enrolment_ended_date": np.where(np.arange(len(where)) % 2, ENDS, np.datetime64("NaT")),
        }
    )
    where = np.repeat(np.arange(practices), staff_sizes)
    place = np.arange(len(where)) - np.repeat(np.cumsum(staff_sizes) - staff_sizes, staff_sizes)
    rank = place - managers[where]
    job = np.where(rank < 0, 0, 1 + rank // others[where])  # 0 care manager, 1 counsellor, 2 device aide, 3 clerk
    manager_licence = np.array(["RN", "RN", "LPN", "RN", "MA", "CMA"], dtype=object)[np.arange(len(where)) % 6]
    licence = np.select([job == 1, job == 2], ["LCSW", "MA"], np.where(place % 2, "clerk", "scheduler"))
    staff_ids = text_ids("S", np.arange(1, len(where) + 1), 4)
    staff = pd.DataFrame(
        {
            "staff_id": staff_ids,
            "practice_id": ids[where],
            "name": full_names(rng, len(where)),
            "credential": np.where(job == 0, manager_licence, licence),
            "email": mail(staff_ids, where),
        }
    )
    names = [PRACTICES[number % len(PRACTICES)] for number in range(practices)]
    repeats = [number // len(PRACTICES) for number in range(practices)]
    table = pd.DataFrame(
        {
            "practice_id": ids,
            "practice_name": [
                f"{name[0]} {again + 1}" if again else name[0] for name, again in zip(names, repeats, strict=True)
            ],
            "setting": "office",
            "time_zone": [name[2] for name in names],
            "billing_npi": npi(np.arange(1, practices + 1)),
            "tax_id": [f"00-{1234567 + number}" for number in range(practices)],
            "place_of_service": "11",
            "state": [name[1] for name in names],
            "locality": [name[4] for name in names],
            "billing_email": [f"billing@{name[3]}" for name in names],
        }
    )
    first_staff = len(doctor_ids) + np.cumsum(staff_sizes) - staff_sizes
    starts = {
        "practitioner": (np.cumsum(doctors) - doctors, doctors),
        "manager": (first_staff, managers),
        "counsellor": (first_staff + managers, others),
        "device_aide": (first_staff + managers + others, others),
        "clerk": (first_staff + managers + 2 * others, others),
    }
    return {"practices": table, "practitioners": practitioners, "staff": staff}, starts


def _enrolment(
    rng: np.random.Generator, patients: int, last_month: Month, cast: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days of enrolment, leaving and death: most came within four years, some in the last months, and few left."""
    end = np.datetime64(last_month.last)
    enrolled = end - (rng.gamma(2.2, 330, patients).astype(int) % 1500) * DAY
    enrolled = np.where(cast, end - (420 + rng.integers(0, 700, patients)) * DAY, enrolled)
    leaves = (rng.random(patients) < 0.035) & ~cast
    left = np.where(leaves, end - rng.integers(0, 200, patients) * DAY, np.datetime64("NaT"))
    left = np.where(left < enrolled, enrolled, left)
    dies = leaves & (rng.random(patients) < 0.3)
    return enrolled, left, np.where(dies, left, np.datetime64("NaT"))


def _languages(rng: np.random.Generator, count: int) -> np.ndarray:
    """Languages that patients read; one in eight reads Spanish, some another, and of one in ten nothing is on file."""
    return rng.choice(np.array(["en", "es", "vi", None], dtype=object), count, p=[0.76, 0.125, 0.015, 0.1])


def _patients(roster: Roster, rng: np.random.Generator, last_month: Month) -> pd.DataFrame:
    count = roster.size
    born = np.datetime64(last_month.last) - (roster.age * 365.25 + rng.integers(0, 365, count)).astype(int) * DAY
    sex = np.where(roster.female, "F", "M")
    frame = pd.DataFrame(
        {
            "patient_id": roster.patient_ids,
            "practice_id": roster.tables["practices"]["practice_id"].to_numpy()[roster.practice],
            "mrn": np.char.zfill((70_000 + 3 * np.arange(count)).astype(str), 8),
            "last_name": last_names(rng, count),
            "first_name": first_names(rng, roster.female),
            "birth_date": born,
            "sex": np.select([rng.random(count) < 0.003, rng.random(count) < 0.002], ["X", "U"], sex),
            "death_date": roster.died,
        }
    )
    return frame.assign(
        **addresses(rng, count),
        practitioner_id=roster.per_patient(roster.practitioner),
        care_manager_id=roster.per_patient(roster.manager),
        enrolled_date=roster.enrolled,
        unenrolled_date=roster.left,
    )
