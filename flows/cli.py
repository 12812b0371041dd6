"""The `ccm` command: calls the flows and prints what they return; it holds no logic of its own."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from config.errors import InputError, PlaceError, UserError
from config.month import EASTERN, Month, today_in
from config.rulebook import load_rulebook
from flows import (
    action_commands,
    answers,
    billing,
    copay,
    coverage_commands,
    mail_commands,
    month_commands,
    patients,
    query_commands,
    record_command,
    refunds,
    review,
    up_commands,
    watch_command,
)
from flows.options import Settings, Source, look_first
from flows.prefect_server import kept_out_of_prefect

QUIET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "ccm",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}

app = typer.Typer(
    name="ccm",
    help="The monthly Chronic Care Management billing cycle: pull the time logs, check them, determine which "
    "codes qualify, route the co-pay cases, tell the care team and billing.",
    epilog="Exit codes: 0 done; 1 a fault of this program; 2 the input, a setting or the command is wrong; 3 the "
    "checks stopped the month before anything was decided; 4 the database, the output folder or the disk cannot be "
    "used; 5 a replayed month differs; 6 remittances are posted, and a payment does not tie to its claims.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def run(
    month: Annotated[str, typer.Option(help="Service month, as 2026-10.")],
    source: Source,
    practice: Annotated[
        str | None, typer.Option(help="One practice by its practice_id; without it, all of them.")
    ] = None,
    out: Annotated[Path, typer.Option(envvar="CCM_OUT", help="Folder for the results.")] = Path("out"),
    database: Annotated[
        str | None,
        typer.Option(
            envvar="CCM_DATABASE_URL", help="Where decisions are kept; without it, ccm.db in the output folder."
        ),
    ] = None,
    settings: Settings = None,
    profile: Annotated[str | None, typer.Option(help="Time-log profile, when the header fits more than one.")] = None,
    only_missing: Annotated[
        bool, typer.Option("--only-missing", help="Leave out practices whose month is finished, as the run form does.")
    ] = False,
) -> None:
    """Run a month from the time logs to the messages, and say what to open."""
    load_rulebook(Month.parse(month))  # what is plainly wrong is refused before any server is started
    look_first(source, practice, out, database)
    if profile:
        from tasks.pull.profiles import named as named_profile

        named_profile(profile)
    from flows.prefect_server import begin_server

    gc.disable()  # what is imported stays: looking through it for garbage, now and later, is time lost
    server = begin_server()  # it takes as long to come up as everything below takes to import
    import sqlalchemy.orm  # noqa: F401 - whole before two threads import what needs it, or one finds it half made

    from flows.monthly_cycle import monthly_cycle
    from flows.terminal import print_cycle, show_steps

    console = Console()
    # Great Expectations takes seconds to import; meanwhile the server comes up and the source is read.
    Thread(target=import_module, args=("great_expectations",), daemon=True).start()
    if server:
        server.use()
    gc.freeze()
    gc.enable()
    if database:
        kept_out_of_prefect("CCM_DATABASE_URL", database)
    with show_steps(console):
        results = monthly_cycle(
            month=month,
            source=kept_out_of_prefect("CCM_SOURCE_URL", source) if "://" in source else source,
            practice=practice or "",
            out=str(out),
            settings=str(settings or ""),
            profile=profile or "",
            which="missing" if only_missing else "all",
        )
    for result in results:
        print_cycle(console, result)


@app.command()
def rules(
    month: Annotated[str | None, typer.Option(help="Service month, as 2026-10.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the whole rulebook as pages into this folder.")] = None,
) -> None:
    """List the rules, families and numbers of a month with their sources; or write the whole rulebook as pages."""
    if html:
        from tasks.send.rule_pages import write_rule_pages

        written = write_rule_pages(html)
        Console().print(f"Open {written[0]}", highlight=False, soft_wrap=True)
    elif month:
        from config.describe import rulebook_text

        show(rulebook_text(Month.parse(month)))
    else:
        raise InputError("Give --month 2026-10 for the rules of a month, or --html FOLDER for all of them as pages.")


@app.command()
def codes(
    setting: Annotated[str, typer.Option(help="Care setting, as office or rhc; a wrong one lists all.")],
    month: Annotated[str, typer.Option(help="Service month, as 2025-07.")],
    html: Annotated[Path | None, typer.Option(help="Write it as a page to this file instead.")] = None,
) -> None:
    """List what a care setting may bill in a month, on which claims, with sources."""
    from config.care_settings import care_setting, loaded_month
    from config.describe import setting_text
    from config.setting_table import setting_view

    found, parsed, console = care_setting(setting), loaded_month(month), Console()
    if html:
        from tasks.send.codes_page import render_codes

        write_page(html, render_codes(found.name, parsed))
        console.print(f"Open {html}", highlight=False, soft_wrap=True)
    elif console.is_terminal:
        from flows.codes_table import print_setting

        print_setting(console, setting_view(found, parsed))
    else:
        sys.stdout.write(setting_text(found.name, month))


@app.command()
def contract(outputs: Annotated[bool, typer.Option("--outputs", help="The output files instead.")] = False) -> None:
    """Describe the input tables, or the output files, column by column."""
    from config.describe import input_contract, output_contract

    show(output_contract() if outputs else input_contract())


@app.command("load-cms")
def load_cms(
    file: Annotated[Path, typer.Argument(help="The file as CMS publishes it: .xlsx, .csv, .txt or a .zip of them.")],
    kind: Annotated[
        Literal["rvu", "gpci", "opps", "ncci-ptp", "ncci-mue"] | None,
        typer.Option(help="What it is, when its header fits more than one kind."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="First day it holds, as 2027-01-01, when its title does not say.")
    ] = None,
    member: Annotated[str, typer.Option(help="Which file of a .zip, when it holds several tables.")] = "",
) -> None:
    """Add a CMS file of relative values, localities, OPPS rates or NCCI edits to the tables in config."""
    from config.cms.load import load_cms as load

    try:
        day = date.fromisoformat(since) if since else None
    except ValueError:
        raise InputError(f"'{since}' is not a day; write it as 2027-01-01.") from None
    for table in load(file, kind, day, member=member):
        text = f"{table.table}: {table.added:,} added, {table.known:,} there already"
        Console().print(text, highlight=False, soft_wrap=True)


@app.command("demo-data")
def demo_data(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("demo"),
    patients: Annotated[int, typer.Option(min=12, max=1_000_000, help="Number of patients.")] = 300,
    months: Annotated[int, typer.Option(min=1, max=36, help="Months of time logs, the last one last.")] = 2,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 7,
    last_month: Annotated[str, typer.Option(help="Last month of time logs.")] = "2026-10",
    clean: Annotated[bool, typer.Option("--clean", help="Without the seeded defects.")] = False,
    form: Annotated[Literal["csv", "parquet"], typer.Option(help="Kind of files.")] = "csv",
    practices: Annotated[int, typer.Option(min=1, max=500, help="Number of practices.")] = 1,
) -> None:
    """Write a synthetic practice with every kind of dirt, and the truth about it in truth/defects.csv."""
    from tasks.demo.write import write_demo_data

    last, today = Month.parse(last_month), today_in(EASTERN)
    if last.first > today:
        raise InputError(f"--last-month: {last} has not begun; write {Month.of(today)} or an earlier month.")
    written = write_demo_data(
        out, patients, months, seed, last, dirty=not clean, form=form, practices=practices,
        until=today if last.last >= today else None,
    )  # fmt: skip
    Console().print(f"Synthetic practice with {patients:,} patients written to {written}", highlight=False)


answers.add_to(app)
review.add_to(app)
billing.add_to(app)
month_commands.add_to(app)
refunds.add_to(app)
record_command.add_to(app)
coverage_commands.add_to(app)
copay.add_to(app)
query_commands.add_to(app)
action_commands.add_to(app)
patients.add_to(app)
mail_commands.add_to(app)
watch_command.add_to(app)
up_commands.add_to(app)


def write_page(path: Path, page: str) -> None:
    """The page is on the disk, its folder made when missing; PlaceError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        raise PlaceError(f"{path}: the page cannot be written ({error.strerror}); give another place.") from error


def show(text: str) -> None:
    """Print Markdown: laid out on a terminal, as it is into a pipe."""
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        sys.stdout.write(text)


def main() -> None:
    """Entry point; a UserError becomes one sentence and its exit code."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger("ccm").propagate = False
    warnings.filterwarnings("ignore", message=".*SOCKS support.*")  # of a library's optional part that nobody uses here
    try:
        app()
    except (UserError, RuntimeError) as caught:
        error = caught
        if not isinstance(error, UserError):
            if "Failed to reach API" not in str(error):
                raise
            where = os.environ.get("PREFECT_API_URL", "its address")
            error = PlaceError(f"The Prefect server at {where} does not answer; start it, or unset PREFECT_API_URL.")
        Console(stderr=True, soft_wrap=True).print(f"[red]ccm:[/] {escape(str(error))}", highlight=False)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
