"""Routing the co-pay cases as Prefect runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.case_settings import case_settings
from config.frames import among
from config.letter_settings import forecast_settings
from config.month import Month
from config.settings import PracticeSettings
from tasks.progress import LOG, step
from tasks.route.calls import judged
from tasks.route.cases import standing
from tasks.route.desk import keep, looked_at_again, open_desk, record
from tasks.route.given_back import goes_back
from tasks.route.heard import recorded_answers
from tasks.route.listing import case_numbers, worked_since
from tasks.route.lowered import lowered_by_day
from tasks.route.machine import Move
from tasks.route.measures import measures
from tasks.route.safeguards import alerts
from tasks.route.work import moves_by_case, on_record
from tasks.route.worklist import letters_due, worklist
from tasks.store import case_work
from tasks.store.day import zone_of
from tasks.store.practice import practice_row
from tasks.store.step import Place


@dataclass
class Routed:
    """A month's cases, the moves that are to be recorded once it is saved, and the balances that both rest on."""

    cases: pd.DataFrame
    moves: dict[str, list[Move]] = field(default_factory=dict)
    balances: pd.DataFrame | None = None


@dataclass
class Outreach:
    """A practice's cases as they stand today, its lists, and what there is to tell; no identity in `counts`."""

    practice_id: str
    cases: pd.DataFrame
    lists: dict[str, pd.DataFrame]
    staff: pd.DataFrame
    patients: pd.DataFrame
    practice: dict[str, str]
    counts: dict[str, int]


@task(name="add what staff recorded of patients' words", cache_policy=NO_CACHE)
def with_recorded_answers(
    place: Place, practice_id: str, tables: dict[str, pd.DataFrame], month: Month
) -> dict[str, pd.DataFrame]:
    """The tables with the wishes to stop that were recorded in cases up to the month's end among the answers."""
    with place.store.reading() as connection:
        moves = moves_by_case(case_work.moves(connection, practice_id))
    if not moves:
        return tables
    ids = tables["patients"]["patient_id"]
    numbers = pd.Series(place.store.known_case_numbers(practice_id, ids).to_numpy(), index=ids.to_numpy()).dropna()
    rows = recorded_answers(moves, dict(zip(numbers.to_numpy(), numbers.index, strict=True)))
    rows = rows[rows["response_date"] <= pd.Timestamp(month.last)] if len(rows) else rows
    if rows.empty:
        return tables
    said = tables["copay_responses"]
    more = rows.astype(dict.fromkeys(("response_id", "patient_id", "recorded_by", "response"), "str"))
    both = pd.concat([said.astype({"response": "str"}), more], ignore_index=True)
    return tables | {"copay_responses": both.astype({"response": said["response"].dtype}, errors="ignore")}


@task(name="route the co-pay cases", cache_policy=NO_CACHE)
def route_copay_cases(
    place: Place,
    practice_id: str,
    tables: dict[str, pd.DataFrame],
    decided: dict[str, pd.DataFrame],
    settings: PracticeSettings,
    month: Month,
    balances: pd.DataFrame | None = None,
) -> Routed:
    """Every refusal, inability to pay and unpaid balance as one case with its first option, owner and due date.

    A case that was worked on after the month stands as it is on record: who is told of a month that is run again is
    not asked to do what is done.
    """
    with step("route", "routing the co-pay cases") as done:
        known = place.store.open_copay_cases(practice_id)
        patients = tables["patients"]
        heard = among(patients["patient_id"], tables["copay_responses"]["patient_id"])
        # Who answered before being enrolled, or after leaving, has no decision to take the number from.
        numbers = place.store.case_numbers(practice_id, patients.loc[heard, "patient_id"])
        numbered = dict(tables) | {"patients": patients.assign(case_number=numbers)}
        called = case_numbers(decided["decisions"], known, numbered["patients"])
        with place.store.reading() as connection:
            work = on_record(connection, practice_id, case_settings(practice_id, place.settings), balances)
            stored = case_work.known(connection, practice_id)
        found = standing(numbered, called, settings, month, month.last, known, work)
        cases = worked_since(found.of_month, stored)
        opened = int((cases["state"] == "open").sum())
        done(f"{opened:,} open, {len(cases) - opened:,} closed", len(cases))
    return Routed(cases, dict(found.new), balances)


@task(name="keep the co-pay cases", cache_policy=NO_CACHE)
def keep_cases(place: Place, practice_id: str, month: Month, routed: Routed) -> None:
    """What opened, moved or closed cases is on record; what a later month wrote of a case stays."""
    with place.store.writing() as connection:
        case_work.alone(connection, practice_id)
        now = datetime.now(UTC)
        record(connection, practice_id, routed.moves, now)
        case_work.put_cases(connection, practice_id, str(month), routed.cases, now)


@task(name="see what is due in the co-pay cases", cache_policy=NO_CACHE)
def due_cases(place: Place, practice_id: str, balances: pd.DataFrame | None = None) -> Outreach:
    """The cases as they stand today, kept so, with worklist, letters, measures and what compliance is told."""
    with step("cases", "looking what is due in the co-pay cases") as done:
        desk = open_desk(place.store, practice_id, place.today(practice_id), balances, place.settings)
        keep(desk)
        desk = looked_at_again(desk)
        found, moves = desk.standing, desk.work.moves
        refunds, barred_paid = goes_back(found.money)
        settings = case_settings(practice_id, place.settings)
        determined = dict(desk.work.determinations)
        calls = judged(desk.work.calls, settings, zone_of(desk.tables))
        payments = desk.tables["patient_payments"]
        payments = payments.assign(case_number=payments["patient_id"].map(desk.numbers))
        lists = {
            "copay_worklist": worklist(found.frame, desk.tables["patients"], found.shares),
            "copay_measures": measures(
                dict(moves), payments, desk.today, found.shares, desk.work.qmb_shares, found.unpaid, calls
            ),
            "copay_alerts": alerts(
                dict(moves),
                determined,
                refunds,
                practice_id,
                settings,
                desk.today,
                found.shares,
                barred_paid,
                lowered_by_day(found.unpaid),
                calls,
            ),
            "copay_letters": letters_due(
                found.frame, desk.tables["patients"], forecast_settings(practice_id, place.settings).languages
            ),
        }
        counts = _counts(found.frame, lists, desk.today)
        done(f"{counts['open']:,} open, {counts['due']:,} due, {counts['escalated']:,} overdue", counts["open"])
        if counts["alerts"]:
            LOG.info("%s alerts for compliance: see compliance_alerts.csv", counts["alerts"])
    practice = practice_row(desk.tables)
    return Outreach(practice_id, found.frame, lists, desk.tables["staff"], desk.tables["patients"], practice, counts)


def _counts(cases: pd.DataFrame, lists: dict[str, pd.DataFrame], today: date) -> dict[str, int]:
    live = cases[cases["state"] == "open"]
    return {
        "open": len(live),
        "due": int((live["due_date"] <= pd.Timestamp(today)).sum()),
        "escalated": int(live["escalated_to"].notna().sum()),
        "letters": len(lists["copay_letters"]),
        "letters_not_read": int(lists["copay_letters"]["language_note"].notna().sum()),
        "alerts": len(lists["copay_alerts"]),
    }
