"""What the practice's tables say of a claim line's day: patient, practitioner, stays and coverages."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from config.exclusions import Exclusions
from config.persons import are_two, insured_persons
from config.settings import PracticeSettings
from config.stays import STOPS_THE_CLOCK

APART = "different_people"
"""Among the tables of the scrub: each two cases, with a space between, that the practice says are two people."""


def add_patient(frame: pd.DataFrame, patients: pd.DataFrame) -> None:
    """The date of death."""
    unique = patients.drop_duplicates("patient_id").set_index("patient_id")
    frame["death_date"] = frame["patient_id"].map(unique["death_date"]).astype("datetime64[ns]")


def add_practitioner(frame: pd.DataFrame, practitioners: pd.DataFrame) -> None:
    """Whether the rendering practitioner is on the roster, and when Medicare pays them, where that is on file."""
    unique = practitioners.drop_duplicates("npi").set_index("npi")
    frame["on_roster"] = frame["rendering_npi"].isin(unique.index).to_numpy(bool)
    for name in ("enrolled_date", "enrolment_ended_date"):
        days = unique[name] if name in unique else pd.Series(pd.NaT, index=unique.index)
        frame[name] = frame["rendering_npi"].map(days).astype("datetime64[ns]")


def add_stays(frame: pd.DataFrame, stays: pd.DataFrame, settings: PracticeSettings) -> None:
    """The stay that stops the clock and holds the date of service, and whether a hospice election does."""
    days = frame[["patient_id", "service_date"]].reset_index()
    found = days.merge(stays[["patient_id", "kind", "admit_date", "discharge_date"]], on="patient_id")
    leaves = found["discharge_date"]
    if settings.count_discharge_day:
        leaves = leaves - pd.Timedelta(days=1)
    inside = (found["admit_date"] <= found["service_date"]) & (leaves.isna() | (found["service_date"] <= leaves))
    stops = found[inside & found["kind"].isin(STOPS_THE_CLOCK)].drop_duplicates("index").set_index("index")
    frame["stay_from"] = stops["admit_date"].reindex(frame.index).astype("datetime64[ns]")
    frame["stay_to"] = stops["discharge_date"].reindex(frame.index).astype("datetime64[ns]")
    elected = (found["admit_date"] <= found["service_date"]) & ~(found["discharge_date"] < found["service_date"])
    hospice = found.loc[elected & (found["kind"] == "hospice"), "index"]
    frame["in_hospice"] = frame.index.isin(hospice)


def add_coverage(frame: pd.DataFrame, coverages: pd.DataFrame) -> None:
    """The kind of the claim's payer among the coverages of the day, which of them is first, and a plan among them.

    The claim's payer is the coverage with its payer and member identifiers; of two of one priority the one whose
    identifier comes first is first, as the decision takes it.
    """
    days = frame[["patient_id", "service_date", "payer_id", "member_id"]].reset_index()
    columns = ["patient_id", "coverage_id", "priority", "payer_kind", "payer_id", "member_id", "start_date", "end_date"]
    found = days.merge(coverages[columns], on="patient_id", suffixes=("", "_of"))
    ended = found["end_date"] < found["service_date"]
    found = found[(found["start_date"] <= found["service_date"]) & ~ended]
    found = found.sort_values(["index", "priority", "coverage_id"], kind="stable")
    plans = found.loc[found["payer_kind"] == "medicare_advantage", "index"]
    stands = ~((found["payer_kind"] == "medicare_part_b") & found["index"].isin(plans))  # a plan takes its place
    first = found[stands].drop_duplicates("index").set_index("index")
    same = _same(found["payer_id"], found["payer_id_of"]) & _same(found["member_id"], found["member_id_of"])
    own = found[same].drop_duplicates("index").set_index("index")
    frame["payer_kind"] = own["payer_kind"].astype("str").reindex(frame.index)
    frame["first_payer_kind"] = first["payer_kind"].astype("str").reindex(frame.index)
    priority = own["priority"].reindex(frame.index), first["priority"].reindex(frame.index)
    frame["payer_is_first"] = (priority[0] == priority[1]).fillna(False).astype(bool)
    told = own["coverage_id"].reindex(frame.index), first["coverage_id"].reindex(frame.index)
    frame["payer_is_the_first"] = (told[0] == told[1]).fillna(False).astype(bool)
    frame["has_medicare_advantage"] = frame.index.isin(plans)
    frame["coverage_id"] = own["coverage_id"].astype("str").reindex(frame.index)
    # Part B that has answered already is none that a further payer's denial is worth having for.
    after = ~(found["priority"] < found["index"].map(own["priority"])).fillna(False).to_numpy(bool)
    part_b = (found["payer_kind"] == "medicare_part_b").to_numpy(bool)
    behind = found.loc[part_b & stands.to_numpy(bool) & after, "index"]
    frame["part_b_behind"] = frame.index.isin(behind) & (frame["payer_kind"] != "medicare_part_b").fillna(True)


def add_payer_answers(frame: pd.DataFrame, answers: pd.DataFrame | None, others: pd.DataFrame | None) -> None:
    """What the claim's payer says of the very code, and on what that rests.

    `answers` are those about chronic care, `others` those about another program, which go before them there.
    `code_said` is `not_covered`, or `not_named` where the payer names codes and not this one; empty otherwise.
    """
    said = pd.DataFrame({"codes": "", "codes_not_covered": "", "confidence": "", "source": ""}, index=frame.index)
    for told, keys in ((answers, ["coverage_id"]), (others, ["coverage_id", "program"])):
        if told is None or "codes" not in told:  # a month decided before codes were told apart
            continue
        rows = told[[*keys, *said.columns]].astype(dict.fromkeys([*keys, *said.columns], "str"))
        found = frame[keys].astype("str").merge(rows.drop_duplicates(keys), on=keys, how="left").set_index(frame.index)
        there = found["codes"].notna()
        said.loc[there] = found.loc[there, list(said.columns)]
    pairs = zip(frame["code"].astype("str"), said["codes"], said["codes_not_covered"], strict=True)
    frame["code_said"] = [_said_of(code, str(yes).split(), str(no).split()) for code, yes, no in pairs]
    frame["payer_is_sure"] = (said["confidence"] != "unverified").to_numpy(bool)
    frame["codes_covered"] = said["codes"].where(said["codes"] != "", pd.NA).astype("str")
    frame["payer_source"] = said["source"].astype("str")


def _said_of(code: str, covered: list[str], refused: list[str]) -> str:
    if code in refused:
        return "not_covered"
    return "not_named" if covered and code not in covered else ""


def add_persons(
    frame: pd.DataFrame,
    by_program: pd.Series,
    tables: Mapping[str, pd.DataFrame],
    exclusions: Exclusions,
    settings: PracticeSettings,
) -> None:
    """The other cases under which one insured person has the same program, or the same code, on one kind of claim of
    the month to a payer of one order; and those under which a program that excludes the line's. Empty where there is
    none. Needs the payer's kind.

    `by_program` parts a code that several programs may bill.
    """
    for name in ("billed_as_well", "excluded_as_well"):
        frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
    person = insured_persons(frame["payer_kind"], frame["payer_id"], frame["member_id"], frame["birth_date"])
    several = person.where(person != "").groupby(person).transform("size") > 1
    rows = frame.loc[several & (frame["patient_id"].groupby(person).transform("nunique") > 1)].copy()
    if rows.empty:
        return
    rows["person"], rows["by_program"] = person[rows.index], by_program[rows.index]
    people = tables["patients"].drop_duplicates("patient_id").set_index("patient_id")
    rows["sex"] = rows["patient_id"].map(people["sex"])
    said = tables[APART]["cases"] if APART in tables else []
    apart = {frozenset(str(cases).split()) for cases in said}
    for _, members in rows.groupby(["person", "month", "payer_order"], dropna=False):
        _tell_of(frame, members, apart, exclusions, settings)


def _tell_of(
    frame: pd.DataFrame,
    members: pd.DataFrame,
    apart: Collection[frozenset[str]],
    exclusions: Exclusions,
    settings: PracticeSettings,
) -> None:
    """The two columns of these rows, which are of one number; where many share it each is held against all at once."""
    names = ("patient_id", "program", "code", "by_program", "claim", "rendering_npi")
    at = {name: members[name].factorize()[0] for name in names}
    same = {name: (numbers[:, None] == numbers) & (numbers >= 0) for name, numbers in at.items()}
    other = (at["patient_id"][:, None] != at["patient_id"]) & ~_two_people(members, apart)
    again = (same["program"] | (same["code"] & same["by_program"])) & same["claim"]
    barred = _barred(members["code"].astype("str"), same["rendering_npi"], exclusions, settings) & ~same["program"]
    cases = members["case_number"].astype("str").to_numpy(object)
    for name, found in (("billed_as_well", other & again), ("excluded_as_well", other & ~again & barred)):
        for row in np.flatnonzero(found.any(axis=1)):
            frame.loc[members.index[row], name] = " ".join(sorted(set(cases[found[row]])))


def _two_people(members: pd.DataFrame, apart: Collection[frozenset[str]]) -> np.ndarray:
    """Of each two rows whether they are two people; asked once for each two sexes, and of the cases that are named."""
    kinds, sexes = members["payer_kind"].astype("str"), members["sex"].fillna("").astype("str")
    pairs, words = (kinds + "|" + sexes).factorize()
    told = [word.split("|", 1) for word in words]
    by_sex = [[are_two(kind, (sex, sex_of), frozenset(), ()) for _, sex_of in told] for kind, sex in told]
    found = np.array(by_sex, dtype=bool)[pairs[:, None], pairs]
    places = members["case_number"].astype("str").reset_index(drop=True)
    rows_of = {case: list(rows) for case, rows in places.groupby(places).groups.items()}
    for cases in apart:
        for row in (row for case in cases for row in rows_of.get(case, ())):
            for other in (other for case in cases for other in rows_of.get(case, ())):
                both = frozenset((places[row], places[other]))
                found[row, other] |= are_two(kinds.iloc[row], (sexes.iloc[row], sexes.iloc[other]), both, apart)
    return found


def _barred(
    codes: pd.Series, same_practitioner: np.ndarray, exclusions: Exclusions, settings: PracticeSettings
) -> np.ndarray:
    """Of each two rows whether the first one's code excludes the other's; asked once for each two codes."""
    at, words = codes.factorize()
    by_code = np.array(
        [
            [
                [exclusions.bar([one], [other], settings, same_practitioner=same) for same in (False, True)]
                for other in words
            ]
            for one in words
        ],
        dtype=bool,
    )
    return by_code[at[:, None], at, same_practitioner.astype("int64")]


def add_contractors(frame: pd.DataFrame, practices: pd.DataFrame, settings: PracticeSettings) -> None:
    """The payer identifiers of Part B in the practice's state, as the practice has set them, and whether the claim's
    payer is among them; empty where nothing is set."""
    state = str(practices["state"].fillna("").iloc[0]).strip().upper()
    named = settings.part_b_payer_ids.get(state, ())
    frame["contractors"] = " ".join(named)
    frame["payer_is_contractor"] = _plain(frame["payer_id"]).isin(list(_plain(pd.Series(named, dtype="str"))))


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    """Identifiers are the same whatever stands between their letters and digits."""
    return _plain(one) == _plain(other)


def _plain(text: pd.Series) -> pd.Series:
    return text.fillna("").astype("str").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)
