"""Claims that follow on a payer's answer, asked as first claims are: a second payer's, and lines sent again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from config.contract import outputs
from config.errors import InputError
from config.frames import as_contract
from config.persons import plain
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.claim.drafts import Draft, ServiceLine
from tasks.claim.needs import Held, Need
from tasks.claim.scrub_modifiers import BILLED
from tasks.claim.worklist import CLAIM, scrub
from tasks.claim.x12.segments import money


class LineHeldError(InputError):
    """A line that was to be sent again and that a rule holds; `held` and `findings` go on the lists."""

    def __init__(self, words: str, held: Held, findings: pd.DataFrame) -> None:
        super().__init__(words)
        self.held, self.findings = held, findings


ANSWER = ("insurance_type", "answer_paid", "answer_open", "handed_on")


@dataclass(frozen=True)
class Scrubber:
    """The rules of the month, with all that they look at beside the lines."""

    book: RuleBook
    settings: PracticeSettings
    today: date
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    billing_npi: str = ""

    def asked(self, drafts: Sequence[Draft], beside: Sequence[Draft] = ()) -> tuple[list[Draft], Held, pd.DataFrame]:
        """The drafts that may leave, those that a rule holds, and what was found of all; `beside` stands already."""
        if not drafts:
            return [], [], scrub(lines_of([], self.billing_npi), self.tables, self.book, self.settings, self.today)
        lines, others = lines_of(drafts, self.billing_npi), lines_of(beside, self.billing_npi)
        others = pd.concat([others, self._elsewhere(lines)], ignore_index=True)
        findings = scrub(lines, self.tables, self.book, self.settings, self.today, others)
        held = held_by(drafts, findings)
        gone = {(draft.key, draft.payer_order) for draft, _, _ in held}
        return [draft for draft in drafts if (draft.key, draft.payer_order) not in gone], held, findings

    def _elsewhere(self, lines: pd.DataFrame) -> pd.DataFrame:
        """What the month bills under other patient records that have one of the lines' member numbers, however it is
        written, as if it went to that number's payer in the order of the lines."""
        billed = self.tables.get(BILLED)
        if billed is None:
            return lines.head(0)
        asked = lines[["member_id", "payer_order"]].assign(number=plain(lines["member_id"])).query("number != ''")
        covered = self.tables["coverages"][["patient_id", "payer_id", "member_id"]]
        covered = covered[~covered["patient_id"].isin(lines["patient_id"])]
        covered = covered.assign(number=plain(covered["member_id"]))
        records = covered.merge(asked[["number", "payer_order"]].drop_duplicates(), on="number")
        records = records.drop(columns="number").drop_duplicates(["patient_id", "payer_order"])
        return billed.drop(columns=["payer_id", "member_id"]).merge(records, on="patient_id")


def held_by(drafts: Iterable[Draft], findings: pd.DataFrame) -> Held:
    """The drafts of which a finding holds a line, each with the rule in the place of a need, and its remedy."""
    holds: dict[tuple[str, ...], dict[str, tuple[Need, list[str]]]] = {}
    for row in findings[findings["outcome"] == "hold"].to_dict("records"):
        claim = holds.setdefault(tuple(str(row[name]) for name in CLAIM), {})
        owner = "billing" if row["owner"] == "billing" else "care_team"
        need = Need(need=row["rule"], words=row["words"], owner=owner, fix=row["fix"])
        claim.setdefault(row["rule"], (need, []))[1].append(f"line={row['line']}; {row['numbers']}")
    return [
        (draft, need, "; ".join(numbers))
        for draft in drafts
        for need, numbers in holds.get((*draft.key, str(draft.payer_order)), {}).values()
    ]


def lines_of(drafts: Iterable[Draft], billing_npi: str) -> pd.DataFrame:
    """The lines of the drafts in the columns of the superbill, with the order of their payer."""
    rows = [
        {
            "case_number": draft.case_number,
            "practice_id": draft.practice_id,
            "month": draft.month,
            "patient_id": draft.patient_id,
            "program": draft.program,
            "birth_date": draft.patient.birth_date,
            "payer_name": draft.payer.name,
            "payer_id": draft.payer.payer_id,
            "member_id": draft.payer.member_id,
            "billing_npi": billing_npi,
            "rendering_npi": draft.practitioner.npi,
            "claim": draft.claim,
            "claim_form": draft.form,
            "place_of_service": draft.place if draft.form == "837P" else None,
            "bill_type": f"{draft.place}1" if draft.form == "837I" else None,
            "revenue_code": line.revenue_code or None,
            "line": line.number,
            "code": line.code,
            "units": line.units,
            "modifiers": " ".join(line.modifiers) or None,
            "service_date": line.service_date,
            "diagnoses": " ".join(draft.diagnoses),
            "payer_order": draft.payer_order,
            **_answer(draft, line),
        }
        for draft in drafts
        for line in draft.lines
    ]
    frame = pd.DataFrame(rows, columns=[*outputs()["claim_lines"].names, "payer_order", *ANSWER])
    for day in ("service_date", "birth_date"):
        frame[day] = pd.to_datetime(frame[day]).astype("datetime64[ns]")
    typed = as_contract(frame, outputs()["claim_lines"])
    typed["payer_order"] = frame["payer_order"].astype("int64")
    for name in ANSWER:
        typed[name] = frame[name].astype("str")
    return typed


def _answer(draft: Draft, line: ServiceLine) -> dict[str, str | None]:
    """What the claim says of the payer before, and what of the line's charge that leaves open."""
    said = draft.answer
    if said is None:
        return {}
    found: dict[str, str | None] = {"insurance_type": draft.payer.msp_type, "answer_paid": money(said.paid_cents)}
    if said.handed_on:
        found["handed_on"] = str(said.handed_on)
    if line.number in said.line_paid_cents:
        taken = sum(one.cents for one in said.adjustments if one.line == line.number)
        left = (line.charge_cents or 0) - said.line_paid_cents[line.number] - taken
        found["answer_open"] = f"{left / 100:.2f}"
    return found
