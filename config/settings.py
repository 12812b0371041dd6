"""What a practice and an installation may set, with the defaults in settings.yaml."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import InputError

HERE = Path(__file__).parent
# The compiled loader where there is one: read once a practice, the file costs ten times as much with the other.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Block = TypeVar("Block", bound=BaseModel)
PayerId = Annotated[str, Field(min_length=2)]
# What decisions do not depend on: each has settings of its own.
OTHERS = ("claims", "payers", "letters", "cases", "queries", "deadlines", "messages", "watch", "actions", "approval")


class PracticeSettings(BaseModel):
    """The choices of one practice. Frozen; `digest` goes into every decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unreadable_cells: Literal["stop", "reject"]
    quarantine_limit_percent: float = Field(ge=0, le=100)
    overlap_tolerance_seconds: int = Field(ge=0, le=3600)
    longest_entry_hours: int = Field(ge=1, le=24)
    late_entry_after_days: int = Field(ge=0, le=31)
    programs: tuple[Literal["ccm", "pcm", "apcm", "bhi", "cocm", "cpm", "rpm"], ...] = Field(min_length=1)
    clinic_codes: Literal["bundled", "individual"]
    advantage_plans_follow_medicare: bool
    claims_here: Literal["both", "facility", "professional"]
    choose_family: Literal["highest_allowed", "simplest", "staff", "personal", "complex"]
    count_prior_authorization: bool
    count_discharge_day: bool
    count_colleague_time: bool
    extra_personal_units: int = Field(ge=0, le=10)
    transitional_beside_clinic_code: Literal["hold", "not_billable"]
    copay_contact_days: int = Field(ge=0, le=120)
    charges_cents: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    filing_days: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    part_b_payer_ids: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], tuple[PayerId, ...]] = Field(
        default_factory=dict
    )

    @property
    def digest(self) -> str:
        """Fingerprint of every setting."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class Delivery(BaseModel):
    """Where mail goes, and how many messages a minute (0: no limit); without a host it stays in the outbox.

    `password_secret` names the Prefect Secret that holds the password, where no password is given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str = "ccm@localhost"
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""
    per_minute: int = Field(default=0, ge=0, le=6000)
    password_secret: str = ""


def settings_of(practice_id: str, path: Path | None = None) -> dict[str, Any]:
    """Everything set for a practice: shipped defaults, then the file's defaults, then the file's own entry for it.

    What the OTHERS hold is laid over one another key by key. InputError when a file cannot be read.
    """
    merged: dict[str, Any] = {}
    for source in [HERE / "settings.yaml"] + ([path] if path else []):
        try:
            text = yaml.load(source.read_text("utf-8"), Loader=LOADER) or {}  # noqa: S506 - a safe loader
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            kind = type(error).__name__
            raise InputError(f"{source}: the settings cannot be read ({kind}); mend the file.") from error
        if not isinstance(text, dict) or set(text) - {"defaults", "practices"}:
            raise InputError(f"{source}: at its top only 'defaults' and 'practices' are known; remove other keys.")
        for layer in (text.get("defaults"), (text.get("practices") or {}).get(practice_id)):
            others = {name: _laid_over(merged.get(name), (layer or {}).get(name)) for name in OTHERS}
            merged |= {**(layer or {}), **others}
    return merged


def _laid_over(below: Any, above: Any) -> Any:
    """Two settings in one: mappings key by key, anything else the upper one."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return below if above is None else above
    return {key: _laid_over(below.get(key), above.get(key)) for key in [*below, *(k for k in above if k not in below)]}


def block_of(model: type[Block], name: str, found: Any, where: object, practice_id: str) -> Block:
    """The block of settings as its model; InputError naming file, practice and key when one is wrong."""
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([name, *(str(part) for part in first["loc"])])
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {practice_id}: setting '{place}': {said}; see config/settings.yaml.") from error


def filled_block(
    model: type[Block], name: str, needed: Sequence[str], what: str, practice_id: str, path: Path | None
) -> Block:
    """A block of which some keys have no default; InputError naming those that are missing, and where to put them."""
    where = str(path) if path else "no settings file was given (--settings)"
    found: Any = settings_of(practice_id, path).get(name)
    found = found if isinstance(found, dict) else {}
    missing = [key for key in needed if not found.get(key)]
    if missing:
        names = ", ".join(f"{name}.{key}" for key in missing)
        raise InputError(
            f"{practice_id}: {names} must be set before {what} can be written; {where}: put them under practices, "
            f"{practice_id}, as config/settings.yaml shows."
        )
    return block_of(model, name, found, where, practice_id)


def practice_settings(practice_id: str, path: Path | None = None) -> PracticeSettings:
    """What the decisions of a practice depend on, of all that is set; the OTHERS have settings of their own.

    Raises InputError naming file and key when something is unknown or out of bounds.
    """
    merged = {name: value for name, value in settings_of(practice_id, path).items() if name not in OTHERS}
    try:
        return PracticeSettings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = path or "settings.yaml"
        raise InputError(f"{where}: setting '{place}': {first['msg']}; see config/settings.yaml.") from error


def stored_settings(text: str) -> PracticeSettings:
    """The settings as the store keeps them; what came into being since has its shipped default.

    Raises InputError when they cannot be used by this version.
    """
    shipped = {name: value for name, value in settings_of("").items() if name not in OTHERS}
    try:
        return PracticeSettings.model_validate(shipped | json.loads(text))
    except ValueError as error:
        raise InputError(
            f"The stored settings cannot be used by this version ({type(error).__name__}); "
            "give --settings, or use the version that decided the month."
        ) from error


def with_policy(settings: PracticeSettings, policy: str) -> PracticeSettings:
    """The settings with another way to choose among the families; InputError when there is no such way."""
    try:
        return PracticeSettings.model_validate(settings.model_dump() | {"choose_family": policy})
    except ValidationError as error:
        known = ", ".join(get_args(PracticeSettings.model_fields["choose_family"].annotation))
        raise InputError(f"'{policy}' is not a policy; write one of {known}.") from error


def delivery() -> Delivery:
    """Mail settings from CCM_SMTP_HOST and the like, each as its field is called; InputError naming a wrong one."""
    names = {name: f"CCM_SMTP_{name.upper()}" for name in Delivery.model_fields}
    found = {name: os.environ[variable] for name, variable in names.items() if variable in os.environ}
    try:
        return Delivery.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        name = names[str(first["loc"][0])]
        raise InputError(f"{name}: {first['msg']}; correct the environment variable.") from error
