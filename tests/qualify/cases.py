"""A patient-month written in a few words, turned into the tables that the decision takes.

Defaults: a living office patient with Part B, consent, a signed care plan, an initiating visit and two chronic
conditions, with nothing logged. A case names only what differs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from config.by_hand import BY_HAND
from config.by_hand import COLUMNS as BY_HAND_COLUMNS
from config.contract import Table, inputs
from config.fee_entries import OppsRate
from config.line_modifiers import COLUMNS, RECORDED
from config.month import Month
from config.rulebook import RuleBook, load_rulebook
from config.settings import PracticeSettings, practice_settings
from tasks.qualify.decide import decide
from tasks.qualify.earlier import EARLIER
from tasks.qualify.payer_answers import ANSWERS

DTYPES = {"text": "str", "choice": "category", "integer": "Int64", "flag": "boolean", "cents": "Int64"}


def typed(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as the frame that reading a source gives."""
    if not rows:
        if table.table not in _EMPTY:
            _EMPTY[table.table] = _typed(table, rows)
        return _EMPTY[table.table].copy()
    return _typed(table, rows)


_EMPTY: dict[str, pd.DataFrame] = {}


def _typed(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    unknown = (
        {name for row in rows for name in row} - set(table.names) - {"seconds", "start_s", "has_clock", "local_date"}
    )
    assert not unknown, f"{table.table} has no columns {unknown}"
    columns = {}
    for column in table.columns:
        values = [row.get(column.name) for row in rows]
        if column.type in ("date", "timestamp"):
            columns[column.name] = pd.Series(pd.to_datetime(values), dtype="datetime64[ns]")
        elif column.type in ("text", "choice"):
            texts = [None if value is None else str(value) for value in values]
            columns[column.name] = pd.Series(texts, dtype="str").astype(DTYPES[column.type])
        else:
            columns[column.name] = pd.Series(values, dtype=DTYPES[column.type])
    return pd.DataFrame(columns)


def time_rows(case: dict[str, Any], month: Month, patient_id: str) -> list[dict[str, Any]]:
    """`staff: "19:59"`, `practitioner: "30:00"` on the tenth, and `time:` rows with their own day, clock and length."""
    rows = [dict(row) for row in case.get("time", [])]
    for who, performer in (("staff", "S1"), ("practitioner", "D1")):
        if who in case:
            hour = "09:00" if who == "staff" else "15:00"
            rows.append({"at": f"{month}-10 {hour}", "length": case[who], "performer_id": performer})
    entries = []
    for number, row in enumerate(rows, start=1):
        at = row.pop("at", None)
        minutes, _, seconds = str(row.pop("length")).partition(":")
        length = int(minutes) * 60 + int(seconds or 0)
        zone = case.get("zone", "America/New_York")
        entry = {
            "entry_id": f"{patient_id}-E{number}",
            "patient_id": patient_id,
            "performer_id": "S1",
            "program": "ccm",
        }
        entry |= {"source": "timer", "duration_seconds": length, "seconds": length, **row}
        if at is None:
            entry |= {"start_s": -1, "has_clock": False, "local_date": pd.Timestamp(entry["service_date"])}
        else:
            start = pd.Timestamp(at).tz_localize(zone) if pd.Timestamp(at).tzinfo is None else pd.Timestamp(at)
            entry |= {
                "started_at": start.tz_convert("UTC").tz_localize(None),
                "start_s": int(start.timestamp()),
                "has_clock": True,
                "local_date": start.tz_convert(zone).tz_localize(None).normalize(),
            }
        entries.append(entry)
    return entries


def tables_of(cases: list[dict[str, Any]], month: Month) -> dict[str, pd.DataFrame]:
    """The tables of one practice in which every case is a patient, P1, P2, ... in their order."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in inputs()}
    zone = cases[0].get("zone", "America/New_York")
    rows["practices"].append(
        {
            "practice_id": "P1",
            "practice_name": "Maple",
            "setting": cases[0].get("setting", "office"),
            "time_zone": zone,
            "billing_npi": "1",
            "place_of_service": cases[0].get("place_of_service"),
        }
    )
    people = (("D1", "1", cases[0].get("credential", "MD")), ("D2", "2", "DO"), ("N1", "3", "NP"))
    for practitioner, npi, credential in people:
        person = {"practitioner_id": practitioner, "practice_id": "P1", "name": "x", "npi": npi}
        person |= {"credential": credential, "qp_status": cases[0].get("qp_status", False)}
        rows["practitioners"].append(person | cases[0].get("enrolled", {}))
    for staff, credential in (("S1", "RN"), ("S2", "LPN"), ("C1", "clerk")):
        rows["staff"].append({"staff_id": staff, "practice_id": "P1", "name": "x", "credential": credential})
    year = month.year - 1
    for number, case in enumerate(cases, start=1):
        one = f"P{number}"
        patient = {
            "patient_id": one,
            "practice_id": "P1",
            "last_name": "x",
            "first_name": "y",
            "birth_date": "1940-01-01",
        }
        patient |= {"practitioner_id": "D1", "care_manager_id": "S1", "enrolled_date": f"{year}-02-01"}
        rows["patients"].append(patient | case.get("patient", {}))
        told = dict.fromkeys(("told_service", "told_cost_sharing", "told_one_practitioner", "told_right_to_stop"), True)
        consent = {
            "program": "ccm",
            "consent_date": f"{year}-02-01",
            "form": "written",
            "practitioner_id": "D1",
            **told,
        }
        defaults: dict[str, list[dict[str, Any]]] = {
            "coverages": [{"priority": 1, "payer_kind": "medicare_part_b", "start_date": "2010-01-01"}],
            "conditions": [{"icd10_code": "E11.9"}, {"icd10_code": "I10"}],
            "consents": [{}],
            "care_plans": [
                {
                    "established_date": f"{year}-02-02",
                    "signed_date": f"{year}-02-03",
                    "copy_given_date": f"{year}-02-03",
                }
            ],
            "visits": [
                {"practitioner_id": "D1", "visit_date": f"{year}-01-20", "code": "99214", "ccm_discussed": True}
            ],
            "medical_decisions": [],
            "other_services": [],
            "stays": [],
            "copay_responses": [],
            "alignments": [],
        }
        for table, default in defaults.items():
            for row_number, row in enumerate(case.get(table, default), start=1):
                key = inputs()[table].key[0]
                base = consent if table == "consents" else {}
                rows[table].append({key: f"{one}-{row_number}", "patient_id": one, **base, **row})
        rows["time_entries"].extend(time_rows(case, month, one))
    tables = {name: typed(table, rows[name]) for name, table in inputs().items()}
    offered = [
        {"patient_id": f"P{number}", **row} for number, case in enumerate(cases, 1) for row in case.get(EARLIER, [])
    ]
    if offered:
        lines = pd.DataFrame(offered)
        tables[EARLIER] = lines.assign(service_date=pd.to_datetime(lines["service_date"]).astype("datetime64[ns]"))
    nothing = {"answer": "", "recorded": False, "conflict": "", "needs_authorization": False, "authorized": False}
    answered = [
        {"patient_id": f"P{number}", "coverage_id": f"P{number}-{row.pop('coverage', 1)}"} | nothing | row
        for number, case in enumerate(cases, 1)
        for row in map(dict, case.get(ANSWERS, []))
    ]
    if answered:
        tables[ANSWERS] = pd.DataFrame(answered)
    carried = [
        {"patient_id": f"P{number}"} | dict.fromkeys(COLUMNS[1:], "") | row
        for number, case in enumerate(cases, 1)
        for row in case.get(RECORDED, [])
    ]
    if carried:
        tables[RECORDED] = pd.DataFrame(carried, columns=list(COLUMNS), dtype="str")
    by_hand = [
        {"patient_id": f"P{number}"} | dict.fromkeys(BY_HAND_COLUMNS[1:], "") | case[BY_HAND]
        for number, case in enumerate(cases, 1)
        if BY_HAND in case
    ]
    if by_hand:
        tables[BY_HAND] = pd.DataFrame(by_hand, columns=list(BY_HAND_COLUMNS), dtype="str")
    entries = tables["time_entries"]
    for name, dtype in (("seconds", "int64"), ("start_s", "int64"), ("has_clock", "bool")):
        entries[name] = pd.Series([row[name] for row in rows["time_entries"]], dtype=dtype)
    entries["local_date"] = pd.Series([row["local_date"] for row in rows["time_entries"]], dtype="datetime64[ns]")
    return tables


MADE_UP = OppsRate(
    code="99490",
    since=date(2017, 7, 1),
    until=date(2017, 7, 31),
    status="S",
    cents=10_000,
    copay_cents=2_000,
    confidence="unverified",
    source="Made up: no outpatient rate of 2017 is shipped, and one that is loaded is to be shared rightly",
)


@cache
def rulebook(month: Month) -> RuleBook:
    """The month's, and in July 2017 with an outpatient rate as a practice may have loaded it."""
    book = load_rulebook(month)
    if month != Month(2017, 7):
        return book
    return replace(book, fees=replace(book.fees, opps=(*book.fees.opps, MADE_UP)))


_shipped = cache(lambda: practice_settings("P1"))


def settings_of(**changes: Any) -> PracticeSettings:
    """The shipped settings with these changes."""
    return PracticeSettings.model_validate(_shipped().model_dump() | changes)


def decided(cases: list[dict[str, Any]], month: str = "2026-10", **settings: Any) -> dict[str, pd.DataFrame]:
    """The cases decided together as one practice's month."""
    service_month = Month.parse(month)
    tables = tables_of(cases, service_month)
    return decide(tables, service_month, rulebook(service_month), settings_of(**settings))


def codes_of(case: dict[str, Any], month: str = "2026-10", **settings: Any) -> str:
    """The codes of one case, empty when nothing is billed."""
    decision = decided([case], month, **settings)["decisions"].iloc[0]
    return str(decision["codes"]) if decision["outcome"] == "bill" else ""


def seconds_by_disposition(result: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Seconds of the whole month by what became of them."""
    ledger = result["time_ledger"]
    totals = ledger.groupby("disposition", observed=True)["seconds"].sum()
    return {str(name): int(seconds) for name, seconds in totals.items() if seconds}
