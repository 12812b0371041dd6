"""Co-pay cases: every patient who said that they cannot or will not pay, with the first option open and a due date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from config.contract import outputs
from config.frames import as_contract, empty
from config.month import Month
from config.settings import PracticeSettings
from tasks.route import options as tests
from tasks.route.entries import options_in

OPENS = ("refused", "cannot_pay", "disputes", "surprised", "asks_to_stop")
CLOSES = "agreed"
MAY_PAY_THE_SHARE = ("medigap", "medicaid", "commercial", "va", "other")
SHOWN = {"option": "name", "option_words": "words", "owner": "owner", "next_step": "next_step", "source": "source"}

Tables = Mapping[str, pd.DataFrame]


def copay_cases(
    tables: Tables, decisions: pd.DataFrame, settings: PracticeSettings, month: Month, known: pd.DataFrame
) -> pd.DataFrame:
    """The co-pay cases as they stand at the month's end, in contract columns, the soonest due first.

    A patient has one case. Their latest answer up to the month's last day sets it; each further answer since they last
    agreed gets an option further down the list. A case is closed when the patient agreed or left: it is listed closed
    in that month, or as long as `known` (the open cases of the store) has it. A known case without an answer in the
    tables stays as it is. Patients are called by the case number of `decisions`, else of `known`, else by a column
    `case_number` of the patients table; an answer of somebody without any is of no patient of the practice.
    """
    answers = _answers(tables["copay_responses"], month)
    answers = _with_option(_with_payers(answers, tables["coverages"]), month)
    latest = answers.drop_duplicates("patient_id", keep="last").reset_index(drop=True)
    latest["case_number"] = latest["patient_id"].map(_case_numbers(decisions, known, tables["patients"]))
    latest = latest[latest["case_number"].notna()].reset_index(drop=True)

    left_day = latest["patient_id"].map(_left(tables["patients"]))
    left = (left_day <= pd.Timestamp(month.last)).to_numpy()
    agreed = (latest["response"] == CLOSES).to_numpy()
    first = pd.Timestamp(month.first)
    closed_now = (latest["response_date"] >= first) & (latest["turn"] > 0)
    news = np.where(agreed, closed_now, ~left | (left_day >= first).to_numpy())
    is_known = latest["patient_id"].isin(known["patient_id"]).to_numpy()
    latest["state"] = np.where(agreed, "closed", "open")
    latest["due_date"] = _due(latest["response_date"], settings.copay_contact_days)

    contract = outputs()["copay_cases"]
    unheard = known[~known["patient_id"].isin(answers["patient_id"]) & _by_then(known, month)]
    cases = pd.concat([as_contract(latest[news | is_known], contract), as_contract(unheard, contract)])
    cases.loc[(cases["patient_id"].map(_left(tables["patients"])) <= pd.Timestamp(month.last)), "state"] = "closed"
    cases.loc[cases["state"] == "closed", [*SHOWN, "due_date"]] = None
    return as_contract(cases.sort_values(["due_date", "case_number"], kind="stable"), contract)


def _by_then(known: pd.DataFrame, month: Month) -> pd.Series:
    """Whether the known case was opened by the month's end; a month that is run again must not see the future."""
    return pd.to_datetime(known["response_date"]) <= pd.Timestamp(month.last)


def _answers(responses: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Every answer up to the month's end in its order; `turn` counts those since the patient last agreed."""
    rows = responses[responses["response_date"] <= pd.Timestamp(month.last)]
    rows = rows[["patient_id", "response", "response_date"]].copy()
    rows["response"] = rows["response"].astype("str")
    rows = rows[rows["response"].isin([*OPENS, CLOSES])]
    rows = rows.sort_values(["patient_id", "response_date"], kind="stable").reset_index(drop=True)
    opens = (rows["response"] != CLOSES).astype("int64")
    closes_before = 1 - opens.groupby(rows["patient_id"]).shift(1, fill_value=1)
    rows["spell"] = closes_before.groupby(rows["patient_id"]).cumsum()
    rows["turn"] = opens.groupby([rows["patient_id"], rows["spell"]]).cumsum()
    return rows


def _with_payers(answers: pd.DataFrame, coverages: pd.DataFrame) -> pd.DataFrame:
    """Adds what coverage was on file on the day of each answer."""
    theirs = answers[["patient_id", "response_date"]].reset_index(names="answer").merge(coverages, on="patient_id")
    day = theirs["response_date"]
    theirs = theirs[(theirs["start_date"] <= day) & (theirs["end_date"].isna() | (theirs["end_date"] >= day))]
    kind = theirs["payer_kind"].astype("str")
    second = (theirs["priority"] > 1).fillna(False).to_numpy(bool) & kind.isin(MAY_PAY_THE_SHARE).to_numpy()
    found = {"qmb": kind == "qmb", "medicaid": kind == "medicaid", "second_payer": second}
    return answers.assign(
        **{name: answers.index.isin(theirs.loc[np.asarray(mask, dtype=bool), "answer"]) for name, mask in found.items()}
    )


def _with_option(answers: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Adds the option that each answer gets: the first one open to it that was not offered before in the same spell."""
    entries = options_in(month)
    open_to = np.column_stack([np.asarray(getattr(tests, entry.name)(answers), dtype=bool) for entry in entries])
    repeat = np.array([entry.repeat for entry in entries])
    chosen = np.full(len(answers), -1)
    asks = answers["response"] != CLOSES
    before = answers.groupby(["patient_id", "spell"])["turn"].shift(1)
    for turn in range(1, answers["turn"].max() + 1 if len(answers) else 1):
        rows = np.flatnonzero(asks & (answers["turn"] == turn))
        offered = np.where(before.iloc[rows].notna(), chosen[np.maximum(rows - 1, 0)], -1)
        allowed = open_to[rows] & (repeat | (np.arange(len(entries)) > offered[:, None]))
        chosen[rows] = allowed.argmax(axis=1)  # the last option is open to everyone and repeats
    result = answers.copy()
    for column, field in SHOWN.items():
        values = [getattr(entry, field) for entry in entries]
        result[column] = np.array([*values, None], dtype=object)[chosen]  # -1, an answer that agrees, gets the last
    return result


def _case_numbers(decisions: pd.DataFrame, known: pd.DataFrame, patients: pd.DataFrame) -> pd.Series:
    sources = [decisions, known] + ([patients] if "case_number" in patients else [])
    every = pd.concat([frame[["patient_id", "case_number"]].astype("str") for frame in sources])
    return every.dropna().drop_duplicates("patient_id").set_index("patient_id")["case_number"]


def _left(patients: pd.DataFrame) -> pd.Series:
    """The day each patient left the program or died, whichever came first."""
    days = patients[["unenrolled_date", "death_date"]].min(axis=1)
    return days.set_axis(pd.Index(patients["patient_id"])).groupby(level=0).min()


def _due(said: pd.Series, days: int) -> pd.Series:
    """So many days after the answer; from a weekend on to Monday."""
    due = said + pd.Timedelta(days=days)
    weekday = due.dt.day_of_week
    return due + pd.to_timedelta(np.where(weekday >= 5, 7 - weekday, 0), unit="D")


def no_known_cases() -> pd.DataFrame:
    """The known cases of a practice that never had one."""
    return empty(outputs()["copay_cases"])
