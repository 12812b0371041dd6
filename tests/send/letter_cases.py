"""One letter with everything filled in, to be varied by the tests of letters."""

from __future__ import annotations

from datetime import date
from typing import Any

from config.letter_settings import LetterSettings
from config.letters import Addressee, Instalment, LetterFor, ShareFigures
from config.month import Month

PRACTICE = LetterSettings(
    phone="9375550100",
    street="400 Maple Street",
    city="Dayton",
    state="OH",
    zip="45402-1234",
    hours={"en": "Monday to Friday, 8 a.m. to 5 p.m.", "es": "de lunes a viernes, de 8 a. m. a 5 p. m."},
    languages=("en", "es"),
    font_points=16,
    months_a_year=12,
    usual_codes=("99490",),
)
# 66.13 a month of which a fifth is the patient's, 13.23 by the cent; with nothing of the 283.00 met the whole of four
# months, 18.48 of the fifth and a fifth of what that leaves of it (28.01), and seven months of 13.23: 385.14 in a year.
SHARE = ShareFigures(1323, 6613, 15876, 38514, 12, 20, 28300)
EVERYTHING: dict[str, Any] = {
    "case_number": "C-000123",
    "patient": Addressee("Jamie", "Núñez Doe", "12 Mill Lane", "Dayton", "OH", "45402"),
    "practice_name": "Maple Street Family Medicine",
    "practice": PRACTICE,
    "written": date(2026, 11, 12),
    "owes": "share",
    "said": ("cannot_pay",),
    "month": Month(2026, 10),
    "share": SHARE,
    "options": (
        "qmb_never_billed", "wait_for_secondary", "explain_the_share", "screen_for_savings_program",
        "hardship_determination", "payment_plan",
    ),
    "sliding_schedule": True,
    "balance_cents": 3969,
    "due": date(2026, 12, 15),
    "payments": (
        Instalment(date(2026, 12, 1), 1323), Instalment(date(2027, 1, 4), 1323), Instalment(date(2027, 2, 1), 1323)
    ),
    "reduced_percent": 50,
    "until": date(2027, 10, 31),
    "reason": "income",
    "refund_cents": 1323,
    "said_on": date(2026, 11, 9),
    "last_day": date(2026, 11, 30),
}  # fmt: skip
LATE: dict[str, Any] = {"written": date(2026, 12, 1)}  # the day after the last


def letter(kind: str, language: str = "en", **more: Any) -> LetterFor:
    return LetterFor(kind=kind, language=language, **(EVERYTHING | more))
