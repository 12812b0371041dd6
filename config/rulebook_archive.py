"""A resolved rulebook as one file: rulebook.json in a zip, with the reference tables that it was resolved with.

What the store keeps of a rulebook is this file, so that a month can be decided again by its own rules after the rules
of the program have changed.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.errors import RuleError
from config.reference import Reference
from config.rulebook import RuleBook

DOCUMENT = "rulebook.json"
_MADE = (2015, 1, 1, 0, 0, 0)  # the first month of chronic care management; else equal rulebooks had unequal files


_WRITTEN: dict[str, bytes] = {}
"""One a digest: many practices of a run have one rulebook."""


@cache
def _adapter() -> TypeAdapter[RuleBook]:
    return TypeAdapter(RuleBook)


def archived(book: RuleBook) -> bytes:
    """The whole month's rulebook; `restored` gives an equal one of the same digest."""
    if book.digest not in _WRITTEN:
        _WRITTEN[book.digest] = _written(book)
    return _WRITTEN[book.digest]


def _written(book: RuleBook) -> bytes:
    left_out = {"own_numbers", "reference"}
    written = _adapter().dump_python(book, mode="json", exclude=left_out)
    content: dict[str, Any] = _in_order(_adapter().dump_python(book, mode="python", exclude=left_out), written)
    # A key of JSON is one text, and a program's own number has two.
    content["own_numbers"] = [[*names, value] for names, value in book.own_numbers.items()]
    files = {DOCUMENT: json.dumps(content, ensure_ascii=False).encode(), **book.reference.files}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _in_order(plain: Any, written: Any) -> Any:
    """The written form with every set as a sorted list; a set's own order differs from process to process."""
    if isinstance(plain, set | frozenset):
        return sorted(written)
    if isinstance(written, dict):
        pairs = zip(plain.values(), written.items(), strict=True)
        return {name: _in_order(value, text) for value, (name, text) in pairs}
    if isinstance(written, list):
        return [_in_order(*pair) for pair in zip(plain, written, strict=True)]
    return written


def restored(content: bytes) -> RuleBook:
    """The rulebook out of its file, whatever the rules of the program say by now; RuleError when it cannot be read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if damaged := archive.testzip():
            raise RuleError(f"The stored rulebook is damaged in {damaged}; restore the database from its backup.")
        document = json.loads(archive.read(DOCUMENT))
        own = {(name, program): value for name, program, value in document.pop("own_numbers")}
        book = _adapter().validate_python({**document, "own_numbers": {}}, strict=False)
    except (zipfile.BadZipFile, KeyError, ValueError, ValidationError) as error:
        raise RuleError(
            f"The stored rulebook cannot be read by this version ({type(error).__name__}); "
            "use the version that decided the month, or restore the database from its backup."
        ) from error
    return replace(book, own_numbers=own, reference=Reference(zipfile.Path(archive)))
