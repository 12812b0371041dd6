"""Two decisions of one month side by side: equal to the last byte, or what differs for how many patients and dollars.

Pure; cases are called by their number, and no cell that identifies a patient is shown.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from config.contract import Table, outputs
from config.frames import cents_at_stake, of_beneficiaries
from tasks.store import bulk

REPLAYED = ("decisions", "candidates", "findings", "claim_lines", "time_ledger")
ADDED_LATER = ("service_date_rule",)
"""Columns that months of an older version were stored without; there nothing is held against them."""
OUTCOMES = ("bill", "hold", "short", "not_billable")

Frames = Mapping[str, pd.DataFrame]


def differences(stored: Frames, again: Frames) -> pd.DataFrame:
    """One row for every cell that differs: table, row, column, stored, again; none when all is equal as CSV bytes.

    `row` names the case where the table has one, else the entry. A row on one side only differs in the column `(row)`;
    equal rows in another order differ in `(order)`. What identifies a patient is not shown.
    """
    found = [_of_table(outputs()[name], stored[name], again[name]) for name in REPLAYED]
    return pd.concat(found, ignore_index=True)


def _of_table(table: Table, stored: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    for name in ADDED_LATER:
        if name in table.names and stored[name].isna().all():
            again = again.assign(**{name: pd.Series(pd.NA, index=again.index, dtype="str")})
    two = [bulk.as_arrow(table, frame) for frame in (stored, again)]
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in ("table", "row", "column", "stored", "again")})
    if _csv(two[0]) == _csv(two[1]):
        return nothing
    texts = [_texts(data) for data in two]
    pair = texts[0].merge(texts[1], "outer", [*table.key, "copy"], suffixes=("|stored", "|again"), indicator=True)
    rows = []
    alone = (pair["_merge"] != "both").to_numpy()
    if alone.any():
        there = np.where(pair["_merge"] == "left_only", "there", "missing")[alone]
        back = np.where(pair["_merge"] == "right_only", "there", "missing")[alone]
        rows.append(_rows(table, pair[alone], "(row)", there, back))
    for column in table.columns:
        if column.name in table.key:
            continue
        old, new = pair[f"{column.name}|stored"], pair[f"{column.name}|again"]
        differs = ((old != new).to_numpy() & ~alone).astype(bool)
        if differs.any():
            hidden = "(not shown)"
            shown = (hidden, hidden) if column.identity else (old[differs], new[differs])
            rows.append(_rows(table, pair[differs], column.name, *shown))
    if not rows:
        rows.append(nothing)
        rows[0].loc[0] = [table.table, "", "(order)", "", ""]
    return pd.concat(rows, ignore_index=True)


def _csv(data: pa.Table) -> bytes:
    sink = io.BytesIO()
    pacsv.write_csv(data, sink)
    return sink.getvalue()


def _texts(data: pa.Table) -> pd.DataFrame:
    frame = bulk.as_frame(data).astype("str").fillna("")
    return frame.assign(copy=frame.groupby(list(_key(frame, data)), sort=False).cumcount())


def _key(frame: pd.DataFrame, data: pa.Table) -> tuple[str, ...]:
    table = next(table for table in outputs().values() if table.names == data.column_names)
    return tuple(name for name in table.key if name in frame)


def _rows(table: Table, pair: pd.DataFrame, column: str, stored: Any, again: Any) -> pd.DataFrame:
    if "case_number" in table.names:
        names = pair["case_number|stored"].where(pair["case_number|stored"].fillna("") != "", pair["case_number|again"])
    else:
        names = pair[table.key[0]]
    more = [name for name in table.key if name not in ("patient_id", table.key[0])]
    for name in more:
        names = names + " " + pair[name]
    return pd.DataFrame(
        {"table": table.table, "row": names.to_numpy(), "column": column, "stored": stored, "again": again}
    ).astype("str")


@dataclass(frozen=True)
class Effect:
    """What another decision of the month means.

    `outcomes`: patients by the best outcome among their programs, before and after. `codes`: units billed by code.
    `amounts`: cents by what they are. `cases`: one row a patient decided otherwise. `shares`: how many patients
    would pay more or less, and the most that it is for one of them. A Qualified Medicare Beneficiary has no share.
    """

    outcomes: pd.DataFrame
    codes: pd.DataFrame
    amounts: pd.DataFrame
    shares: dict[str, int]
    cases: pd.DataFrame


def effect(before: Frames, after: Frames) -> Effect:
    """What differs between the two, in patients, codes, dollars and patients' shares."""
    lines = _asked(before), _asked(after)
    free = _without_share(before) | _without_share(after)
    outcomes = pd.DataFrame({name: _patients(frames["decisions"]) for name, frames in _two(before, after)})
    codes = pd.DataFrame({name: _units(frames["claim_lines"]) for name, frames in _two(before, after)})
    return Effect(
        outcomes=outcomes.reindex(list(OUTCOMES)).fillna(0).astype("int64"),
        codes=codes.sort_index().fillna(0).astype("int64"),
        amounts=pd.DataFrame({name: _amounts(frames) for name, frames in _two(before, after)}).astype("int64"),
        shares=_shares(*lines),
        cases=_cases(*(_unasked(frames["decisions"], free) for frames in (before, after))),
    )


def _two(before: Frames, after: Frames) -> list[tuple[str, Frames]]:
    return [("before", before), ("after", after)]


def _patients(decisions: pd.DataFrame) -> pd.Series:
    rank = decisions["outcome"].astype("str").map({name: rank for rank, name in enumerate(OUTCOMES)})
    best = rank.groupby(decisions["patient_id"].to_numpy()).min()
    return best.map(dict(enumerate(OUTCOMES))).value_counts()


def _units(lines: pd.DataFrame) -> pd.Series:
    return lines.groupby(lines["code"].astype("str"))["units"].sum()


def _amounts(frames: Frames) -> pd.Series:
    lines, decisions = frames["claim_lines"], frames["decisions"]
    held = cents_at_stake(decisions, frames["findings"])
    return pd.Series(
        {
            "expected": int(lines["expected_cents"].fillna(0).sum()),
            "patients' shares, none of QMB": int(_asked(frames)["coinsurance_cents"].fillna(0).sum()),
            "expected of what is held": int(held.fillna(0).sum()),
            "lines without a loaded rate": int(lines["expected_cents"].isna().sum()),
        }
    )


def _asked(frames: Frames) -> pd.DataFrame:
    """The claim lines of patients who may be asked for a share."""
    return frames["claim_lines"][~of_beneficiaries(frames["decisions"], frames["claim_lines"]).to_numpy(bool)]


def _without_share(frames: Frames) -> frozenset[str]:
    """The patients who bill and may not be asked for a share."""
    lines = frames["claim_lines"]
    return frozenset(lines.loc[of_beneficiaries(frames["decisions"], lines).to_numpy(bool), "patient_id"].astype("str"))


def _unasked(decisions: pd.DataFrame, free: frozenset[str]) -> pd.DataFrame:
    """The decisions; of those patients without a share."""
    share = decisions["coinsurance_cents"].mask(decisions["patient_id"].isin(list(free)).to_numpy(bool))
    return decisions.assign(coinsurance_cents=share)


def _shares(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, int]:
    one, other = (
        lines.groupby(lines["patient_id"].astype("str"))["coinsurance_cents"].sum() for lines in (before, after)
    )
    change = other.astype("Float64").sub(one.astype("Float64"), fill_value=0)
    more, less = change[change > 0], change[change < 0]
    return {
        "more": len(more),
        "most_more_cents": int(more.max()) if len(more) else 0,
        "less": len(less),
        "most_less_cents": int(-less.min()) if len(less) else 0,
    }


FIELDS = ("outcome", "codes", "expected_cents", "coinsurance_cents", "reason")


def _cases(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Patients of whom outcome, codes or amounts differ, all of their programs together, by case number."""
    two, sides = (_by_patient(before), _by_patient(after)), ("_before", "_after")
    pair = two[0].merge(two[1], "outer", left_index=True, right_index=True, suffixes=sides)
    differs = np.zeros(len(pair), dtype=bool)
    for field in FIELDS[:-1]:
        old, new = (pair[f"{field}_{side}"].astype("str").fillna("") for side in ("before", "after"))
        differs |= (old != new).to_numpy(bool)
    number = pair["case_number_before"]
    pair["case_number"] = number.where(number.notna(), pair["case_number_after"])
    columns = ["case_number", *(f"{field}{side}" for field in FIELDS for side in sides)]
    return pair.loc[differs, columns].sort_values("case_number", ignore_index=True)


def _by_patient(decisions: pd.DataFrame) -> pd.DataFrame:
    """The best outcome of each patient with its reason; codes that bill, those held in brackets; amounts that bill."""
    outcome = decisions["outcome"].astype("str")
    codes = decisions["codes"].astype("str").fillna("")
    held = codes.where(codes == "", "(" + codes + ")")
    frame = pd.DataFrame(
        {
            "patient_id": decisions["patient_id"].astype("str"),
            "case_number": decisions["case_number"].astype("str"),
            "rank": outcome.map({name: rank for rank, name in enumerate(OUTCOMES)}),
            "reason": decisions["reason"].astype("str").fillna(""),
            "codes": codes.where(outcome == "bill", held),
        }
    )
    for name in ("expected_cents", "coinsurance_cents"):
        frame[name] = decisions[name].where(outcome == "bill")
    frame = frame.sort_values(["patient_id", "rank"], kind="stable")
    of_patient = frame.groupby("patient_id")
    found = of_patient[["case_number", "rank", "reason"]].first()
    found["outcome"] = found.pop("rank").map(dict(enumerate(OUTCOMES)))
    said = frame[frame["codes"] != ""]
    found["codes"] = said.groupby("patient_id")["codes"].agg(", ".join).reindex(found.index).fillna("")
    return found.join(of_patient[["expected_cents", "coinsurance_cents"]].sum(min_count=1))
