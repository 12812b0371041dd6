"""Who covers it, looked at: the matrix of a month, and one case as it is known today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from config.counted import first_few, plural
from config.errors import InputError
from config.medicaid_states import MEDICAID_STATES
from config.month import Month
from config.payer_register import FIRST, OWES_WORDS, program_of, register_in
from config.payer_settings import payer_settings
from config.settings import practice_settings
from flows.owed import stored_case
from flows.payer_answers import called
from tasks.cover.lists import asked_about, nobody_known
from tasks.cover.rerun import TABLES, answers_in, changed, known_now, rests_otherwise, tables_of_patients
from tasks.cover.verify import Known
from tasks.send.words import dollars
from tasks.store import coverage as stored
from tasks.store.case_numbers import parse
from tasks.store.coverage import NOBODY_KNOWN
from tasks.store.filing import Limits, limits_in
from tasks.store.payers_said import ANSWERS, OTHERS
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store

OF_STATES = ("medicaid", "qmb")
HEADS = ("covers", "does not", "unknown", "conflict")  # as short as 80 columns want them
MOST = 6  # cases that are named
WORDS = {
    "unknown": "nobody has said yet whether the payer covers it",
    "conflicting": "what is on file, or an eligibility answer, contradicts itself, so no answer counts",
}
SECOND = {
    "none": "none, it does not pay it",
    "handed_on": "none by hand, the payer before hands it on",
    "ask": "ask whether it takes one; that it does not pay is only recalled",
    "by_hand": "by hand, once the payer before has answered",
    "by_remittance": "by hand, unless the remittance before it says that it was handed on (MA18, status 19)",
}
STATES = ("covers", "does_not", "unknown", "conflicting")


def print_matrix(console: Console, database: str, month: Month, practice: str | None) -> None:
    """Payers by their place against their answers, in patients; then who and what is asked. No identities."""
    store = open_store(database)
    try:
        for practice_id, cycle, answers in _answers(store, month, practice):
            decisions = store.frame("decisions", cycle)
            rows = asked_about({"payer_answers": answers} | store.kept_tables(cycle, "program_answers"), decisions)
            rows = rows[rows["place"] > 0]
            table = Table(title=f"{practice_id} · {month} · who covers care management", title_justify="left", box=None)
            for heading in ("Place", "Payer", *HEADS, "Patients"):
                left = heading in ("Place", "Payer")
                table.add_column(heading, justify="left" if left else "right", no_wrap=True)
            place = rows["place"].clip(upper=3)
            kind = _called_by_state(rows)
            for (program, where, payer), group in rows.groupby([rows["program"] != FIRST, place, kind]):
                for name, some in group.groupby(group["program"].astype("str")) if program else [("", group)]:
                    counts = some["answer"].astype("str").value_counts()
                    cells = [f"{int(counts.get(one, 0)):,}" if counts.get(one, 0) else "·" for one in STATES]
                    called = str(payer) + (f", {name}" if name else "")
                    words = {1: "1st", 2: "2nd", 3: "later"}[int(where)]
                    table.add_row(words, called, *cells, f"{some['patient_id'].nunique():,}")
            console.print(table, highlight=False)
            cases = decisions.drop_duplicates("patient_id").set_index("patient_id")["case_number"]
            _print_tasks(console, store, practice_id, month, rows, nobody_known(rows, cases))
            _print_newer(console, store, practice_id, month, rows)
    finally:
        store.close()


def _called_by_state(rows: pd.DataFrame) -> pd.Series:
    """The kind of each payer, that of a Medicaid with its state: each state has one of its own."""
    kind = rows["payer_kind"].astype("str")
    state = rows["plan"].astype("str").str.partition(" ")[0]
    state = state.where(state.isin(MEDICAID_STATES), "?")
    return kind.str.replace("_", " ").where(~kind.isin(OF_STATES), kind + " " + state)


def _print_tasks(
    console: Console, store: Store, practice_id: str, month: Month, rows: pd.DataFrame, nobody: pd.DataFrame
) -> None:
    mine = rows[rows["asks"]]
    patients = mine.groupby(mine["plan_key"].astype("str"))["patient_id"].nunique()
    with store.reading() as connection:
        tasks = [one for one in stored.tasks_of(connection, practice_id) if one["state"] == "open"]
    plans = [one for one in tasks if one["plan_key"] in patients.index]
    for task in sorted(plans, key=lambda one: -int(patients[one["plan_key"]])):
        program = program_of(task["plan_key"])
        what = called(task) + ("" if program == FIRST else f" about {program}")
        _say(console, f"{stored.task_text(task['number'])} by {task['due_date']}: ask {what} "
                      f"({plural(int(patients[task['plan_key']]), 'patient')})")  # fmt: skip
    if not plans:
        _say(console, "No plan has to be asked.")
    if len(nobody):
        number = {one["plan"]: stored.task_text(one["number"]) for one in tasks if one["payer_kind"] == NOBODY_KNOWN}
        cases = [f"{case} ({number[case]})" if case in number else case for case in nobody["case_number"]]
        more = f" and {len(cases) - MOST:,} more in coverage_tasks.csv" if len(cases) > MOST else ""
        _say(
            console,
            f"{plural(len(nobody), 'patient')} of whom nobody knows who pays first: {', '.join(cases[:MOST])}{more}.",
        )
    for answer, where in (("unknown", "coverage_tasks.csv"), ("conflicting", "coverage_queries.csv")):
        some = rows[(rows["answer"].astype("str") == answer).to_numpy(bool)]
        if len(some):
            _say(console, f"{answer.capitalize()}: {WORDS[answer]}; see coverage/{where} of {month}.")


def _print_newer(console: Console, store: Store, practice_id: str, month: Month, rows: pd.DataFrame) -> None:
    """The recorded answers by which the month was not decided: until it is run again they are not in the matrix."""
    with store.reading() as connection:
        latest = stored.latest_answers(connection, practice_id)
    newer = {plan: one for plan, one in latest.items() if rests_otherwise(rows, month, one)}
    if not newer:
        return
    numbers = first_few([stored.task_text(one["task_number"]) for one in newer.values()], MOST)
    waiting = rows[rows["plan_key"].astype("str").isin(list(newer))]["patient_id"].nunique()
    said = plural(len(newer), "recorded answer is", "recorded answers are")
    _say(console, f"{said} not in it yet ({numbers}; {plural(waiting, 'patient')}): run the month again "
                  f"(ccm run --month {month}).")  # fmt: skip


def print_case(
    console: Console, database: str, case: str, month: Month | None, practice: str | None,
    settings: Path | None = None,
) -> None:  # fmt: skip
    """One case's payers in their order as they are known today, each with its answer and what that rests on; then what
    is to be asked, or that nothing is. Without a month it is the case's last one.

    Where the month was decided by less, that is said with what it was decided by. Nobody is named.
    """
    store = open_store(database)
    try:
        practice_id, patient = store.patient(case, practice)
        if month is None:
            month = stored_case(store, case, None, practice_id)[0].month
        for _, cycle, answers in _answers(store, month, practice_id):
            tables = tables_of_patients(store.kept_tables(cycle, *TABLES), pd.Series([patient], dtype="str"))
            before = answers_in(tables)
            before = answers.assign(program=FIRST) if before is None else before
            now, newer = _today(store, practice_id, tables, before, month, settings)
            of_plan = (now["program"] == FIRST).to_numpy(bool)
            told = {ANSWERS: now[of_plan].drop(columns="program"), OTHERS: now[~of_plan]}
            limits = limits_in(practice_settings(practice_id, settings).filing_days, told)
            mine = now[now["place"] > 0].sort_values("place", kind="stable")
            if mine.empty:
                _say(console, f"{case} has no payer on file in {month}; run an eligibility inquiry (270/271).")
            decided = before.set_index(["coverage_id", "program"])["answer"].astype("str")
            for row in mine.to_dict("records"):
                was = decided.get((row["coverage_id"], row["program"]), "")
                _print_payer(console, row, "" if was == row["answer"] else str(was), month, limits)
            _say_asked(console, store, practice_id, f"C-{parse(case):06d}", mine)
            if newer:
                text = f"{month} was decided before this was known: it rests on the older state until it is run again"
                _say(console, f"{text} (ccm run --month {month}).")
    finally:
        store.close()


def _say_asked(console: Console, store: Store, practice_id: str, case: str, rows: pd.DataFrame) -> None:
    """The open tasks that the case waits for; a plan that has none yet gets one when the month is run."""
    with store.reading() as connection:
        tasks = [one for one in stored.tasks_of(connection, practice_id) if one["state"] == "open"]
    asked = dict.fromkeys(rows.loc[rows["asks"].to_numpy(bool), "plan_key"].astype("str"))
    theirs = {one["plan_key"]: one for one in tasks if one["plan_key"] in asked or one["plan"] == case}
    for one in theirs.values():
        what = "who pays first" if one["payer_kind"] == NOBODY_KNOWN else called(one)
        _say(console, f"To be asked by {one['due_date']}: {what} ({stored.task_text(one['number'])}).")
    if set(asked) - set(theirs):
        _say(console, "A plan that has to be asked has no task yet; the next run of the month opens it.")
    elif not theirs and len(rows):
        _say(console, "Nothing has to be asked.")


def _today(
    store: Store, practice_id: str, tables: dict[str, pd.DataFrame], before: pd.DataFrame, month: Month,
    settings: Path | None,
) -> tuple[pd.DataFrame, bool]:  # fmt: skip
    """The answers by what is known now, and whether the month was decided by less."""
    with store.reading() as connection:
        recorded = stored.latest_answers(connection, practice_id)
        shown = stored.shown_since(connection, month.first)
    known = Known(register_in(month), payer_settings(practice_id, settings), recorded)
    now, *_ = known_now(tables, month, known, shown)
    if settings is None:  # what the practice's own settings say cannot be asked again without them
        own = before[(before["reason"] == "own_entry").to_numpy(bool)]
        theirs = now["coverage_id"].isin(own["coverage_id"]) & (now["answer"] != "conflicting")
        now = pd.concat([now[~theirs.to_numpy(bool)], own[own["coverage_id"].isin(now["coverage_id"][theirs])]])
    return now, len(changed(before, now)) > 0


def _of_claims(row: dict[str, Any], month: Month, limits: Limits) -> list[str]:
    """Which codes, where the claim goes, whether a second one is sent by hand, the co-pay, and the filing limit."""
    texts = ("codes", "codes_not_covered", "bill", "second_claim")  # a month decided before has none of them
    row = row | {name: "" if pd.isna(row[name]) else str(row[name]) for name in texts}
    patient_id, program, kind, payer_id = (str(row[n]) for n in ("patient_id", "program", "payer_kind", "payer_id"))
    limit = limits.of(patient_id, program, kind, payer_id, month.last)
    sure = "" if limit is None or limit.sure else ", only recalled: ask"
    until = f"{limit.last_day} for {month.last}{sure} ({limit.source})" if limit else "not known: ask the payer"
    return [
        f"covers these codes: {row['codes']}" if row["codes"] else "",
        f"does not cover: {row['codes_not_covered']}" if row["codes_not_covered"] else "",
        f"bill: {row['bill']}" if row["bill"] else "",
        f"second claim: {SECOND[row['second_claim']]}" if row["second_claim"] else "",
        "" if pd.isna(row["copay_cents"]) else f"co-pay: {dollars(row['copay_cents'])} a month",
        f"takes a claim until: {until}",
    ]


def _print_payer(console: Console, row: dict[str, Any], was: str, month: Month, limits: Limits) -> None:
    about = "" if row["program"] == FIRST else f", {row['program']}"
    name = f"{row['payer_name']} {row['plan']}".strip()
    kind = _plain(row["payer_kind"])
    head = f"{row['place']}. {name} ({kind}{about})" if name else f"{row['place']}. {kind}{about}"
    before = f" (decided by: {_plain(was)})" if was else ""
    _say(console, f"{head}: {_plain(row['answer'])}{before}")
    owes = (
        f"patient owes: {OWES_WORDS[row['patient_owes']]}; authorization: {_authorization(row['needs_authorization'])}"
    )
    lines = [
        row["evidence"],
        f"{row['confidence']}: {row['source']}",
        f"takes coinsurance: {row['takes_coinsurance']}; deductible: {row['takes_deductible']}; {owes}",
        *_of_claims(row, month, limits),
        f"eligibility: {row['eligibility']}" if row["eligibility"] else "",
    ]
    for line in filter(None, lines):
        console.print(Padding(Text(str(line)), (0, 0, 0, 3)))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False)


def _authorization(needed: object) -> str:
    if needed is None or needed is pd.NA:
        return "unknown"
    return "needed" if needed else "not needed"


def _answers(store: Store, month: Month, practice: str | None) -> list[tuple[str, Cycle, pd.DataFrame]]:
    found = []
    for practice_id in [practice] if practice else store.practices(month):
        cycle = store.latest(practice_id, month)
        if cycle is None:
            continue
        answers = store.kept_table(cycle, "payer_answers")
        if answers is None:
            raise InputError(f"{practice_id}, {month} was decided before payers were asked; run the month again.")
        found.append((practice_id, cycle, answers))
    if not found:
        whose = f" of practice {practice}" if practice else ""
        raise InputError(f"There is no decided {month}{whose} in this database; run that month first.")
    return found
