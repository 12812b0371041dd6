"""The worklist of co-pay cases, and its answers as moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from config.contract import worklist_outputs
from config.frames import as_contract
from config.letters import language_note, language_of
from tasks.route.machine import OUTCOMES, Case, Move
from tasks.route.qmb_shares import ShareLeft, rows_of

ATTEMPTS = ("no_answer", "voicemail", "wrong_number")
SAID = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop")
WRITTEN = "by_letter"


def worklist(cases: pd.DataFrame, patients: pd.DataFrame, shares: Iterable[ShareLeft] = ()) -> pd.DataFrame:
    """The open cases with the patient's name and telephone, the soonest due first, the columns for answers empty.

    Among them stands each month's share of a Qualified Medicare Beneficiary that is left and not adjusted.
    """
    table = worklist_outputs()["copay_worklist"]
    live = cases[cases["state"] == "open"]
    rows = rows_of(shares)
    if len(rows):
        both = [live.assign(month=None), rows] if len(live) else [rows]
        texts = dict.fromkeys(("month", "escalated_to"), "object")
        live = pd.concat([one.astype({n: t for n, t in texts.items() if n in one}) for one in both], ignore_index=True)
        live = live.sort_values(["due_date", "case_number"], kind="stable")
    who = patients[["patient_id", "last_name", "first_name", "phone"]].drop_duplicates("patient_id")
    return as_contract(live.merge(who, on="patient_id", how="left"), table)


def letters_due(cases: pd.DataFrame, patients: pd.DataFrame, languages: Sequence[str]) -> pd.DataFrame:
    """The letters that the cases' next steps ask for: case, kind, day, language, and what it may ask for.

    Of cases that are settled they are confirmations to who stopped, due at once.

    `languages` are those that the practice writes; a patient who reads none of them gets a letter and a note.
    """
    due = cases[cases["letter"].notna()]
    due = due.assign(due_date=due["due_date"].fillna(due["settled_date"]))
    reads: pd.Series = pd.Series(None, index=due["patient_id"], dtype=object)
    if "language" in patients:
        reads = patients.drop_duplicates("patient_id").set_index("patient_id")["language"].reindex(due["patient_id"])
    told = {
        "language": [language_of(one, languages) for one in reads],
        "language_note": [language_note(one, languages) or None for one in reads],
    }
    return as_contract(due.assign(**told), worklist_outputs()["copay_letters"])


def moves_for(
    answer: str, case: Case, day: date, by: str, note: str, option: str, cents: int, source: str
) -> list[Move]:
    """The moves that one answer on the worklist stands for; the steps that it takes for granted go before it.

    Who offers has reached the patient, and who takes an application has offered it.
    """
    told = Move("attempt", day, source, by=by, note=note)
    if answer in ATTEMPTS:
        return [replace(told, reason=answer)]
    if answer in ("reached", "letter_sent"):
        note = note or (WRITTEN if answer == "letter_sent" else "")
        return [replace(told, what="contact", reason=answer, note=note)]
    if answer in SAID:
        return [replace(told, what="hear", source=f"said:{day}:{answer}", reason=answer)]
    reached = [replace(told, what="contact", source=f"{source}:reached")] if case.stage == "open" else []
    offered = [replace(told, what="offer", source=f"{source}:offered", option=option)]
    if answer == "offered":
        return [*reached, *offered]
    if answer == "applied":
        before = offered if case.stage in ("open", "contacted") else []
        return [*reached, *before, replace(told, what="apply")]
    if answer == "refused_application":
        return [replace(told, what="refuse")]
    if answer == "closed":
        return [replace(told, what="close")]
    needs_talk = "open" not in OUTCOMES.get(answer, ("open",)) and "contacted" in OUTCOMES[answer]
    return [*(reached if needs_talk else []), replace(told, what="resolve", outcome=answer, cents=cents)]
