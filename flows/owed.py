"""What patients of a stored month are expected to pay: for all of them, one of them, or anybody before any bill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console
from rich.table import Table

from config.catalogue import catalogue
from config.claim_settings import off_campus_modifier, takes_assignment
from config.contract import letter_outputs
from config.errors import InputError
from config.letter_settings import forecast_settings
from config.month import Month
from config.rulebook import RuleBook, load_rulebook
from config.rulebook_archive import restored
from config.settings import practice_settings, stored_settings
from tasks.remit.worklist import balances_of
from tasks.route.balances import told_by_remark
from tasks.route.forecast import Terms, patient_shares
from tasks.route.payers_on_file import of_programs, payers_in, who_never_owe
from tasks.route.usual_service import for_patients, usual_lines
from tasks.send.files import write_list
from tasks.send.letters import FOLDER
from tasks.send.words import CONFIDENCE_NAMES, dollars
from tasks.store.beneficiaries import shown_as_qmb
from tasks.store.day import today_by
from tasks.store.records import Cycle
from tasks.store.store import Store, open_store

ANYBODY = [
    ("Part B alone", ()),
    ("Medigap (takes coinsurance)", (("medigap", "covers", "all", "none", "share"),)),
    ("TRICARE for Life", (("tricare", "does_not", "none", "none", "share"),)),
    ("Medicaid (part not known)", (("medicaid", "unknown", "unknown", "unknown", "unknown"),)),
    ("QMB", (("qmb", "covers", "all", "all", "never"),)),
]
PARTS = {
    "share_cents": "the patient is expected to pay for the month",
    "share_most_cents": "at most, if nothing of the yearly deductible is paid yet",
    "deductible_cents": "of it goes to the yearly deductible",
    "coinsurance_cents": "of it is the patient's percentage (coinsurance)",
    "second_coinsurance_cents": "of it is the percentage on the hospital's own bill",
    "second_payer_takes_cents": "is paid by other insurance; it is taken off already",
    "year_share_cents": "expected in a year of such months",
    "year_most_cents": "at most in such a year",
    "allowed_cents": "is what Medicare allows for the month, all bills together",
}
# Of the tables of a month those that a forecast and a letter take; the time entries are not among them.
NEEDED = (
    "practices",
    "patients",
    "coverages",
    "copay_responses",
    "payer_answers",
    "program_answers",
    "staff",
    "practitioners",
)
COLUMNS = ["payer_kind", "answer", "takes_coinsurance", "takes_deductible", "patient_owes"]


class Stored(NamedTuple):
    """A practice's month as it is stored, with what a forecast takes from it."""

    cycle: Cycle
    tables: Mapping[str, pd.DataFrame]
    lines: pd.DataFrame
    usual: pd.DataFrame
    coverage: pd.DataFrame
    book: RuleBook
    terms: Terms

    def payers_of(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Who pays, and what each answers for the programs of these lines."""
        known = catalogue().codes
        programs = lines["program"] if "program" in lines else lines["code"].map(lambda code: known[code].program)
        wanted = pd.DataFrame({"patient_id": lines["patient_id"].astype("str"), "program": programs.astype("str")})
        return of_programs(self.coverage, self.tables.get("program_answers"), wanted)


def stored_month(store: Store, cycle: Cycle, settings: Path | None) -> Stored:
    """The month's tables, claim lines and payers, and the lines of a usual month, without a patient.

    Whom an eligibility answer read since, or the remark of a payer's answer, shows as a Qualified Medicare Beneficiary
    owes nothing from then on.
    """
    basis, chosen = store.basis(cycle, NEEDED), forecast_settings(cycle.practice_id, settings)
    tables, book = dict(basis.tables), restored(basis.rulebook)
    practice = tables["practices"].iloc[0]
    setting, locality = str(practice["setting"]), practice.get("locality")
    place = setting, "" if pd.isna(locality) else str(locality), book, stored_settings(basis.settings)
    usual = usual_lines(
        dict.fromkeys(chosen.usual_codes, 1), *place, campus=off_campus_modifier(cycle.practice_id, settings) or ""
    )
    terms = Terms.of(setting, book, chosen.months_a_year, takes_assignment(cycle.practice_id, settings))
    with store.reading() as connection:
        shown = shown_as_qmb(connection, tables, cycle.month.first, max(today_by(tables), cycle.month.last))
    ids = tables["patients"]["patient_id"].astype("str").drop_duplicates()
    numbers = pd.Series(store.known_case_numbers(cycle.practice_id, ids).to_numpy(), index=ids.to_numpy()).dropna()
    told = told_by_remark(balances_of(store, cycle.practice_id), numbers)
    coverage = who_never_owe(payers_in(tables, cycle.month), pd.concat([shown, told]), cycle.month)
    return Stored(cycle, tables, store.frame("claim_lines", cycle), usual, coverage, book, terms)


def shares_of(month: Stored) -> pd.DataFrame:
    """The forecast of everybody with a claim line in the month."""
    return patient_shares(month.lines, month.payers_of(month.lines), month.terms)


def share_of(store: Store, month: Stored, patient: str, usual: bool = False) -> dict[str, Any]:
    """The forecast of one patient: of the month's claim lines, or of a usual month, as of somebody without a line."""
    lines = month.lines[(month.lines["patient_id"] == patient).to_numpy(bool)]
    if usual or lines.empty:
        one = pd.DataFrame({"patient_id": [patient]})
        number = store.case_numbers(month.cycle.practice_id, one["patient_id"]).to_numpy()
        lines = for_patients(month.usual, one.assign(case_number=number))
    mine = month._replace(coverage=month.coverage[(month.coverage["patient_id"] == patient).to_numpy(bool)])
    found = patient_shares(lines, mine.payers_of(lines), month.terms)
    return {str(name): value for name, value in found.iloc[0].items()}


def list_shares(console: Console, database: str, out: Path, month: Month, practice: str | None, settings: Any) -> None:
    """The list of the month's shares stands in the folder of its letters; how many owe what is printed."""
    store = open_store(database)
    try:
        for name in [practice] if practice else store.practices(month):
            found = shares_of(stored_month(store, latest(store, name, month), settings))
            folder = out / name / str(month) / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            path = write_list(folder, letter_outputs()["patient_shares"], found)
            for (owes, reason), rows in found.groupby(["owes", "reason"], dropna=False):
                known = f", {dollars(rows['share_cents'].sum())} a month" if owes == "share" else f" ({reason})"
                console.print(f"{name}: {len(rows):,} {owes}{known}", highlight=False, markup=False)
            console.print(f"Open {path}", highlight=False, soft_wrap=True)
    finally:
        store.close()


def show_share(
    console: Console, database: str, case: str, month: Month | None, practice: str | None, given: Any
) -> None:
    """What one patient is expected to pay, part by part, is printed."""
    store = open_store(database)
    try:
        cycle, patient = stored_case(store, case, month, practice)
        row = share_of(store, stored_month(store, cycle, given), patient)
        console.print(f"[bold]{row['case_number']}[/], {cycle.month}: {row['words']}.", highlight=False, soft_wrap=True)
        for name, meaning in PARTS.items():
            if pd.notna(row[name]):
                console.print(f"  {dollars(row[name]):>10}  {meaning}", highlight=False, soft_wrap=True)
        if row["confidence"]:
            sure = CONFIDENCE_NAMES.get(row["confidence"], row["confidence"])
            console.print(f"  How sure: {sure}", highlight=False)
    finally:
        store.close()


def show_usual(
    console: Console, month: Month, setting: str, locality: str, units: Mapping[str, int], settings: Path | None
) -> None:
    """What a patient of such a practice would pay for these codes is printed, by what stands behind Part B."""
    book = load_rulebook(month)
    lines = usual_lines(
        units, setting, locality, book, practice_settings("", settings), campus=off_campus_modifier("", settings) or ""
    )
    people = pd.DataFrame({"patient_id": [name for name, _ in ANYBODY], "case_number": [name for name, _ in ANYBODY]})
    rows = [
        {"patient_id": name, "place": place, "confidence": "secondary"} | dict(zip(COLUMNS, payer, strict=True))
        for name, behind in ANYBODY
        for place, payer in enumerate((("medicare_part_b", "covers", "none", "none", "share"), *behind), 1)
    ]
    terms = Terms.of(setting, book, forecast_settings("", settings).months_a_year, takes_assignment("", settings))
    shares = patient_shares(for_patients(lines, people), pd.DataFrame(rows), terms).set_index("patient_id")
    codes = ", ".join(f"{code} x {number}" if number > 1 else code for code, number in units.items())
    table = Table(title=f"{codes}, {setting}, {month}", title_justify="left")
    for heading in ("behind Part B", "a month", "at most", f"a year of {terms.months_a_year}", "at most", "how sure"):
        table.add_column(heading, justify="left" if heading in ("behind Part B", "how sure") else "right")
    for name, _ in ANYBODY:
        row = shares.loc[name]
        totals = ("share_cents", "share_most_cents", "year_share_cents", "year_most_cents")
        amounts = ("not known" if pd.isna(row[total]) else dollars(row[total]) for total in totals)
        table.add_row(name, *amounts, row["confidence"])
    console.print(table, highlight=False)


def stored_case(store: Store, case: str, month: Month | None, practice: str | None) -> tuple[Cycle, str]:
    """The newest revision of the case's latest, or the given, month, and the patient."""
    name, patient = store.patient(case, practice)
    if month is None:
        month = Month.parse(str(store.explain(case, name)["decisions"]["month"].iloc[0]))
    return latest(store, name, month), patient


def latest(store: Store, practice: str, month: Month) -> Cycle:
    """The newest revision of the month; InputError when it was never saved."""
    cycle = store.latest(practice, month)
    if cycle is None:
        raise InputError(f"{practice}: {month} is not in this database; run the month first.")
    return cycle
