"""What a month shows of each cause an action item may have: how often, whose it is, and what is at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from config.action_kinds import NAMED, Kind, audience_of
from config.denials import denials as denial_tables
from config.frames import among, cents_at_stake, month_key
from config.month import Month

Frames = Mapping[str, pd.DataFrame]
KEY = ["patient_id", "program"]
PERSON_OF = {"care_manager": "care_manager_id", "billing_practitioner": "practitioner_id"}
MOST_CASES = 200  # of one item; the month's files have them all


@dataclass(frozen=True)
class Seen:
    """One cause in one month. `person` is whose it is, by identifier, where it is split by persons; `of` is all that it
    might have been, nought where nothing is to be compared with; cents are missing where no money hangs on it."""

    kind: str
    about: str
    person: str
    audience: str
    count: int
    of: int
    patients: int
    cents: int | None
    cases: tuple[str, ...]
    words: str
    remedy: str
    hit: bool


@dataclass(frozen=True)
class _Cause:
    """What a measure found of one cause, before the kind says what that means."""

    rows: pd.DataFrame  # one row for each thing counted
    about: str = ""
    person: str = ""
    owner: str = ""
    cause: str = ""
    fix: str = ""
    count: int | None = None
    of: int = 0
    cents: int | None = None


def measured(frames: Frames, kinds: Iterable[Kind], month: Month) -> dict[str, list[Seen]]:
    """What the month shows of each kind that it can be asked of, every cause once and in a fixed order.

    A kind whose table the month does not have is left out: nobody knows whether its causes are there.
    """
    found = {}
    for kind in kinds:
        measure, needs = MEASURES[kind.measure]
        if all(name in frames for name in needs):
            seen = [_seen(kind, cause) for cause in measure(frames, kind, month)]
            found[kind.kind] = sorted(seen, key=lambda one: (one.about, one.person))
    return found


def _seen(kind: Kind, cause: _Cause) -> Seen:
    rows = cause.rows
    count = len(rows) if cause.count is None else cause.count
    cases = sorted(rows["case_number"].dropna().astype("str").unique()) if "case_number" in rows else []
    patients = rows["patient_id"].dropna().nunique() if "patient_id" in rows else len(cases)
    patients = patients if cause.count is None else cause.count
    about = cause.about if kind.by == "staff" or kind.measure == "signals" else cause.about.replace("_", " ")
    about = about.partition(":")[0] if kind.measure == "rows" else about  # the cause says what the check is called
    named = {
        "about": about,
        "cause": _lower(cause.cause),
        "fix": cause.fix.rstrip(". ") or "Settle what is wrong",
        "limit": kind.limit,
    }
    return Seen(
        kind.kind, cause.about, cause.person, cause.owner or kind.owner, count, cause.of, int(patients), cause.cents,
        tuple(cases[:MOST_CASES]), kind.words.format(**named), kind.remedy.format(**named),
        count >= kind.at_least and 100 * count >= kind.percent * cause.of,
    )  # fmt: skip


def _findings(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    decisions, findings = frames["decisions"], frames["findings"]
    rows = findings[(findings["outcome"] == kind.outcome).to_numpy(bool)]
    if kind.outcome == "hold":
        rows = rows[among(month_key(rows), month_key(decisions[(decisions["outcome"] == "hold").to_numpy(bool)]))]
    rows = rows[rows["rule"].isin(list(kind.rules))] if kind.rules else rows
    rows = rows[~rows["rule"].isin(list(kind.but_rules))]
    amounts = decisions[[*KEY, "care_manager_id", "practitioner_id"]].assign(
        cents=cents_at_stake(decisions, findings) if kind.outcome == "hold" else None
    )
    rows = rows.merge(amounts, on=KEY, how="left")
    rows = rows.assign(about="" if kind.together else rows["rule"])
    for about, group in rows.groupby("about", sort=True, observed=True):
        first = group.iloc[0]
        once = group.drop_duplicates(KEY)
        owner = _whose(kind, first["owner"])
        by = PERSON_OF.get(owner) if kind.by == NAMED else {"nothing": None}.get(kind.by, f"{kind.by}_id")
        cause, fix = str(first["words"]), str(first["fix"])
        panel = decisions[by].astype("str").value_counts() if by else pd.Series(dtype="int64")
        for person, own in _split(once, by):
            # What belongs to a care manager of whom there is none belongs to whoever names one.
            whose = owner if person or not by else "operations"
            cents = int(own["cents"].fillna(0).sum()) if kind.outcome == "hold" else None
            yield _Cause(
                own, str(about), person, whose, cause, fix, of=int(panel.get(person, len(decisions))), cents=cents
            )


def _split(rows: pd.DataFrame, column: str | None) -> Iterable[tuple[str, pd.DataFrame]]:
    """The rows of each person, those of nobody under the empty text; all of them where they are not split."""
    if column is None:
        return [("", rows)]
    persons = rows[column].astype("str").where(rows[column].notna(), "")
    return [(str(person), own) for person, own in rows.groupby(persons, sort=True)]


def _denials(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    first = month
    for _ in range(max(kind.limit, 1) - 1):
        first = first.previous
    rows = frames["denials"]
    rows = rows[rows["month"].between(str(first), str(month)).to_numpy(bool)]
    words = {error.name: error.words for error in denial_tables().errors}
    codes = rows["adjustment_group"].astype("str") + "-" + rows["reason"].astype("str")
    about = rows["rule"].astype("str").where(rows["rule"] != "", rows["error"].astype("str"))
    about = about.where(about != "", codes)
    for name, group in rows.groupby(about, sort=True):
        error, standing = str(group["error"].iloc[0]), group[group["state"] != "paid"]
        cause = words.get(error, f"nothing predicts the answer {codes[group.index[0]]}")
        owner = _whose(kind, group["owner"].mode().iloc[0])
        cents = int(standing["denied_cents"].sum())
        yield _Cause(group, str(name), owner=owner, cause=cause, of=0, cents=cents)


def _coverage(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    """Each patient decided upon whose plan is to be asked, or of whom nobody knows who pays first, once."""
    tasks = frames["coverage_tasks"]
    tasks = tasks[(tasks["state"] == "open").to_numpy(bool)]
    payers, of = frames["coverage"], frames["decisions"].drop_duplicates("patient_id")
    waiting = payers.loc[among(payers["task_number"], tasks["task_number"]), "case_number"]
    rows = of[among(of["case_number"], pd.concat([waiting.astype("str"), tasks["case_number"].astype("str")]))]
    if len(rows):
        yield _Cause(rows[["patient_id", "case_number"]], of=len(of))


def _entries(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    """Of each person the entries that were set aside or wait for approval, of all that they logged."""
    read = frames["entries_read"]
    aside, ledger = frames["quarantine"], frames["time_ledger"]
    bad = [aside.loc[(aside["table"] == "time_entries").to_numpy(bool), "row_key"].dropna().astype("str")]
    bad.append(ledger.loc[(ledger["disposition"] == "unapproved").to_numpy(bool), "entry_id"].astype("str"))
    read = read[read["performer_id"].notna()].drop_duplicates("entry_id")
    performers = read["performer_id"].astype("str")
    all_of = performers.value_counts()
    wrong = read[among(read["entry_id"], pd.concat(bad))]
    for person, own in wrong.groupby(performers.loc[wrong.index], sort=True):
        yield _Cause(own, about=str(person), of=int(all_of[person]))


def _rows(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    aside = frames["quarantine"]
    for (table, reason), own in aside.groupby(["table", "reason"], sort=True, observed=True):
        first = own.iloc[0]
        cause, fix = str(first["words"]), "" if pd.isna(first["fix"]) else str(first["fix"])
        yield _Cause(own, f"{table}: {reason}", "", _whose(kind, first["owner"]), cause, fix)


def _signals(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    for subject, own in frames["signals"].groupby("subject", sort=True, observed=True):
        said = ", ".join(sorted(set(own["signal"].astype("str").str.replace("_", " "))))
        yield _Cause(own, about=str(subject), cause=said)


def _queries(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    late = frames["queries"]
    late = late[(late["state"] == "escalated").to_numpy(bool) & late["asked_to"].notna().to_numpy(bool)]
    for person, own in late.groupby("asked_to", sort=True, observed=True):
        yield _Cause(own, about=str(person))


def _short(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    decisions = frames["decisions"]
    near = (decisions["outcome"] == "short") & (decisions["minutes_missing"] <= kind.limit)
    rows = decisions[near.fillna(False).to_numpy(bool)]
    panel = decisions["care_manager_id"].astype("str").value_counts()
    for person, own in _split(rows, "care_manager_id"):
        if person:
            yield _Cause(own, person=person, of=int(panel[person]))


def _panels(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    patients = frames["decisions"].drop_duplicates("patient_id")
    for person, own in _split(patients, "care_manager_id"):
        if person and len(own) > kind.limit:
            yield _Cause(own[["patient_id"]], about=person, count=len(own) - kind.limit, of=0)


def _unlooked(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    patients = frames["decisions"].drop_duplicates("patient_id")
    nobody = patients[patients["care_manager_id"].isna().to_numpy(bool)]
    if len(nobody):
        yield _Cause(nobody, of=0)


def _copay(frames: Frames, kind: Kind, month: Month) -> Iterable[_Cause]:
    cases = frames["copay_cases"]
    long_ago = pd.Timestamp(month.last) - pd.Timedelta(days=kind.limit)
    rows = cases[((cases["state"] == "open") & (cases["response_date"] <= long_ago)).to_numpy(bool)]
    for owner, own in rows.groupby("owner", sort=True, observed=True):
        yield _Cause(own, about=str(owner), owner=_whose(kind, owner))


def _whose(kind: Kind, named: object) -> str:
    """The audience that the kind says, or that of whom the rule, check or denial names."""
    return audience_of(str(named)) if kind.owner == NAMED else kind.owner


def _lower(words: str) -> str:
    words = words.strip().rstrip(".")
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


Measure = Callable[[Frames, Kind, Month], Iterable[_Cause]]
MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "findings": (_findings, ("decisions", "findings")),
    "denials": (_denials, ("denials",)),
    "coverage": (_coverage, ("coverage_tasks", "coverage", "decisions")),
    "entries": (_entries, ("entries_read", "quarantine", "time_ledger")),
    "rows": (_rows, ("quarantine",)),
    "signals": (_signals, ("signals",)),
    "queries": (_queries, ("queries",)),
    "short": (_short, ("decisions",)),
    "panels": (_panels, ("decisions",)),
    "unlooked": (_unlooked, ("decisions",)),
    "copay": (_copay, ("copay_cases",)),
}


def evidence(kind: Kind | None, count: int, of: int) -> str:
    """What was counted, of how many, and the part: 6 patient-months of 240 (3 %)."""
    said = kind.counted(count) if kind else f"{count:,}"
    return f"{said} of {of:,} ({round(100 * count / of)} %)" if of else said
