"""What a run form asks: the parameters of scheduled flows, each described and bounded.

An operator fills the form in Prefect's UI; its server refuses what does not fit before anything is started.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field


@dataclass(frozen=True)
class Says:
    """Stands in the form under the field. (Prefect leaves out the description of an annotation.)"""

    text: str

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """The field's schema with the text as its description."""
        return {**handler(core), "description": self.text}


MONTH = r"^(20\d{2}-(0[1-9]|1[0-2]))?$"
IDENTIFIER = r"^[^/\\\n]{0,60}$"
# No address that may hold a password, for Prefect keeps parameters in clear text: a database is a file, or it is named
# by the variable of the environment that holds its address.
DATABASE = r"env:[A-Za-z_][A-Za-z0-9_]*|sqlite:///[^\n]+"
ONE_LINE = r"^[^\n]*$"
# A form's empty field and a caller's None are the same. (Stands behind the bounds, or the form does not learn of them.)
NoneIsEmpty = BeforeValidator(lambda given: "" if given is None else given)

ServiceMonth = Annotated[
    str,
    Field(pattern=MONTH),
    NoneIsEmpty,
    Says("Service month, as 2026-10. Empty: the month before the one that it is now."),
]
Practice = Annotated[
    str,
    Field(pattern=IDENTIFIER),
    NoneIsEmpty,
    Says("One practice by its practice_id. Empty: every practice, each on its own."),
]
SourcePlace = Annotated[
    str,
    Field(min_length=1, max_length=400, pattern=rf"^({DATABASE}|[^:\n]+)$"),
    Says("Folder of the practice's files, or env:NAME for the database address in the environment variable NAME."),
]
ResultsFolder = Annotated[
    str, Field(min_length=1, max_length=400, pattern=ONE_LINE), Says("Folder for reports, worklists and messages.")
]
DatabaseAddress = Annotated[
    str,
    Field(max_length=400, pattern=rf"^({DATABASE})?$"),
    NoneIsEmpty,
    Says(
        "Leave it empty: the worker knows the address (CCM_DATABASE_URL), or it is that of the results folder. Another "
        "one: env:NAME for the address in the environment variable NAME, or sqlite:///FILE."
    ),
]
SettingsFile = Annotated[
    str,
    Field(max_length=400, pattern=ONE_LINE),
    NoneIsEmpty,
    Says("The practices' settings file. Empty: the settings that are shipped."),
]
LogProfile = Annotated[
    str,
    Field(pattern=IDENTIFIER),
    NoneIsEmpty,
    Says("Time-log profile, where the header of a log fits more than one. Empty: found by the header."),
]
AnswerFolder = Annotated[
    str,
    Field(max_length=400, pattern=ONE_LINE),
    NoneIsEmpty,
    Says("Watched folder: 835 files in its folder `in` are posted, then moved to `done` or `quarantine`."),
]
AnswerFiles = Annotated[
    list[str], Field(max_length=500), BeforeValidator(lambda given: given or []), Says("835 files, without a folder.")
]
RunId = Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{36}$"), Says("The run that it is about, by Prefect's own id.")]
Happened = Annotated[
    Literal["failed", "late", "stuck", "lost", "unapproved"], Says("What happened to the run, which decides the words.")
]
PreparedBy = Annotated[
    str,
    Field(max_length=80, pattern=ONE_LINE),
    NoneIsEmpty,
    Says("Who answers for what is decided: a person of the practice, no patient. Empty: the schedule, or nobody."),
]
WANTED = {"as set": None, "yes": True, "no": False}
Approval = Annotated[
    Literal["as set", "yes", "no"],
    BeforeValidator(lambda given: {None: "as set", True: "yes", False: "no"}.get(given, given)),
    Says("Whether this run waits for somebody's approval. as set: as the settings say."),
]
Which = Annotated[
    Literal["all", "missing", "due"],
    BeforeValidator(lambda given: given or "all"),
    Says(
        "all: every practice whose month is not closed. missing: not those whose month is signed off, or decided since "
        "the care team's cut-off. due: those whose cut-off is over and that no run had since, or that came back since "
        "that run. A practice that is named is run with all and missing."
    ),
]
OnePractice = Annotated[
    str, Field(min_length=1, pattern=IDENTIFIER), Says("The practice by its practice_id, as the month board names it.")
]
OneMonth = Annotated[
    str, Field(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$"), Says("The service month that is opened again, as 2026-10.")
]
Reason = Annotated[
    str, Field(min_length=3, max_length=400, pattern=ONE_LINE), Says("Why, without any patient: Prefect keeps it.")
]
Reviewer = Annotated[
    str, Field(min_length=1, max_length=80, pattern=ONE_LINE), Says("Who opens the month again, by name or initials.")
]
SourceOrNone = Annotated[
    str,
    Field(max_length=400, pattern=rf"^({DATABASE}|[^:\n]*)$"),
    NoneIsEmpty,
    Says("Folder of the practice's files, to run the month at once. Empty: the next run decides it again."),
]
