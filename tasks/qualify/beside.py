"""Programs that the practice bills for one patient in one month, held against one another after each was decided."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from config import ncci
from config.exclusions import Conflict
from config.frames import as_texts
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify.lookup import rows_of
from tasks.qualify.other_services import codes_of_program
from tasks.qualify.programs import COLUMN, Decided, add_findings, keep_one_of_excluding

BESIDE = {
    "modifier_between_programs": ("code_beside", "modifier_beside"),
    "condition_between_programs": ("condition_beside", "condition_pair"),
}
SEPARATE = "59"
TOLD_LATER = (*COLUMN.values(), *(column for columns in BESIDE.values() for column in columns))
"""Facts of a patient-month that are known only when all of its programs are decided; empty until then."""


class Beside(NamedTuple):
    """What two sets of codes of one patient mean for one another."""

    excluded: bool = False
    modifier: tuple[str, str, str] | None = None  # ours, theirs, the modifier
    condition: tuple[str, str, str] | None = None  # ours, theirs, the pair


def tell_programs_beside(parts: list[Decided], settings: PracticeSettings) -> None:
    """Of codes that cannot stand together one program keeps its own; what only a modifier or a condition lets through
    is told in both.

    Two programs of one kind and practitioner are settled already; here are all others, read by the same table of pairs
    and the same edits as the services that others billed.
    """
    two = [(a, b) for place, a in enumerate(parts) for b in parts[place + 1 :] if concerned(a.book, b.book)]
    met = [_pairs_of_rows(a, b) for a, b in two]
    for (a, b), rows in zip(two, met, strict=True):
        excluded = rows[[meaning.excluded for meaning in rows["means"]]]
        if len(excluded):
            masks = [_mask(part, excluded[side]) for part, side in ((a, "a"), (b, "b"))]
            keep_one_of_excluding([a, b], masks, settings)
    for (a, b), every in zip(two, met, strict=True):
        rows = every[_claimed(a)[every["a"]] & _claimed(b)[every["b"]]]
        for name, columns in BESIDE.items():
            said = [getattr(meaning, name.partition("_")[0]) for meaning in rows["means"]]
            some = rows[[text is not None for text in said]]
            if len(some):
                texts = pd.DataFrame([text for text in said if text is not None], columns=["a", "b", "text"])
                _tell(a, name, columns, some["a"].to_numpy(), texts["b"], texts["text"], settings)
                _tell(b, name, columns, some["b"].to_numpy(), texts["a"], texts["text"], settings)


def concerned(one: RuleBook, other: RuleBook) -> bool:
    """Whether any pair or edit speaks of codes of both programs, so that their patients must be looked at."""
    ours, theirs = codes_of_program(one)[1], codes_of_program(other)[1]
    if any(conflict.theirs & theirs and conflict.pair.strength != "allowed" for conflict in _against(one, ours)):
        return True
    edits = ncci.edits(one.month.last, "practitioner", one.reference.ncci)
    return any(edits.between(code, beside) for code in ours for beside in theirs)


def _against(book: RuleBook, codes: frozenset[str]) -> tuple[Conflict, ...]:
    return book.exclusions.against(codes)


def _mask(part: Decided, rows: pd.Series) -> Any:
    mask = np.zeros(len(part.months), dtype=bool)
    mask[rows.to_numpy()] = True
    return mask


def _claimed(part: Decided) -> Any:
    m = part.months
    return (m["outcome"].isin(["bill", "hold"]) & (m["codes"] != "")).to_numpy(bool)


def _pairs_of_rows(a: Decided, b: Decided) -> pd.DataFrame:
    """One row a patient who is claimed, or waits with codes, in both: the rows in each, and what it means."""
    claimed = [np.flatnonzero(_claimed(part)) for part in (a, b)]
    place = rows_of(a.months["patient_id"].iloc[claimed[0]], b.months["patient_id"].iloc[claimed[1]])
    rows = pd.DataFrame({"a": claimed[0][place[place >= 0]], "b": claimed[1][place >= 0]})
    for side, part in (("a", a), ("b", b)):
        for column in ("codes", "practitioner_id", "service_date", "separate_codes"):
            rows[f"{column}_{side}"] = part.months[column].to_numpy()[rows[side]]
    rows["same"] = rows["practitioner_id_a"] == rows["practitioner_id_b"]
    rows["day"] = rows["service_date_a"].where(rows["service_date_a"] == rows["service_date_b"])
    rows["carried"] = rows["separate_codes_a"].astype("str") + " " + rows["separate_codes_b"].astype("str")
    kinds = rows.groupby(["codes_a", "codes_b", "same", "day", "carried"], dropna=False, sort=True)
    found = [Beside()] * len(rows)
    same_kind = _group(a.book) == _group(b.book)
    for (ours, theirs, same, day, carried), members in kinds.indices.items():
        codes = (str(ours), str(theirs), str(carried))
        means = Beside() if same and same_kind else _meaning(a.book, *codes, bool(same), day)
        for member in members:
            found[member] = means
    rows["means"] = pd.Series(found, index=rows.index, dtype=object)
    return rows


def _group(book: RuleBook) -> str:
    return next(program.group for program in book.programs if program.program == book.program)


def _meaning(book: RuleBook, ours: str, theirs: str, carried: str, same: bool, day: Any) -> Beside:
    """Codes that are `carried` have the modifier already that the practice recorded for separate work."""
    lifted = frozenset(carried.split())
    mine, others = (frozenset(codes.split()[::2]) for codes in (ours, theirs))
    excluded, settled = False, set()
    modifier = condition = None
    for conflict in _against(book, mine):
        pair, met = conflict.pair, sorted(conflict.theirs & others)
        if not met or not (same or pair.scope != "same_practitioner") or (pair.within == "day" and pd.isna(day)):
            continue
        own = min(conflict.ours)
        settled |= {frozenset((one, other)) for one in conflict.ours for other in met}
        if pair.strength == "modifier":
            bare = conflict.ours - lifted, [code for code in met if code not in lifted]
            if SEPARATE not in pair.modifier:
                modifier = modifier or (own, met[0], pair.modifier)
            elif all(bare):
                modifier = modifier or (min(bare[0]), bare[1][0], pair.modifier)
        elif pair.effect == "warn":
            condition = condition or (own, met[0], pair.name)
        elif pair.strength == "hard":
            excluded = True
    if same and not pd.isna(day):
        edits = ncci.edits(pd.Timestamp(day).date(), "practitioner", book.reference.ncci)
        for one in sorted(mine):
            for other in sorted(others):
                edit = edits.between(one, other)
                if edit is None or frozenset((one, other)) in settled:
                    continue
                excluded |= not edit.bypassable
                if edit.bypassable and not {one, other} & lifted:
                    modifier = modifier or (one, other, f"{SEPARATE} or XU")
    return Beside(excluded, modifier, condition)


def _tell(
    part: Decided, name: str, columns: tuple[str, str], rows: Any, code: Any, text: Any, settings: PracticeSettings
) -> None:
    """Writes down code and text in those rows where nothing was said before, and adds the finding."""
    if name not in part.book.rules:
        return
    values = [part.months[column].to_numpy(object).copy() for column in columns]
    fresh = values[0][rows] == ""
    for value, said in zip(values, (code, text), strict=True):
        value[rows[fresh]] = said.to_numpy(object)[fresh]
    for column, value in zip(columns, values, strict=True):
        part.months[column] = as_texts(value)
    add_findings(part, part.book.rules[name], rows[fresh], settings)
