"""A year of patient-months with the errors that two federal audits found among paid claims, in their proportions.

OIG A-07-17-05101 (services of 2015 and 2016): 14,078 claims for a patient-month already paid, 6,087 beside a service
that excludes care management. OIG A-07-19-05122 (2017 and 2018): 38,447 and 10,882, and of its 50,192 claims the rest
complex add-ons without their base or their time. Between them stand sound patient-months, many of which look alike:
the same service last month, by somebody else, or one that excludes nothing.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

Facts = dict[str, Any]


class Audit(NamedTuple):
    """One audit: the year that stands for it and how many claims of each kind it found."""

    name: str
    year: int
    found: dict[str, int]


AUDITS = [
    Audit("A-07-17-05101", 2016, {"duplicate": 14_078, "overlap": 6_087}),
    Audit("A-07-19-05122", 2018, {"duplicate": 38_447, "overlap": 10_882, "add-on": 50_192 - 38_447 - 10_882}),
]


class PatientMonth(NamedTuple):
    """What is logged and known of a patient in a month, and what a careless biller would have sent."""

    kind: str
    how: str
    facts: Facts
    ledger: tuple[tuple[str, str], ...] = ()  # code and day of what a colleague of the practice billed earlier
    wrong_code: str = ""  # the line that must not go out; none means any line


def service(code: str, day: str, who: str, **more: Any) -> Facts:
    """A service of the month or near it, billed by one of three."""
    return {"code": code, "service_date": day, "billed_by": who, **more}


def duplicates(month: str, chance: random.Random) -> PatientMonth:
    """The patient-month was billed already: by the practitioner, a colleague, another practice or a hospital."""
    code = chance.choice(["99490", "99490", "99490", "99487"] if month >= "2017" else ["99490"])
    day, staff = f"{month}-{chance.randint(1, 28):02d}", f"{chance.randint(20, 55)}"
    how = chance.choice(["own claim", "colleague", "colleague in the ledger", "other practice", "other hospital"])
    if how == "colleague in the ledger":
        return PatientMonth("duplicate", how, {"staff": staff}, ledger=((code, day),))
    who = {"own claim": "same_practitioner", "colleague": "same_practice"}.get(how, "other_practice")
    return PatientMonth("duplicate", how, {"staff": staff, "other_services": [service(code, day, who)]})


def overlaps(month: str, chance: random.Random) -> PatientMonth:
    """The practitioner billed a service of the month that excludes care management."""
    excluding = {
        "home health oversight": "G0181",
        "hospice oversight": "G0182",
        "transitional care": chance.choice(["99495", "99496"]),
        "dialysis month": chance.choice(["90960", "90961", "90966"]),
        "prolonged service": "99358",
    }
    how = chance.choice(list(excluding))
    first = f"{month}-{chance.randint(1, 28):02d}"
    row = service(excluding[how], first, "same_practitioner")
    if how == "dialysis month":
        row |= {"service_date": f"{month}-01", "end_date": f"{month}-28"}
    return PatientMonth("overlap", how, {"staff": f"{chance.randint(20, 55)}", "other_services": [row]})


def add_ons(month: str, chance: random.Random) -> PatientMonth:
    """A further half-hour of complex care was claimed that the minutes, the decision or the base do not bear."""
    how = chance.choice(["half an hour not full", "no base", "no decision making"])
    revised = f"{month}-02"
    facts: Facts = {
        "staff": f"{chance.randint(60, 89)}:59",
        "medical_decisions": [{"practitioner_id": "D1", "decided_date": revised, "level": "moderate"}],
        "care_plans": [{"established_date": revised, "signed_date": revised, "copy_given_date": revised}],
    }
    if how == "no base":
        facts["staff"] = f"{chance.randint(30, 59)}:59"
    if how == "no decision making":
        facts |= {"staff": f"{chance.randint(90, 140)}", "medical_decisions": []}
    return PatientMonth("add-on", how, facts, wrong_code="99489")


def sound(month: str, chance: random.Random) -> PatientMonth:
    """Nothing is wrong, though something may look so."""
    year, number = int(month[:4]), int(month[5:])
    before = f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
    other = f"{month}-{chance.randint(1, 28):02d}"
    looks: dict[str, Facts] = {
        "nothing else": {},
        "billed last month": {"other_services": [service("99490", f"{before}-27", "same_practitioner")]},
        "another practice last month": {"other_services": [service("99490", f"{before}-28", "other_practice")]},
        "oversight elsewhere": {"other_services": [service("G0181", other, "other_practice")]},
        "oversight last month": {"other_services": [service("G0181", f"{before}-28", "same_practitioner")]},
        "dialysis elsewhere": {"other_services": [service("90960", other, "other_practice")]},
        "dialysis until last month": {
            "other_services": [service("90960", f"{before}-01", "same_practitioner", end_date=f"{before}-28")]
        },
        "transitional care elsewhere": {"other_services": [service("99495", other, "other_practice")]},
        "home health certified": {"other_services": [service("G0180", other, "same_practitioner")]},
        "an office visit": {"visits": [seen(year), {**seen(year), "visit_date": other, "code": "99213"}]},
    }
    how = chance.choice(list(looks))
    return PatientMonth("sound", how, {"staff": f"{chance.randint(20, 75)}", **looks[how]})


def seen(year: int) -> Facts:
    """The visit with which care management began."""
    return {"practitioner_id": "D1", "visit_date": f"{year - 1}-01-20", "code": "99214", "ccm_discussed": True}


MAKERS = {"duplicate": duplicates, "overlap": overlaps, "add-on": add_ons, "sound": sound}


def months_of(audit: Audit, one_in: int, sound_months: int, seed: int) -> dict[tuple[str, str], list[PatientMonth]]:
    """The year by month and care setting: one erroneous patient-month in `one_in` of the audit's, and sound ones."""
    chance = random.Random(seed)
    kinds = [kind for kind, found in audit.found.items() for _ in range(max(1, round(found / one_in)))]
    kinds += ["sound"] * sound_months
    year: dict[tuple[str, str], list[PatientMonth]] = {}
    for kind in kinds:
        month = f"{audit.year}-{chance.randint(1, 12):02d}"
        setting = chance.choice(["office", "office", "office", "hopd_on_campus"])
        year.setdefault((month, setting), []).append(MAKERS[kind](month, chance))
    for several in year.values():
        chance.shuffle(several)
    return year
