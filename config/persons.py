"""Which insured person a coverage or claim speaks of, by the number that the payer knows the person by."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

NATIONAL = ("medicare_part_b",)
"""Payers whose number names one person whichever contractor pays."""
NUMBER_EACH = (*NATIONAL, "medicare_advantage", "medicaid", "qmb", "medigap")
"""Payers that number every person; with others a family may share the number of its subscriber."""


def insured_persons(
    payer_kind: pd.Series, payer_id: pd.Series, member_id: pd.Series, birth_date: pd.Series
) -> pd.Series:
    """One text a person, the same whatever is written between letters and digits; empty where no number is known.

    Where a family shares a number its members are told apart by their birth dates; twins by `are_two`.
    """
    kind, payer, member = (plain(text) for text in (payer_kind, payer_id, member_id))
    born = pd.to_datetime(birth_date).dt.strftime("%Y%m%d").fillna("").to_numpy(object)
    own = payer_kind.isin(NUMBER_EACH).to_numpy(bool)
    payer = np.where(payer_kind.isin(NATIONAL).to_numpy(bool), "", payer)
    found = kind + "|" + payer + "|" + member + "|" + np.where(own, "", born)
    return pd.Series(np.where(member == "", "", found), index=member_id.index, dtype="str")


def are_two(payer_kind: str, sexes: tuple[str, str], cases: frozenset[str], said: Collection[frozenset[str]]) -> bool:
    """Whether two records of one birth date under a number that a family may share are two people, as twins are: by
    their sex, or because the practice said so of the two cases. A number of one's own names one person."""
    if payer_kind in NUMBER_EACH:
        return False
    one, other = (sex.strip().upper()[:1] for sex in sexes)
    return cases in said or {one, other} == {"F", "M"}


def plain(text: pd.Series) -> np.ndarray:
    """Numbers as they are compared: capital letters and digits alone, empty for none."""
    letters = text.astype("str").fillna("").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)
    return letters.to_numpy(object)
