"""Other services against the codes that were chosen: modifiers, families that a service bars, edits on one day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config import ncci
from config.exclusions import Conflict
from config.frames import Texts
from tasks.qualify.edits_of_day import LIFTING
from tasks.qualify.hospital import codes_off_hospital_claim, hospital_codes
from tasks.qualify.lookup import Written
from tasks.qualify.other_services import bars_the_program, carries_modifier, codes_of_program

if TYPE_CHECKING:
    from tasks.qualify.months import Facts

COLUMNS = (
    "modifier_service",
    "modifier",
    "modifier_by",
    "family_service",
    "family_pair",
    "same_day_service",
    "same_day_code",
    "edits_of",
    "hospital_service",
    "hospital_modifier",
    "hospital_edits_of",
)


def add_services_of_choice(facts: Facts) -> None:
    """What the same practitioner's services of the month mean for the chosen codes; needs `codes` and `service_date`.

    The practitioner's claim meets the practitioners' edition of the NCCI edits; in a hospital's department the codes on
    the hospital's own claim meet the hospitals' edition too.
    """
    texts = Texts(COLUMNS, facts.size)
    services = _own_services(facts)
    services["codes"] = facts.frame["codes"].to_numpy(object)[services["patient"]]
    day = facts.frame["service_date"].to_numpy()[services["patient"]]
    services["same_day"] = (services["first"].to_numpy() <= day) & (day <= services["last"].to_numpy())
    services["carries"] = facts.frame["separate_codes"].to_numpy(object)[services["patient"]]
    hospital = hospital_codes(facts.frame, facts.book)
    for (codes, carries), some in services[services["codes"] != ""].groupby(["codes", "carries"], sort=True):
        billed = frozenset(str(codes).split()[::2])
        carried = billed & {*str(carries).split()}
        rest = _pairs_of_month(billed, some, facts, texts, carried)
        for row, other, lifted, one, edit in _edits_of_day(billed, rest, facts, "practitioner"):
            if edit.bypassable and (lifted or one in carried):
                continue
            if not edit.bypassable:
                _once(texts, row, same_day_service=other, same_day_code=one, edits_of=edit.quarter)
            else:
                _once(texts, row, modifier_service=other, modifier=LIFTING, modifier_by=edit.quarter)
        rest = rest[~Written(rest["code"]).among(codes_off_hospital_claim(facts.book))]
        for row, other, lifted, one, edit in _edits_of_day(billed & hospital, rest, facts, "hospital"):
            if edit.bypassable and (lifted or one in carried):
                continue
            lifting = LIFTING if edit.bypassable else "no modifier"
            _once(texts, row, hospital_service=other, hospital_modifier=lifting, hospital_edits_of=edit.quarter)
    for name, text in texts.columns():
        facts.frame[name] = text


def barred_by_services(found: pd.DataFrame, facts: Facts) -> Any:
    """Which candidates cannot stand beside a service that the same practitioner bills in the month."""
    services = facts.services_of_month
    rows, patient = services.rows[services.own], services.patient[services.own]
    barred = np.zeros(len(found), dtype=bool)
    if not len(rows):
        return barred
    code, whose = Written(rows["code"]), found["patient"].to_numpy()
    for codes in found["codes"].unique():
        theirs = _barring(frozenset(codes.split()[::2]), facts)
        met = np.bincount(patient[code.among(theirs)], minlength=facts.size) > 0
        barred |= (found["codes"] == codes).to_numpy() & met[whose]
    return barred


def _own_services(facts: Facts) -> pd.DataFrame:
    """The same practitioner's services of the month, in the order of the list; what may be that practitioner's own is
    read as such where it only holds or warns.
    """
    services = facts.services_of_month
    rows, patient, last, *_ = services.among(services.own | services.unclear)
    return pd.DataFrame(
        {
            "patient": patient,
            "code": Written(rows["code"]).text,
            "first": rows["service_date"].to_numpy("datetime64[ns]"),
            "last": last.to_numpy("datetime64[ns]"),
            "lifted": carries_modifier(rows),
        }
    )


def _pairs_of_month(
    billed: frozenset[str], some: pd.DataFrame, facts: Facts, texts: Texts, carried: frozenset[str]
) -> pd.DataFrame:
    """Writes down the month's pairs; gives the services of the date of service that none of them settles.

    The codes `carried` have the modifier already that the practice recorded for separate work; others need their own.
    """
    code, patient = Written(some["code"]), some["patient"].to_numpy()
    _, ours = codes_of_program(facts.book)
    on_the_day = some["same_day"].to_numpy(bool)
    settled = code.among(ours)
    for conflict in facts.book.exclusions.against(billed):
        pair = conflict.pair
        met = code.among(conflict.theirs - ours)
        if pair.within == "day":
            met = met & on_the_day
        effect = pair.effect_for(facts.settings)
        if pair.strength == "modifier":
            said = ("modifier_service", "modifier", "modifier_by")
            if LIFTING[:2] in pair.modifier and conflict.ours <= carried:
                continue
            _write(texts, said, met & ~some["lifted"].to_numpy(bool), patient, code.text, pair.modifier, pair.name)
        elif _bars_a_family(conflict, facts):
            _write(texts, ("family_service", "family_pair"), met, patient, code.text, pair.name)
        if pair.strength == "hard" and effect in ("hold", "not_billable"):
            settled = settled | met
    return some[on_the_day & ~settled]


def _edits_of_day(
    billed: frozenset[str], some: pd.DataFrame, facts: Facts, kind: ncci.Kind
) -> Iterator[tuple[int, str, bool, str, ncci.Edit]]:
    """Every edit of that edition between these services and the codes billed: patient, service and whether its own
    line carries a modifier, code, edit."""
    some = some[Written(some["code"]).among(ncci.codes_with_edits(kind, facts.book.reference.ncci))]
    dates = facts.frame["service_date"].to_numpy("datetime64[D]")[some["patient"].to_numpy()].tolist()
    for row, other, lifted, service_date in zip(some["patient"], some["code"], some["lifted"], dates, strict=True):
        edits = ncci.edits(service_date, kind, facts.book.reference.ncci)
        for one in sorted(billed):
            if edit := edits.between(one, other):
                yield int(row), str(other), bool(lifted), one, edit


def _once(texts: Texts, row: int, **said: str) -> None:
    """Writes the words into the row unless something is there already; the first word says whether."""
    if texts[next(iter(said))][row] is None:
        for name, text in said.items():
            texts[name][row] = text


def _bars_a_family(conflict: Conflict, facts: Facts) -> bool:
    """Whether the pair speaks against the family whose codes it was found with, and not against the whole program."""
    effect = conflict.pair.effect_for(facts.settings)
    return effect == "hold" or (effect == "not_billable" and not _whole(conflict.pair.name, facts))


def _barring(billed: frozenset[str], facts: Facts) -> frozenset[str]:
    """The codes of others that bar a family with these codes."""
    _, ours = codes_of_program(facts.book)
    conflicts = [one for one in facts.book.exclusions.against(billed) if one.pair.strength != "modifier"]
    return frozenset().union(*(one.theirs - ours for one in conflicts if _bars_a_family(one, facts)))


def _whole(name: str, facts: Facts) -> bool:
    _, ours = codes_of_program(facts.book)
    conflicts = facts.book.exclusions.against(ours)
    return any(conflict.pair.name == name and bars_the_program(conflict, facts.book) for conflict in conflicts)


def _write(texts: Texts, columns: tuple[str, ...], met: Any, patient: Any, code: Any, *said: str) -> None:
    """The code and what is said of it, where the first column is empty."""
    rows = np.flatnonzero(met)
    if not len(rows):
        return
    fresh = rows[pd.isna(texts[columns[0]][patient[rows]])]
    texts[columns[0]][patient[fresh]] = code[fresh]
    for column, text in zip(columns[1:], said, strict=True):
        texts[column][patient[fresh]] = text
