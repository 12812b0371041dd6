"""Telling people, as Prefect runs it: files, pages, messages, mail, and what the Prefect UI shows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pandas as pd
from prefect import task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE

from config.contract import source_outputs
from config.errors import PlaceError, UnreadableError
from config.frames import empty
from config.message_settings import message_settings, workbook_password
from config.month import Month
from config.payer_settings import payer_settings
from config.settings import delivery, practice_settings
from config.slug import slug_of
from config.watch_settings import watch_settings
from tasks.progress import LOG, no_cell_in_errors, step
from tasks.send.answered import answered_lines, answered_markdown, answered_view
from tasks.send.answers_folder import render_answers, write_answers, write_suspense
from tasks.send.claims_folder import clear_claims_ahead, write_claims_folder
from tasks.send.codes_page import CODES_PAGE, codes_markdown, render_codes
from tasks.send.coverage_folder import write_coverage_folder
from tasks.send.delivery import DeliveryReport, deliver
from tasks.send.encrypted import detail_of
from tasks.send.files import STOPPED, clear_stopped, write_list, write_outputs
from tasks.send.links import links_set
from tasks.send.mime import as_eml, eml_name
from tasks.send.month_end import month_end_of
from tasks.send.outreach import Kept, compose_outreach
from tasks.send.own_templates import check_templates, stale_templates
from tasks.send.report import render_report, report_view
from tasks.send.stakeholders import figures_of, stakeholder_markdown, stakeholder_pages
from tasks.send.summary import summary_markdown, summary_of
from tasks.send.told import Told
from tasks.send.worklists_folder import write_worklists_folder
from tasks.store import overpayments
from tasks.store.day import today_by
from tasks.store.outbox import put_daily
from tasks.store.records import Saved
from tasks.store.step import Place

Frames = Mapping[str, pd.DataFrame]


@contextmanager
def unreadable_listed(out: str, practice: str = "") -> Iterator[Callable[[pd.DataFrame], None]]:
    """The list in the output folder of cells that cannot be read and of rows that are nobody's holds those given to the
    yielded function; without any there is none.

    Cells that stop the run within are listed all, and the error says where. A run of one practice has its list in that
    practice's folder, so that it empties no list of the others.
    """
    table, folder = source_outputs()["unreadable"], Path(out).expanduser() / practice
    given = [empty(table)]
    try:
        yield given.append
    except UnreadableError as error:
        path = write_list(folder, table, error.cells)
        raise UnreadableError(f"{str(error).rstrip('.')}; the whole list is in {path}.", error.cells) from error
    path = write_list(folder, table, given[-1])
    if len(given[-1]):
        LOG.info(
            "%s: %s rows cannot be read and stop their practice, or are nobody's; they are listed there",
            path,
            f"{len(given[-1]):,}",
        )


@task(name="try the practice's own templates", cache_policy=NO_CACHE)
def try_templates(place: Place, practice_id: str) -> None:
    """The practice's own templates can be filled in, or InputError with file and line; stale copies are told.

    A password of workbooks that is too short is told now too, and not when the month is decided.
    """
    workbook_password()
    folder = message_settings(practice_id, place.settings).templates
    check_templates(folder)
    for words in stale_templates(folder):
        LOG.info("%s", words)


@task(name="know what there is to tell", cache_policy=NO_CACHE)
def ready_to_tell(
    place: Place, practice_id: str, month: Month, tables: Frames, frames: dict[str, pd.DataFrame], notes: Sequence[str]
) -> Told:
    """The month's frames beside what messages say of others: money to return, whom no message reached, `notes`."""
    settings = message_settings(practice_id, place.settings)
    with place.store.reading() as connection:
        owed = overpayments.of_practice(connection, practice_id)
    return Told(
        practice_id=practice_id,
        month=month,
        tables=tables,
        frames=frames,
        today=today_by(tables),
        settings=settings,
        overpayments=owed,
        notes=[*stale_templates(settings.templates), *notes],
        undelivered=place.store.undelivered_messages(practice_id),
        end=month_end_of(place.store, practice_id, month, place.settings),
    )


@task(name="write the month's folder", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_month(place: Place, told: Told, saved: Saved, pages: dict[str, str], tasks: pd.DataFrame) -> None:
    """Files, pages and messages, swapped in whole. Messages are those of the outbox, as they leave it.

    `tasks` are the plans to ask as their list has them, with what was typed there.
    """
    with step("write", "writing the month's folder") as done:
        frames = told.frames | {"changes": saved.changes}
        trend = place.store.trend(told.practice_id, told.month)
        practice, settings = told.practice, practice_settings(told.practice_id, place.settings)
        names = practice["practice_name"], told.month, saved.cycle.revision
        answers = place.store.answer_counts(told.practice_id)
        policies = payer_settings(told.practice_id, place.settings).policies
        panel = watch_settings(told.practice_id, place.settings).panel
        since, changed = told.since_signed(saved.cycle.revision, saved.changes)
        decided, setting, staff = frames | {"changes": changed}, practice["setting"], told.tables["staff"]
        view = report_view(
            decided, *names, trend, told.today, settings, setting, answers, policies, staff, panel, since
        )
        codes = render_codes(setting, told.month, practice["practice_name"])
        sender, messages = delivery().sender, map(links_set(place.settings), place.store.messages(saved.cycle))
        emls = {eml_name(message): as_eml(message, sender) for message in messages}
        folder = place.folder(told.practice_id, told.month)
        others = stakeholder_pages(figures_of(place.store, saved.cycle))
        pages = pages | others | {"report.html": render_report(view), CODES_PAGE: codes}
        write_outputs(folder, frames, pages, emls)
        write_coverage_folder(folder, frames | {"coverage_tasks": tasks})
        clear_stopped(folder)
        done(f"{folder}", sum(map(len, frames.values())))


@task(name="write the claims", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_claims(
    place: Place, practice_id: str, month: Month, files: Mapping[str, bytes], frames: Frames, superbill: pd.DataFrame
) -> Path:
    """The folder `claims` of the month holds the files that went out, the lists, and the superbill, CSV and XLSX."""
    with step("write", "writing the claims") as done:
        folder = write_claims_folder(place.folder(practice_id, month) / "claims", files, frames, superbill)
        clear_claims_ahead(place.folder(practice_id, month))
        done(f"{folder}", len(superbill))
    return folder


@task(name="keep what stopped the month", cache_policy=NO_CACHE)
def keep_stopped_month(
    place: Place, practice_id: str, month: Month, frames: dict[str, pd.DataFrame], pages: dict[str, str]
) -> None:
    """The rows set aside and the data-quality page, beside the month's folder, so that they can be mended."""
    folder = place.out / practice_id / f"{month}{STOPPED}"
    with no_cell_in_errors():
        write_outputs(folder, frames, pages, {})
    LOG.info("what was set aside is listed in %s", folder)


@task(name="deliver the messages", cache_policy=NO_CACHE)
def deliver_messages(place: Place, practice_id: str) -> DeliveryReport:
    """What waits in the outbox goes out once, when a mail server is set; otherwise it stays there."""
    with step("send", "delivering the messages") as done:
        report = _delivered(place, practice_id)
        parts = {"sent": report.sent, "waiting": report.waiting, "without an address": report.unaddressed}
        parts |= {"failed": report.failed, "uncertain": report.uncertain}
        said = ", ".join(f"{number} {name}" for name, number in parts.items() if number) or "nothing waits"
        done(said, sum(parts.values()))
        if report.problem:
            LOG.warning("%s", report.problem)
    return report


def _delivered(place: Place, practice_id: str) -> DeliveryReport:
    """What became of the messages; without a secret that is named they wait, and the report says so."""
    mail = delivery()
    try:
        if mail.host and mail.password_secret and not mail.password:
            mail = mail.model_copy(update={"password": _secret(mail.password_secret, "CCM_SMTP_PASSWORD_SECRET")})
        name = os.environ.get("CCM_WORKBOOK_PASSWORD_SECRET", "")
        key = workbook_password() or (_secret(name, "CCM_WORKBOOK_PASSWORD_SECRET") if mail.host and name else "")
    except PlaceError as error:
        pending = place.store.pending_messages(practice_id)
        waiting = sum(bool(message.recipient) for message in pending)
        return DeliveryReport(waiting=waiting, unaddressed=len(pending) - waiting, problem=str(error))
    return deliver(place.store, mail, practice_id, attach=detail_of(place.store, key), finish=links_set(place.settings))


def _secret(name: str, variable: str) -> str:
    """What the Prefect Secret of that name holds; PlaceError when there is none."""
    try:
        return str(cast("Secret[str]", Secret.load(name)).get())
    except ValueError as error:
        raise PlaceError(f"There is no Prefect Secret '{name}'; make it, or correct {variable}.") from error


@task(name="summarize the month", cache_policy=NO_CACHE)
def summarize(place: Place, told: Told, saved: Saved, delivered: DeliveryReport) -> dict[str, Any]:
    """Counts of the month for the terminal and, as an artifact, for the Prefect UI. No patient data."""
    answers = place.store.answer_counts(told.practice_id)
    with no_cell_in_errors():
        past = place.store.trend(told.practice_id, told.month)
        summary = summary_of(told.frames, told.practice_id, told.month, saved, delivered, answers, past)
    summary["report"] = str(place.folder(told.practice_id, told.month) / "report.html")
    create_markdown_artifact(
        key=f"month-{slug_of(told.practice_id)}-{told.month}",
        markdown=summary_markdown(summary),
        description=f"{told.practice_id}, {told.month}: what the month came to",
    )
    create_markdown_artifact(
        key=f"stakeholders-{slug_of(told.practice_id)}-{told.month}",
        markdown=stakeholder_markdown(figures_of(place.store, saved.cycle)),
        description=f"{told.practice_id}, {told.month}: figures for those outside, no small number among them",
    )
    setting = told.practice["setting"]
    create_markdown_artifact(
        key=f"codes-{slug_of(setting)}-{told.month}",
        markdown=codes_markdown(setting, told.month),
        description=f"{setting}, {told.month}: codes and claims of the care setting",
    )
    return summary


def show_progress(practice_id: str, month: Month) -> Callable[[float], None]:
    """A progress bar in the Prefect UI; the returned function moves it."""
    key = f"progress-{slug_of(practice_id)}-{month}"
    artifact = create_progress_artifact(0.0, key=key, description=f"{practice_id}, {month}")

    def move(percent: float) -> None:
        if isinstance(artifact, UUID):
            update_progress_artifact(artifact, percent)

    return move


@task(name="write the worklists", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_worklists(place: Place, practice_id: str, lists: Frames) -> str:
    """The folder `worklists` of the practice holds what is to be done; the folder."""
    with step("write", "writing the worklists") as done:
        folder = write_worklists_folder(place.out, practice_id, lists)
        done(f"{folder}", len(lists["copay_worklist"]))
    return str(folder)


@task(name="tell the owners of co-pay cases", cache_policy=NO_CACHE)
def tell_owners(
    place: Place,
    practice_id: str,
    practice: Mapping[str, str],
    cases: pd.DataFrame,
    alerts: pd.DataFrame,
    staff: pd.DataFrame,
    patients: pd.DataFrame,
    kept: Sequence[Kept] = (),
) -> int:
    """The day's messages wait in the outbox: to each owner what is due, overdue or kept aside; how many are new."""
    with no_cell_in_errors():
        today = place.today(practice_id)
        settings = message_settings(practice_id, place.settings)
        composed = compose_outreach(practice_id, practice, cases, alerts, staff, patients, today, settings, kept)
        with place.store.writing() as connection:
            return put_daily(connection, composed)


@task(name="write what payers answered", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=2)
def write_answer_lists(place: Place, practices: Mapping[str, Frames], suspense: pd.DataFrame) -> list[str]:
    """The lists of each practice and their page stand in its folder, those in suspense in the output folder; what to
    open."""
    with step("write", "writing what payers answered") as done:
        written = []
        for name, frames in practices.items():
            page = render_answers(name, place.store.answer_counts(name))
            written.append(str(write_answers(place.out, name, frames, page)))
        held = write_suspense(place.out, suspense)
        written += [str(held)] if len(suspense) else []
        done(", ".join(written) or "nothing to write", sum(len(frames["denials"]) for frames in practices.values()))
    return written


@task(name="tell what payers answered", cache_policy=NO_CACHE)
def tell_answers(place: Place, practices: Mapping[str, Frames]) -> dict[str, list[tuple[str, str]]]:
    """Counts of each practice for the terminal and, as an artifact, for the Prefect UI. No patient data."""
    told = {}
    for name, lists in practices.items():
        view = answered_view(place.store.answer_counts(name)) | {"withheld": int(lists["withheld"]["open_cents"].sum())}
        told[name] = answered_lines(view)
        create_markdown_artifact(
            key=f"answers-{slug_of(name)}",
            markdown=answered_markdown(name, view),
            description=f"{name}: what payers answered and denied",
        )
    return told
