"""Eligibility answers just read, held against the months that are decided: whose they are and what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from config.contract import source_outputs
from config.frames import as_contract
from config.payer_register import register_in
from config.payer_settings import PayerSettings
from tasks.cover.compare import words_for
from tasks.cover.rerun import SHOWN, TABLES, answers_in, changed, known_now, tables_of_patients
from tasks.cover.verify import Known
from tasks.store.coverage import as_reported, shown_in, shown_since
from tasks.store.store import Store

WHOSE = ["digest", "response"]
MATCHED, OTHER_BIRTH, NOBODYS = "matched", "other_birth_date", "not_found"


@dataclass
class Found:
    """One answer of a file: whose it is, what contradicts it, which months do not rest on it yet."""

    state: str = NOBODYS
    practice_id: str = ""
    patient_id: str = ""
    contradictions: set[str] = field(default_factory=set)
    months: set[str] = field(default_factory=set)


def held_against_months(store: Store, digests: Sequence[str]) -> pd.DataFrame:
    """Each answer of these files, in contract columns with `digest`, by the decided months as they are stored.

    An answer belongs to who has its member number on a coverage of a decided month, unless birth dates differ.
    """
    with store.reading() as connection:
        findings = shown_in(connection, digests)
    people = findings.drop_duplicates(WHOSE).reset_index(drop=True)
    found = {(row.digest, row.response): Found() for row in people.itertuples()}
    for practice_id in store.every_practice() if len(people) else []:
        for cycle in reversed(store.decided(practice_id)):
            tables = store.kept_tables(cycle, *TABLES)
            before = answers_in(tables)
            if before is not None and {"coverages", "patients", "stays"} <= set(tables):
                mine = _matched(people, tables)
                _tell(found, mine, practice_id)
                same = mine[mine["same"] & (mine["answered_date"] >= pd.Timestamp(cycle.month.first))]
                if len(same):
                    _hold(store, found, same, tables_of_patients(tables, same["patient_id"]), cycle.month, practice_id)
    return _listed(store, people, findings, found)


def _matched(people: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The answers with each patient who has their number; `same` where the birth dates do not differ."""
    given = tables["coverages"]
    known = pd.DataFrame(
        {"member_id": as_reported(given["member_id"]), "patient_id": given["patient_id"].astype("str")}
    )
    known = known[known["member_id"] != ""].drop_duplicates()
    born = tables["patients"][["patient_id", "birth_date"]].rename(columns={"birth_date": "born"})
    rows = people.merge(known, on="member_id").merge(born.astype({"patient_id": "str"}), on="patient_id")
    return rows.assign(same=(rows["birth_date"].isna() | (rows["birth_date"] == rows["born"])).to_numpy(bool))


def _tell(found: dict[tuple[str, int], Found], mine: pd.DataFrame, practice_id: str) -> None:
    """Whose an answer is, by the newest month that knows it."""
    for row in mine.sort_values("same", ascending=False).itertuples():
        one = found[(row.digest, row.response)]
        if one.state == NOBODYS or (one.state == OTHER_BIRTH and row.same):
            one.state = MATCHED if row.same else OTHER_BIRTH
            one.practice_id, one.patient_id = practice_id, str(row.patient_id)


def _hold(
    store: Store, found: dict[tuple[str, int], Found], same: pd.DataFrame, tables: Mapping[str, pd.DataFrame],
    month: Any, practice_id: str,
) -> None:  # fmt: skip
    """Adds what contradicts, and the month where it was decided without what is shown now."""
    with store.reading() as connection:
        answers = shown_since(connection, month.first)
    answers = answers[answers["member_id"].isin(same["member_id"]).to_numpy(bool)].reset_index(drop=True)
    now, payers, against = known_now(tables, month, Known(register_in(month), PayerSettings(), {}), answers)
    before = answers_in(tables)
    newer = set() if before is None else set(changed(before, now, SHOWN)["patient_id"].astype("str"))
    ids = payers.patients["patient_id"].astype("str").to_numpy(object)
    shows = {one.name: set(ids[mask]) for one, mask in against if one.about == "eligibility"}
    for row in same.itertuples():
        one = found[(row.digest, row.response)]
        if one.practice_id == practice_id:
            one.contradictions |= {name for name, whom in shows.items() if row.patient_id in whom}
            one.months |= {str(month)} if row.patient_id in newer else set()


def _listed(
    store: Store, people: pd.DataFrame, findings: pd.DataFrame, found: Mapping[tuple[str, int], Found]
) -> pd.DataFrame:
    what = findings.groupby(WHOSE)["what"].agg(lambda some: ", ".join(dict.fromkeys(map(words_for, some))))
    each = [found[key] for key in zip(people["digest"], people["response"], strict=True)]
    frame = people.assign(
        answer=people["response"] + 1,
        state=[one.state for one in each],
        practice_id=[one.practice_id or None for one in each],
        patient_id=[one.patient_id or None for one in each],
        shows=[what[key] for key in zip(people["digest"], people["response"], strict=True)],
        contradictions=[", ".join(sorted(one.contradictions)) or None for one in each],
        run_again=[", ".join(sorted(one.months)) or None for one in each],
    )
    frame["case_number"] = None
    for practice_id in sorted({one.practice_id for one in each} - {""}):
        mine = (frame["practice_id"] == practice_id).to_numpy(bool)
        numbers = store.known_case_numbers(practice_id, frame.loc[mine, "patient_id"])
        frame.loc[mine, "case_number"] = numbers.to_numpy(object)
    listed = as_contract(frame.assign(file_name=""), source_outputs()["eligibility_answers"])
    return listed.assign(digest=frame["digest"].to_numpy(object))


def told_of(listed: pd.DataFrame) -> dict[str, Any]:
    """What the answers of one file come to, without anybody's identity: counts, places in the file, months."""
    strange = listed[(listed["state"] != MATCHED).to_numpy(bool)]
    names = listed["contradictions"].dropna().str.split(", ").explode()
    again = listed[["practice_id", "run_again"]].dropna()
    months = {(row.practice_id, month) for row in again.itertuples() for month in str(row.run_again).split(", ")}
    return {
        "unmatched": [int(place) for place in strange["answer"]],
        "contradictions": {str(name): int(count) for name, count in names.value_counts().sort_index().items()},
        "run_again": sorted(months),
    }
