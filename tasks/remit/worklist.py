"""What a practice has to know of its payers' answers: denials to work on, balances, rates, money to return."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sqlalchemy.engine import Connection

from config.contract import answer_outputs, source_outputs
from config.denials import denials as tables
from config.frames import as_contract
from tasks.remit.causes import NO_RULE, NOT_SEEN, WARNED
from tasks.remit.match import SUSPENSE
from tasks.remit.settle import stand
from tasks.remit.standing import balances
from tasks.remit.trace import reductions
from tasks.store import denials as cases
from tasks.store import overpayments, record_requests, refunded, remittances, suspense
from tasks.store.answer_counts import AnswerCounts, answer_counts
from tasks.store.identities import names_of
from tasks.store.store import Store
from tasks.store.terms import Terms, terms_of
from tasks.store.ways import Named, Ways, ways_of
from tasks.store.withheld import withheld

DECIDES_THE_WAYS = [  # all that the ways of a denial and their last days depend on
    *("practice_id", "payer_id", "billed_payer_id", "payer_kind", "claim", "adjustment_group", "reason", "remarks"),
    *("code", "error", "route", "service_date", "opened_date", "payer_filing_days"),
]
NEXT_TIME = {
    WARNED: "The rule named here had warned, and the claim went out. See to its warnings in scrub.csv before the next "
    "claims leave.",
    NOT_SEEN: "The rules named here looked before the claim left, and found nothing wrong in what stands under "
    "evidence. Compare that with the payer's answer: what was wrong or missing on file, correct in the source of the "
    "month; where all was right, tell the payer so.",
    NO_RULE: "No rule looks for this. Ask the payer what its codes mean here, and put down the error that it was: "
    "ccm denial CLAIM LINE --error NAME.",
}
QMB_REMARKS = r"\bN78[123]\b"  # remark codes that tell of a Qualified Medicare Beneficiary


def answers_of(store: Store, practice_id: str, settings: Path | None = None) -> dict[str, pd.DataFrame]:
    """The practice's lists in contract columns, by name; last days by the practice's terms of today (`settings`)."""
    with store.reading() as connection:
        terms = terms_of(connection, [practice_id], settings)
        requests = record_requests.of_practice(connection, practice_id)
        denied = _denials(cases.of_practice(connection, practice_id), terms, cases.codes_named(connection))
        denied = denied.merge(names_of(connection, practice_id, denied["patient_id"]), on="patient_id", how="left")
        found = {
            "denials": _asking_for_records(denied, requests, record_requests.still_asked(connection, practice_id)),
            "claim_balances": _balances(connection, practice_id),
            "overpayments": overpayments.of_practice(connection, practice_id),
            "denial_rates": rates(answer_counts(connection, practice_id)),
            "denial_codes": _codes(connection, practice_id),
            "record_requests": requests,
            "withheld": withheld(connection, practice_id),
        }
    return {name: as_contract(found[name], table) for name, table in answer_outputs().items()}


def balances_of(store: Store, practice_id: str) -> pd.DataFrame:
    """The practice's list of balances alone, in contract columns."""
    with store.reading() as connection:
        return as_contract(_balances(connection, practice_id), answer_outputs()["claim_balances"])


def waiting(store: Store) -> pd.DataFrame:
    """Every answer that waits in suspense, in contract columns."""
    with store.reading() as connection:
        found = suspense.waiting(connection)
    kind = found["suspense_reason"].str.split(":").str[0]
    found["words"] = kind.map({name: words for name, (words, _) in SUSPENSE.items()})
    found["fix"] = kind.map({name: fix for name, (_, fix) in SUSPENSE.items()})
    return as_contract(found.rename(columns={"suspense_reason": "reason"}), source_outputs()["suspense"])


def _denials(denied: pd.DataFrame, terms: Terms, named: Named) -> pd.DataFrame:
    known = tables()
    words = {error.name: error.words for error in known.errors}
    # Terms change after a denial was opened, and a cause is named: the day is that of now, so long as it is worked on.
    live = denied["state"].isin(["open", "resent", "appealed"])
    told = []
    same = denied.groupby(DECIDES_THE_WAYS, sort=False, dropna=False).ngroup().tolist()
    ways_of_group: dict[int, Ways] = {}
    for group, row, is_live in zip(same, denied.to_dict("records"), live, strict=True):
        found = ways_of_group[group] = ways_of_group.get(group) or ways_of(row, terms, named)
        first = found.first if is_live else found.own
        appeal = found.beside.last_day if found.beside and is_live else None
        may_mean = found.may_mean(row["claim_number"], row["line"]) if is_live else ""
        told.append(
            (found.own.route.name, found.own.route.told, first.route.clock_words, first.last_day, appeal, may_mean)
        )
    columns = ["route", "steps", "clock", "due_date", "appeal_date", "may_mean"]
    ways = pd.DataFrame(told, columns=columns, index=denied.index)
    ways[["due_date", "appeal_date"]] = ways[["due_date", "appeal_date"]].apply(pd.to_datetime)
    ways["due_date"] = ways["due_date"].where(live, denied["due_date"])
    order = denied["state"].map({"open": 0, "resent": 1, "appealed": 1}).fillna(2)
    again = denied["cause"].map(NEXT_TIME)
    found = denied.assign(**ways, words=denied["error"].map(words), next_time=again, order=order)
    return found.sort_values(["order", "due_date", "claim_number", "line"], ignore_index=True)


def _asking_for_records(denied: pd.DataFrame, requests: pd.DataFrame, asked: set[str]) -> pd.DataFrame:
    """The denials; those of the claims `asked` about begin with sending the records by the last day of the request."""
    open_ = requests[requests["state"] == record_requests.OPEN]
    soonest = open_.groupby("claim_number")["due_date"].min()
    due = pd.Series(pd.to_datetime(soonest.reindex(denied["claim_number"])).to_numpy(), index=denied.index)
    asks = denied["claim_number"].isin(list(asked)) & due.notna() & (denied["order"] < 2)
    days = due.dt.strftime("%Y-%m-%d")
    first = "Send the payer the records that it asks for by " + days + " (ccm records " + denied["claim_number"]
    steps = first + " --answered DAY); then " + denied["steps"].str[:1].str.lower() + denied["steps"].str[1:]
    return denied.assign(steps=denied["steps"].mask(asks, steps))


def _balances(connection: Connection, practice_id: str) -> pd.DataFrame:
    frames = remittances.of_claims(connection, remittances.answered(connection, practice_id))
    answers, adjustments = stand(frames)
    found = balances(frames["claims"], answers, adjustments).drop(columns="charge_cents")
    found = found.join(reductions(adjustments))
    found["reduced_cents"] = found["reduced_cents"].fillna(0).astype("int64")
    found["warning"] = found["warning"].fillna("").astype("str")
    standing = answers[answers["standing"]]
    on_lines = frames["answer_lines"].loc[_tells_of_qmb(frames["answer_lines"]), "claim_payment_id"]
    told = standing[_tells_of_qmb(standing) | standing["id"].isin(on_lines)]
    found["qmb_told"] = found.index.isin(told["claim_number"])
    back = pd.Series(refunded.not_booked(connection), dtype="int64").reindex(found.index, fill_value=0)
    found = found.assign(refunded_cents=back, paid_cents=found["paid_cents"] - back)
    return frames["claims"].merge(found, left_on="claim_number", right_index=True)


def _tells_of_qmb(answers: pd.DataFrame) -> pd.Series:
    return answers["remarks"].astype("str").str.contains(QMB_REMARKS, na=False)


def rates(counts: AnswerCounts) -> pd.DataFrame:
    """Denied lines of those answered, by month, payer, practitioner, error and rule; of a rule, of all lines answered.

    A denial counts although it was paid since: what went out was not right. One of a claim as a whole counts once.
    """
    answered = counts.answered
    refused = counts.denied.assign(recovered=counts.denied["lines"].where(counts.denied["state"] == "paid", 0))
    names = {"month": "month", "payer": "payer_name", "practitioner": "rendering_npi", "error": "error", "rule": "rule"}
    by_rule = refused.assign(rule=refused["rule"].str.split()).explode("rule")
    parts = []
    for by, column in names.items():
        rows = by_rule if by == "rule" else refused
        sums = rows.assign(**{column: rows[column].fillna("")}).groupby(column).agg(
            denied_lines=("lines", "sum"), denied_cents=("cents", "sum"), recovered_lines=("recovered", "sum")
        )  # fmt: skip
        if column in answered:
            asked = answered.groupby(column)["lines"].sum().rename("answered_lines")
            sums = sums.join(asked, how="outer").fillna(0)
        else:
            sums["answered_lines"] = int(answered["lines"].sum())
        parts.append(sums.rename_axis("name").reset_index().assign(by=by))
    found = pd.concat(parts, ignore_index=True)
    numbers = ["answered_lines", "denied_lines", "denied_cents", "recovered_lines"]
    found[numbers] = found[numbers].astype("int64")
    found["denied_per_thousand"] = found["denied_lines"] * 1000 // found["answered_lines"].clip(lower=1)
    return found


def _codes(connection: Connection, practice_id: str) -> pd.DataFrame:
    found = cases.codes_of(connection, practice_id)
    predicted = {error.name: error.denial for error in tables().errors}
    return found.assign(predicted=found["error"].map(predicted))
