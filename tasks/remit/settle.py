"""After an answer: the state of each claim, its ledger row, its denials and overpayments, from everything on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy.engine import Connection

from tasks.remit import standing
from tasks.remit.trace import kinds, trace
from tasks.store import denials as cases
from tasks.store import left_over, overpayments, record_requests, refunded, remittances
from tasks.store.day import today_of
from tasks.store.filing import with_told_days
from tasks.store.known_findings import known_of
from tasks.store.standing import ordered
from tasks.store.terms import terms_of

Frames = dict[str, pd.DataFrame]


def settle(
    connection: Connection, claim_numbers: pd.Series, today: date | None, now: datetime, settings: Path | None = None
) -> pd.DataFrame:
    """These claims stand as their answers say, whatever they stood as before; the denials that were opened now.

    `settings` have the practices' own filing terms; without `today` each practice has its own day. The same answers
    give the same states however often it is asked. A denial is never written off: it stays until it is paid or a person
    moves it.
    """
    with remittances.asked(connection, claim_numbers):
        remittances.ask_also_for_replaced(connection)
        left_over.ask_also_for_second(connection)
        frames = remittances.of_asked(connection)
        answers, adjustments = stand(frames)
        denied = standing.denied_lines(frames, answers, adjustments)
        found = standing.states(frames, answers, denied)
        of_first, its = (frame[frame["payer_order"] == 1] for frame in (answers, denied))
        found["first_state"] = standing.states(frames, of_first, its)["state"]
        found["paid_cents"] = answers.groupby("claim_number")["paid_cents"].sum().reindex(found.index, fill_value=0)
        changed = remittances.update_claims(connection, found.reset_index())
        if changed:
            numbers = frames["claims"]["claim_number"]
            frames["claims"]["state"] = numbers.map(changed).fillna(frames["claims"]["state"])
        days = {one: today or today_of(connection, one) for one in sorted(set(frames["claims"]["practice_id"]))}
        opened = _denials(connection, frames, answers, adjustments, denied, days, now, settings)
        _paid_later(connection, frames, answers, adjustments, now)
        _overpayments(connection, frames, answers, adjustments, found, today)
        refunded.into_ledger(connection, remittances.numbers_asked())
    return opened


def stand(frames: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers in their order, with which of them stand, and the adjustments of those that do, with their kind."""
    answers = ordered(frames["answers"], frames["claims"], frames["adjustments"])
    adjustments = standing.with_kinds(frames["adjustments"], answers, kinds(frames["adjustments"]))
    return answers, standing.nothing_left(adjustments, frames["answer_lines"], answers)


def _denials(
    connection: Connection,
    frames: Frames,
    answers: pd.DataFrame,
    adjustments: pd.DataFrame,
    denied: pd.DataFrame,
    days: Mapping[str, date],
    now: datetime,
    settings: Path | None,
) -> pd.DataFrame:
    known = cases.of_asked(connection)
    keys = ["claim_number", "line"]
    both = denied.merge(known[[*keys, "claim_payment_id"]], on=keys, how="left", suffixes=("", "_before"))
    fresh = both[both["claim_payment_id_before"].isna()]
    again = both[
        both["claim_payment_id_before"].notna() & (both["claim_payment_id_before"] != both["claim_payment_id"])
    ]
    told = pd.concat([fresh, again]).drop(columns="claim_payment_id_before").reset_index(drop=True)
    rows = _rows(connection, frames, told, answers, adjustments, days, settings)
    record_requests.open_for(connection, rows, adjustments, now)  # by what stood until now
    cases.open_new(connection, rows.iloc[: len(fresh)], now)
    cases.open_again(connection, rows.iloc[len(fresh) :], now)
    cases.learn(connection, rows.assign(remarks=rows["told"]))
    gone = known.merge(denied[keys], on=keys, how="left", indicator="stands")
    gone = gone[(gone["stands"] == "left_only") & ~gone["state"].isin(["paid", "accepted"])]
    allowed = answers.loc[answers["standing"], "claim_number"]
    cases.move(connection, gone[gone["claim_number"].isin(allowed)], "paid", "the payer allowed it", now)
    return rows


def _rows(
    connection: Connection,
    frames: Frames,
    denied: pd.DataFrame,
    answers: pd.DataFrame,
    adjustments: pd.DataFrame,
    days: Mapping[str, date],
    settings: Path | None,
) -> pd.DataFrame:
    """The denials as they are kept: traced, with what is expected of them still."""
    heads = ["claim_number", "practice_id", "claim", "payer_kind", "billed_payer_id", "service_date"]
    told = denied.merge(frames["claims"][heads], on="claim_number", how="left")
    lines = frames["lines"]
    told = told.merge(
        lines[["claim_number", "line", "code", "expected_cents"]], on=["claim_number", "line"], how="left"
    )
    whole = lines.groupby("claim_number")["expected_cents"].sum(min_count=1).reindex(told["claim_number"])
    told["expected_cents"] = told["expected_cents"].where(told["line"] > 0, pd.Series(whole.to_numpy(), dtype="Int64"))
    told["code"] = told["code"].fillna("")
    settled = standing.settled(frames, answers, adjustments)
    done = settled.reindex(pd.MultiIndex.from_frame(told[["claim_payment_id", "line"]]), fill_value=0).to_numpy()
    left = (told["expected_cents"] - done).clip(lower=0)
    told["expected_cents"] = left.mask((left > told["denied_cents"]).fillna(False), told["denied_cents"])
    told = with_told_days(connection, told)
    terms = terms_of(connection, sorted(set(told["practice_id"])), settings)
    today = pd.to_datetime(told["practice_id"].map(dict(days)))
    traced = trace(told, cases.codes_named(connection), today, known_of(connection, told["claim_number"]), terms)
    return traced.assign(state="open")


def _paid_later(
    connection: Connection, frames: Frames, answers: pd.DataFrame, adjustments: pd.DataFrame, now: datetime
) -> None:
    """A denial of an earlier version is over when a later version of the claim is paid for the same code."""
    before = cases.of_earlier_versions(connection)
    before = before[~before["state"].isin(["paid", "accepted"])]
    if before.empty:
        return
    allowed = standing.allowed(frames, answers, adjustments).rename(columns={"claim_line": "line"})
    codes = allowed.merge(frames["lines"][["claim_number", "line", "code"]], on=["claim_number", "line"])
    paid = before.merge(
        codes[["claim_number", "code"]].drop_duplicates(),
        left_on=["later", "code"],
        right_on=["claim_number", "code"],
        suffixes=("", "_later"),
    )
    whole = before[(before["line"] == 0) & before["later"].isin(codes["claim_number"])]
    over = pd.concat([paid, whole]).drop_duplicates(["claim_number", "line"])
    cases.move(connection, over, "paid", "paid on a later claim", now)


def _overpayments(
    connection: Connection,
    frames: Frames,
    answers: pd.DataFrame,
    adjustments: pd.DataFrame,
    found: pd.DataFrame,
    today: date | None,
) -> None:
    """What was paid for a claim taken back or replaced, paid twice, or paid by a second payer of which the first took
    its payment back, has a case, open until all of it came back.
    """
    claims = frames["claims"].set_index("claim_number").join(found[["paid_cents"]])
    newer = remittances.paid_replacements(connection)
    twice = answers.loc[(answers["paid_times"] > 1) & answers["standing"]]
    once = twice.groupby("claim_number")["paid_cents"].sum()
    over = pd.DataFrame({"practice_id": claims["practice_id"], "why": "", "keeps_cents": 0})
    over["why"] = over["why"].mask(claims.index.isin(once.index), "paid_twice")
    over.loc[once.index, "keeps_cents"] = once
    replaced = (claims["state"] == "replaced").to_numpy() & claims.index.isin(newer)
    over["why"] = over["why"].mask(replaced, "paid_beside_replacement")
    over["why"] = over["why"].mask((claims["state"] == "voided").to_numpy(), "voided_after_payment")
    after_all = pd.Series(left_over.paid_after_all(connection), dtype="str").reindex(over.index, fill_value="")
    over["why"] = over["why"].mask(over["why"] == "", after_all)
    behind = left_over.without_first(connection) | standing.left_by_first(answers, adjustments)
    over["why"] = over["why"].mask((over["why"] == "") & over.index.isin(behind), "first_payer_took_back")
    over["keeps_cents"] = over["keeps_cents"].where(over["why"] == "paid_twice", 0)
    due = over[(over["why"] != "") & (claims["paid_cents"] > over["keeps_cents"])]
    for number, case in due.iterrows():
        keeps = int(case["keeps_cents"])
        overpayments.identify(connection, str(number), case["practice_id"], case["why"], keeps, today)
    known = overpayments.of_asked(connection)
    for number in [one for one, why in known.items() if why in overpayments.BESIDE and over.at[one, "why"] == ""]:
        overpayments.withdraw(connection, number)  # nothing is paid beside it any more, or the first pays again
    overpayments.refresh(connection, known, today)
