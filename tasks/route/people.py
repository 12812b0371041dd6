"""Who works on a case, by identifier as the practice exports it; and that no text names a patient."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from config.as_written import known_are, known_as
from config.errors import InputError
from config.identities import identities_of


def known_staff(tables: Mapping[str, pd.DataFrame], place: str, who: str) -> str:
    """The person of the practice who is meant, in whatever case the identifier is written; empty for nobody.

    InputError naming the place, never what stands in it, where it is nobody's or might be two people's. A practice that
    exports no staff names whom it likes.
    """
    ids, found = _ids(tables), as_on_file(tables, who)
    if not ids or not found or found in ids:
        return found
    alike = sorted(one for one in ids if one.casefold() == found.casefold())
    if alike:
        raise InputError(f"{place}: that may be {' or '.join(alike)}; write the one that is meant.")
    raise InputError(f"{place}: that identifier is in neither the staff nor the practitioners table; {known_are(ids)}.")


def as_on_file(tables: Mapping[str, pd.DataFrame], who: str) -> str:
    """The identifier as the tables have it, where one person alone can be meant; else as it was written."""
    return known_as(who, _ids(tables))


def _ids(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    staff, practitioners = tables["staff"], tables["practitioners"]
    if staff.empty:
        return set()
    return {*staff["staff_id"].astype("str"), *practitioners["practitioner_id"].astype("str")}


def nobody_named(tables: Mapping[str, pd.DataFrame], *told: tuple[str, str]) -> None:
    """No text has a patient of the practice in it; InputError naming the place and what kind of identity it is."""
    known = identities_of(tables["patients"], tables["coverages"]) if any(text.strip() for _, text in told) else None
    for place, text in told:
        if known and text.strip():
            known.refuse(place, text)
