"""What a patient is expected to pay themselves, before any bill: this month, and in a year of such months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from config.contract import letter_outputs
from config.dated_csv import SURE
from config.fee_entries import Deductible, SiteEntry
from config.frames import as_contract
from config.rulebook import RuleBook

Cents = Any
"""An array of whole cents as floats, NaN where an amount is not known."""
REASONS = {
    "qmb": "a Qualified Medicare Beneficiary owes nothing, whatever it costs",
    "not_billed": "a payer of the patient forbids to bill the patient for it",
    "no_coverage": "no coverage is on file",
    "coverage_unknown": "it is not known whether the first payer covers it",
    "not_part_b": "the first payer sets its own co-pay; ask the plan",
    "not_assigned": "the practice does not take assignment, so the patient's part goes by its own charge",
    "amount_not_loaded": "an amount of the month is not loaded",
    "second_payer_unknown": "it is not known what the further payer takes",
    "second_payer_part": "the further payer takes a part that is not known",
}
TAKES = ("none", "50%", "75%", "part", "unknown", "all")
SHARES = {"50%": 0.5, "75%": 0.75, "all": 1.0}
"""What a further payer surely takes, by the word for it."""


@dataclass(frozen=True)
class Terms:
    """What holds for every patient of a practice in a month."""

    site: SiteEntry
    deductible: Deductible | None
    months_a_year: int
    assigned: bool = True

    @classmethod
    def of(cls, setting: str, book: RuleBook, months_a_year: int, assigned: bool = True) -> Terms:
        """Those of the care setting in the book's month; a clinic is paid at its rate as if assigned (recalled)."""
        site = book.fees.site(setting).setting
        return cls(site, book.fees.deductible(book.month.year), months_a_year, assigned or site.clinic)

    @property
    def deductible_cents(self) -> float:
        """The year's deductible; 0 where the setting has none, NaN where that year's is not loaded."""
        if not self.site.deductible:
            return 0.0
        return float(self.deductible.cents) if self.deductible else np.nan


def patient_shares(lines: pd.DataFrame, coverage: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """One row for each patient of the claim lines, in contract columns, by case number.

    `lines` are priced claim lines (claim, expected_cents, coinsurance_cents, amount_confidence); `coverage` has a row
    for each payer of a patient in order (place, payer_kind, answer, takes_coinsurance, takes_deductible, patient_owes,
    confidence and, where it is known, deductible_left_cents). A Qualified Medicare Beneficiary owes nothing whatever
    the amounts are. A share is stated only under Part B with every amount loaded and every further payer's part known;
    the most it can be is stated also where only a further payer's part is not. The deductible is taken from the
    practitioner's claim first. Whom the payer forbids to bill owes nothing either, for a reason of its own
    (`not_billed`). Where nothing is known of it the share is that of a deductible that is met. Where the practice does
    not take assignment nothing is stated under Part B: its own charge decides.
    """
    money = _by_patient(lines, terms.site)
    payers = _payers(coverage, money.index)
    found = _by_copay(money.join(payers))
    left = found["left"].to_numpy("float64")
    known = (~np.isnan(left) & terms.site.deductible) | found["copay"].notna().to_numpy(bool)
    least = np.where(known, left, 0.0)
    most = np.where(known, left, terms.deductible_cents)
    never, barred = found["never"].to_numpy(bool), found["barred"].to_numpy(bool)
    nothing = never | barred
    own, first, second, taken = _owed(found, 1, least)
    reason = _reason(found, own, np.isnan(own + first + second), terms.assigned)
    told = reason == ""
    bounded = told | np.isin(reason, ["second_payer_unknown", "second_payer_part"])
    totals = {
        "share_cents": (told, own + first + second - taken),
        "share_most_cents": (bounded, _most(found, 1, most)),
        "year_share_cents": (told, _left_over(_owed(found, terms.months_a_year, least))),
        "year_most_cents": (bounded, _most(found, terms.months_a_year, most)),
    }
    frame = pd.DataFrame({"patient_id": found.index, "case_number": found["case_number"].to_numpy()})
    frame["allowed_cents"] = _cents(found["allowed"].to_numpy())
    frame["owes"] = np.select([never, barred, told], ["never", "not_billed", "share"], "unknown")
    frame["reason"] = reason
    parts = {
        "deductible_cents": own,
        "coinsurance_cents": first,
        "second_coinsurance_cents": second,
        "second_payer_takes_cents": taken,
    }
    for name, cents in parts.items():
        frame[name] = _cents(np.where(nothing, 0.0, np.where(bounded, cents, np.nan)))
    for name, (states, cents) in totals.items():
        frame[name] = _cents(np.where(nothing, 0.0, np.where(states, cents, np.nan)))
    frame["copay_cents"] = _cents(found["copay"].to_numpy("float64"))
    frame["months_a_year"] = terms.months_a_year
    frame["confidence"] = _confidence(found, frame, terms)
    frame["words"] = [_words(row) for row in frame.to_dict("records")]
    return as_contract(frame.sort_values("case_number", kind="stable"), letter_outputs()["patient_shares"])


def _by_copay(found: pd.DataFrame) -> pd.DataFrame:
    """Where the first payer told its own co-pay, the share is that, whatever the amounts are, and no deductible."""
    flat = found["copay"].notna().to_numpy(bool)
    for name in ("first_of", "first"):
        found[name] = np.where(flat, found["copay"], found[name])
    for name in ("second_of", "second"):
        found[name] = np.where(flat, 0.0, found[name])
    found["left"] = np.where(flat, 0.0, found["left"])
    return found


def _by_patient(lines: pd.DataFrame, site: SiteEntry) -> pd.DataFrame:
    """Each patient's month by claim: the amount that the share is of, and the coinsurance; NaN where one is missing."""
    expected = lines["expected_cents"].to_numpy("float64", na_value=np.nan)
    coinsurance = lines["coinsurance_cents"].to_numpy("float64", na_value=np.nan)
    # Where Medicare pays its own part at a higher rate the share is still that of the schedule's amount.
    schedule = coinsurance + np.round((expected - coinsurance) * 100 / site.fee_percent)
    patient = pd.Index(lines["patient_id"].astype("str"))
    hospital = (lines["claim"] == "facility").to_numpy(bool)
    two = pd.Series(~hospital).groupby(patient.to_numpy()).any().reindex(patient).to_numpy() & hospital
    sure = lines["amount_confidence"].map({name: place for place, name in enumerate(SURE)}).to_numpy("float64")
    parts = {
        "allowed": expected,
        "first_of": np.where(two, 0.0, schedule),
        "first": np.where(two, 0.0, coinsurance),
        "second_of": np.where(two, schedule, 0.0),
        "second": np.where(two, coinsurance, 0.0),
    }
    grouped = pd.DataFrame(parts, index=patient).groupby(level=0)
    found = grouped.sum(min_count=1).where(grouped.count().eq(grouped.size(), axis=0))
    found["sure"] = pd.Series(sure, patient).groupby(level=0).max()
    found["case_number"] = pd.Series(lines["case_number"].to_numpy(), patient).groupby(level=0).first()
    return found


def _payers(coverage: pd.DataFrame, patients: pd.Index) -> pd.DataFrame:
    """What the payers of each patient come to: who is first, whether they cover, what further ones take."""
    rows = coverage.sort_values(["patient_id", "place"], kind="stable")
    owner = rows["patient_id"].astype("str").to_numpy()
    first = rows.drop_duplicates("patient_id").set_index("patient_id")
    found = pd.DataFrame(index=patients)
    found["kind"] = first["payer_kind"].astype("str").reindex(patients).fillna("").to_numpy()
    found["answer"] = first["answer"].astype("str").reindex(patients).fillna("").to_numpy()
    found["never"] = _any((rows["patient_owes"] == "never").to_numpy(bool), owner, patients)
    found["barred"] = _any((rows["patient_owes"] == "not_billed").to_numpy(bool), owner, patients)
    found["conflict"] = _any((rows["answer"] == "conflicting").to_numpy(bool), owner, patients)
    copay = first["copay_cents"] if "copay_cents" in first else pd.Series(pd.NA, first.index, dtype="Int64")
    copay = pd.Series(copay.astype("Int64").to_numpy("float64", na_value=np.nan), first.index.astype("str"))
    told = (found["kind"] != "medicare_part_b") & (found["answer"] == "covers")
    found["copay"] = copay.reindex(patients).where(told.to_numpy(bool)).to_numpy("float64")
    further = (rows["place"] > rows.groupby("patient_id")["place"].transform("min")).to_numpy(bool)
    unsure = further & rows["answer"].isin(["unknown", "conflicting"]).to_numpy(bool)
    for column in ("takes_coinsurance", "takes_deductible"):
        takes = rows[column].astype("str").to_numpy(object)
        takes = np.where(unsure & (takes != "none"), "unknown", takes)
        takes = np.where(further & ~(rows["answer"] == "does_not").to_numpy(bool), takes, "none")
        place = pd.Series([TAKES.index(word) if word in TAKES else TAKES.index("unknown") for word in takes], owner)
        strongest = place.groupby(level=0).max().reindex(patients).fillna(0).astype(int)
        found[column] = np.array(TAKES, dtype=object)[strongest.to_numpy()]
    sure = rows["confidence"].map({name: place for place, name in enumerate(SURE)})
    found["sure_payers"] = pd.Series(sure.to_numpy("float64"), owner).groupby(level=0).max().reindex(patients)
    left = rows["deductible_left_cents"] if "deductible_left_cents" in rows else pd.Series(pd.NA, rows.index)
    left = pd.Series(left.astype("Int64").to_numpy("float64", na_value=np.nan), owner)
    found["left"] = left.groupby(level=0).max().reindex(patients)
    return found


def _any(flags: Any, owner: Any, patients: pd.Index) -> Any:
    return pd.Series(flags, owner, dtype=bool).groupby(level=0).any().reindex(patients, fill_value=False).to_numpy()


def _shared(found: pd.DataFrame, times: int, deductible: Cents) -> tuple[Cents, Cents, Cents]:
    """Deductible, first and second coinsurance of so many such months."""
    parts, rest = [], deductible
    for of, share in (("first_of", "first"), ("second_of", "second")):
        amount, coinsurance = found[of].to_numpy() * times, found[share].to_numpy() * times
        own = np.minimum(amount, rest)
        rest = rest - own
        with np.errstate(invalid="ignore", divide="ignore"):
            after = np.where(own == 0, coinsurance, np.floor(coinsurance * (amount - own) / amount + 0.5))
        parts.append((own, np.where(amount == 0, 0.0, after)))
    (own_first, first), (own_second, second) = parts
    return own_first + own_second, first, second


def _owed(found: pd.DataFrame, times: int, deductible: Cents) -> tuple[Cents, Cents, Cents, Cents]:
    """The parts of the share of so many months, and what a further payer surely takes of them."""
    own, first, second = _shared(found, times, deductible)
    of_own, of_rest = (
        found[column].map(SHARES).fillna(0.0).to_numpy("float64")
        for column in ("takes_deductible", "takes_coinsurance")
    )
    with np.errstate(invalid="ignore"):  # of an amount that is not known nothing is surely taken
        taken = [
            np.where(of == 0, 0.0, np.floor(of * what + 0.5)) for of, what in ((of_own, own), (of_rest, first + second))
        ]
    return own, first, second, taken[0] + taken[1]


def _most(found: pd.DataFrame, times: int, deductible: Cents) -> Cents:
    """The share with all of that deductible, or with none of it where a further payer takes it off the patient."""
    with_it, without = (_left_over(_owed(found, times, one)) for one in (deductible, np.zeros(len(found))))
    return np.maximum(with_it, without)


def _left_over(parts: tuple[Cents, Cents, Cents, Cents]) -> Cents:
    own, first, second, taken = parts
    return own + first + second - taken


def _reason(found: pd.DataFrame, own: Cents, missing: Any, assigned: bool) -> Any:
    """Why the share is not stated, of REASONS in their order; nothing where it is."""
    # What a further payer does with the deductible matters only where some of it is in the share.
    unknown, part = (
        (found["takes_coinsurance"] == word) | ((found["takes_deductible"] == word) & (own > 0))
        for word in ("unknown", "part")
    )
    unclear = found["conflict"] | (found["kind"] == "unknown") | (found["answer"] != "covers")
    other = (found["kind"] != "medicare_part_b") & found["copay"].isna()
    charged = (found["kind"] == "medicare_part_b") & (not assigned)
    met = [found["never"], found["barred"], found["kind"] == "", unclear, other, charged, missing, unknown, part]
    return np.select([np.asarray(one, dtype=bool) for one in met], list(REASONS), "")


def _confidence(found: pd.DataFrame, frame: pd.DataFrame, terms: Terms) -> Any:
    """The least sure of amounts, place, deductible where it changes the most, and payers."""
    deductible = terms.deductible.sure if terms.deductible and terms.site.deductible else 0
    counts = (frame["share_most_cents"] > frame["share_cents"]).fillna(True).to_numpy(bool)
    sure = np.fmax.reduce(
        [
            found["sure"].to_numpy("float64"),
            found["sure_payers"].to_numpy("float64"),
            np.full(len(found), float(terms.site.sure)),
            np.where(counts, float(deductible), 0.0),
        ]
    )
    names = np.array(SURE, dtype=object)[sure.astype(int)]
    return np.where(frame["share_most_cents"].isna().to_numpy(bool), "", names)


def _cents(values: Cents) -> pd.Series:
    return pd.Series(pd.array(np.round(values), dtype="Float64")).astype("Int64")


def _words(row: dict[str, Any]) -> str:
    most = row["share_most_cents"]
    if row["owes"] == "share":
        month, year = _dollars(row["share_cents"]), _dollars(row["year_share_cents"])
        text = f"About {month} a month, {year} in a year of such months"
        if pd.notna(row["copay_cents"]):
            text += ", by the co-pay that the plan told"
        if pd.isna(most):
            return f"{text}; the year's deductible is not loaded"
        if most > row["share_cents"]:
            text += (
                f"; up to {_dollars(most)} and {_dollars(row['year_most_cents'])} with nothing of the deductible met"
            )
        return text
    text = f"{row['owes'].capitalize()}: {REASONS[row['reason']]}"
    text = text.replace("Not_billed", "Nothing")
    return (
        text if row["owes"] in ("never", "not_billed") or pd.isna(most) else f"{text}; at most {_dollars(most)} a month"
    )


def _dollars(cents: Any) -> str:
    return f"${int(cents) // 100:,}.{int(cents) % 100:02d}"
