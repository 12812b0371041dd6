"""The stored claim lines of a signed-off month as drafts of claims, each with what it cannot be written without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from config.care_settings import CareSetting
from config.claim_settings import ClaimSettings
from config.month import Month
from tasks.claim.drafts import Address, Draft, Patient, Payer, Practitioner, ServiceLine, Subscriber
from tasks.claim.second import Ways, way_to, ways_on

Tables = Mapping[str, pd.DataFrame]
Row = dict[str, Any]


@dataclass(frozen=True)
class Charges:
    """What the practice charges for a unit of a code, or how much of the expected amount.

    `taken_off` is the percent by which a patient's share is reduced, by case number: the same amount comes off what
    Medicare is billed (Noridian, CCM questions and answers, February 2017, question 1).
    """

    cents: Mapping[str, int]
    percent_of_allowed: int | None
    taken_off: Mapping[str, int] = field(default_factory=dict)

    def of(self, code: str, units: int, expected_cents: int | None) -> int | None:
        """The charge of a line; missing where nothing says it. A part of a cent is charged as a whole one."""
        if code in self.cents:
            return self.cents[code] * units
        if self.percent_of_allowed is None or expected_cents is None:
            return None
        return -(-expected_cents * self.percent_of_allowed // 100)

    def reduced(self, charge: int | None, share_cents: int | None, case_number: str, payer: Payer) -> int | None:
        """The charge to that payer once what the patient is let off is taken off it; a cent of it always stays."""
        percent = self.taken_off.get(case_number, 0) if payer.kind == "medicare_part_b" else 0
        if charge is None or share_cents is None or not percent:
            return charge
        return max(charge - (share_cents * percent + 50) // 100, min(charge, 1))


class Chart:
    """Patients, practitioners and coverages by identifier, looked up once a claim."""

    def __init__(self, tables: Tables, patients: set[str]) -> None:
        rows = tables["patients"]
        rows = rows[rows["patient_id"].isin(patients)]
        self.patients = {str(row["patient_id"]): row for row in records(rows)}
        self.practitioners = {text(row.get("npi")): row for row in records(tables["practitioners"])}
        covered = tables["coverages"]
        covered = covered[covered["patient_id"].isin(patients)]
        self._coverages: dict[str, list[Row]] = {}
        for row in records(covered):
            self._coverages.setdefault(str(row["patient_id"]), []).append(row)

    def payers(self, patient_id: str, service: date) -> list[Payer]:
        """Who pays on that day, first to last; of two of one priority the one whose identifier comes first.

        A Medicare Advantage plan stands in the place of Part B, whatever the order typed.
        """
        rows = [row for row in self._coverages.get(patient_id, []) if _in_force(row, service)]
        if any(text(row["payer_kind"]) == "medicare_advantage" for row in rows):
            rows = [row for row in rows if text(row["payer_kind"]) != "medicare_part_b"]
        rows.sort(key=lambda row: (99 if pd.isna(row["priority"]) else int(row["priority"]), text(row["coverage_id"])))
        return [_payer(row) for row in rows]

    def patient(self, patient_id: str) -> Patient:
        """The patient as the claim names them."""
        row = self.patients.get(patient_id, {})
        at = Address(text(row.get("address")), "", *(text(row.get(name)) for name in ("city", "state", "zip")))
        born = _day(row.get("birth_date"))
        return Patient(text(row.get("last_name")), text(row.get("first_name")), born, text(row.get("sex")), at)

    def practitioner(self, npi: str) -> Practitioner:
        """The practitioner of that NPI; a name is read as family name, comma, given names."""
        row = self.practitioners.get(npi, {})
        last, _, first = text(row.get("name")).partition(",")
        if not first:
            *given, last = last.split() or [""]
            first = " ".join(given)
        taxonomy, credential = text(row.get("taxonomy")), text(row.get("credential"))
        return Practitioner(last.strip(), first.strip(), npi, taxonomy, credential)


def drafts(
    lines: pd.DataFrame, tables: Tables, setting: CareSetting, month: Month, charges: Charges, settings: ClaimSettings
) -> Iterator[Draft]:
    """A draft for each patient-month, program and claim of the stored lines, in their order, to the first payer."""
    chart, ways = Chart(tables, set(lines["patient_id"].astype("str"))), ways_on(tables)
    keys = ("patient_id", "program", "claim")
    ordered = lines.sort_values(["case_number", "program", "claim", "line"], kind="stable")
    for (patient_id, program, claim), found in groupby(
        records(ordered), key=lambda row: tuple(str(row[name]) for name in keys)
    ):
        rows = list(found)
        head, service = rows[0], _day(rows[0]["service_date"])
        payers = chart.payers(patient_id, service) if service else []
        payer = payers[0] if payers else Payer("unknown", "", "", "")
        practitioner = chart.practitioner(text(head["rendering_npi"]))
        form = str(head["claim_form"])
        yield Draft(
            practice_id=str(head["practice_id"]),
            month=str(month),
            patient_id=patient_id,
            case_number=str(head["case_number"]),
            program=program,
            claim=claim,
            form=form,
            place=text(head["place_of_service"]) if form == "837P" else text(head["bill_type"])[:2],
            patient=chart.patient(patient_id),
            payer=payer,
            practitioner=practitioner,
            diagnoses=tuple(text(head["diagnoses"]).split()),
            next_payer=_next(payers[1:], ways, patient_id, program),
            lines=tuple(_line(place, row, charges, settings, payer) for place, row in enumerate(rows, start=1)),
        )


def _next(payers: Sequence[Payer], ways: Ways, patient_id: str, program: str) -> Payer | None:
    """The payer after the first: who is known to pay none of it is passed over, where anybody comes after."""
    takes = [payer for payer in payers if way_to(ways, patient_id, program, payer) != "none"]
    return next(iter(takes or payers), None)


def _payer(row: Row) -> Payer:
    """The payer of a coverage; a month decided before they were asked for has no columns on subscribers."""
    last, first, sex = (text(row.get(f"subscriber_{name}")) for name in ("last_name", "first_name", "sex"))
    return Payer(
        kind=text(row["payer_kind"]),
        name=text(row["payer_name"]),
        payer_id=text(row["payer_id"]),
        member_id=text(row["member_id"]),
        msp_type=text(row.get("msp_type")),
        relationship=text(row.get("subscriber_relationship")),
        authorization=text(row.get("authorization_number")),
        subscriber=Subscriber(last, first, _day(row.get("subscriber_birth_date")), sex),
    )


def _line(number: int, row: Row, charges: Charges, settings: ClaimSettings, payer: Payer) -> ServiceLine:
    expected, share = (
        None if pd.isna(row[f"{name}_cents"]) else int(row[f"{name}_cents"]) for name in ("expected", "coinsurance")
    )
    code, units, revenue = str(row["code"]), int(row["units"]), text(row["revenue_code"])
    service = _day(row["service_date"])
    if service is None:
        raise ValueError("a claim line without a date of service")
    modifiers = tuple(text(row["modifiers"]).split())
    charge = charges.reduced(charges.of(code, units, expected), share, text(row["case_number"]), payer)
    revenue = settings.revenue_codes.get(revenue, revenue)
    sure = text(row["amount_confidence"])
    return ServiceLine(number, code, modifiers, units, service, charge, expected, revenue, sure)


def records(frame: pd.DataFrame) -> list[Row]:
    """The rows as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def text(value: object) -> str:
    """The cell as text; empty when missing."""
    return "" if value is None or pd.isna(value) else str(value).strip()


def _day(value: Any) -> date | None:
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).date()


def _in_force(row: Row, service: date) -> bool:
    start, end = _day(row["start_date"]), _day(row["end_date"])
    return start is not None and start <= service and (end is None or end >= service)
