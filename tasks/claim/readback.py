"""A written 837 file read back as claim lines, so that what leaves is asked, not only what was meant to leave.

It reads what the writer of this folder writes. Whether a file keeps to the standard is for a validator to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from config.contract import outputs
from config.frames import as_contract

FORMS = {"005010X222A1": "837P", "005010X223A2": "837I"}
ORDERS = {"P": 1, "S": 2, "T": 3}
DIAGNOSES = ("ABK", "ABF", "BK", "BF")
RENDERING = {"837P": ("82",), "837I": ("82", "71")}
ANSWER = ("insurance_type", "answer_paid", "answer_open", "misfit")
WRITTEN = ("claim_number", "frequency", "payer_order", "billing_zip", "pointers", "diagnosis_qualifiers", *ANSWER)

Known = Mapping[str, Mapping[str, str]]
"""What a claim number stands for: practice_id, month, patient_id, case_number, program and claim."""


@dataclass
class _Reader:
    """Where the reading is: what stands above the line that comes next."""

    form: str = ""
    order: int = 1
    in_claim: bool = False
    address_of_billing: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    claim: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] | None = None


def lines_written(content: bytes, known: Known) -> pd.DataFrame:
    """The file's claim lines in contract columns, with number, order, pointers, qualifiers and billing ZIP code.

    A claim number that is not among the known ones has no patient, program or month.
    """
    rows = list(_lines(content.decode("ascii", "replace"), known))
    frame = pd.DataFrame(rows, columns=[*outputs()["claim_lines"].names, *WRITTEN])
    for day in ("service_date", "birth_date"):
        frame[day] = pd.to_datetime(frame[day], format="%Y%m%d", errors="coerce")
    typed = as_contract(frame, outputs()["claim_lines"])
    for name in WRITTEN:
        typed[name] = frame[name].astype("int64" if name == "payer_order" else "str")
    return typed


def _lines(text: str, known: Known) -> Iterator[dict[str, Any]]:
    if len(text) < 106:
        return
    element, component, end = text[3], text[104], text[105]
    at = _Reader()
    for part in text.split(end):
        if values := part.strip().split(element):
            if values[0] in ("LX", "CLM", "HL", "SE") and at.line is not None:
                yield _whole(at, known)
                at.line = None
            _take(at, values + [""] * 10, component)


def _whole(at: _Reader, known: Known) -> dict[str, Any]:
    row = {**at.about, **at.claim, **(at.line or {})}
    row |= known.get(str(row["claim_number"]), {})
    row["claim_form"], row["payer_order"] = at.form, at.order
    row["rendering_npi"] = row.get("rendering_npi") or row.get("billing_npi")
    return row


def _take(at: _Reader, values: list[str], component: str) -> None:
    name = values[0]
    if name == "ST":
        at.form = FORMS.get(values[3], "")
    elif name == "HL" and values[3] == "23":  # the patient of the subscriber above
        at.about.pop("birth_date", None)
        at.about["misfit"] = "" if at.about["below"] == "1" else "subscriber_without_patient"
    elif name == "HL":
        at.in_claim = False
        at.about = {key: at.about[key] for key in ("billing_npi", "billing_zip") if key in at.about}
        at.about |= {"below": values[4], "misfit": ""}
    elif name == "DMG" and not at.in_claim:
        at.about["birth_date"] = values[2]
    elif name == "SBR" and not at.in_claim:
        at.order, at.about["insurance_type"] = ORDERS.get(values[1], 1), values[5]
    elif name == "SBR" and ORDERS.get(values[1]) == at.order:
        at.claim["misfit"] = "order_of_payers"
    elif name == "NM1":
        _person(at, values)
    elif name == "N4" and at.address_of_billing:
        at.about["billing_zip"], at.address_of_billing = values[3], False
    elif name == "CLM":
        place = values[5].split(component)
        at.in_claim, at.claim = (
            True,
            {"claim_number": values[1], "diagnoses": "", "diagnosis_qualifiers": "", "answer_paid": ""},
        )
        at.claim["frequency"] = place[2] if len(place) > 2 else ""
        if at.form == "837P":
            at.claim["place_of_service"] = place[0]
        else:
            at.claim["bill_type"] = place[0] + place[-1]
    elif name == "HI":
        told = [part.split(component) for part in values[1:] if part.split(component)[0] in DIAGNOSES]
        for key, where in (("diagnosis_qualifiers", 0), ("diagnoses", 1)):
            at.claim[key] = " ".join(filter(None, [at.claim[key], *(part[where] for part in told if len(part) > 1)]))
    elif name == "AMT" and values[1] == "D" and at.line is None:
        at.claim["answer_paid"] = values[2]
    elif name == "LX":
        at.line = {"line": int(values[1]) if values[1].isdigit() else pd.NA}
    elif at.line is not None:
        if name == "SVD" and values[1] != at.claim.get("other_payer"):
            at.line["misfit"] = "payer_of_line"
        _service(at.line, values, component)


def _person(at: _Reader, values: list[str]) -> None:
    who, number = values[1], values[9]
    at.address_of_billing = who == "85"
    if who == "85":
        at.about["billing_npi"] = number
    elif not at.in_claim and who == "IL":
        at.about |= {"last_name": values[3], "first_name": values[4], "member_id": number}
    elif not at.in_claim and who == "QC":
        at.about |= {"last_name": values[3], "first_name": values[4]}
    elif not at.in_claim and who == "PR":
        at.about |= {"payer_name": values[3], "payer_id": number}
    elif at.in_claim and at.line is None and who == "PR":
        at.claim["other_payer"] = number
    elif at.in_claim and at.line is None and who in RENDERING.get(at.form, ()):
        at.claim["rendering_npi"] = number


def _service(line: dict[str, Any], values: list[str], component: str) -> None:
    """A service segment of either form, or the date of it; a range over two months has no date that could be right."""
    if values[0] in ("SV1", "SV2"):
        professional = values[0] == "SV1"
        _, code, *modifiers = [*values[1 if professional else 2].split(component), ""]
        units = values[4 if professional else 5]
        line |= {"code": code, "modifiers": " ".join(filter(None, modifiers)) or None}
        line["units"] = int(units) if units.isdigit() else 0
        if professional:
            line["pointers"] = values[7] or "0"
        else:
            line["revenue_code"] = values[1]
        line["charge"] = values[2 if professional else 3]
    elif values[0] == "SVD":
        line["answer_open"] = _sum(line.get("charge", ""), f"-{values[2]}")
    elif values[0] == "CAS" and "answer_open" in line:
        line["answer_open"] = _sum(line["answer_open"], *(f"-{amount}" for amount in values[3::3] if amount))
    elif values[:2] == ["DTP", "472"]:
        first, _, last = values[3].partition("-")
        line["service_date"] = (last or first) if first[:6] == (last or first)[:6] else None


def _sum(*amounts: str) -> str:
    """The amounts together; "unreadable" where one of them is; two signs undo each other."""
    try:
        return f"{sum(Decimal(amount.replace('--', '')) for amount in amounts):f}"
    except InvalidOperation:
        return "unreadable"
