"""Care settings: which codes each kind of place may bill in a month, on which claims, and what pays them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from config.catalogue import Catalogue, Program, Sourced, catalogue, rising, validated
from config.errors import InputError, RuleError
from config.month import Month
from config.strict_yaml import load_yaml

SETTINGS = Path(__file__).parent / "rules" / "settings"
LOADED = SETTINGS.parent / "loaded.yaml"
OPPS_STATUS = "opps_status.csv"
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"

RateBasis = Literal[
    "pfs_nonfacility", "pfs_facility", "pfs_facility_115", "pfs_national_nonfacility", "opps", "reasonable_cost_101"
]
CoinsuranceBasis = Literal["allowed_20", "lesser_of_charge_or_rate_20", "apc_copay", "charges_20"]

RATES: dict[RateBasis, str] = {
    "pfs_nonfacility": "Physician fee schedule, non-facility amount of the locality",
    "pfs_facility": "Physician fee schedule, facility amount of the locality",
    "pfs_facility_115": "115 percent of what the patient's share leaves of the fee schedule's facility amount",
    "pfs_national_nonfacility": "Physician fee schedule, national non-facility amount, no locality",
    "opps": "Hospital outpatient payment (APC)",
    "reasonable_cost_101": "101 percent of reasonable cost",
}
SHARES: dict[CoinsuranceBasis, str] = {
    "allowed_20": "20 percent of the allowed amount",
    "lesser_of_charge_or_rate_20": "20 percent of the lesser of charge and rate",
    "apc_copay": "Copay of the APC",
    "charges_20": "20 percent of charges",
}
# What a status letter of the hospital outpatient payment system means for the line.
STATUSES = {
    "S": "paid",
    "V": "paid as a visit",
    "Q1": "paid unless packaged with another service",
    "N": "reported, packaged",
    "M": "professional claim only",
    "B": "not on this bill type",
    "A": "paid by another schedule",
    "E1": "not paid",
}
ON_FACILITY_CLAIM = frozenset({"S", "V", "Q1", "N"})
STAFF_WORK = frozenset({"clinical_staff", "staff_or_practitioner", "auxiliary_personnel", "behavioral_care_manager"})


class SpanOfMonths(Sourced):
    """What holds from one month to another, both included."""

    since: str = Field(pattern=MONTH)
    until: str = Field(default="9999-12", pattern=MONTH)

    def holds_in(self, month: Month) -> bool:
        """Whether the month lies in the span."""
        return self.since <= str(month) <= self.until


class BillableEntry(SpanOfMonths):
    """Codes that may be billed in one span: listed, or every one of some programs."""

    codes: tuple[str, ...] = ()
    programs: tuple[Program, ...] = ()
    instead_of: str = Field(default="", description="the list of codes of which none may stand beside these")
    words: str = Field(min_length=10)

    @model_validator(mode="after")
    def _one_of_both(self) -> BillableEntry:
        if bool(self.codes) == bool(self.programs):
            raise ValueError("give either 'codes' or 'programs'")
        return self


class ClaimEntry(SpanOfMonths):
    """One claim that the setting sends for a month: its form, its fields, and what pays it."""

    claim: Literal["professional", "facility"]
    form: Literal["837P", "837I"]
    carries: Literal["all", "opps_status", "staff_work"]
    place_of_service: tuple[str, ...] = ()
    bill_type: str = ""
    revenue_code: str = ""
    modifiers: Mapping[Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")], str] = Field(default_factory=dict)
    date_of_service: str = Field(min_length=10)
    npi: str = Field(min_length=10)
    rate_basis: RateBasis
    coinsurance_basis: CoinsuranceBasis
    deductible_applies: bool
    supervision: Literal["as_the_code", "general", "direct"] = "as_the_code"
    notes: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fields_of_the_form(self) -> ClaimEntry:
        if self.form == "837P" and not self.place_of_service:
            raise ValueError("an 837P needs 'place_of_service'")
        if self.form == "837I" and not (self.bill_type and self.revenue_code):
            raise ValueError("an 837I needs 'bill_type' and 'revenue_code'")
        return self


class OppsStatus(SpanOfMonths):
    """The hospital outpatient status of a code in one span."""

    code: str
    status: Literal["S", "V", "Q1", "N", "M", "B", "A", "E1"]
    apc: str = ""


@dataclass(frozen=True)
class CareSetting:
    """One kind of place that bills."""

    name: str
    words: str
    entries: Mapping[str, tuple[BillableEntry, ...]]
    claim_entries: Mapping[str, tuple[ClaimEntry, ...]]
    statuses: tuple[OppsStatus, ...] = ()
    codes: Catalogue = field(default_factory=catalogue)

    def allowed(self, month: Month) -> list[BillableEntry]:
        """The entries of billable codes that hold in the month, each with its source."""
        return [entry for spans in self.entries.values() for entry in spans if entry.holds_in(month)]

    def billable(self, month: Month) -> tuple[str, ...]:
        """The codes that may be billed in the month, in the catalogue's order; none where it is paid for none."""
        named: set[str] = set()
        for entry in self.allowed(month):
            named |= set(entry.codes) | set(self.codes.of(*entry.programs))
        return tuple(code for code in self.codes.in_month(month) if code in named)

    def payable(self, month: Month, preferred: str) -> frozenset[str]:
        """The codes that the practice bills in the month: of two lists in one another's stead, the preferred one's."""
        named: set[str] = set()
        for name, spans in self.entries.items():
            for entry in spans:
                if entry.holds_in(month) and (not entry.instead_of or name == preferred):
                    named |= set(entry.codes) | set(self.codes.of(*entry.programs))
        return frozenset(code for code in self.codes.in_month(month) if code in named)

    def claims(self, month: Month) -> list[ClaimEntry]:
        """The claims that the setting sends for the month; a hospital's professional claim stands before its own."""
        return [entry for spans in self.claim_entries.values() for entry in spans if entry.holds_in(month)]

    def sent(self, month: Month, here: str = "both") -> list[ClaimEntry]:
        """Of the setting's claims those that the practice sends itself; InputError where there are not two to tell."""
        claims = self.claims(month)
        if here == "both" or not claims:
            return claims
        if len(claims) < 2:
            raise InputError(
                f"The setting 'claims_here' is '{here}', but the care setting {self.name} sends one claim only; "
                "remove it, or write it under those practices that are a hospital's."
            )
        return [claim for claim in claims if claim.claim == here]

    def status(self, code: str, month: Month) -> OppsStatus | None:
        """The code's hospital outpatient status; nothing when that year's file is not loaded."""
        return next((row for row in self.statuses if row.code == code and row.holds_in(month)), None)

    def carried(self, claim: ClaimEntry, month: Month) -> tuple[str, ...]:
        """The codes that this claim carries in the month, of those the setting may bill."""
        codes = self.billable(month)
        if claim.carries == "opps_status":
            return tuple(c for c in codes if (row := self.status(c, month)) and row.status in ON_FACILITY_CLAIM)
        if claim.carries == "staff_work":
            return tuple(code for code in codes if self.codes.find(code).performer in STAFF_WORK)
        return codes

    def on_hospital_claim(self, month: Month) -> frozenset[str]:
        """The codes on the hospital's own claim to the outpatient system; none where the setting sends none."""
        own = [claim for claim in self.claims(month) if claim.rate_basis == "opps"]
        return frozenset(code for claim in own for code in self.carried(claim, month))

    def content(self, month: Month) -> dict[str, Any]:
        """All that the setting says of the month, for the rulebook's fingerprint."""
        return {
            "setting": self.name,
            "billable": [entry.model_dump(mode="json") for entry in self.allowed(month)],
            "claims": [entry.model_dump(mode="json") for entry in self.claims(month)],
            "statuses": [row.model_dump(mode="json") for row in self.statuses if row.holds_in(month)],
        }


def _months(entries: tuple[Any, ...], place: str) -> None:
    rising([(entry.since, entry.until) for entry in entries], place)


def _lists(content: dict[str, Any], key: str, name: str, place: str) -> dict[str, list[Any]]:
    """The lists of entries under a key, by their names; RuleError when one lacks either or stands twice."""
    found: dict[str, list[Any]] = {}
    items = content[key]
    if not isinstance(items, list) or not items:
        raise RuleError(f"{place}: '{key}' must be a list with at least one entry.")
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or set(item) != {name, "entries"} or not isinstance(item["entries"], list):
            raise RuleError(
                f"{place}: '{key}', entry {number}: it must hold '{name}' and a list 'entries', nothing else."
            )
        if item[name] in found:
            raise RuleError(f"{place}: '{key}' names {item[name]} twice; put its entries into one list.")
        found[item[name]] = item["entries"]
    return found


def content_names(content: dict[str, Any]) -> set[str]:
    """The names of the lists of billable codes in a setting's file."""
    return {str(item.get("name")) for item in content["billable"] if isinstance(item, dict)}


def load_setting(path: Path, codes: Catalogue | None = None) -> CareSetting:
    """The setting of that file; RuleError naming file and entry when something is wrong, overlapping or unsourced."""
    codes = codes or catalogue()
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != {"setting", "words", "billable", "claims"}:
        raise RuleError(f"{path.name}: it must hold 'setting', 'words', 'billable' and 'claims', nothing else.")
    if content["setting"] != path.stem:
        raise RuleError(f"{path.name}: its setting is '{content['setting']}'; name it as the file, {path.stem}.")
    entries: dict[str, tuple[BillableEntry, ...]] = {}
    for name, items in _lists(content, "billable", "name", path.name).items():
        place = f"{path.name}, billable {name}"
        entries[name] = tuple(validated(BillableEntry, item, place) for item in items)
        _months(entries[name], place)
        for rival in {entry.instead_of for entry in entries[name]} - {"", *content_names(content)}:
            raise RuleError(f"{place}: 'instead_of' names '{rival}', which is no list of this file; correct it.")
        for code in (code for entry in entries[name] for code in entry.codes):
            if code not in codes.codes:
                raise RuleError(f"{place}: {code} is not in the code catalogue; enter it there or correct it.")
    claims: dict[str, tuple[ClaimEntry, ...]] = {}
    for name, items in _lists(content, "claims", "claim", path.name).items():
        place = f"{path.name}, claim {name}"
        claims[name] = tuple(validated(ClaimEntry, {"claim": name, **item}, place) for item in items)
        _months(claims[name], place)
    opps = any(entry.carries == "opps_status" for spans in claims.values() for entry in spans)
    statuses = opps_statuses(path.parent / OPPS_STATUS, codes) if opps else ()
    return CareSetting(path.stem, str(content["words"]), entries, claims, statuses, codes)


def opps_statuses(path: Path, codes: Catalogue) -> tuple[OppsStatus, ...]:
    """The hospital outpatient statuses of the file; RuleError naming the line when one is wrong or overlaps."""
    found: dict[str, list[OppsStatus]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise RuleError(f"{path.name}: the file cannot be read ({type(error).__name__}).") from error
    for line, row in enumerate(rows, start=2):
        status = validated(OppsStatus, row, f"{path.name}, line {line}")
        if status.code not in codes.codes:
            raise RuleError(f"{path.name}, line {line}: {status.code} is not in the code catalogue; enter it there.")
        found.setdefault(status.code, []).append(status)
        _months(tuple(found[status.code]), f"{path.name}, line {line} ({status.code})")
    return tuple(status for spans in found.values() for status in spans)


def load_settings(folder: Path = SETTINGS, codes: Catalogue | None = None) -> dict[str, CareSetting]:
    """Every setting of the folder by its name."""
    return {path.stem: load_setting(path, codes) for path in sorted(folder.glob("*.yaml"))}


@cache
def care_settings() -> Mapping[str, CareSetting]:
    """The settings that ship with the program; read once a process."""
    return load_settings()


def care_setting(name: str) -> CareSetting:
    """The setting of that name; InputError listing the known ones when there is none."""
    found = care_settings().get(name.strip().lower())
    if found is None:
        raise InputError(f"'{name}' is not a care setting; write one of {', '.join(care_settings())}.")
    return found


def loaded_month(text: str) -> Month:
    """The month, when its rules are loaded; RuleError when they are not, InputError when it is no month."""
    month, span = Month.parse(text), load_yaml(LOADED)
    if not span["first_month"] <= str(month) <= span["last_month"]:
        raise RuleError(
            f"The rules for {month} are not loaded (loaded.yaml: {span['first_month']} to {span['last_month']}); "
            "enter that year's codes and settings under config/rules/ first."
        )
    return month


assert set(RATES) == set(get_args(RateBasis))  # noqa: S101 - a basis without words would be shown as a name
