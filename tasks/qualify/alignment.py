"""To which payment models patients are aligned in the month, by columns of patients and the table of alignments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

BETWEEN = "; "


def add_alignment(facts: Any, patients: pd.DataFrame) -> None:
    """The models, in capitals, to which each patient is aligned on some day of the month, each once, the longest ago
    first; empty where to none. `aligned_date` is the first day of the first of them, where it is known."""
    spans = pd.concat([_of_patients(patients), _of_table(facts)], ignore_index=True)
    spans["model"] = spans["model"].astype("str").str.upper().str.replace(r"[;\s]+", " ", regex=True).str.strip()
    on = (spans["model"] != "") & ~(spans["start"] > facts.last) & ~(spans["end"] < facts.first)
    mine = spans[on.to_numpy(bool)].sort_values(["patient", "start", "model"], na_position="first", kind="stable")
    models = mine.groupby("patient")["model"].agg(lambda found: BETWEEN.join(dict.fromkeys(found)))
    first = mine.drop_duplicates("patient").set_index("patient")["start"]
    rows = np.arange(facts.size)
    facts.frame["aligned_model"] = models.reindex(rows).fillna("").astype("str").to_numpy(object)
    facts.frame["aligned_date"] = first.reindex(rows).astype("datetime64[ns]").to_numpy()


def among(models: pd.Series, some: frozenset[str]) -> Any:
    """Whether one of the patient's models is among those."""
    kind, unique = pd.factorize(models)
    return np.array([not some.isdisjoint(text.split(BETWEEN)) for text in unique], dtype=bool)[kind]


def beside(models: pd.Series, some: frozenset[str]) -> Any:
    """Whether the patient has models, and none of them is among those."""
    return (models != "").to_numpy(bool) & ~among(models, some)


def _of_patients(patients: pd.DataFrame) -> pd.DataFrame:
    if "aligned_model" not in patients:  # months stored before it was asked for
        return _spans([], [], [], [])
    told = patients[patients["aligned_model"].notna().to_numpy(bool)]
    return _spans(told.index, told["aligned_model"], told["aligned_date"], told["alignment_ended_date"])


def _of_table(facts: Any) -> pd.DataFrame:
    if "alignments" not in facts.tables:  # likewise
        return _spans([], [], [], [])
    rows, patient = facts.rows("alignments")
    return _spans(patient, rows["model"].fillna(""), rows["start_date"], rows["end_date"])


def _spans(patient: Any, model: Any, start: Any, end: Any) -> pd.DataFrame:
    found = pd.DataFrame({"patient": np.asarray(patient, dtype=np.int64), "model": np.asarray(model, dtype=object)})
    days = {"start": start, "end": end}
    return found.assign(**{name: np.asarray(day, dtype="datetime64[ns]") for name, day in days.items()})
