"""A decided month waits in the Prefect UI for somebody who signs it off, holds it, or returns it to the care team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run

from config.approval import approval_settings
from config.deadlines import deadlines
from config.errors import InputError, RuleError
from config.message_settings import message_settings
from config.month import Month
from config.slug import slug_of
from flows.approval_form import RETURN, SIGN_OFF, MonthApproval
from flows.board import show_board
from flows.claims_ahead import looked_ahead
from flows.prefect_api import server_of_this_run
from flows.sign_off import sign_off
from flows.waiting_runs import asked_alone, let_go_by_the_way, settled
from tasks.progress import LOG
from tasks.send.approval import approval_markdown, compose_returned
from tasks.send.messages import Message
from tasks.send.step import deliver_messages
from tasks.store import approvals, month_life
from tasks.store.approvals import Request
from tasks.store.identities import known_identities
from tasks.store.outbox import put_daily
from tasks.store.practice import practice_row
from tasks.store.step import Place, open_place


def run_name() -> str:
    """The run by its month and, where it is of one, its practice."""
    given = flow_run.parameters or {}
    whose = f" of {given['practice']}" if given.get("practice") else ""
    return f"month {given.get('month') or 'before this'}{whose}"


def deployed_run() -> FlowRun | None:
    """The run that goes on here, where a deployment started it; only such a one can wait without a process."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run if run is not None and run.deployment_id is not None else None


def prepared_in_the_name_of(given: str) -> str:
    """Who answers for what the run decides: the one named, else in a run of a deployment the schedule that started it,
    or nobody; anywhere else whose process it is."""
    run = deployed_run()
    if given.strip() or run is None:
        return given
    return month_life.SCHEDULE if run.auto_scheduled else month_life.UNNAMED


def runs_of_their_own(months: Mapping[str, Month], approval: bool | None) -> list[dict[str, Any]]:
    """A run of this deployment for each of several practices, so that none waits for the approval of another.

    Nothing where there is one practice, or where no deployment runs it; started again, the same runs are meant.
    """
    run = deployed_run()
    if run is None or run.deployment_id is None or len(months) < 2 or approval is False:
        return []
    started = []
    with get_client(sync_client=True) as client:
        for practice_id, month in months.items():
            by = prepared_in_the_name_of(run.parameters.get("prepared_by") or "")
            own = run.parameters | {"practice": practice_id, "month": str(month), "prepared_by": by, "which": "all"}
            made = client.create_flow_run_from_deployment(
                run.deployment_id,
                parameters=own,
                idempotency_key=f"{run.id}-{practice_id}",
            )
            started.append({"practice_id": practice_id, "flow_run": str(made.id)})
    return started


def approval_asked(place: Place, month: Month, done: dict[str, Any], approval: bool | None) -> dict[str, Any]:
    """What the month came to, once somebody answered where an answer is wanted; until then the run is suspended.

    Asked is only a decided month whose care team's cut-off is over, in a run of a deployment; and only once: a run
    that finds another one waiting for the same answer leaves it to that one, and one that waits for what was decided
    otherwise in the meantime goes on to its end.
    """
    run, practice_id = deployed_run(), str(done["practice_id"])
    if run is None:
        if approval:
            raise InputError("Only a run of a deployment can wait for an approval; sign off with ccm sign-off.")
        return done
    wanted = approval_settings(practice_id, place.settings).wanted if approval is None else approval
    over = place.today(practice_id) > deadlines(practice_id, month, place.settings).care_team
    if not (wanted and (over or approval)):
        return done
    first = Request(practice_id, str(month), int(done["revision"]), str(run.id), 1, "", datetime.now(UTC))
    if other := asked_alone(place.store, server_of_this_run(), first):
        return done | {"approval": f"waited for already by the run {other}"}
    return done | waits(place, first)


def answered_since(out: str, database: str, settings: str, prepared_by: str) -> dict[str, Any] | None:
    """What became of the approval that this run was waiting for; None where it did not ask yet.

    A run that is resumed begins anew: nothing is read or decided a second time.
    """
    run = deployed_run()
    if run is None:
        return None
    place = open_place(out, database, settings, prepared_by)
    with place.store.reading() as connection:
        asked = approvals.last_of_run(connection, str(run.id))
    return None if asked is None else waits(place, asked)


def waits(place: Place, asked: Request) -> dict[str, Any]:
    """How the month stands once it waits no longer; as long as it does, this run is suspended here."""
    while True:
        let_go_by_the_way(place.store, server_of_this_run(), asked.practice_id, asked.month, asked.flow_run_id)
        if ended := settled(place.store, asked):
            LOG.info("%s, %s: %s", asked.practice_id, asked.month, ended)
            show_board(place, Month.parse(asked.month))
            return {
                "practice_id": asked.practice_id,
                "month": asked.month,
                "revision": asked.revision,
                "approval": ended,
            }
        form = MonthApproval.with_initial_data(description=shown(place, asked))
        answer = suspend_flow_run(wait_for_input=form, key=f"approval-{asked.round}")
        if settled(place.store, asked) is None:  # nobody signed it off by command in the meantime
            asked = take(place, asked, answer) or asked


def shown(place: Place, asked: Request) -> str:
    """The month as the form and an artifact show it, in counts, under what came of the last answer."""
    month = Month.parse(asked.month)
    cycle = place.store.latest(asked.practice_id, month)
    if cycle is None:
        raise InputError(f"There is no decided {asked.month} of practice {asked.practice_id} in this database.")
    report = str(place.folder(asked.practice_id, month) / "report.html")
    text = approval_markdown(place.store, cycle, report, looked_ahead(place, asked.practice_id, month))
    create_markdown_artifact(
        key=f"approval-{slug_of(asked.practice_id)}-{asked.month}",
        markdown=text,
        description=f"{asked.practice_id}, {asked.month}: what is to be approved",
    )
    return f"> {asked.note}\n\n{text}" if asked.note else text


def take(place: Place, asked: Request, answer: MonthApproval) -> Request | None:
    """The answer is on record with who gave it; the next question where the month goes on waiting."""
    name, month = answer.reviewer.strip(), Month.parse(asked.month)
    now = datetime.now(UTC)
    try:
        if not name:
            raise InputError("Nobody was named, so the month goes on waiting.")
        with place.store.reading() as connection:
            known_identities(connection, asked.practice_id).refuse("reason", answer.reason)
            known_identities(connection, asked.practice_id).refuse("reviewer", answer.reviewer)
        if answer.decision == SIGN_OFF:
            sign_off(place.store, month, asked.practice_id, name, place.settings, asked.revision)
            deliver_messages(place, asked.practice_id)
            return None
        to = month_life.OPEN if answer.decision == RETURN else month_life.DECIDED
        why = answer.reason.strip() or "no reason given"
        with place.store.writing() as connection:
            last = month_life.last_move(connection, asked.practice_id, asked.month)
            if last is not None and last.revision != asked.revision:
                raise InputError(f"Revision {last.revision} was decided in the meantime; look at it.")
            said = why if to == month_life.OPEN else f"held: {why}"
            month_life.move(connection, asked.practice_id, month, to, name, said, asked.revision, now)
            if to == month_life.OPEN:
                put_daily(connection, returned(place, month, asked.practice_id))
            else:
                following = replace(asked, round=asked.round + 1, note=f"Held by {name}: {why}", requested_at=now)
                approvals.ask(connection, following)
                return following
        deliver_messages(place, asked.practice_id)
        return None
    except (InputError, RuleError) as error:  # a reason may hold what its message may not
        with place.store.writing() as connection:
            following = replace(asked, round=asked.round + 1, note=str(error), requested_at=now)
            approvals.ask(connection, following)
        return following


def returned(place: Place, month: Month, practice_id: str) -> list[Message]:
    """What care managers are told of a month that came back to them."""
    cycle = place.store.latest(practice_id, month)
    if cycle is None:
        return []
    tables = place.store.kept_tables(cycle, "practices", "staff")
    frames = {name: place.store.frame(name, cycle) for name in ("decisions", "findings", "quarantine")}
    frames |= {"copay_cases": place.store.open_copay_cases(practice_id)}
    templates = message_settings(practice_id, place.settings).templates
    told = (practice_row(tables), frames, tables["staff"], place.today(practice_id), templates)
    return compose_returned(cycle, *told)
