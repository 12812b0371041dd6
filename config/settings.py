"""What a practice and an installation may set, with the defaults in settings.yaml."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from config.catalogue import catalogue_codes
from config.errors import InputError
from config.first_fault import UNKNOWN, first_fault, nearest
from config.strict_yaml import TwiceError, parse_yaml

HERE = Path(__file__).parent
SHIPPED = "config/settings.yaml"
Block = TypeVar("Block", bound=BaseModel)
PayerId = Annotated[str, Field(min_length=2)]
# What decisions do not depend on: each has settings of its own.
TOP = ("defaults", "practices")
OTHERS = ("claims", "payers", "letters", "cases", "queries", "deadlines", "messages", "watch", "actions", "approval")


def _known_code(code: str) -> str:
    if code not in catalogue_codes():
        raise ValueError(f"'{code}' is no code of config/rules/codes")
    return code


class PracticeSettings(BaseModel):
    """The choices of one practice. Frozen; `digest` goes into every decision."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unreadable_cells: Literal["stop", "reject"]
    quarantine_limit_percent: float = Field(ge=0, le=100)
    quarantine_limit_rows: int = Field(default=0, ge=0)  # months kept before there was one had none
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
    charges_cents: dict[Annotated[str, AfterValidator(_known_code)], Annotated[int, Field(gt=0)]] = Field(
        default_factory=dict
    )
    filing_days: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    part_b_payer_ids: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], tuple[PayerId, ...]] = Field(
        default_factory=dict
    )

    @property
    def digest(self) -> str:
        """Fingerprint of every setting."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class Every(PracticeSettings):
    """Every key below `defaults` or a practice, by which one that is written wrongly is found."""

    claims: Any = None
    payers: Any = None
    letters: Any = None
    cases: Any = None
    queries: Any = None
    deadlines: Any = None
    messages: Any = None
    watch: Any = None
    actions: Any = None
    approval: Any = None


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

    What the OTHERS hold is laid over one another key by key. InputError when a file cannot be read, or has the practice
    under another spelling alone, as p1 for P1.
    """
    merged: dict[str, Any] = {}
    for source in [HERE / "settings.yaml"] + ([path] if path else []):
        text = settings_file(source)
        if practice_id not in (own := text.get("practices") or {}):
            for name in own:
                if _plain(name) == _plain(practice_id):
                    raise _misspelt(source, name, practice_id)
        for layer in (text.get("defaults"), (text.get("practices") or {}).get(practice_id)):
            _keys_below(source, f"practices.{practice_id}", layer)
            others = {name: _laid_over(merged.get(name), (layer or {}).get(name)) for name in OTHERS}
            merged |= {**(layer or {}), **others}
    return merged


def settings_file(source: Path) -> dict[str, Any]:
    """What stands in the file, by 'defaults' and 'practices'; InputError naming file, line or key where it is wrong."""
    try:
        text = _parsed(source.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such file; name the one that has your settings.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        if isinstance(error, TwiceError):
            raise InputError(f"{source}{line}: {error.problem}.") from error
        why = getattr(error, "problem", None) or type(error).__name__
        raise InputError(f"{source}{line}: the settings cannot be read ({why}); mend the file.") from error
    if not isinstance(text, dict):
        raise InputError(f"{source}: at its top it has 'defaults' and 'practices'; see {SHIPPED}.")
    for name in TOP:
        _keys_below(source, name, text.get(name))
    for one in text.get("practices") or {}:
        if not isinstance(one, str):  # 0450 is another number than 450, and no practice_id is a number
            raise InputError(f"{source}: setting 'practices.{one}': write the practice_id in quotes; see {SHIPPED}.")
    for key in text:
        if key not in TOP:
            moved = " put it below 'defaults'," if key in (*PracticeSettings.model_fields, *OTHERS) else ""
            raise InputError(
                f"{source}: setting '{key}': at its top a file has 'defaults' and 'practices' alone, "
                f"{nearest(key, TOP) if not moved else moved.strip().rstrip(',')}; see {SHIPPED}."
            )
    return text


def _keys_below(source: Path, name: str, held: object) -> None:
    if held is not None and not isinstance(held, dict):
        raise InputError(f"{source}: setting '{name}': write keys with their values below it; see {SHIPPED}.")


def practices_set(path: Path | None) -> list[str]:
    """The practices that have settings of their own in the file."""
    return list(map(str, settings_file(path).get("practices") or {})) if path else []


@cache
def _parsed(text: str) -> Any:
    """What the text says; it is asked for by block and practice, and parsed once. Nobody changes what is given."""
    return parse_yaml(text) or {}


def strangers(path: Path | None, known: Sequence[str]) -> list[str]:
    """A sentence for each practice of the settings file that is none of those known, whose settings nobody goes by.

    One that is written otherwise, as p1 for P1, is none of them: it is a fault of that practice's settings.
    """
    plain = set(map(_plain, known))
    gone = [name for name in practices_set(path) if _plain(name) not in plain]
    words = {name: f"{path}: practices.{name} is no practice of this source" for name in gone}
    return ["; ".join(filter(None, (said, nearest(name, known)))) for name, said in words.items()]


def _plain(practice_id: str) -> str:
    return practice_id.casefold().strip()


def _misspelt(path: Path | None, name: str, meant: str) -> InputError:
    return InputError(f"{path}: setting 'practices.{name}': the practice is called '{meant}'; write it so.")


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
        raise wrong_setting(error, model, where, practice_id, name) from error


def wrong_setting(
    error: ValidationError,
    model: type[BaseModel],
    where: object,
    practice_id: str,
    block: str = "",
    at: int | None = None,
) -> InputError:
    """The error as one sentence: file, practice, key, what is wrong with it, and where every key is explained."""
    place, said = first_fault(error, model, at)
    if model is Every and said.startswith(UNKNOWN):
        shipped = settings_of("")
        homes = [f"'{name}'" for name in OTHERS if place in (shipped.get(name) or {})]
        said = f"{UNKNOWN}, it belongs below {' or '.join(homes)}" if homes else said
    key, whose = ".".join(filter(None, (block, place))), f"{practice_id}: " if practice_id else ""
    return InputError(f"{where}: {whose}setting '{key}': {said}; see {SHIPPED}.")


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
        raise wrong_setting(error, Every, path or "settings.yaml", practice_id) from error


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
        place, said = first_fault(error, Delivery)
        raise InputError(f"{names[place]}: {said}; correct the environment variable.") from error
