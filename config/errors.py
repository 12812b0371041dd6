"""Errors that are meant for the person who runs the month: one clear sentence, never a traceback."""

from __future__ import annotations

from typing import Any

LOOK_AT_IT = 6
"""Exit code of what is done and in the database, and of which something does not tie: a person has to look at it."""


class UserError(Exception):
    """Something the user can mend. `str(error)` is one sentence with file, place and remedy.

    `exit_code` is what the `ccm` command returns: 2 for input or settings, 3 for data that the checks stopped,
    4 for the place the results go to (database, folder, disk, mail).
    """

    exit_code = 2


class FaultError(RuntimeError):
    """A fault of this program. Its text holds counts, names of this program and lines of its code, never a cell."""


class InputError(UserError):
    """A file, table, column or cell of the input cannot be used."""


class UnreadableError(InputError):
    """Cells of the input could not be read; `cells` has them all, as rows of the output table `unreadable`."""

    def __init__(self, sentence: str, cells: Any = None) -> None:
        super().__init__(sentence)
        self.cells = cells


class DataStopError(UserError):
    """The checks stopped the month before anything was decided."""

    exit_code = 3


class PlaceError(UserError):
    """The database, the output folder or the mail server cannot be used."""

    exit_code = 4


class RuleError(UserError):
    """A rule file is wrong, or the rules for the month are not loaded."""
