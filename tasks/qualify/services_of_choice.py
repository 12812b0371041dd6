"""Other services against the codes that were chosen: modifiers, families that a service bars, edits on one day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config import ncci
from tasks.qualify.other_services import (
    Written,
    bars_the_program,
    codes_of_program,
    own_visits,
    seen_by_biller,
    standing,
)

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

COLUMNS = (
    "modifier_service",
    "modifier",
    "family_service",
    "family_pair",
    "same_day_service",
    "same_day_code",
    "edits_of",
)


def add_services_of_choice(facts: Facts, kind: ncci.Kind = "practitioner") -> None:
    """What the same practitioner's services of the month mean for the chosen codes; needs `codes` and `service_date`.

    `kind` says whose NCCI edits the claim meets: those for practitioners or those for outpatient hospitals.
    """
    texts = {name: np.full(facts.size, None, dtype=object) for name in COLUMNS}
    services = _own_services(facts)
    services["codes"] = facts.frame["codes"].to_numpy(object)[services["patient"]]
    day = facts.frame["service_date"].to_numpy()[services["patient"]]
    services["same_day"] = (services["first"].to_numpy() <= day) & (day <= services["last"].to_numpy())
    for codes, some in services[services["codes"] != ""].groupby("codes", sort=True):
        _against(frozenset(str(codes).split()[::2]), some, facts, kind, texts)
    for name, text in texts.items():
        facts.frame[name] = pd.array(text, dtype="str")


def _own_services(facts: Facts) -> pd.DataFrame:
    rows, patient = standing(facts)
    last = rows["end_date"].fillna(rows["service_date"])
    own, _, unclear = seen_by_biller(facts, rows, patient)
    inside = ((rows["service_date"] <= facts.last) & (last >= facts.first)).to_numpy(bool)
    own_rows = (own | unclear) & inside  # what may be the biller's own is read as such where it only holds or warns
    rows, patient, last = rows[own_rows], patient[own_rows], last[own_rows]
    visits, seen = own_visits(facts)
    seen_on = visits["visit_date"].to_numpy("datetime64[ns]")
    day = facts.frame["service_date"].to_numpy()[seen]  # a visit matters on the date of service only
    visits, seen, seen_on = visits[seen_on == day], seen[seen_on == day], seen_on[seen_on == day]
    return pd.DataFrame(
        {
            "patient": np.concatenate([patient, seen]),
            "code": np.concatenate([Written(rows["code"]).text, Written(visits["code"]).text]),
            "first": np.concatenate([rows["service_date"].to_numpy("datetime64[ns]"), seen_on]),
            "last": np.concatenate([last.to_numpy("datetime64[ns]"), seen_on]),
        }
    )


def _against(billed: frozenset[str], some: pd.DataFrame, facts: Facts, kind: ncci.Kind, texts: dict[str, Any]) -> None:
    """Writes down what the services of the patients with these codes bring about; months' pairs before days' edits."""
    code, patient = Written(some["code"]), some["patient"].to_numpy()
    _, ours = codes_of_program(facts.book)
    on_the_day = some["same_day"].to_numpy(bool)
    settled = code.among(ours)
    for conflict in facts.book.exclusions.against(billed):
        pair = conflict.pair
        met = code.among(conflict.theirs - ours)
        if pair.within == "day":
            met = met & on_the_day
        if pair.strength == "modifier":
            _write(texts, ("modifier_service", "modifier"), met, patient, code.text, pair.modifier)
        elif pair.effect == "hold" or (pair.effect == "not_billable" and not _whole(billed, conflict.pair.name, facts)):
            _write(texts, ("family_service", "family_pair"), met, patient, code.text, pair.name)
        if pair.strength == "hard" and pair.effect in ("hold", "not_billable"):
            settled = settled | met
    rest = some[on_the_day & ~settled & code.among(ncci.codes_with_edits(kind, facts.book.reference.ncci))]
    dates = facts.frame["service_date"].to_numpy("datetime64[D]")[rest["patient"].to_numpy()].tolist()
    for row, other, service_date in zip(rest["patient"], rest["code"], dates, strict=True):
        edits = ncci.edits(service_date, kind, facts.book.reference.ncci)
        for one in sorted(billed):
            edit = edits.between(one, other)
            if edit is None:
                continue
            columns = (
                ("modifier_service", "modifier")
                if edit.bypassable
                else ("same_day_service", "same_day_code", "edits_of")
            )
            if texts[columns[0]][row] is None:
                texts[columns[0]][row] = other
                texts[columns[1]][row] = "59 or XU" if edit.bypassable else one
                texts["edits_of"][row] = edit.quarter


def _whole(billed: frozenset[str], name: str, facts: Facts) -> bool:
    _, ours = codes_of_program(facts.book)
    conflicts = facts.book.exclusions.against(ours)
    return any(conflict.pair.name == name and bars_the_program(conflict, facts.book) for conflict in conflicts)


def _write(texts: dict[str, Any], columns: tuple[str, str], met: Any, patient: Any, code: Any, text: str) -> None:
    rows = np.flatnonzero(met)
    fresh = rows[pd.isna(texts[columns[0]][patient[rows]])]
    texts[columns[0]][patient[fresh]] = code[fresh]
    texts[columns[1]][patient[fresh]] = text
