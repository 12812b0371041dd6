"""The hospital's own claim beside the practitioner's: which codes stand on it, and how many units it bears."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from config import ncci
from config.care_settings import ON_FACILITY_CLAIM
from config.frames import Texts
from config.rulebook import RuleBook
from tasks.qualify.frames import Months
from tasks.qualify.sites import SETTING


def hospital_codes(m: Months, book: RuleBook) -> frozenset[str]:
    """The codes that a hospital's department puts on the hospital's own claim; none in any other setting."""
    return book.hospital_codes.get(m.attrs.get(SETTING, ""), frozenset())


def codes_off_hospital_claim(book: RuleBook) -> frozenset[str]:
    """The codes of which it is known that a hospital's own claim does not carry them in the month."""
    return frozenset(rate.code for rate in book.fees.opps if rate.status not in ON_FACILITY_CLAIM)


def unit_limits(book: RuleBook) -> Mapping[str, ncci.Limit]:
    """Most units of each code on the hospital's own claim in the month."""
    return ncci.limits(book.month.last, "hospital", book.reference.ncci)


def add_hospital_units(m: Months, book: RuleBook) -> None:
    """Adds the code of which the chosen family has more units than the hospital's own claim bears, and how many."""
    code = Texts(("hospital_code",), len(m))
    units, most = np.full(len(m), np.nan), np.full(len(m), np.nan)
    limits = unit_limits(book)
    number, texts = pd.factorize(m["codes"])
    for place, text in enumerate(texts):
        words = text.split()
        for one, count in zip(words[::2], words[1::2], strict=True):
            billed = int(count.removeprefix("x"))
            if one in hospital_codes(m, book) and one in limits and billed > limits[one].units:
                rows = number == place
                code["hospital_code"][rows], units[rows], most[rows] = one, billed, limits[one].units
    m["hospital_code"] = next(column for _, column in code.columns())
    m["hospital_units"], m["hospital_units_limit"] = units, most
