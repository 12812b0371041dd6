"""How numbers, dates and names are written for people."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.counted import count as count
from config.counted import plural as plural
from config.dispositions import to_be_checked
from config.month import Month

OWNERS = {
    "care_manager": "care manager",
    "practitioner": "practitioner",
    "billing_practitioner": "practitioner",
    "billing": "billing",
    "front_desk": "front desk",
    "compliance": "compliance",
    "it": "IT",
    "operations": "operations",
}
CAPITALS = ("qmb", "npi", "mrn", "icd10", "us", "ccm", "pcm", "apcm", "bhi", "cpm", "rpm")
ACRONYMS = {name: name.upper() for name in CAPITALS} | {"cocm": "CoCM"}
RESPONSES = {
    "refused": "refused to pay",
    "cannot_pay": "cannot pay",
    "disputes": "disputes the bill",
    "surprised": "was surprised by the bill",
    "asks_to_stop": "asks to stop",
    "agreed": "agreed",
    "unpaid_balance": "left a balance unpaid",
    "still_unpaid": "left it unpaid after it was settled",
    "qmb_paid": "paid although nothing is owed",
    "barred_paid": "paid although the payer forbids to bill",
}
OUTCOME_NAMES = {
    "bill": "ready to bill",
    "hold": "on hold",
    "short": "short of minutes",
    "not_billable": "not billable",
}
PROGRAM_NAMES = {
    "ccm": "Chronic care management",
    "pcm": "Principal care management",
    "apcm": "Advanced primary care management",
    "cocm": "Collaborative care",
    "bhi": "Behavioral health integration",
    "cpm": "Chronic pain management",
    "rpm": "Remote monitoring management",
}
CONFIDENCE_NAMES = {
    "primary": "from the primary source",
    "secondary": "from a secondary source",
    "unverified": "not verified at a source",
    "": "not loaded",
}


def dollars(cents: float) -> str:
    """$1,234.56; negative amounts with a minus in front."""
    whole = int(cents)
    return f"{'−' if whole < 0 else ''}${abs(whole) // 100:,}.{abs(whole) % 100:02d}"


def day(value: Any) -> str:
    """Mon, Oct 5; nothing when there is no day."""
    return "" if pd.isna(value) else f"{value:%a}, {calendar.month_abbr[value.month]} {value.day}"


def overdue(due: Any, today: date | None) -> bool:
    """Whether it was due before today; never when today is not known."""
    return today is not None and not pd.isna(due) and due.date() < today


def month_name(month: Month) -> str:
    """October 2026."""
    return f"{calendar.month_name[month.number]} {month.year}"


def long_day(value: date) -> str:
    """October 31, 2026."""
    return f"{calendar.month_name[value.month]} {value.day}, {value.year}"


def plain(name: str) -> str:
    """A name from the vocabulary as words: care_plan_missing becomes care plan missing."""
    return " ".join(ACRONYMS.get(word, word) for word in name.split("_"))


def disposition(name: str) -> str:
    """What became of time, as words; time that counts and is to be checked says both."""
    return f"counted, to be checked: {plain(name)}" if name in to_be_checked() else plain(name)


def sentence(words: str) -> str:
    """The words with a capital in front and one full stop behind."""
    return capital(words).rstrip(" .") + "."


def capital(words: str) -> str:
    """The words with a capital in front; the others stay as they are."""
    return words[:1].upper() + words[1:]


def owner(name: str) -> str:
    """Who it is, in words."""
    return OWNERS.get(name, plain(name))


def seen_since(row: Mapping[str, Any], last_month: str) -> str:
    """Since when an action item is known and where it goes; where the last month does not have it, that too."""
    first, newest = row["first_month"], row["newest_month"]
    if row["months_seen"] > 1:
        said = f"in {row['months_seen']} months since {first}, {row['trend']}"
    else:
        said = f"first seen in {first}" + (f", {row['trend']}" if newest > first else "")
    return f"{said}, not since {newest}" if newest < last_month else said


def change(field: str, value: Any) -> str:
    """A value before or after a change as a person writes it."""
    text = "" if pd.isna(value) else str(value)
    if field == "expected_cents" and text.lstrip("-").isdigit():
        return dollars(int(text))
    if field == "outcome":
        return OUTCOME_NAMES.get(text, plain(text))
    return text or "none"
