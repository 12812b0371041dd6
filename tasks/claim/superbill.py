"""The superbill: every billed code line beside what billing otherwise looks up by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.contract import outputs
from config.frames import as_contract, empty, month_key
from config.service_dates import ANOTHER_DAY, why_that_day

MOST_DIAGNOSES = 4  # a claim line points to at most four diagnoses
ENOUGH_DIAGNOSES = 2  # up to here a code that the indicator leaves open fills up what chronic ones do not reach

Tables = Mapping[str, pd.DataFrame]


def claim_lines(
    decisions: pd.DataFrame,
    code_lines: pd.DataFrame,
    tables: Tables,
    chronic_codes: Collection[str],
    acute_codes: Collection[str] | None = None,
    findings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The superbill of the month: one row for every code line of a patient-month that bills, in contract columns.

    Payers are those in force on the date of service; diagnoses are the active conditions among `chronic_codes`
    (ICD-10-CM, dot or none), best rank first, four at most. Where these are fewer than two and `acute_codes` are told,
    codes that are neither follow: the decision counts them with a warning. What is not on file is empty, never guessed.
    Where one of the `findings` tells of another day than the usual one, the date's reason says so.
    """
    billed = decisions[decisions["outcome"] == "bill"].reset_index(drop=True)
    if billed.empty:
        return empty(outputs()["claim_lines"])
    place = _places(month_key(billed), month_key(code_lines))
    lines = code_lines[place >= 0].reset_index(drop=True)
    place = place[place >= 0]

    service = _service_dates(len(billed), place, lines["service_date"])
    heads = pd.DataFrame({name: billed[name] for name in ("practice_id", "month", "patient_id", "program")})
    heads["case_number"] = billed["case_number"]
    heads["service_date_rule"] = _why_that_day(billed, findings)
    _look_up(heads, tables["patients"], "patient_id", heads["patient_id"], ["last_name", "first_name", "birth_date"])
    practices = tables["practices"]
    _look_up(heads, practices, "practice_id", heads["practice_id"], ["billing_npi", "place_of_service"])
    _look_up(heads, tables["practitioners"], "practitioner_id", billed["practitioner_id"], ["npi"])
    heads = heads.rename(columns={"npi": "rendering_npi"})

    # The chart is looked up for the claims of one program after another: in each of them a patient stands once.
    parts = []
    for program in heads["program"].unique():
        rows = np.flatnonzero((heads["program"] == program).to_numpy())
        head, day = heads.iloc[rows].reset_index(drop=True), service[rows]
        patients = head["patient_id"]
        head = head.assign(**_payers(patients, day, tables["coverages"]))
        head["diagnoses"] = _diagnoses(patients, day, tables["conditions"], chronic_codes, acute_codes)
        practitioners = billed["practitioner_id"].iloc[rows].reset_index(drop=True)
        head["consent_date"] = _consent_dates(patients, day, practitioners, tables["consents"], str(program))
        head["care_plan_date"] = _care_plan_dates(patients, day, tables["care_plans"])
        parts.append(head.set_axis(rows))
    heads = pd.concat(parts).sort_index() if len(parts) > 1 else parts[0].reset_index(drop=True)

    result = heads.take(place).reset_index(drop=True)
    for name in ("line", "code", "units", "service_date", "expected_cents", "coinsurance_cents", "amount_confidence"):
        result[name] = lines[name]
    order = np.lexsort((result["line"].to_numpy("int64"), place))
    return as_contract(result.take(order), outputs()["claim_lines"])


def _why_that_day(billed: pd.DataFrame, findings: pd.DataFrame | None) -> pd.Series:
    key = ["patient_id", "program"]
    met = pd.Series("", index=range(len(billed)), dtype="str")
    if findings is not None:
        told = findings[findings["rule"].isin(list(ANOTHER_DAY))].drop_duplicates(key)
        place = pd.MultiIndex.from_frame(told[key].astype("str")).get_indexer(
            pd.MultiIndex.from_frame(billed[key].astype("str"))
        )
        met[place >= 0] = told["rule"].astype("str").to_numpy()[place[place >= 0]]
    texts = billed[["program", "family"]].astype("str").reset_index(drop=True).assign(met=met)
    kind, unique = pd.factorize(pd.MultiIndex.from_frame(texts))
    said = [why_that_day(program, family, [rule]) for program, family, rule in unique]
    return pd.Series(said, dtype="str").take(kind).reset_index(drop=True)


def _places(keys: pd.Series, wanted: pd.Series) -> np.ndarray:
    """Where each wanted key stands among unique keys; -1 where it does not."""
    found = pc.index_in(pa.array(wanted.astype("str")), value_set=pa.array(keys.astype("str")), skip_nulls=True)
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype("int64")


def _look_up(heads: pd.DataFrame, table: pd.DataFrame, key: str, wanted: pd.Series, names: list[str]) -> None:
    unique = table.drop_duplicates(key)
    at = _places(unique[key], wanted)
    for name in names:
        heads[name] = pd.api.extensions.take(unique[name].array, at, allow_fill=True)


def _service_dates(heads: int, place: np.ndarray, dates: pd.Series) -> np.ndarray:
    """The date of service of each head; its lines share one, so the last written is as good as any."""
    found = np.full(heads, np.datetime64("NaT", "ns"), dtype="datetime64[ns]")
    found[place] = dates.to_numpy("datetime64[ns]")
    return found


def _in_force(start: pd.Series, end: pd.Series, day: np.ndarray) -> np.ndarray:
    """Whether the day lies in the span, both ends included; an open end lasts."""
    first, last = start.to_numpy("datetime64[ns]"), end.to_numpy("datetime64[ns]")
    return (first <= day) & (np.isnat(last) | (last >= day))


def _rank_within(owners: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... for the rows of each owner; rows of one owner stand together."""
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(owners) else np.array([], dtype="int64")
    return np.arange(len(owners)) - np.repeat(starts, np.diff(np.r_[starts, len(owners)]))


def _payers(patients: pd.Series, service: np.ndarray, coverages: pd.DataFrame) -> dict[str, pd.Series]:
    """Payer of the lowest priority number in force, and the kind of the next one; of Part B and a plan, the plan."""
    owner = _places(patients, coverages["patient_id"])
    day = service[owner]
    active = (owner >= 0) & _in_force(coverages["start_date"], coverages["end_date"], day)
    kind = coverages["payer_kind"].astype("str")
    with_plan = np.isin(owner, owner[active & (kind == "medicare_advantage").to_numpy(bool)])
    keep = np.flatnonzero(active & ~(with_plan & (kind == "medicare_part_b").to_numpy(bool)))
    priority = coverages["priority"].to_numpy("int64", na_value=99)[keep]
    # Two payers of one priority: the decision takes the one whose identifier comes first, and so does the claim.
    identifier = coverages["coverage_id"].to_numpy(object)[keep]
    keep = keep[np.lexsort((identifier, priority, owner[keep]))]
    rank = _rank_within(owner[keep])

    def nth(which: int, name: str) -> pd.Series:
        rows = keep[rank == which]
        at = np.full(len(patients), -1)
        at[owner[rows]] = rows
        return pd.Series(pd.api.extensions.take(coverages[name].astype("str").array, at, allow_fill=True))

    found = {name: nth(0, name) for name in ("payer_name", "payer_id", "member_id")}
    return found | {"secondary_payer_kind": nth(1, "payer_kind")}


def _diagnoses(
    patients: pd.Series,
    service: np.ndarray,
    conditions: pd.DataFrame,
    chronic_codes: Collection[str],
    acute_codes: Collection[str] | None,
) -> pd.Series:
    """The best codes of each patient, chronic before open ones, with the dot, joined by a blank; empty without one."""
    kind, names = pd.factorize(conditions["icd10_code"].astype("str"))
    plain = pd.Series(names, dtype="str").str.upper().str.replace(r"[\s.]", "", regex=True)
    chronic = np.r_[_among(plain, {code.upper().replace(".", "") for code in chronic_codes}), False]
    open_to = np.zeros_like(chronic)
    if acute_codes is not None:
        open_to[:-1] = ~chronic[:-1] & ~_among(plain, acute_codes)
    plain_kind, plain_names = pd.factorize(plain)
    spelled = pd.Series(plain_names, dtype="str")
    dotted = spelled.where(spelled.str.len() <= 3, spelled.str[:3] + "." + spelled.str[3:]).to_numpy(object)

    owner = _places(patients, conditions["patient_id"])
    day = service[owner]
    onset = conditions["onset_date"].fillna(pd.Timestamp(1900, 1, 1))  # of unknown age is still present
    active = _in_force(onset, conditions["resolved_date"], day)
    keep = np.flatnonzero((owner >= 0) & active & (chronic | open_to)[kind])
    unsure = ~chronic[kind[keep]]
    code = plain_kind[kind[keep]]
    rank = conditions["rank"].to_numpy("int64", na_value=10**6)[keep]
    order = np.lexsort((keep, rank, unsure, owner[keep]))
    found = pd.DataFrame({"owner": owner[keep][order], "code": code[order], "unsure": unsure[order]})
    found = found.drop_duplicates(["owner", "code"])
    most = np.where(found["unsure"], ENOUGH_DIAGNOSES, MOST_DIAGNOSES)
    found = found[_rank_within(found["owner"].to_numpy()) < most]
    joined = pd.Series("", index=pd.RangeIndex(len(patients)), dtype=object)
    rank = _rank_within(found["owner"].to_numpy())
    for which in range(MOST_DIAGNOSES):
        rows = found[rank == which]
        joined.iloc[rows["owner"].to_numpy()] += ("" if which == 0 else " ") + dotted[rows["code"].to_numpy()]
    return joined.astype("str").mask(joined == "")


def _among(codes: pd.Series, known: Collection[str]) -> np.ndarray:
    """Which of a few codes are in a list of tens of thousands; `Series.isin` would make an object of each of those."""
    return np.fromiter((code in known for code in codes), bool, len(codes))


def _latest(owner: np.ndarray, dates: pd.Series, keep: np.ndarray, heads: int) -> np.ndarray:
    """The latest date of each head among the rows kept."""
    found = np.full(heads, np.datetime64("NaT", "ns"), dtype="datetime64[ns]")
    rows = np.flatnonzero(keep)
    values = dates.to_numpy("datetime64[ns]")
    rows = rows[np.argsort(values[rows], kind="stable")]
    found[owner[rows]] = values[rows]  # the last write to a place stays
    return found


def _consent_dates(
    patients: pd.Series, service: np.ndarray, practitioners: pd.Series, consents: pd.DataFrame, program: str
) -> np.ndarray:
    """Day of the first consent in force for the billing practitioner: the one the decision rests on."""
    owner = _places(patients, consents["patient_id"])
    day = service[owner]
    month = day.astype("datetime64[M]").astype("datetime64[ns]")  # a withdrawal counts from the next month on
    given = consents["consent_date"].to_numpy("datetime64[ns]") <= day
    revoked = consents["revoked_date"].to_numpy("datetime64[ns]")
    keep = (owner >= 0) & given & (np.isnat(revoked) | (revoked >= month))
    keep &= (consents["program"] == program).to_numpy(bool)
    theirs = practitioners.astype("str").to_numpy(object)[owner] == consents["practitioner_id"].to_numpy(object)
    keep &= theirs | consents["practitioner_id"].isna().to_numpy()
    none = np.iinfo("int64").max
    first = np.full(len(patients), none)
    np.minimum.at(first, owner[keep], consents["consent_date"].to_numpy("datetime64[ns]")[keep].astype("int64"))
    return np.where(first == none, np.datetime64("NaT", "ns"), first.astype("datetime64[ns]"))


def _care_plan_dates(patients: pd.Series, service: np.ndarray, care_plans: pd.DataFrame) -> np.ndarray:
    """Day of the latest care plan established by the date of service."""
    owner = _places(patients, care_plans["patient_id"])
    day = service[owner]
    keep = (owner >= 0) & (care_plans["established_date"].to_numpy("datetime64[ns]") <= day)
    return _latest(owner, care_plans["established_date"], keep, len(patients))
