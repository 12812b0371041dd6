"""A letter addressed: what the stored month knows of a patient beside what is said of the matter, as a `LetterFor`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.letter_settings import LetterSettings
from config.letters import Addressee, LetterFor, LetterRefusedError, ShareFigures, language_of
from config.month import Month

Tables = Mapping[str, pd.DataFrame]
AGREED, STOPS = "agreed", "asks_to_stop"


def letter_for(
    kind: str, tables: Tables, share: Mapping[str, Any], month: Month, practice: LetterSettings, written: date,
    coinsurance_percent: int, deductible_cents: int | None, given: Mapping[str, Any],
) -> LetterFor:  # fmt: skip
    """The letter of that kind to the patient of `share`, a row of the forecast.

    Name, address, language and what the patient said come from the tables, the day on which they asked to stop too.
    What is `given` of the matter itself (fields of LetterFor) stands before what the tables say; what was `said`
    besides, as a case has it, stands behind. LetterRefusedError where the patient has died.
    """
    not_to_the_dead(kind, tables, share)
    given = dict(given)
    besides = given.pop("said", ())
    patient_id = share["patient_id"]
    row = _mine(tables["patients"], patient_id).iloc[0]
    said = _said(tables, patient_id)
    found: dict[str, Any] = {
        "language": language_of(row.get("language"), practice.languages),
        "said": (*said["response"].astype("str"), *besides),
        "owes": share["owes"],
    }
    stops = said[(said["response"] == STOPS).to_numpy(bool)]["response_date"]
    if len(stops):
        asked = pd.Timestamp(stops.iloc[-1]).date()
        found |= {"said_on": asked, "last_day": Month.of(asked).last}
    practice_row = tables["practices"].iloc[0]
    return LetterFor(
        kind=kind,
        case_number=share["case_number"],
        patient=_addressee(row),
        practice_name=_text(practice_row["practice_name"]),
        practice=practice,
        written=written,
        month=month,
        share=figures(share, coinsurance_percent, deductible_cents),
        **(found | {name: value for name, value in given.items() if value not in (None, ())}),
    )


def not_to_the_dead(kind: str, tables: Tables, share: Mapping[str, Any]) -> None:
    """The patient of `share` is alive, as far as is on file; else LetterRefusedError, one sentence."""
    died = _mine(tables["patients"], share["patient_id"]).iloc[0].get("death_date")
    if died is not None and not pd.isna(died):
        raise LetterRefusedError(
            f"{share['case_number']}: the letter '{kind}' is refused: the patient died on "
            f"{pd.Timestamp(died):%Y-%m-%d} by the patients table, and "
            "nothing is written to, or said on the telephone to, somebody who has died; "
            "correct death_date there if it is wrong."
        )


def figures(share: Mapping[str, Any], coinsurance_percent: int, deductible_cents: int | None) -> ShareFigures:
    """A row of the forecast as a letter states it."""
    by_plan = _cents(share.get("copay_cents")) is not None
    return ShareFigures(
        cents=_cents(share["share_cents"]),
        most_cents=_cents(share["share_most_cents"]),
        year_cents=_cents(share["year_share_cents"]),
        year_most_cents=_cents(share["year_most_cents"]),
        months_a_year=int(share["months_a_year"]),
        coinsurance_percent=0 if by_plan else coinsurance_percent,
        deductible_cents=None if by_plan else deductible_cents,
        other_insurance_cents=_cents(share["second_payer_takes_cents"]),
        by_plan=by_plan,
        second_bill=bool(_cents(share["second_coinsurance_cents"])),
    )


def _said(tables: Tables, patient_id: str) -> pd.DataFrame:
    """The patient's answers about the co-pay since they last agreed, in their order."""
    if "copay_responses" not in tables:
        return pd.DataFrame({"response": [], "response_date": []})
    rows = _mine(tables["copay_responses"], patient_id).sort_values("response_date", kind="stable")
    agreed = (rows["response"] == AGREED).to_numpy(bool)
    return rows[~agreed & (agreed[::-1].cumsum()[::-1] == 0)]


def _mine(frame: pd.DataFrame, patient_id: str) -> pd.DataFrame:
    return frame[(frame["patient_id"] == patient_id).to_numpy(bool)]


def _addressee(row: Mapping[str, Any]) -> Addressee:
    names = ("first_name", "last_name", "address", "city", "state", "zip")
    return Addressee(*(_text(row.get(name)) for name in names))


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()


def _cents(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
