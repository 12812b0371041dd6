"""The two independent readers of our claim files, each asked for a plain yes or its complaint."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import redirect_stdout
from functools import cache

import pyx12.map_if
import pyx12.params
import pyx12.x12n_document
from x12sdk.io import X12ModelReader

PARAMS = pyx12.params.params()
SEX_UNKNOWN = re.compile(r"(DMG\*D8\*\d{8}\*)U(?=~)")
"""Both guides have U beside F and M, as pyx12 knows; x12sdk's model of DMG has not, as test_random_months.py holds."""


@cache
def _guide(file: str, path: str | None) -> pyx12.map_if.map_if:
    return _read_guide(file, PARAMS, path)


# pyx12 reads its guides anew for every file, which is nine tenths of its time; it writes nothing into them.
_read_guide = pyx12.map_if.load_map_file
pyx12.map_if.load_map_file = lambda file, _params, path=None: _guide(file, path)


def complaints(content: bytes, sexes: str = "as they are") -> list[str]:
    """What pyx12 and x12sdk say against the file; nothing when both take it.

    With `sexes` "known" x12sdk is asked about all but those it does not know.
    """
    text = content.decode("ascii")
    answer, said = io.StringIO(), []
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        if not pyx12.x12n_document.x12n_document(PARAMS, io.StringIO(text), answer, None):
            said.append(f"pyx12: {answer.getvalue()}")
        try:
            with X12ModelReader(SEX_UNKNOWN.sub(r"\1F", text) if sexes == "known" else text) as reader:
                if not list(reader.models()):
                    said.append("x12sdk: no transaction set")
        except Exception as error:
            said.append(f"x12sdk: {error}")
    return said


def segments(content: bytes) -> list[list[str]]:
    """The file as segments of elements."""
    return [part.strip().split("*") for part in content.decode("ascii").split("~") if part.strip()]


def named(content: bytes, *beginning: str) -> list[list[str]]:
    """The segments that begin like this."""
    return [one for one in segments(content) if tuple(one[: len(beginning)]) == beginning]
