"""What a letter rests on beside its words: the case's options, its determination, the books' amounts, a day to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from config.case_settings import CaseSettings
from config.deadlines import working_day_from
from config.instalments import monthly_parts
from config.letters import LetterRefusedError, letters
from config.month import Month
from tasks.route.desk import Desk
from tasks.route.determinations import Determination
from tasks.route.entries import all_options, option_named
from tasks.route.machine import OVER, Move, stand

ASKS = ("reminder", "payment_plan")
DETERMINED = {"hardship_granted": True, "hardship_refused": False}
FROM_RECORD = (*ASKS, *DETERMINED, "options", "refund")
EXPLAIN = ("share_explained", "voicemail")
NAMES_THE_PART = ("welcome", *EXPLAIN)
TOLD_WHAT_IS_LOWERED = (*NAMES_THE_PART, "withdrawal")  # it says whether a bill may still come
PROPOSED_PARTS = 3


def grounded(desk: Desk, share: Mapping[str, Any], kind: str, given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """`given` with what is on record of the matter; LetterRefusedError, one sentence, where that does not carry the
    letter, or where something else was typed."""
    number = share["case_number"]
    where = f"{number}: the letter '{kind}' is refused"
    if kind in DETERMINED:
        open_cents = max(0, int(desk.row(number).get("ask_cents") or 0))  # without a balance no parts are offered
        return dict(given) | _determined(desk, number, kind, given, today, where) | {"balance_cents": open_cents}
    if kind == "options":
        return dict(given) | {"options": _open_options(desk, number, tuple(given.get("options") or ()), where)}
    row = desk.row(number)
    if kind == "refund":
        back, wanted = int(row.get("refund_cents") or 0), given.get("refund_cents")
        if back and wanted not in (None, back):
            raise LetterRefusedError(f"{where}: by the books {_dollars(back)} go back; leave --amount out.")
        # Who gets one month's money back may owe another's: the letter must not say that nothing is owed.
        asked = {"balance_cents": int(row.get("ask_cents") or 0) or None}
        return dict(given) | asked | ({"refund_cents": back} if back else {})
    if share["owes"] == "unknown":  # of whom it is not known what they owe is refused as such
        return dict(given)
    ask, wanted = int(row.get("ask_cents") or 0) or _agreed(desk, number, kind), given.get("balance_cents")
    case = desk.standing.cases.get(number)
    if ask <= 0 and case is not None and case.stage in OVER:
        outcome = case.outcome.replace("_", " ")
        raise LetterRefusedError(
            f"{where}: the case is settled ({outcome}), and nothing is asked in it; where something is open all the "
            f"same, open it again first: ccm case {number} reopen."
        )
    if ask <= 0:
        raise LetterRefusedError(
            f"{where}: by the books nothing may be asked of this patient now; wait for every payer's answer."
        )
    if wanted not in (None, ask):
        raise LetterRefusedError(
            f"{where}: the books let {_dollars(ask)} be asked, not {_dollars(wanted)}; leave --amount out, and put a "
            "payment that is missing into patient_payments."
        )
    due = given.get("due") or answer_day(today, desk.work.settings)
    if due < today:
        raise LetterRefusedError(f"{where}: the day {due} is over; give a day to come with --day.")
    return dict(given) | asking(kind, ask, due, given.get("parts") or PROPOSED_PARTS)


def _agreed(desk: Desk, number: str, kind: str) -> int:
    """What is open in a case that an agreed plan has settled, for the letter that puts the plan down; else nothing."""
    case, money = desk.standing.cases.get(number), desk.standing.money
    if kind != "payment_plan" or case is None or case.outcome != "plan_agreed" or number not in money.index:
        return 0
    return int(money.at[number, "ready_cents"])


def asking(kind: str, cents: int, due: date, parts: int = PROPOSED_PARTS) -> dict[str, Any]:
    """What a letter says that asks for so much by that day, a plan of payment in so many monthly parts."""
    payments = monthly_parts(cents, min(parts, cents), due) if kind == "payment_plan" else ()
    return {"balance_cents": cents, "due": due, "payments": payments}


def answer_day(written: date, settings: CaseSettings) -> date:
    """The day that a letter written on that one gives the patient: a working day to come, never one that is over."""
    return working_day_from(written + timedelta(days=settings.follow_up_days), settings.closed_days)


def stopped(moves: Sequence[Move], kind: str) -> dict[str, Any]:
    """When the patient stopped by the record of the case, for the letter that confirms it."""
    case = stand(moves)
    if kind != "withdrawal" or case.opened is None:
        return {}
    days = [turn.day for turn in case.turns if turn.response == "asks_to_stop"]
    days += [move.day for move in moves if move.outcome == "withdrew" and move.day >= case.opened]
    return {"said_on": days[0], "last_day": Month.of(days[0]).last} if days else {}


def lowered_by(of_case: Sequence[Determination], kind: str, day: date) -> dict[str, Any]:
    """What a letter that names the patient's part, or a bill for it, says of the determination of that day.

    Without one it says that none does, whatever was typed: no letter waives what nobody determined.
    """
    there = [one for one in of_case if one.decided_date <= day <= one.until_date]
    last = max(there, key=lambda one: one.decided_date, default=None)
    if kind not in TOLD_WHAT_IS_LOWERED:
        return {}
    if last is None or not last.granted:
        return {"reduced_percent": None, "until": None}
    return {"reduced_percent": last.reduced_percent, "until": last.until_date}


def said_in_case(moves: Sequence[Move]) -> tuple[str, ...]:
    """What the patient has said since the case was opened, as it was recorded in it; nothing once it is over."""
    case = stand(moves)
    return tuple(turn.response for turn in case.turns) if case.live else ()


def _determined(
    desk: Desk, number: str, kind: str, given: Mapping[str, Any], today: date, where: str
) -> dict[str, Any]:
    """What the case's last determination says; a paper that is missing is known where an application was refused."""
    found = desk.work.determinations.get(number, [])
    if not found:
        if kind == "hardship_refused" and _application_refused(desk.work.moves.get(number, [])):
            return {}  # refused before it was determined: its reason has to be said
        why = f"the case has no determination; record one first: ccm case {number} determine."
        raise LetterRefusedError(f"{where}: {why}")
    last = max(found, key=lambda one: (one.decided_date, one.until_date))
    if last.granted != DETERMINED[kind]:
        verdict = "granted" if last.granted else "refused"
        raise LetterRefusedError(f"{where}: the determination of {last.decided_date} {verdict} it.")
    if last.granted and last.until_date < today:
        raise LetterRefusedError(f"{where}: its determination expired on {last.until_date}; determine again.")
    says = {"reduced_percent": last.reduced_percent, "until": last.until_date} if last.granted else {"reason": "income"}
    options = {"reduced_percent": "--percent", "until": "--until", "reason": "--reason"}
    for name, value in says.items():
        if given.get(name) not in (None, value):
            raise LetterRefusedError(f"{where}: the determination says {value}; leave {options[name]} out.")
    return says


def _application_refused(moves: Sequence[Move]) -> bool:
    steps = [move.what for move in moves if move.what in ("hear", "offer", "apply", "refuse")]
    return bool(steps) and steps[-1] == "refuse"


def _open_options(desk: Desk, number: str, named: Sequence[str], where: str) -> tuple[str, ...]:
    """The options that are open to this patient and that a letter may name, in their order; of them those named."""
    known, rules = desk.standing.known.get(number), letters()
    if known is None:
        raise LetterRefusedError(f"{where}: the patient has no open co-pay case; record what they said first.")
    said = {turn.response for turn in desk.standing.cases[number].turns}
    without = rules.with_balance if int(desk.row(number).get("ask_cents") or 0) <= 0 else ()
    every = [entry.name for entry in all_options()]
    for place, name in enumerate(named, start=1):
        if option_named(name) is None:
            raise LetterRefusedError(
                f"{where}: the option typed as number {place} is none; write one of {', '.join(every)}."
            )
        if name in rules.inward:
            raise LetterRefusedError(
                f"{where}: '{name}' is the practice's own work and no choice of the patient's; leave it out."
            )
        if not set(rules.options_after.get(name, said)) & said:
            raise LetterRefusedError(f"{where}: '{name}' is never offered unasked; the patient has not asked for it.")
        if name in without:
            raise LetterRefusedError(f"{where}: '{name}' is about a balance, and none is open that may be asked for.")
        if not _is_open(name, known.answers):
            raise LetterRefusedError(f"{where}: '{name}' is not open to this patient; see ccm case {number}.")
    found = [
        name
        for name in every
        if _is_open(name, known.answers)
        and name not in (*rules.inward, *without)
        and set(rules.options_after.get(name, said)) & said
        and (not named or name in named)
    ]
    if not found:
        raise LetterRefusedError(f"{where}: no option that a letter names is open to this patient; see ccm case.")
    return tuple(found)


def _is_open(name: str, answers: Mapping[str, str]) -> bool:
    answer = answers.get(name, "not")
    return answer == "available" or (answer == "needs_information" and name in letters().while_asking)


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"
