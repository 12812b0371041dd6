"""What the payer was told of codes, places and numbers: its own tables, by hand, and none of the program's."""

from __future__ import annotations

from datetime import date

ALWAYS = date(9999, 12, 31)

STAFF, COMPLEX, PERSONAL = {"99490", "99439", "G2058"}, {"99487", "99489"}, {"99491", "99437"}
CHRONIC = STAFF | COMPLEX | PERSONAL
PRINCIPAL = {"99424", "99425", "99426", "99427", "G2064", "G2065"}
ADVANCED = {"G0556", "G0557", "G0558"}
OVERSIGHT = {"G0181", "G0182"}
DIALYSIS = {str(code) for code in range(90951, 90971)}
TRANSITIONAL = {"99495", "99496"}
VISITS = {"99212", "99213", "99214", "99215"}
PHYSIOLOGIC, THERAPEUTIC = {"99457", "99458", "99470"}, {"98980", "98981"}
NEED_MODIFIER = {"99487", "99489", "99426", "99427"}  # a visit of the day then carries 25

BASES = {
    "99439": {"99490"}, "G2058": {"99490"}, "99489": {"99487"}, "99437": {"99491"}, "99425": {"99424"},
    "99427": {"99426"}, "G3003": {"G3002"}, "99458": {"99457"}, "99494": {"99492", "99493"},
    "98981": {"98980"},
}  # fmt: skip
MOST_UNITS = {
    "99490": 1, "99439": 2, "G2058": 2, "99487": 1, "99489": 10, "99491": 1, "99437": 2, "99424": 1, "99425": 2,
    "99426": 1, "99427": 2, "G0506": 1, "G3003": 4, "99458": 3, "99494": 4, "99484": 1,
}  # fmt: skip
IN_FORCE = {
    "G2058": (date(2020, 1, 1), date(2020, 12, 31)), "99439": (date(2021, 1, 1), ALWAYS),
    "99491": (date(2019, 1, 1), ALWAYS), "99437": (date(2022, 1, 1), ALWAYS), "99487": (date(2017, 1, 1), ALWAYS),
    "99489": (date(2017, 1, 1), ALWAYS), "G0511": (date(2018, 1, 1), date(2025, 9, 30)),
    "G0512": (date(2018, 1, 1), date(2025, 12, 31)), "G2064": (date(2020, 1, 1), date(2021, 12, 31)),
    "G2065": (date(2020, 1, 1), date(2021, 12, 31)), "99424": (date(2022, 1, 1), ALWAYS),
    "99425": (date(2022, 1, 1), ALWAYS), "99426": (date(2022, 1, 1), ALWAYS), "99427": (date(2022, 1, 1), ALWAYS),
}  # fmt: skip
TELEHEALTH_PLACES, TELEHEALTH_MODIFIERS = {"02", "10"}, {"93", "95", "FQ", "GT"}
PLACES = {"11", "12", "13", "19", "22", "31", "32", "49", "50", "71", "72"}
CLINIC_REVENUE = {"0521", "0522", "0524", "0525", "0527", "0528", "0529"}
DEDUCTIBLES = {2024: 24000, 2025: 25700, 2026: 28300}

# Cents a unit. What stands nowhere is worth fifty dollars.
FEES = {
    "99490": 6049, "99439": 4593, "99491": 8216, "99437": 5758, "99487": 13165, "99489": 7052, "G0511": 5467,
    "99484": 5305, "99492": 14524, "99493": 13359, "99494": 5596, "G2214": 5600, "99426": 6200, "99427": 4800,
    "99424": 8300, "99425": 6000, "G0556": 1500, "G0557": 4900, "G0558": 10700, "G3002": 8022, "G3003": 2944,
    "99457": 4800, "99458": 3800,
}  # fmt: skip
OTHER_FEE = 5000


def is_npi(number: str) -> bool:
    """Ten digits of which the last makes the doubled sum of ISO 7812 with 80840 before them divisible by ten."""
    if len(number) != 10 or not number.isdigit():
        return False
    total = 24
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
