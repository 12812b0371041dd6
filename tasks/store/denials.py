"""Denials with their history, and what was learnt of payers' codes, in the database."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.denial_models import Route
from config.denials import denials as tables
from config.errors import InputError
from tasks.store.claim_tables import claims
from tasks.store.filing import with_told_days
from tasks.store.remit_tables import denial_codes, denial_events, denials
from tasks.store.remittances import add, asked, select

STATES = ("open", "resent", "appealed", "accepted", "paid")

_text, _number, _day = pa.large_string(), pa.int64(), pa.date32()
DENIAL = {
    "claim_number": _text, "line": _number, "practice_id": _text, "claim_payment_id": _number,
    "adjustment_group": _text, "reason": _text, "remarks": _text, "denied_cents": _number, "error": _text,
    "rule": _text, "cause": _text, "evidence": _text, "route": _text, "owner": _text, "opened_date": _day,
    "due_date": _day, "expected_cents": _number, "state": _text,
}  # fmt: skip
_WITH_CLAIM = {f"d.{name}": kind for name, kind in DENIAL.items()} | {
    "c.case_number": _text, "c.patient_id": _text, "c.month": _text, "c.rendering_npi": _text, "c.claim": _text,
    "c.payer_kind": _text, "c.service_date": _day, "c.payer_name AS billed_payer": _text, "s.code": _text,
    "c.payer_id AS billed_payer_id": _text, "r.payer_id": _text, "r.payer_name": _text, "r.payment_date": _day,
}  # fmt: skip
_OF_CLAIMS = """denials AS d JOIN claims AS c ON c.claim_number = d.claim_number
    JOIN claim_payments AS p ON p.id = d.claim_payment_id JOIN remittances AS r ON r.id = p.remittance_id
    LEFT JOIN claim_service_lines AS s ON s.claim_number = d.claim_number AND s.line = d.line"""
_SIBLINGS = """asked_claims AS a JOIN claims AS c2 ON c2.claim_number = a.claim_number
    JOIN claims AS c1 ON c1.practice_id = c2.practice_id AND c1.patient_id = c2.patient_id AND c1.month = c2.month
    AND c1.program = c2.program AND c1.claim = c2.claim AND c1.payer_order = c2.payer_order AND c1.version < c2.version
    JOIN denials AS d ON d.claim_number = c1.claim_number
    LEFT JOIN claim_service_lines AS s ON s.claim_number = d.claim_number AND s.line = d.line"""


def of_asked(connection: Connection) -> pd.DataFrame:
    """The denials of the asked claims."""
    columns = {f"d.{name}": kind for name, kind in DENIAL.items()}
    return select(connection, columns, "denials AS d JOIN asked_claims AS a ON a.claim_number = d.claim_number")


def of_earlier_versions(connection: Connection) -> pd.DataFrame:
    """The denials of earlier versions of the asked claims, with the code of their line and the version asked for."""
    columns = {
        "d.claim_number": _text,
        "d.line": _number,
        "d.state": _text,
        "s.code": _text,
        "c2.claim_number AS later": _text,
    }
    return select(connection, columns, _SIBLINGS)


def open_new(connection: Connection, rows: pd.DataFrame, now: datetime) -> None:
    """These denials are open, none of their lines had one before, and their history begins."""
    add(connection, denials, rows.sort_values(["claim_number", "line"]))
    _tell(connection, rows, "denied", now)


def open_again(connection: Connection, rows: pd.DataFrame, now: datetime) -> None:
    """These denials are open, in the place of earlier ones of the same lines, and their history goes on."""
    if rows.empty:
        return
    remove = sa.delete(denials).where(
        denials.c.claim_number == sa.bindparam("which"), denials.c.line == sa.bindparam("what")
    )
    keys = rows[["claim_number", "line"]].itertuples(index=False)
    connection.execute(remove, [{"which": key, "what": int(line)} for key, line in keys])
    add(connection, denials, rows.sort_values(["claim_number", "line"]))
    _tell(connection, rows, "denied again", now)


def move(connection: Connection, rows: pd.DataFrame, state: str, note: str, now: datetime) -> None:
    """The denials of those lines are in that state, and their history says why."""
    if rows.empty:
        return
    change = (
        sa.update(denials)
        .where(denials.c.claim_number == sa.bindparam("which"), denials.c.line == sa.bindparam("what"))
        .values(state=state)
    )
    keys = rows[["claim_number", "line"]].itertuples(index=False)
    connection.execute(change, [{"which": key, "what": int(line)} for key, line in keys])
    _tell(connection, rows.assign(state=state), note, now)


def mark(connection: Connection, claim_number: str, line: int, state: str, note: str, now: datetime) -> None:
    """A person moves one denial; InputError when there is none of that line, or no such state."""
    known_state(state)
    where = (denials.c.claim_number == claim_number, denials.c.line == line)
    if not connection.execute(sa.select(denials.c.line).where(*where)).one_or_none():
        raise InputError(f"Claim {claim_number} has no denial of line {line}; see denials.csv.")
    move(connection, pd.DataFrame({"claim_number": [claim_number], "line": [line]}), state, note, now)


def known_state(state: str) -> None:
    """Nothing, where a denial can be in that state; InputError naming those there are."""
    if state not in STATES:
        raise InputError(f"'{state}' is no state of a denial; write one of {', '.join(STATES)}.")


def appeal_on(
    connection: Connection,
    claim_number: str,
    line: int,
    route: Route,
    letter: date,
    due: date | None,
    note: str,
    now: datetime,
) -> None:
    """The denial is open on that further appeal, with the day of the letter that it goes against in the place of the
    notice. InputError when there is no such denial, when it is settled, or when the appeal before it was not its way.
    """
    where = (denials.c.claim_number == claim_number, denials.c.line == line)
    joined = sa.join(denials, claims, claims.c.claim_number == denials.c.claim_number)
    query = sa.select(denials.c.state, denials.c.route, denials.c.opened_date, claims.c.payer_kind)
    row = connection.execute(query.select_from(joined).where(*where)).one_or_none()
    if row is None:
        raise InputError(f"Claim {claim_number} has no denial of line {line}; see denials.csv.")
    if row.state in ("accepted", "paid"):
        raise InputError(f"The denial of line {line} of {claim_number} is settled ({row.state}); nothing is appealed.")
    if row.payer_kind not in route.kinds:
        raise InputError(f"{claim_number} went to a payer with appeals of its own; ask it for its next step and term.")
    if (row.route, row.opened_date) == (route.name, letter):
        return
    first = row.state == "appealed" and "redetermination" in route.after and not tables().routes[row.route].after
    if row.route not in route.after and not first:
        before = " or ".join(route.after)
        raise InputError(
            f"A {route.name} goes against a refused {before}; line {line} of {claim_number} is at {row.route}."
        )
    if letter < row.opened_date:
        raise InputError(f"The letter of {letter} is older than the notice of {row.opened_date} that it answers.")
    change = {"route": route.name, "owner": route.owner, "opened_date": letter, "due_date": due, "state": "open"}
    connection.execute(sa.update(denials).where(*where).values(change))
    told = pd.DataFrame({"claim_number": [claim_number], "line": [line], "state": ["open"]})
    _tell(connection, told, f"{note}; {row.route} refused by letter of {letter}, next: {route.name}", now)


def _tell(connection: Connection, rows: pd.DataFrame, note: str, now: datetime) -> None:
    if rows.empty:
        return
    told = rows[["claim_number", "line", "state"]].itertuples(index=False)
    of_all = {"note": note, "at": now}
    connection.execute(
        sa.insert(denial_events),
        [{"claim_number": claim, "line": int(line), "state": state} | of_all for claim, line, state in told],
    )


def codes_named(connection: Connection) -> dict[tuple[str, str, str, str, str], str]:
    """The error that a person named, by practice, payer, group, reason and remarks."""
    table = denial_codes.c
    columns = (table.practice_id, table.payer_id, table.adjustment_group, table.reason, table.remarks, table.error)
    query = sa.select(*columns).where(table.named)
    return {(row[0], row[1], row[2], row[3], row[4]): row[5] for row in connection.execute(query)}


def learn(connection: Connection, seen: pd.DataFrame) -> None:
    """These answers were seen once more; `seen` has practice, payer, group, reason, remarks, error and its date."""
    keys = ["practice_id", "payer_id", "adjustment_group", "reason", "remarks", "error"]
    for key, dates in seen.groupby(keys)["opened_date"]:
        _count(connection, dict(zip(keys, key, strict=True)), len(dates), dates.min().date(), dates.max().date(), False)


def unlearn(connection: Connection, seen: pd.DataFrame) -> None:
    """These answers were seen once less; what a person named stays."""
    keys = ["practice_id", "payer_id", "adjustment_group", "reason", "remarks", "error"]
    for row in seen.to_dict("records"):
        equal = [denial_codes.c[name] == row[name] for name in keys]
        connection.execute(sa.update(denial_codes).where(*equal).values(times=denial_codes.c.times - 1))
        connection.execute(sa.delete(denial_codes).where(*equal, denial_codes.c.times <= 0, ~denial_codes.c.named))


def open_with_codes_of(connection: Connection, claim_number: str, line: int) -> pd.DataFrame:
    """That denial and the practice's open ones of the same group and reason; InputError when it is not there."""
    where = (denials.c.claim_number == claim_number, denials.c.line == line)
    row = connection.execute(sa.select(denials).where(*where)).mappings().one_or_none()
    if row is None:
        raise InputError(f"Claim {claim_number} has no denial of line {line}; see denials.csv.")
    found = of_practice(connection, row["practice_id"])
    same = (found["adjustment_group"] == row["adjustment_group"]) & (found["reason"] == row["reason"])
    itself = (found["claim_number"] == claim_number) & (found["line"] == line)
    kept = found[itself | (same & (found["state"] == "open"))].reset_index(drop=True)
    return kept.assign(code=kept["code"].fillna(""))


def name_error(connection: Connection, denial: pd.Series, error: str, before: pd.Series) -> None:
    """A person traced that denial to the error; the next one with its codes is traced to it by itself.

    `before` are the errors of all denials that move with it: what was counted for those counts for this one now.
    """
    names = ["practice_id", "payer_id", "adjustment_group", "reason"]
    key = {name: str(denial[name]) for name in names} | {"remarks": str(denial["told"])}
    equal = [denial_codes.c[name] == value for name, value in key.items()]
    connection.execute(sa.update(denial_codes).where(*equal).values(named=False))
    day = denial["opened_date"].date()
    moved = before[before != error].value_counts()
    for other, times in moved.items():
        where = [*equal, denial_codes.c.error == str(other)]
        connection.execute(sa.update(denial_codes).where(*where).values(times=denial_codes.c.times - int(times)))
    connection.execute(sa.delete(denial_codes).where(*equal, denial_codes.c.times <= 0))
    _count(connection, key | {"error": error}, int(moved.sum()), day, day, True)


def retrace(connection: Connection, rows: pd.DataFrame, now: datetime) -> None:
    """These denials have the error, rule, route, owner and due date given, and their history says so in their state."""
    for row in rows.to_dict("records"):
        where = (denials.c.claim_number == row["claim_number"], denials.c.line == int(row["line"]))
        due = None if pd.isna(row["due_date"]) else row["due_date"].date()
        told = {name: row[name] for name in ("error", "rule", "cause", "evidence", "route", "owner")} | {
            "due_date": due
        }
        connection.execute(sa.update(denials).where(*where).values(told))
    _tell(connection, rows, "traced anew", now)


def _count(connection: Connection, key: dict[str, str], times: int, first: date, last: date, named: bool) -> None:
    where = [denial_codes.c[name] == value for name, value in key.items()]
    row = connection.execute(sa.select(denial_codes).where(*where)).mappings().one_or_none()
    if row is None:
        new = {"times": times, "first_date": first, "last_date": last, "named": named}
        connection.execute(sa.insert(denial_codes), key | new)
        return
    change = {
        "times": row["times"] + times,
        "first_date": min(first, row["first_date"]),
        "last_date": max(last, row["last_date"]),
        "named": named or row["named"],
    }
    connection.execute(sa.update(denial_codes).where(*where).values(change))


def of_practice(connection: Connection, practice_id: str) -> pd.DataFrame:
    """The practice's denials with their claim, code and payer, and what that told of its filing limit."""
    found = select(connection, _WITH_CLAIM, _OF_CLAIMS, "d.claim_number, d.line")
    return with_told_days(connection, found[found["practice_id"] == practice_id].reset_index(drop=True))


def open_of_claim(connection: Connection, claim_number: str) -> pd.DataFrame:
    """The open denials of a claim, in the same columns."""
    with asked(connection, pd.Series([claim_number]), "denied_claims"):
        mine = f"{_OF_CLAIMS} JOIN denied_claims AS a ON a.claim_number = d.claim_number"
        found = select(connection, _WITH_CLAIM, mine, "d.line")
    return with_told_days(connection, found[found["state"] == "open"].reset_index(drop=True))


def codes_of(connection: Connection, practice_id: str) -> pd.DataFrame:
    """What was learnt of payers' codes in the practice's remittances."""
    columns = {"practice_id": _text, "payer_id": _text, "adjustment_group": _text, "reason": _text, "remarks": _text}
    columns |= {"error": _text, "named": pa.bool_(), "times": _number, "first_date": _day, "last_date": _day}
    found = select(connection, columns, "denial_codes", "payer_id, adjustment_group, reason, remarks, error")
    return found[found["practice_id"] == practice_id].reset_index(drop=True)
