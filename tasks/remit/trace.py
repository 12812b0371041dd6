"""Where a denial comes from and what is done about it: error, rules, what they had seen, route, owner and last day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from config.denials import denials as tables
from config.denials import traced
from config.errors import InputError
from config.month import Month
from tasks.remit.causes import Known, cause_of, rules_met, with_inputs
from tasks.store import denials as cases
from tasks.store.day import today_of
from tasks.store.known_findings import known_of
from tasks.store.store import Store
from tasks.store.terms import Terms, terms_of
from tasks.store.ways import FORMS, Named, named_by_person, telling, ways_of

UNSURE = " is taken for a reduction of a paid line, which is not verified: read the payer's notice"
TOLD = ["error", "rule", "cause", "route", "owner", "due_date"]


def kinds(adjustments: pd.DataFrame) -> pd.Series:
    """What each pair of group and reason is, by "CO 45": patient_share, contractual, earlier_payer or denial.

    A penalty or incentive is contractual: of a line that is paid it is a part, and where it leaves nothing of a line,
    that is a denial as with a contract.
    """
    pairs = adjustments[["adjustment_group", "reason"]].drop_duplicates()
    known = tables().codes
    found = {}
    for group, reason in pairs.itertuples(index=False):
        what = known[reason].what if reason in known else ""
        if (what == "patient_share") != (group == "PR") and what in ("patient_share", "reduction"):
            what = ""  # a share that the patient may not be asked for, or a penalty that the patient is asked for
        found[f"{group} {reason}"] = {"reduction": "contractual"}.get(what, what) or "denial"
    return pd.Series(found, dtype="str")


def reductions(adjustments: pd.DataFrame) -> pd.DataFrame:
    """Of each claim, by its number: `reduced_cents` that penalties took, less what incentives gave, and a `warning`
    where a code of them is not verified; only claims that have any."""
    known = {code: row for code, row in tables().codes.items() if row.what == "reduction"}
    mine = adjustments[(adjustments["kind"] == "contractual") & adjustments["reason"].isin(list(known))]
    unsure = mine["reason"].map({code: row.confidence == "unverified" for code, row in known.items()})
    codes = (mine["adjustment_group"] + "-" + mine["reason"]).where(unsure.astype("boolean").fillna(False))
    claims = mine["claim_number"]
    told = codes.dropna().groupby(claims).agg(lambda found: ", ".join(sorted(set(found))))
    sums = mine.groupby(claims)["cents"].sum().to_frame("reduced_cents")
    return sums.assign(warning=(told + UNSURE).reindex(sums.index).fillna("").astype("str"))


def trace(
    denied: pd.DataFrame, named: Named, today: date | pd.Series, met: Known | None = None, terms: Terms | None = None
) -> pd.DataFrame:
    """The denied lines with `error`, `rule`, `cause`, `evidence`, `route`, `owner`, `opened_date` and `due_date`.

    What a person of the practice named for these codes goes before the shipped table; `met` are the findings and facts
    of the claims as they left, as `known_of` gives them: a rule that had warned of such an answer is its cause. `terms`
    are the practice's own with its payers, before what those told (`payer_filing_days`, where it is a column). The
    clock begins on the day of the payer's notice, or today, of each where it is a column, where it has none. A denial
    that nothing explains has no error and goes to review; one whose answer fits several errors is due on the first last
    day of any of them.
    """
    result = denied.assign(
        opened_date=denied["payment_date"].fillna(today if isinstance(today, pd.Series) else pd.Timestamp(today)),
        form=denied["claim"].map(FORMS).fillna(""),
        told=denied["remarks"].map(telling),
    )
    if "payer_filing_days" not in result:
        result["payer_filing_days"] = pd.array([pd.NA] * len(result), dtype="Int64")
    result = rules_met(result, met)
    names = [
        *("practice_id", "payer_id", "billed_payer_id", "adjustment_group", "reason", "told", "service_date", "code"),
        *("payer_kind", "form", "met", "foretold", "payer_filing_days"),
    ]
    groups = result.groupby([*names, "opened_date"], sort=False, dropna=False).ngroup()
    unique = result[~groups.duplicated().to_numpy()]
    found = [_one(row, named, terms or Terms()) for row in unique.to_dict("records")]
    columns = pd.DataFrame(found, columns=TOLD)
    columns["due_date"] = pd.to_datetime(columns["due_date"])
    rows = columns.iloc[groups.to_numpy()].set_axis(result.index)
    whole = pd.concat([result.drop(columns="form"), rows], axis=1)
    return with_inputs(whole, met).drop(columns=["met", "foretold", "payer_filing_days"])


def _one(row: dict[str, Any], named: Named, terms: Terms) -> tuple[str, str, str, str, str, date | None]:
    day, kind, form = row["service_date"].date(), str(row["payer_kind"]), str(row["form"])
    codes = (str(row["adjustment_group"]), str(row["reason"]))
    remarks, met = str(row["remarks"]).split(), str(row["met"]).split()
    answer = traced(*codes, remarks, day, code=str(row["code"]), payer_kind=kind, form=form, met=met)
    error, route, owner = answer.error, answer.route, answer.owner
    told = named_by_person(row, named)
    own = next((one for one in tables().on(day) if one.name == told), None)
    if own is None and error is None:
        # Nothing predicts these codes but the words of a rule that had warned: its error is the one.
        own = next((one for rule in str(row["foretold"]).split() for one in tables().stopped_by(rule, day)), None)
    if own is not None and own is not error:
        error, route = own, tables().way(own, codes[0], remarks, kind, form)
        owner = own.owner or route.owner
    rules, cause = cause_of(error, met, str(row["foretold"]).split(), Month.of(day), str(row["code"]))
    name = error.name if error else ""
    first = ways_of({**row, "error": name, "route": route.name}, terms, named).first
    return (name, " ".join(rules), cause, route.name, owner, first.last_day)


def name_cause(
    store: Store, claim_number: str, line: int, error: str, today: date | None, settings: Path | None = None
) -> int:
    """A person says which error a denial comes from: it and every open one with the same codes of the same payer are
    traced to it, and so will be those to come; one at a further appeal stays on its way. How many denials that changed.

    InputError when there is no such denial, or no such error.
    """
    known_error(error)
    with store.writing() as connection:
        rows = cases.open_with_codes_of(connection, claim_number, line)
        rows["told"] = rows["remarks"].map(telling)
        mine = rows[(rows["claim_number"] == claim_number) & (rows["line"] == line)].iloc[0]
        same = rows[(rows["payer_id"] == mine["payer_id"]) & (rows["told"] == mine["told"])].reset_index(drop=True)
        cases.name_error(connection, mine, error, same["error"])
        told = same[["claim_number", "line", "practice_id", "payer_id", "adjustment_group", "reason", "remarks"]]
        more = same[["claim", "payer_kind", "billed_payer_id", "service_date", "code", "payment_date"]]
        more = more.assign(payer_filing_days=same["payer_filing_days"])
        met = known_of(connection, same["claim_number"])
        terms = terms_of(connection, [str(mine["practice_id"])], settings)
        today = today or today_of(connection, str(mine["practice_id"]))
        again = trace(pd.concat([told, more], axis=1), cases.codes_named(connection), today, met, terms)
        again["state"] = same["state"]
        # A further appeal goes on, by the letter that it goes against: what is known of the cause changes alone.
        further = [bool(tables().routes[str(route)].after) for route in same["route"]]
        way = ["route", "owner", "due_date"]
        again.loc[further, way] = same.loc[further, way]
        cases.retrace(connection, again, datetime.now(UTC))
        return len(same)


def known_error(error: str) -> str:
    """The error, which the table has; InputError naming those there are."""
    known = sorted({one.name for one in tables().errors})
    if error not in known:
        raise InputError(f"'{error}' is no error of the table; write one of {', '.join(known)}.")
    return error
