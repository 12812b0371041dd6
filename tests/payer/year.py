"""A year between practices and payers: each month billed, answered, corrected, and the year before it not forgotten.

On the fifth the month before is decided and billed, on the twentieth payers answer. On the twenty-second second payers
are billed, refused lines go again or to appeal, and a month earlier is opened again. On the twenty-eighth payers answer
once more. Every remittance is posted twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from config.month import Month
from tasks.remit.post import post
from tasks.remit.worklist import answers_of
from tasks.store.claim_tables import claims, ledger
from tasks.store.claims import ClaimFile
from tasks.store.remit_tables import adjustments, claim_payments, denials, line_payments, overpayments, remittances
from tasks.store.store import Store, open_store
from tests.claim.validators import complaints as said_of_claims
from tests.payer import knowledge as known
from tests.payer.books import Member
from tests.payer.payer import Payer
from tests.payer.practice import Billing, Tables, changed, decide_month, dump, make_source, read_tables
from tests.payer.remit import complaints, paid_in
from tests.payer.remit import remittances as written
from tests.remit.billed import rows

SETTINGS = {"P1": "office", "P2": "rhc", "P3": "hopd_on_campus"}
MAC = "15202"
POSTED = (remittances, claim_payments, line_payments, adjustments, claims, ledger, denials, overpayments)
CROSSING = ("SYN21", "SYN22", "SYN31")


def payers(seed: int) -> dict[str, Payer]:
    """Medicare, supplements that it hands claims to and one that it does not, the state, and who covers nothing."""
    others = {
        "SYN21": Payer("SYN21", "LAKESIDE SUPPLEMENT", "supplement", seed),
        "SYN22": Payer("SYN22", "HEARTLAND", "supplement", seed),
        "SYN23": Payer("SYN23", "FOUNDERS", "supplement", seed),
        "SYN31": Payer("SYN31", "STATE MEDICAID", "medicaid", seed),
        "SYN41": Payer("SYN41", "TRILLIUM", "supplement", seed),
        "SYN42": Payer("SYN42", "IRONWORKS", "supplement", seed),
        "SYN51": Payer("SYN51", "TRICARE", "supplement", seed, excludes=set(known.FEES)),
    }
    crossing = {name: others[name] for name in CROSSING}
    return {MAC: Payer(MAC, "MEDICARE", "medicare", seed, neighbours=crossing, denied_at_random=0.08)} | others


@dataclass
class Row:
    """One line of the table of the year."""

    month: str
    professional: int = 0
    institutional: int = 0
    second: int = 0
    corrections: int = 0
    resent: int = 0
    appeals: int = 0
    files: int = 0
    bpr: int = 0

    def __add__(self, other: Row) -> Row:
        sums = {name: value + getattr(other, name) for name, value in vars(self).items() if name != "month"}
        return Row("total", **sums)


@dataclass
class Year:
    """The year as it goes on."""

    folder: Path
    patients: int = 18
    seed: int = 3
    year: int = 2025
    begins: int = 1
    practices: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    payers: dict[str, Payer] = field(init=False)
    table: list[Row] = field(default_factory=list)
    corrected: list[tuple[str, Month, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        source = self.folder / "source"
        last = Month(self.year, 12)
        self.settings = make_source(source, self.patients, self.seed, last, 13 - self.begins, self.practices)
        self.tables: Tables = read_tables(source)
        self.store: Store = open_store(f"sqlite:///{self.folder / 'ccm.db'}")
        self.desks = {practice: Billing(self.store, practice, self.settings) for practice in self.practices}
        self.payers = payers(self.seed)
        self.dice = random.Random(self.seed)
        self._enrol()

    def _enrol(self) -> None:
        """Each payer knows its members: who is behind Medicare, who has met the deductible."""
        covered = self.tables["coverages"]
        for number, found in covered.groupby("member_id"):
            second = found.loc[found["priority"] == 2, ["payer_id", "payer_kind"]]
            behind = str(second["payer_id"].iloc[0]) if len(second) else ""
            qualified = len(second) > 0 and second["payer_kind"].iloc[0] == "qmb"
            left = 25700 if self.dice.random() < 0.3 else 0
            member = Member(supplement=behind if behind in CROSSING else "", qualified=qualified)
            member.deductible_left[self.year] = left
            self.payers[MAC].members[str(number)] = member

    def months(self) -> Iterator[Row]:
        """The year's months from that in which it begins, one after the other; each is settled when it is given."""
        for number in range(self.begins, 13):
            month = Month(self.year, number)
            row = Row(str(month))
            self.table.append(row)
            days = {day: month.next.first.replace(day=day) for day in (5, 20, 22, 28)}
            for practice in self.practices:
                self._decide(practice, month, self.tables, days[5])
                self._take(row, self.desks[practice].send(month, days[5]), days[5])
            self._remit(row, days[20])
            for practice in self.practices:
                self._take(row, self.desks[practice].send(month, days[22]), days[22])
            self._answer_denials(row, days[22])
            if number > self.begins:
                self._reopen(row, month.previous, days[22])
            self._surprises()
            self._remit(row, days[28])
            yield row

    def _decide(self, practice: str, month: Month, tables: Tables, day: date) -> None:
        # A clean year: to check each month would cost more than all else.
        first = month == Month(self.year, self.begins) and tables is self.tables
        cycle = decide_month(self.store, tables, practice, month, self.settings, day, check=first)
        self.desks[practice].sign_off(cycle, day)

    def _take(self, row: Row, files: list[ClaimFile], day: date) -> None:
        """The files pass both readers and reach the payers; who is not addressed does not look at them."""
        for file in files:
            assert said_of_claims(file.content, "known") == [], file.content.decode()
            found = rows(self.store, claims, "payer_order", "frequency", control_number=file.control_number)
            first = [frequency for order, frequency in found if order == 1]
            row.second += len(found) - len(first)
            row.corrections += sum(frequency != "1" for frequency in first)
            new = sum(frequency == "1" for frequency in first)
            if file.form == "837P":
                row.professional += new
            else:
                row.institutional += new
            for payer in self.payers.values():
                payer.receive(file.content, day)

    def _remit(self, row: Row, day: date) -> None:
        """Every payer answers, in files of at most twenty-five claims; each is posted, and posted again in vain."""
        for payer in self.payers.values():
            for place, content in enumerate(written(payer, day, 25, self.dice.choice([1, 2]))):
                name = f"{payer.payer_id}-{day}-{place}.835"
                assert complaints(content) == [], content.decode()
                done = post(self.store, name, content, day)
                assert (done.state, done.difference_cents, done.in_suspense) == ("posted", 0, 0), done
                before = dump(self.store, *POSTED)
                assert post(self.store, f"again-{name}", content, day).state == "repeated"
                assert dump(self.store, *POSTED) == before
                row.files += 1
                row.bpr += paid_in(content)

    def _answer_denials(self, row: Row, day: date) -> None:
        """What Medicare refused: not processed goes again, the rest to appeal or reopening, which one in two grants."""
        medicare = self.payers[MAC]
        for practice, desk in self.desks.items():
            found = answers_of(self.store, practice)["denials"]
            mine = found[(found["state"] == "open") & (found["payer_name"] == medicare.name)]
            for (number, month), lines in mine.groupby(["claim_number", "month"]):
                if "written" in {state for (state,) in rows(self.store, claims, "state", claim_number=number)}:
                    continue
                again = lines[lines["route"] == "resubmission"]
                if len(again) and self._stands(str(number)):
                    before = self._ledger_paid(str(number))
                    file = desk.resend(Month.parse(month), str(number), list(map(int, again["line"])), day)
                    assert self._ledger_paid(str(number)) == before, "what was paid stays while a line goes again"
                    assert said_of_claims(file.content, "known") == [], file.content.decode()
                    row.resent += 1
                    for payer in self.payers.values():
                        payer.receive(file.content, day)
                elif len(again) == 0 and medicare.filed[str(number)].standing and self.dice.random() < 0.5:
                    medicare.decide_again(str(number), day)
                    row.appeals += 1

    def _stands(self, number: str) -> bool:
        return bool(rows(self.store, ledger, "claim_number", claim_number=number))

    def _ledger_paid(self, number: str) -> list[tuple[int]]:
        (key,) = rows(self.store, claims, "practice_id", "patient_id", "month", "program", "claim", claim_number=number)
        names = ("practice_id", "patient_id", "month", "program", "claim")
        return rows(self.store, ledger, "paid_cents", **dict(zip(names, key, strict=True)))

    def _reopen(self, row: Row, month: Month, day: date) -> None:
        """Of the month before, one patient of a practice loses the care plan and another gains half an hour."""
        practice = list(self.practices)[month.number % len(self.practices)]
        mine = {"practice_id": practice, "month": str(month), "program": "ccm"}
        found = rows(self.store, ledger, "patient_id", "state", **mine)
        billed = sorted({patient for patient, state in found if state in ("paid", "part_paid")})
        if len(billed) < 2:
            return
        loses, gains = self.dice.sample(billed, 2)
        tables = changed(self.tables, "care_plans", lambda plans: plans[plans["patient_id"] != loses])
        tables = changed(tables, "time_entries", lambda entries: _longer(entries, gains, month))
        self.corrected += [(practice, month, loses), (practice, month, gains)]
        self._decide(practice, month, tables, day)
        self._take(row, self.desks[practice].send(month, day), day)

    def _surprises(self) -> None:
        """Interest for a late payment; and money kept back for what the practice owes."""
        medicare = self.payers[MAC]
        payees = sorted({filed.claim.billing_npi for filed in medicare.filed.values()})
        medicare.add_interest(self.dice.choice(payees), self.dice.randint(1, 500))
        for number, state, cents in rows(self.store, overpayments, "claim_number", "state", "cents"):
            if state == "open" and number in medicare.filed and medicare.filed[number].standing:
                medicare.withhold(number, cents)


def _longer(entries: pd.DataFrame, patient: str, month: Month) -> pd.DataFrame:
    """The patient's longest entry of the month by staff is half an hour longer."""
    day = entries["local_date"]
    mine = (entries["patient_id"] == patient) & (day >= pd.Timestamp(month.first)) & (day <= pd.Timestamp(month.last))
    mine &= entries["performer_id"].str.startswith("S") & (entries["program"] == "ccm")
    if mine.any():
        place = entries.loc[mine, "seconds"].idxmax()
        for name in ("seconds", "duration_seconds"):
            entries.loc[place, name] = entries.loc[place, name] + 1800
    return entries
