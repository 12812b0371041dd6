"""Who covers it, looked at and answered: the matrix of a month, one case, and what a payer said."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.table import Table

from config.errors import InputError
from config.month import Month
from tasks.store import coverage as stored
from tasks.store.store import Store, open_store

ANSWERS = ("covers", "does_not", "unknown", "conflicting")


def print_matrix(console: Console, database: str, month: Month, practice: str | None) -> None:
    """Payers by their place against their answers, in patients; then the plans that are asked. No identities."""
    store = open_store(database)
    try:
        for practice_id, answers in _answers(store, month, practice):
            rows = answers[answers["place"] > 0]
            table = Table(title=f"{practice_id} · {month} · who covers care management", title_justify="left")
            for heading in ("Place", "Payer", *(name.replace("_", " ") for name in ANSWERS), "Patients"):
                table.add_column(heading, justify="left" if heading == "Payer" else "right")
            place = rows["place"].clip(upper=3)
            for (where, kind), group in rows.groupby([place, rows["payer_kind"].astype("str")]):
                counts = group["answer"].astype("str").value_counts()
                cells = [f"{int(counts.get(name, 0)):,}" for name in ANSWERS]
                name = {1: "first", 2: "second", 3: "later"}[int(where)]
                table.add_row(name, kind.replace("_", " "), *cells, f"{group['patient_id'].nunique():,}")
            console.print(table, highlight=False)
            _print_tasks(console, store, practice_id, rows)
    finally:
        store.close()


def _print_tasks(console: Console, store: Store, practice_id: str, rows: pd.DataFrame) -> None:
    patients = rows.groupby(rows["plan_key"].astype("str"))["patient_id"].nunique()
    with store.reading() as connection:
        tasks = [one for one in stored.tasks_of(connection, practice_id) if one["state"] == "open"]
    for task in tasks:
        called = " ".join(filter(None, (task["payer_name"] or task["payer_kind"], task["plan"])))
        count = int(patients.get(task["plan_key"], 0))
        text = f"{stored.task_text(task['number'])} by {task['due_date']}: ask {called} ({count:,} patients)"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not tasks:
        console.print("No plan has to be asked.", highlight=False)


def print_case(console: Console, database: str, case: str, month: Month, practice: str | None) -> None:
    """One case's payers in their order, each with its answer and what that rests on; nobody is named."""
    store = open_store(database)
    try:
        practice_id, patient = store.patient(case, practice)
        for _, answers in _answers(store, month, practice_id):
            mine = answers[(answers["patient_id"] == patient) & (answers["place"] > 0)].sort_values("place")
            if mine.empty:
                raise InputError(f"{case} has no payer on file in {month}; run an eligibility inquiry (270/271).")
            for row in mine.to_dict("records"):
                called = " ".join(filter(None, (row["payer_name"] or row["payer_kind"], row["plan"])))
                lines = [
                    f"{row['place']}. {called} ({_plain(row['payer_kind'])}): {_plain(row['answer'])}",
                    f"   {row['evidence']}",
                    f"   {row['confidence']}: {row['source']}",
                    f"   takes coinsurance: {row['takes_coinsurance']}; deductible: {row['takes_deductible']}; "
                    f"patient owes: {row['patient_owes']}; authorization: {_authorization(row['needs_authorization'])}",
                ]
                lines += [f"   eligibility: {row['eligibility']}"] if row["eligibility"] else []
                console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
    finally:
        store.close()


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _authorization(needed: object) -> str:
    if needed is None or needed is pd.NA:
        return "unknown"
    return "needed" if needed else "not needed"


def _answers(store: Store, month: Month, practice: str | None) -> list[tuple[str, pd.DataFrame]]:
    found = []
    for practice_id in [practice] if practice else store.practices(month):
        cycle = store.latest(practice_id, month)
        if cycle is None:
            continue
        answers = store.kept_table(cycle, "payer_answers")
        if answers is None:
            raise InputError(f"{practice_id}, {month} was decided before payers were asked; run the month again.")
        found.append((practice_id, answers))
    if not found:
        whose = f" of practice {practice}" if practice else ""
        raise InputError(f"There is no decided {month}{whose} in this database; run that month first.")
    return found
