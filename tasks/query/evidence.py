"""What answers change: the inputs of the month's next decision, and what a run then finds of each query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd

from config.month import Month
from config.query_kinds import query_kinds
from tasks.query.machine import Move, Query

Tables = dict[str, pd.DataFrame]
EVIDENCE = "query_answers"
COLUMNS = ("query_number", "entry_id", "column", "value", "answered_by", "answered_date")
HOLD_GONE = "the finding is gone without an answer"
LIFTED, STANDS, NOTHING = "the hold is lifted", "the hold stands", "the decision does not rest on it"
NOT_FOUND = "the time entry is not among those of the month any more"
SOURCE_SAYS = "the source refuses that time, so it does not count"


def with_answers(tables: Mapping[str, pd.DataFrame], queries: Iterable[Query], month: Month) -> Tables:
    """The tables as the answers about the month correct them, which `query_answers` lists; else as they are.

    An answer takes time away whatever the source says, and gives it only where the source has not refused it. Every
    rule is asked of what comes out, so nothing that bars a month is overridden.
    """
    entries = tables["time_entries"]
    places = pd.Series(range(len(entries)), index=entries["entry_id"].astype("str").to_numpy())
    approved = entries["approved"].astype("boolean").copy()
    rows = []
    for query in queries:
        value = query_kinds()[query.kind].corrects.get(query.answer)
        if query.month != str(month) or not query.counts or value is None:
            continue
        for entry in query.about.split(","):
            place = places.get(entry)
            if place is None or (approved.iloc[place] is not pd.NA and (value or not approved.iloc[place])):
                continue  # what the source has said stands, unless the answer takes the time away
            approved.iloc[place] = value
            told = (query.answered_by, str(query.answered))
            rows.append((query.number, entry, "approved", str(value).lower(), *told))
    if not rows:
        return dict(tables)
    evidence = pd.DataFrame(sorted(rows), columns=list(COLUMNS))
    texts = {name: "str" for name in COLUMNS if name != "query_number"}
    corrected = entries.assign(approved=approved.astype(entries["approved"].dtype))
    return {**tables, "time_entries": corrected, EVIDENCE: evidence.astype(texts)}


def found_by_run(
    queries: Iterable[Query], tables: Mapping[str, pd.DataFrame], findings: pd.DataFrame, decisions: pd.DataFrame,
    month: Month, today: date,
) -> dict[int, list[Move]]:  # fmt: skip
    """What this run of the month means for each of its queries, as moves by number; nothing where nothing follows."""
    met = set(zip(findings["case_number"], findings["program"], findings["rule"], strict=True))
    patients = dict(zip(decisions["case_number"], decisions["patient_id"], strict=True))
    found: dict[int, list[Move]] = {}
    for query in queries:
        if query.month != str(month) or query.state == "closed" or query.case_number not in patients:
            continue
        stands = (query.case_number, query.program, query.rule) in met
        if query.waiting:
            if query.rule and not stands:
                found[query.number] = [_move("withdraw", query, today, HOLD_GONE)]
        elif moves := _of_answer(query, tables, patients[query.case_number], stands, today):
            found[query.number] = list(moves)
    return found


def _of_answer(
    query: Query, tables: Mapping[str, pd.DataFrame], patient: str, stands: bool, today: date
) -> Sequence[Move]:
    kind = query_kinds()[query.kind]
    result = (STANDS if stands else LIFTED) if query.rule else NOTHING
    if query.answer == "not_known" or kind.effect == "told" or query.state == "accepted":
        return []
    if kind.effect == "source" and query.answer == "yes":
        if _shown(query, tables, patient):
            return [_move("confirm", query, today, f"confirmed in the source; {result}")]
        return []
    if kind.effect == "corrects":
        entries = tables["time_entries"]
        mine = entries[entries["entry_id"].astype("str").isin(query.about.split(","))]
        if mine.empty:
            return _taken(query, today, NOT_FOUND)
        wanted = kind.corrects.get(query.answer)
        if wanted and bool(mine["approved"].eq(False).fillna(False).any()):
            return _taken(query, today, SOURCE_SAYS)
        if wanted is not None and not bool(mine["approved"].eq(wanted).fillna(False).all()):
            return []  # it came in while this run was deciding: the next one goes by it
    return _taken(query, today, result)


def _taken(query: Query, today: date, result: str) -> Sequence[Move]:
    return [_move("accept", query, today, result), _move("close", query, today, result)]


def _move(what: str, query: Query, today: date, words: str) -> Move:
    return Move(what, today, f"run:{what}:{query.round}", by="run", words=words)


def _shown(query: Query, tables: Mapping[str, pd.DataFrame], patient: str) -> bool:
    """Whether the source has by now what the answer said."""
    kind = query_kinds()[query.kind]
    rows = tables[kind.table]
    if kind.table == "staff":
        rows = rows[rows["staff_id"].astype("str") == query.about]
    else:
        rows = rows[rows["patient_id"].astype("str") == str(patient)]
    if "program" in rows:
        rows = rows[rows["program"].astype("str") == query.program]
    if kind.detail == "date":
        return bool((rows[kind.column] == pd.Timestamp(query.detail)).any())
    return bool((rows[kind.column].astype("str").str.casefold() == query.detail.casefold()).any())
