"""A determination made of what a person wrote, in the command or in a list, for a case as it stands."""

from __future__ import annotations

from datetime import date

from config.errors import InputError
from config.money import cents_of
from tasks.route.desk import Desk
from tasks.route.determinations import EVERYTHING, GROUNDS, Determination, OnRecord, decide
from tasks.route.facts import setting_of
from tasks.route.readback import Answer, day_written

DETERMINED = "determined"  # of the worklist's answers
COLUMN_OF = {
    "--date": "answer_date",
    "--note": "note_code",
    "--second": "second_by",
    "--percent": "percent_off",
    "--amount": "answer_amount",
    "ccm case NUMBER determine": "the answer 'determined', with household, income and note_code",
}


def determination_of(
    desk: Desk,
    number: str,
    kind: str,
    household: int,
    income_cents: int,
    ground: str,
    by: str,
    day: date,
    percent: int,
    second: str,
    record: OnRecord,
    amount_cents: int | None = None,
) -> Determination:
    """What follows from household and income for the case; of so much as is open, where no amount is said."""
    patients, (_, known) = desk.tables["patients"], desk.case(number)
    state = patients.loc[patients["patient_id"] == desk.row(number).get("patient_id"), "state"].dropna()
    return decide(
        number, kind, household, income_cents, ground, by, day, desk.work.settings,
        "" if state.empty else str(state.iloc[0]), percent, amount_cents or 0, second,
        owed_cents=known.owed_cents if amount_cents is None else None,
        health_center=setting_of(desk.tables) == "fqhc", record=record,
    )  # fmt: skip


def of_line(desk: Desk, answer: Answer, day: date, option: str) -> Determination:
    """The determination that a line of the worklist says; InputError, one sentence, where it lacks something."""
    number = answer.case_number
    if not answer.household or not answer.income:
        raise InputError("a determination needs household and income; fill in both.")
    if answer.note_code not in GROUNDS:
        raise InputError(f"say in note_code what the determination rests on: {' or '.join(GROUNDS)}.")
    record = OnRecord(
        requested_date=day_written(answer.requested_date, "requested_date") or asked_on(desk, number),
        collection=answer.collection,
        proof_date=day_written(answer.proof_date, "proof_date"),
        proof_seen_by=answer.proof_seen_by,
    )
    return determination_of(
        desk, number, "sliding_fee" if option == "sliding_fee" else "hardship",
        _whole(answer.household, "household"), cents_of(answer.income, "income"), answer.note_code,
        answer.answered_by, day, _whole(answer.percent_off, "percent_off") if answer.percent_off else EVERYTHING,
        answer.second_by, record,
    )  # fmt: skip


def by_column(words: str) -> str:
    """What the command says of its options, said of the columns of the worklist: whoever fills it in sees no other."""
    for option, column in COLUMN_OF.items():
        words = words.replace(option, column)
    return words


def asked_on(desk: Desk, number: str) -> date | None:
    """The last day on which the patient said that they cannot pay, as the case has it."""
    case, _ = desk.case(number)
    return max((turn.day for turn in case.turns if turn.response == "cannot_pay"), default=None)


def _whole(text: str, name: str) -> int:
    if not text.removesuffix("%").strip().isdigit():
        raise InputError(f"{name} is no whole number; correct it.")
    return int(text.removesuffix("%"))
