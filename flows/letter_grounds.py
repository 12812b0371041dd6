"""What a letter rests on beside its own words: the case's determination, the books' amount, a day to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from config.letters import LetterRefusedError
from tasks.route.work import determinations_by_case
from tasks.store import case_work
from tasks.store.store import Store

ASKS = ("reminder", "payment_plan")
DETERMINED = {"hardship_granted": True, "hardship_refused": False}


def grounds_hold(
    store: Store, practice_id: str, share: Mapping[str, Any], kind: str, given: Mapping[str, Any], cases: pd.DataFrame
) -> None:
    """Nothing, where the letter has what it rests on; LetterRefusedError, one sentence, where it has not."""
    case, today = share["case_number"], date.today()
    where = f"{case}: the letter '{kind}' is refused"
    if kind in DETERMINED and (reason := _undetermined(store, practice_id, case, kind, given, today)):
        raise LetterRefusedError(f"{where}: {reason}")
    if kind not in ASKS or share["owes"] == "unknown":  # of whom it is not known what they owe is refused as such
        return
    if given.get("due") and given["due"] < today:
        raise LetterRefusedError(f"{where}: the day {given['due']} is over; give a day to come with --day.")
    mine = cases.loc[(cases["case_number"] == case).to_numpy(bool), "ask_cents"].fillna(0)
    ask, wanted = int(mine.sum()), given.get("balance_cents")
    if ask <= 0:
        raise LetterRefusedError(
            f"{where}: by the books nothing may be asked of this patient now; wait for every payer's answer."
        )
    if wanted and wanted > ask:
        raise LetterRefusedError(
            f"{where}: ${wanted / 100:,.2f} are more than the ${ask / 100:,.2f} that the books let be asked."
        )


def _undetermined(store: Store, practice_id: str, case: str, kind: str, given: Mapping[str, Any], today: date) -> str:
    """Why the case's last determination does not carry the letter; empty where it does."""
    with store.reading() as connection:
        found = determinations_by_case(case_work.determined(connection, practice_id, case)).get(case, ())
    if not found:
        return f"the case has no determination; record one first: ccm case {case} determine."
    last = max(found, key=lambda one: (one.decided_date, one.until_date))
    if last.granted != DETERMINED[kind]:
        return f"the determination of {last.decided_date} {'granted' if last.granted else 'refused'} it."
    if last.granted and last.until_date < today:
        return f"its determination expired on {last.until_date}; determine again."
    if last.granted and given.get("reduced_percent") not in (None, last.reduced_percent):
        return f"the determination lowers the share by {last.reduced_percent} percent; give no other --percent."
    if last.granted and given.get("until") not in (None, last.until_date):
        return f"the determination holds until {last.until_date}; give no other --until."
    return ""
