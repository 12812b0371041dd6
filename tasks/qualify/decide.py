"""From accepted tables to decisions: one outcome for every enrolled patient-month, with all that led to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from config.frames import numbered, one_below_another
from config.month import Month
from config.rulebook import RuleBook
from config.settings import PracticeSettings
from tasks.qualify import families
from tasks.qualify.beside import TOLD_LATER, tell_programs_beside
from tasks.qualify.by_hand import lifted
from tasks.qualify.dating import add_moves, date_candidates
from tasks.qualify.findings import gather_findings
from tasks.qualify.frames import Months, Stretches
from tasks.qualify.hospital import add_hospital_units
from tasks.qualify.ledger import add_minutes, count_minutes
from tasks.qualify.lookup import Tables
from tasks.qualify.months import Facts, gather
from tasks.qualify.programs import Decided, bill_once, give_way, keep_one, participants, stretches_of
from tasks.qualify.rows import candidate_rows, code_lines, decisions, finding_rows, ledger_rows
from tasks.qualify.service_day import add_month_dates
from tasks.qualify.services import add_services
from tasks.qualify.services_of_choice import add_services_of_choice, barred_by_services
from tasks.qualify.sites import payable_here
from tasks.qualify.stretches import stretches, tell_colleagues
from tasks.qualify.taken import Taken, logged_elsewhere

LASTING = ("care_planning_add_on_codes", "collaborative_month_codes")
"""Lists of codes that matter in the months after they were billed."""

DAY = 24 * 3600 * 10**9
"""A day in the nanoseconds of a date."""


def decide(
    tables: dict[str, pd.DataFrame], month: Month, book: RuleBook, settings: PracticeSettings
) -> dict[str, pd.DataFrame]:
    """Decide one practice's month.

    `tables` are the accepted input tables of one practice. Returns `decisions` (one row for every patient and
    program in which they take part, program by program in the order of the patients table), `candidates`, `findings`,
    `time_ledger` (every second of every accepted entry) and `code_lines`. Columns as in config/outputs, but for
    `case_number`, which the store gives. Pure: same tables, month, rulebook and settings give the same frames.
    """
    tables = Tables(tables)
    add_services(tables, month, frozenset().union(*(book.codes.get(name, ()) for name in LASTING)))
    zone = str(tables["practices"]["time_zone"].iloc[0])
    payable = payable_here(tables, book, settings)
    t = stretches(tables, month, book, zone)
    books = {program.program: book.of(program.program, payable) for program in book.programs}
    # The first program is that of the enrolment list: every patient on it gets an answer, payable here or not.
    first = book.programs[0]
    billed = [p for p in book.programs if p.program in settings.programs and books[p.program].families]
    taking_part = {p.program: participants(tables, t, p, month) for p in [first, *billed]}
    programs = [first, *(p for p in billed if p is not first and len(taking_part[p.program]))]
    parts: list[Decided] = []
    taken = Taken(int(t["start_s"].where(t["start_s"] >= 0).min()) if (t["start_s"] >= 0).any() else 0)
    rest = ~t["program"].isin([program.program for program in programs]).to_numpy(bool)
    everybody = np.append(np.ones(len(tables["patients"]), dtype=bool), False)
    taken.add(logged_elsewhere(t, list(books), book, settings), everybody)
    for group in dict.fromkeys(program.group for program in programs):
        together = []
        for program in programs:
            if program.group == group:
                # Time that no program here may use stands in the ledger of the first one.
                rows = (t["program"] == program.program).to_numpy(bool) | (rest & (program is first))
                own = books[program.program]
                mine = taking_part[program.program]
                together.append(decide_program(tables, t, rows, mine, own, settings, parts, taken))
                later = [taking_part[p.program] for p in programs[programs.index(program) + 1 :]]
                if later:
                    asked = np.zeros(len(tables["patients"]) + 1, dtype=bool)
                    asked[np.concatenate(later)] = True
                    taken.add(together[-1].ledger, asked)
        keep_one(together, settings)
        parts += together
    give_way(parts, settings)
    bill_once(parts, settings)
    tell_programs_beside(parts, settings)
    return {
        "decisions": together_of(parts, lambda part: decisions(part.months, month, part.book)),
        "candidates": together_of(parts, lambda part: candidate_rows(part.found, part.months, part.book)),
        "findings": together_of(parts, lambda part: finding_rows(part.findings, part.months, part.book)),
        "time_ledger": ledger_rows([part.ledger for part in parts], tables),
        "code_lines": together_of(parts, lambda part: code_lines(part.found, part.months, part.book)),
    }


def decide_program(
    tables: dict[str, pd.DataFrame],
    t: Stretches,
    rows: Any,
    taking_part: Any,
    own: RuleBook,
    settings: PracticeSettings,
    earlier: list[Decided],
    taken: Taken,
) -> Decided:
    """One program's patient-months, decided by themselves.

    `rows` are its stretches, `taking_part` the rows of its patients, `own` its book, `earlier` the groups
    before, `taken` the time that counts for programs before.
    """
    facts = gather(tables, own.month, own, settings, taking_part)
    m = facts.frame
    for column in (*TOLD_LATER, "program_pair"):
        m[column] = ""
    m["bills_apcm"] = _billed_before(m, earlier, "apcm")
    mine = stretches_of(t, rows, taking_part, len(tables["patients"]))
    mine["is_own_program"] = (mine["program"] == own.program).to_numpy(bool)
    tell_colleagues(mine, tables["time_entries"]["performer_id"], m["practitioner_id"])
    ledger = count_minutes(mine, m, own, settings, taken)
    counted = in_order(ledger)
    add_minutes(m, ledger, counted, own, settings)
    add_month_dates(facts)
    if any(family.by == "month" for family, _ in own.families):
        facts.on_reference_day(m["month_service_date"].to_numpy())
    reached = families.candidates(m, counted, own, settings)
    moves = date_candidates(facts, reached)
    found = families.priced(reached, m, own)
    found = families.choose(found, supported(found, m, own, settings), barred_by_services(found, facts), settings)
    add_choice(m, found, own, settings)
    add_moves(facts, moves)
    add_services_of_choice(facts)
    add_hospital_units(m, own)
    facts.on_reference_day(reference_dates(facts, counted))
    findings = gather_findings(m, decision_rules(own), m["is_enrolled"].to_numpy(), own, settings)
    findings = lifted(findings, m, own.month)
    add_outcome(m, findings)
    return Decided(own, m, ledger, found, findings)


def in_order(ledger: pd.DataFrame) -> pd.DataFrame:
    """What is needed of the counted stretches, by patient, day and start."""
    rows = np.flatnonzero(ledger["counts"].to_numpy(bool))
    needed = ["patient", "local_date", "day", "seconds", "performer_class", "is_visit_day"]
    if not len(rows):
        return ledger[needed].iloc[rows]
    # One number for all three is sorted in half the time of three.
    place = ledger["patient"].to_numpy(np.int64)[rows]
    for name in ("local_date", "start_s"):
        value = ledger[name].to_numpy()[rows].astype(np.int64)
        if name == "local_date":
            value //= DAY
        value -= value.min()
        place = place * (int(value.max()) + 1) + value
    return ledger[needed].iloc[rows[np.argsort(place, kind="stable")]]


def together_of(parts: list[Decided], rows: Callable[[Decided], pd.DataFrame]) -> pd.DataFrame:
    """The rows of all programs, those of a program together, in the order in which programs are decided."""
    frames = [rows(part) for part in parts]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else one_below_another(filled)


def _billed_before(m: Months, earlier: list[Decided], program: str) -> Any:
    """Which of these patients' practitioners bill that program for this month already."""
    for part in earlier:
        if part.book.program == program:
            bills = part.months[part.months["outcome"] == "bill"]
            known = set(zip(bills["patient_id"], bills["practitioner_id"], strict=True))
            return np.array([pair in known for pair in zip(m["patient_id"], m["practitioner_id"], strict=True)])
    return np.zeros(len(m), dtype=bool)


def decision_rules(book: RuleBook) -> list[Any]:
    """The rules asked of patient-months: what bars first, what explains the minutes last."""
    return [rule for topic in ("eligibility", "exclusions", "documentation") for rule in book.topic(topic)]


def reference_dates(facts: Facts, counted: pd.DataFrame) -> Any:
    """The day on which coverage, conditions and care plan must stand: the date of service, which the claim carries.

    Where nothing is reached it is the last counted day, else the month's last.
    """
    last = facts.latest(counted["patient"].to_numpy(), counted["local_date"])
    last = np.where(np.isnat(last), np.datetime64(facts.last.date(), "ns"), last)
    service = facts.frame["service_date"].to_numpy()
    facts.frame["first_counted_date"] = facts.earliest(counted["patient"].to_numpy(), counted["local_date"])
    return np.where(np.isnat(service), last, service)


def supported(found: pd.DataFrame, m: Months, book: RuleBook, settings: PracticeSettings) -> Any:
    """Which candidates the documentation supports: none of the rules that their family needs is met."""
    allowed = np.ones(len(found), dtype=bool)
    for family, _ in book.families:
        for name in family.needs:
            if name in book.rules and book.rules[name].effect == "unsupported":
                barred = gather_findings(m, [book.rules[name]], True, book, settings)["patient"]
                allowed &= ~((found["family"] == family.family) & found["patient"].isin(barred)).to_numpy()
    return allowed


def add_choice(m: Months, found: pd.DataFrame, book: RuleBook, settings: PracticeSettings) -> None:
    """Adds the chosen candidate of each patient, and the minutes missing to the next unit."""
    chosen = found[found["chosen"]]
    row = chosen["patient"].to_numpy()
    for column in ("family", "codes", "basis"):
        code, known = pd.factorize(chosen[column])
        number = np.full(len(m), -1)
        number[row] = code
        m[column] = numbered(number, [*known, ""])
    amounts = [
        "expected_cents",
        "coinsurance_cents",
        "medicare_cents",
        "hospital_cents",
        "hospital_copay_cents",
        "weighed_cents",
        "schedule_cents",
    ]
    for column in ("minutes", "units_earned", "units_cap", "confidence", *amounts):
        numbers = np.full(len(m), np.nan)
        numbers[row] = chosen[column]
        m[column] = numbers
    day = np.full(len(m), np.datetime64("NaT"), dtype="datetime64[ns]")
    day[row] = chosen["service_date"].to_numpy()
    m["service_date"] = day
    once = np.zeros(len(m), dtype=bool)
    once[row] = chosen["once"]
    m["bills_once"] = once
    unknown = np.zeros(len(m), dtype=bool)
    unknown[row] = chosen["hospital_unknown"]
    m["hospital_rate_unknown"] = unknown
    m["bills_month_code"] = np.isin(
        m["family"].to_numpy(object), [family.family for family, _ in book.families if family.by == "month"]
    )
    m["minutes"] = m["minutes"].fillna(m["pool_minutes"])
    missing = np.full(len(m), np.iinfo(np.int64).max)
    family_name = m["family"].to_numpy(object)
    short = [family.family for family, entry in book.families if entry.below_minutes]
    for family, entry in book.families:
        left = families.seconds_to_next(entry, families.pool_seconds(family, m), families.cap(entry, settings))
        undecided = (family_name == "") | np.isin(family_name, short)
        open_to = (family_name == family.family) | (undecided & (not family.needs))
        open_to &= np.logical_and.reduce([m[fact].to_numpy(bool) for fact in family.only_if], initial=True)
        missing = np.where(open_to & (left >= 0), np.minimum(missing, left), missing)
    known = missing < np.iinfo(np.int64).max
    m["minutes_missing"] = np.where(known, np.ceil(missing / 60), np.nan)


def add_outcome(m: Months, findings: pd.DataFrame) -> None:
    """Adds `outcome` and `reason`: what bars comes first, then too few minutes, then what can be mended, then bill.

    Time that only waits for consent or approval does not make a month short: it holds it.
    """
    effect = findings["outcome"]
    rule, names = pd.factorize(findings["rule"])
    patient = findings["patient"].to_numpy()

    def first_of(name: str) -> Any:
        some = np.flatnonzero((effect == name).to_numpy(bool))[::-1]  # the first asked is written last
        found = np.full(len(m), -1)
        found[patient[some]] = rule[some]
        return found

    barred, held, short = (first_of(name) for name in ("not_billable", "hold", "short"))
    without_code = (m["family"] == "").to_numpy()
    is_barred, is_held = barred >= 0, held >= 0
    is_short = without_code & ~(is_held & m["reaches_any_with_pending"].to_numpy())
    conditions = [is_barred, is_short, is_held]
    m["outcome"] = numbered(np.select(conditions, [0, 1, 2], default=3), ["not_billable", "short", "hold", "bill"])
    m["reason"] = numbered(np.select(conditions, [barred, short, held], default=-1), [*names, ""])
