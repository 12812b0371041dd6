"""The cases of scenarios/denials.yaml as claims that a payer refuses: written by the program, altered, sent, answered.

Every case has one patient for each way of wording it. What is wrong is put on the claim behind the scrub's back, or
into the payer's books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from config.strict_yaml import load_yaml
from tasks.claim.drafts import Draft, ServiceLine
from tasks.claim.send_out import send_out
from tasks.claim.signed import Drafted, drafted
from tasks.remit.post import Posted, post
from tasks.store.store import Store
from tests.claim.signed_months import NOW, PART_B, PLAN, covered, rows, signed
from tests.payer.books import Elsewhere, Member
from tests.payer.payer import Payer
from tests.payer.remit import complaints, remittances

FILE = Path(__file__).parents[1] / "scenarios" / "denials.yaml"
SERVED, RECEIVED, NOTICE, TODAY = date(2026, 10, 10), date(2026, 11, 12), date(2026, 11, 20), date(2026, 11, 24)
BILLING, GROUP = "2900000011", {"2900000011", "2900010002", "2900010176", "2900010341"}
EXPECTED = {"99490": 6613}  # the rulebook's rate of 2026; what other codes of the table are worth does not matter
OTHER, CHARGE = 5000, 9500
KINDS = {"part_b": PART_B, "clinic": PART_B, "plan": PLAN}
FACTS = {"since", "until", "died", "hospice_since"}


@dataclass(frozen=True)
class Refused:
    """One way of wording one case, with the patient who has it."""

    case: dict[str, Any]
    wording: str
    patient: str

    @property
    def line(self) -> int:
        """The line that is refused."""
        return int(self.case.get("line", 1))

    @property
    def served(self) -> date:
        """Its day."""
        return date.fromisoformat(self.case.get("served", str(SERVED)))


def refused_cases(kind: str) -> list[Refused]:
    """Every wording of every case that the form can have, each with a patient of its own."""
    form = "837I" if kind == "clinic" else "837P"
    cases = [case for case in load_yaml(FILE)["cases"] if form in case.get("forms", [form])]
    pairs = [(case, wording) for case in cases for wording in case["says"]]
    return [Refused(case, wording, f"P{place}") for place, (case, wording) in enumerate(pairs, start=1)]


def answered(store: Store, kind: str, found: list[Refused]) -> tuple[list[Payer], list[Posted]]:
    """The claims of the cases are sent, refused by the payers and posted."""
    payer = KINDS[kind]
    people = [{"staff": "25", "coverages": covered(PART_B | {"member_id": f"M{n}"})} for n in range(1, len(found) + 1)]
    setting, more = ("rhc", {}) if kind == "clinic" else ("office", {"payer": payer} if kind == "plan" else {})
    month = signed(*people, setting=setting, **more)
    if kind == "plan":  # the plan stands in the place of Part B, with the same numbers of members
        numbers = [f"M{n}" for n in range(1, len(found) + 1)]
        month = replace(
            month, tables={**month.tables, "coverages": month.tables["coverages"].assign(member_id=numbers)}
        )
    ready = {draft.patient_id: draft for draft in drafted(month).ready}
    altered = [_altered(ready[one.patient], one.case) for one in found]
    with store.writing() as connection:
        (file,) = send_out(connection, month, Drafted(altered, []), NOW)
    number_of = {str(patient): str(number) for patient, number in rows(store, "patient_id", "claim_number")}
    payers = [_payer(payer, kind), _payer(payer | {"payer_id": "06102"}, kind)]
    payers[1].states = {"IL"}
    for one in found:
        text = file.content.decode()
        if change := one.case.get("rewrite"):
            assert change[0] in text
            text = text.replace(*change)
        for each in payers:
            each.members[f"M{one.patient[1:]}"] = _member(one)
        if change:
            payers[0].receive(text.encode(), RECEIVED, {number_of[one.patient]})
    rest = {number_of[one.patient] for one in found if "rewrite" not in one.case}
    posted = []
    for each in payers:
        each.receive(file.content, RECEIVED, rest)
        for place, content in enumerate(remittances(each, NOTICE)):
            assert complaints(content) == []
            posted.append(post(store, f"{each.payer_id}-{place}.835", content, TODAY))
    return payers, posted


def _payer(who: dict[str, Any], kind: str) -> Payer:
    return Payer(
        who["payer_id"], who["payer_name"].upper(), "plan" if kind == "plan" else "medicare",
        sites={BILLING: {"11"}}, groups={BILLING: GROUP},
        enrolled={"2900010341": (date(2026, 11, 1), date(2039, 1, 1))},
    )  # fmt: skip


def _member(one: Refused) -> Member:
    told = dict(one.case.get("member", {}))
    for name in FACTS & set(told):
        told[name] = date.fromisoformat(told[name])
    for name in {"excludes", "asks_authorization"} & set(told):
        told[name] = frozenset(told[name])
    told["stays"] = tuple(tuple(map(date.fromisoformat, stay)) for stay in told.get("stays", []))
    told["elsewhere"] = [
        Elsewhere(row["code"], date.fromisoformat(row.get("day", str(SERVED))), row.get("npi", BILLING))
        for row in told.get("elsewhere", [])
    ]
    return Member(worded=one.wording, **told)


def _altered(draft: Draft, case: dict[str, Any]) -> Draft:
    """The sound claim with what the case has otherwise."""
    sound = draft.lines[0]
    lines = tuple(_line(sound, row) for row in case.get("lines", [{}]))
    changed = replace(draft, lines=lines, place=case.get("place", draft.place))
    if npi := case.get("npi"):
        changed = replace(changed, practitioner=replace(draft.practitioner, npi=npi))
    if diagnoses := case.get("diagnoses"):
        changed = replace(changed, diagnoses=tuple(diagnoses))
    if payer := case.get("payer"):
        changed = replace(changed, payer=replace(draft.payer, payer_id=payer))
    return changed


def _line(sound: ServiceLine, row: dict[str, Any]) -> ServiceLine:
    code = row.get("code", sound.code)
    return replace(
        sound,
        number=row.get("number", 1),
        code=code,
        units=row.get("units", 1),
        modifiers=tuple(row.get("modifiers", ())),
        service_date=date.fromisoformat(row.get("day", str(SERVED))),
        charge_cents=CHARGE,
        expected_cents=EXPECTED.get(code, OTHER),
    )
