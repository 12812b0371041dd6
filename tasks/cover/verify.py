"""What each payer of a patient-month answers: covers, does not, unknown or conflicting, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from config.payer_entries import PayerEntry, Terms
from config.payer_register import FIRST, Contradiction, Register, key_for
from config.payer_settings import OwnEntry, PayerSettings
from tasks.cover import order
from tasks.cover.compare import Shown
from tasks.cover.payers import PLAN, Payers, part_of

ANSWERS: Mapping[str, str] = {"yes": "covers", "no": "does_not"}


@dataclass(frozen=True)
class Answer:
    """What one plan answers in one place of the order."""

    plan: str
    answer: str
    reason: str
    evidence: str
    source: str
    confidence: str
    valid_until: date | None
    needs_authorization: bool | None
    takes_coinsurance: str
    takes_deductible: str
    patient_owes: str
    codes: str  # those that it covers, where it names them
    codes_not_covered: str
    crossover: str
    bill: str
    copay_cents: int | None
    filing_days: int | None
    recorded: bool  # said by the payer or the practice, not by the shipped register

    @property
    def asks(self) -> bool:
        """Whether the plan must be asked."""
        return self.answer == "unknown"


@dataclass(frozen=True)
class Known:
    """Everything an answer may come from."""

    register: Register
    own: PayerSettings
    recorded: Mapping[str, Mapping[str, Any]]  # the latest recorded answer of each plan

    def tells_apart(self, row: Mapping[str, Any], day: date, program: str) -> bool:
        """Whether the plan is known otherwise, or less, for that program than for chronic care."""
        entries = self._entry(row, day, program), self._own(row, day, program)
        return entries != (self._entry(row, day, FIRST), self._own(row, day, FIRST))

    def answer(self, row: Mapping[str, Any], day: date, program: str = FIRST) -> Answer:
        """The plan's answer: the recorded one, else the practice's own entry, else the register's."""
        entry = self._entry(row, day, program)
        told = self.recorded.get(key_for(str(row["plan_key"]), program))
        if told and told["holds_from"] <= day <= told["valid_until"]:
            return _recorded(told, entry, part_of(row))
        own = self._own(row, day, program)
        if own is not None:
            return _by(own, "own_entry", part_of(row), own.valid_until, True, own.leaves_open(program, day))
        expired = told is not None and told["valid_until"] < day
        if entry is None:
            return _nothing(part_of(row), expired, told)
        found = _by(entry, entry.name, part_of(row), None, False, entry.leaves_open(program, day))
        if expired and told and found.asks:
            words = f"{_said(told)}, which held until {told['valid_until']}; since then: {found.evidence}"
            return Answer(**asdict(found) | {"reason": "answer_expired", "evidence": words})
        return found

    def _entry(self, row: Mapping[str, Any], day: date, program: str) -> PayerEntry | None:
        return self.register.find(
            row["kind"],
            day,
            program=program,
            payer_name=row["payer_name"],
            policy=self.own.policies.get(row["payer_id"], ""),
            plan_letter=row["plan_letter"],
            savings_program=row["savings_program"],
            state=row["state"],
            is_first=bool(row["first"]),
        )

    def _own(self, row: Mapping[str, Any], day: date, program: str) -> OwnEntry | None:
        who = row["payer_id"], row["payer_name"], part_of(row), day
        mine = (one for one in self.own.register_ if program in one.programs and one.speaks_of(*who))
        return max(mine, key=lambda one: (bool(one.plans), one.since), default=None)


def _by(terms: Terms, reason: str, part: str, until: date | None, recorded: bool, leaves_open: bool) -> Answer:
    """What the terms say; a no to some codes bars those, and of the service as a whole it says nothing."""
    needs = {"needed": True, "not_needed": False}.get(terms.authorization)
    takes = (terms.takes_coinsurance, terms.takes_deductible)
    said = (terms.words, terms.source, terms.confidence, until, needs, *takes, terms.patient_owes, *terms.named_codes)
    bill = str(getattr(terms, "bill", ""))
    whole = "unknown" if leaves_open else ANSWERS.get(terms.covers, "unknown")
    return Answer(part, whole, reason, *said, terms.crossover, bill, None, None, recorded)


def _recorded(told: Mapping[str, Any], entry: PayerEntry | None, part: str) -> Answer:
    """The recorded answer; what it does not say of the share and of the claim's way is what the register says.

    Of codes only what it says itself counts: where it covers the service as a whole, no list of the register's stands
    against it.
    """

    def of(name: str) -> str:
        return str(told[name] or (getattr(entry, name) if entry else "unknown"))

    needs = told["needs_authorization"]
    return Answer(
        part,
        str(told["answer"]),
        "recorded_answer",
        said(told),
        str(told["source"]),
        str(told["confidence"]),
        told["valid_until"],
        None if needs is None else bool(needs),
        of("takes_coinsurance"),
        of("takes_deductible"),
        of("patient_owes"),
        str(told.get("codes") or ""),
        str(told.get("codes_not_covered") or ""),
        str(told.get("crossover") or (entry.crossover if entry else "unknown")),
        entry.bill if entry else "",
        told.get("copay_cents"),
        told.get("filing_days"),
        recorded=True,
    )


def said(told: Mapping[str, Any]) -> str:
    """What a recorded answer is as evidence."""
    return f"{_said(told)}; holds until {told['valid_until']}"


def _said(told: Mapping[str, Any]) -> str:
    number = f", reference {told['reference_number']}" if told["reference_number"] else ""
    said = {"covers": "covers it", "does_not": "does not cover it"}[told["answer"]]
    return f"The payer's answer of {told['answered_date']} ({told['step'].replace('_', ' ')}{number}): {said}"


def _nothing(part: str, expired: bool, told: Mapping[str, Any] | None) -> Answer:
    reason = "answer_expired" if expired else "nothing_known"
    words = f"{_said(told)}, which held until {told['valid_until']}" if expired and told else "Nothing is known of it"
    share, way = ("unknown", "unknown", "unknown"), ("", "", "unknown", "")
    return Answer(part, "unknown", reason, words, "none", "unverified", None, None, *share, *way, None, None, False)


def contradictions(payers: Payers, register: Register, shown: Shown) -> list[tuple[Contradiction, np.ndarray]]:
    """Each contradiction of the month with the patients who meet it, in the order of the register."""
    found = []
    for one in register.contradictions:
        mask = shown.against[one.name] if one.about == "eligibility" else getattr(order, one.name)(payers, register)
        found.append((one, np.asarray(mask, dtype=bool)))
    return found


Against: TypeAlias = list[tuple[Contradiction, np.ndarray]]


def taking_part(tables: Mapping[str, pd.DataFrame], payers: Payers, program: str) -> np.ndarray:
    """Which patients may have a decision about the program: who consented to it or has time logged for it."""
    consents, entries = tables["consents"], tables["time_entries"]
    first, last = pd.Timestamp(payers.month.first), pd.Timestamp(payers.month.last)
    given = (consents["program"] == program) & (consents["consent_date"] <= last)
    given &= ~(consents["revoked_date"] < first)
    found = [consents.loc[given.to_numpy(bool), "patient_id"]]
    found.append(entries.loc[(entries["program"] == program).to_numpy(bool), "patient_id"].drop_duplicates())
    return payers.patients["patient_id"].isin(pd.concat([one.astype("str") for one in found])).to_numpy(bool)


def verify_other(
    payers: Payers, known: Known, against: Against, shown: Shown, program: str, part: np.ndarray
) -> pd.DataFrame:
    """The rows of those patients whose plans are known otherwise for that program than for chronic care.

    Such a plan is asked, and its answer recorded, for the program by itself.
    """
    theirs = replace(payers, rows=payers.rows[part[payers.rows["patient"].to_numpy()]].reset_index(drop=True))
    rows = verify(theirs, known, against, shown, program)
    apart = rows["told_apart"].to_numpy(bool)
    rows["plan_key"] = [key_for(str(key), program) for key in rows["plan_key"]]
    return rows[apart].reset_index(drop=True)


def verify(payers: Payers, known: Known, against: Against, shown: Shown, program: str = FIRST) -> pd.DataFrame:
    """Every row of `payers` with its answer.

    A plan is asked once for each place it stands in, whoever its patients are. What contradicts itself is conflicting,
    whatever the plan would answer; a Qualified Medicare Beneficiary owes nothing whoever else is on file.
    """
    rows = payers.rows.copy()
    rows["first"] = (rows["place"] == 1) | ((rows["place"] == 0) & (rows["priority"] == 1))
    _, example, number = np.unique(rows["plan_number"] * 2 + rows["first"], return_index=True, return_inverse=True)
    plans = rows.iloc[example][[*PLAN, "plan_key", "first"]].to_dict("records")
    last = payers.month.last
    found = [known.answer(row, last, program) for row in plans]
    answers = pd.DataFrame([asdict(one) | {"asks": one.asks} for one in found], columns=_columns())
    if program != FIRST:
        apart = np.array([known.tells_apart(row, last, program) for row in plans], dtype=bool)
        rows["told_apart"] = apart[number]
    for name in _columns():
        rows[name] = answers[name].array.take(number)
    rows["asks"] = rows["asks"].astype(bool) & rows["is_named"]
    patient = rows["patient"].to_numpy()
    qmb = payers.has("qmb") | shown.qmb
    rows["patient_owes"] = _owes(rows)
    rows.loc[qmb[patient], "patient_owes"] = "never"
    rows["conflict"], rows["asked_for"] = "", rows["reason"]
    for one, mask in reversed(against):  # the first of the register is written last
        if not mask.any():
            continue
        if one.unsettles:
            here = mask[patient] & rows["on_day"].to_numpy()
            rows.loc[here, ["answer", "reason"]] = ["conflicting", one.name]
            rows.loc[here, "evidence"] = one.words
            rows.loc[here, ["source", "confidence"]] = [one.source, one.confidence]
            rows.loc[here, "recorded"] = False
            rows.loc[here & (rows["patient_owes"] == "not_billed").to_numpy(), "patient_owes"] = "unknown"
        if one.holds:
            rows.loc[mask[patient], "conflict"] = one.name
    rows["second_claim"] = _second_claim(rows)
    rows["eligibility"] = shown.words[patient]
    if "verified_date" in rows:
        by_hand = (rows["eligibility"] == "").to_numpy() & rows["verified_date"].notna().to_numpy()
        days = rows.loc[by_hand, "verified_date"].dt.strftime("%Y-%m-%d")
        rows.loc[by_hand, "eligibility"] = "looked up by the practice on " + days
    needed = rows["needs_authorization"].astype("boolean").fillna(False).to_numpy(bool)
    for there, words in ((True, "an authorization is on file"), (False, "no authorization is on file")):
        which = needed & (rows["authorized"].to_numpy(bool) == there)
        rows.loc[which, "evidence"] = rows.loc[which, "evidence"].astype("str") + f"; {words}"
    left = (rows["kind"] == "medicare_part_b").to_numpy()
    for name in ("copay_cents", "filing_days"):
        rows[name] = pd.array(pd.to_numeric(rows[name]), dtype="Int64")
    rows["deductible_left_cents"] = pd.array(np.where(left, shown.deductible_left[patient], np.nan), dtype="Int64")
    return rows


def _owes(rows: pd.DataFrame) -> pd.Series:
    """What each plan says of the patient: only the program of the Beneficiaries can say `never`.

    Another's ban on billing its member is that of a plan that pays first; behind Medicare the share is Medicare's own.
    A Medicaid may protect its patients in any place.
    """
    owes, kind = rows["patient_owes"].astype("str"), rows["kind"].astype("str")
    bans = owes.isin(["never", "not_billed"]) & (kind != "qmb")
    counts = rows["first"].to_numpy(bool) | (kind == "medicaid").to_numpy(bool)
    return owes.mask(bans, pd.Series(np.where(counts, "not_billed", "unknown"), rows.index))


def _second_claim(rows: pd.DataFrame) -> Any:
    """What becomes of the claim to a further payer; empty for who is first or stands in no order.

    `none`: it is more than recalled that the payer does not pay it. `handed_on`: the payer before sends it on by
    itself, as the payer or the practice says; `by_hand`: it does not. `ask`: it is only recalled that it does not pay
    it. `by_remittance`: what the remittance says decides.
    """
    further, sure = rows["place"] > 1, rows["confidence"] != "unverified"
    pays_not = sure & (rows["answer"] == "does_not") & (rows["kind"] != "medicare_part_b")
    words = {"none": pays_not, "handed_on": (rows["crossover"] == "automatic") & rows["recorded"].astype(bool),
             "ask": rows["answer"] == "does_not", "by_hand": rows["crossover"] == "no"}  # fmt: skip
    met = [~further.to_numpy(bool), *(one.to_numpy(bool) for one in words.values())]
    return np.select(met, ["", *words], "by_remittance")


def _columns() -> list[str]:
    return [*Answer.__dataclass_fields__, "asks"]
