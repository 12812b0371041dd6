"""What is wrong with an entry or a setting, in words: the first fault its model finds, and the nearest right key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = tuple[int | str, ...]
MOST = 15
WITHIN = ("function-", "[key]")  # what pydantic puts between the keys of a file
UNKNOWN = "there is no such key"
BOUNDS = {"greater_than_equal": ("at least", "ge"), "greater_than": ("more than", "gt"),
          "less_than_equal": ("at most", "le"), "less_than": ("less than", "lt")}  # fmt: skip
KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "string": "text, in quotes",
         "date": "a day, as 2026-12-25", "tuple": "a list, as [a, b]", "list": "a list, as [a, b]",
         "dict": "keys with their values below it", "mapping": "keys with their values below it",
         "model": "keys with their values below it"}  # fmt: skip


def first_fault(error: ValidationError, model: type[BaseModel], at: int | None = None) -> tuple[str, str]:
    """Where the fault is, its parts joined by dots, and a clause that says what is wrong or what to write instead.

    A key that nobody knows comes before one that is missing: it may be the same one, written wrongly.
    """
    every = error.errors()
    unknown = [place for place, one in enumerate(every) if one["type"] == "extra_forbidden"]
    found = every[at if at is not None else (unknown or [0])[0]]
    place = found["loc"]
    named = [str(part) for part in place if not str(part).startswith(WITHIN)]
    return ".".join(named), _words(found["type"], found.get("ctx", {}), str(found["msg"]), place, model)


def nearest(wrong: object, known: Iterable[str]) -> str:
    """The key or word that was meant, or else what is known, where that is a handful."""
    names = sorted(known)
    close = get_close_matches(str(wrong).casefold(), [name.casefold() for name in names], 1)
    if close:
        return f"perhaps '{next(name for name in names if name.casefold() == close[0])}' was meant"
    return f"known are {', '.join(names)}" if 0 < len(names) <= MOST else ""


def like(wanted: str, written: Iterable[str]) -> str:
    """Which of the names that were written may be the wanted one under another name; empty where none is near.

    Also the same words in another order, as date_of_consent for consent_date.
    """
    parts = {name: set(re.findall("[a-z0-9]+", name.casefold())) for name in written}
    sought = set(re.findall("[a-z0-9]+", wanted.casefold()))
    whole = [name for name, words in parts.items() if sought <= words]
    return next(iter(whole or get_close_matches(wanted, list(parts), 1)), "")


def _words(kind: str, context: dict[str, Any], said: str, place: Place, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        return ", ".join(filter(None, (UNKNOWN, nearest(place[-1], _keys(model, place[:-1])))))
    if kind == "missing":
        return "it is missing"
    if kind == "literal_error":
        return f"write {context['expected']}"
    if kind in BOUNDS:
        words, name = BOUNDS[kind]
        return f"it must be {words} {context[name]}"
    if kind.startswith("string_too_"):
        most = "max_length" in context
        return f"it must have at {'most' if most else 'least'} {context['max_length' if most else 'min_length']} signs"
    wanted = KINDS.get(kind.partition("_")[0])
    if wanted and kind.endswith(("_type", "_parsing", "_from_float", "_parsing_size", "_from_datetime_parsing")):
        return f"write {wanted}"
    said = said.removeprefix("Value error, ")
    return said[:1].lower() + said[1:] if said.startswith(("String", "Input", "Tuple", "Field")) else said


def _keys(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The keys that the model knows at that place; none where anything may be a key."""
    found: Any = model
    for part in place:
        below: Any = None
        for one in _models_and_maps(found):
            if isinstance(one, type) and issubclass(one, BaseModel):
                fields = {field.alias or name: field for name, field in one.model_fields.items()}
                below = fields[str(part)].annotation if str(part) in fields else below
            else:
                below = get_args(one)[-1 if get_origin(one) is not tuple else 0]
        found = below
    models = [one for one in _models_and_maps(found) if isinstance(one, type) and issubclass(one, BaseModel)]
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_and_maps(annotation: Any) -> list[Any]:
    """What of an annotation has keys or items of its own: models, mappings, lists."""
    if get_origin(annotation) in (Union, UnionType):
        return [one for arm in get_args(annotation) for one in _models_and_maps(arm)]
    if get_origin(annotation) is Annotated:
        return _models_and_maps(get_args(annotation)[0])
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [annotation] if get_args(annotation) and get_origin(annotation) is not None else []
