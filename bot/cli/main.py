"""`tack ...`: what one does with Tack from a terminal."""

import json
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from typer.exceptions import TyperException

import migrations
from bot.cli import audit as cli_audit
from bot.cli import digest as cli_digest
from bot.cli import exporting as cli_export
from bot.cli import forecast as cli_forecast
from bot.cli import importing as cli_projects
from bot.cli import importing_decisions as cli_decisions
from bot.cli import metrics as cli_metrics
from bot.cli import money as cli_money
from bot.cli import run as cli_run
from bot.cli.data import (
    AsOfOption,
    CreateOption,
    EncodingOption,
    JsonOption,
    PortfolioOption,
    WorkspaceOption,
    by_command,
    end_of_day,
    file_option,
    in_parts,
    open_database,
    portfolio_named,
    portfolio_to_fill,
    ready_database,
)
from bot.clocks import DatabaseClock
from bot.hiding import hidden
from bot.serving import log_to_stderr
from bot.workflows.files.importing import creating as founding
from bot.workflows.files.importing.histories import (
    SMALL_PARTS,
    Report,
    import_part,
    parts_of,
    staged_items,
)
from bot.workflows.files.importing.parts import Part
from bot.workflows.flow.as_of import board_as_of
from bot.workflows.people.workspaces import workspace_id
from models.counting import counted
from models.database import Database
from models.epics.epic import Epic, Transition
from models.errors import DatabaseAway, Mistake
from models.files.days import Today
from models.files.histories import Item, read_items
from models.flow.flow import Board
from models.portfolio.preset import PHASED_STATE

tack = typer.Typer(no_args_is_help=True, add_completion=False, help="Run a portfolio.")
db = typer.Typer(no_args_is_help=True, help="The schema of the database.")
imports = typer.Typer(no_args_is_help=True, help="Import what you have from files.")
tack.add_typer(db, name="db")
tack.add_typer(imports, name="import")
tack.add_typer(cli_run.admin, name="admin")
tack.add_typer(cli_run.work, name="work")
tack.add_typer(cli_audit.audit, name="audit")
imports.command("projects")(cli_projects.import_projects)
imports.command("decisions")(cli_decisions.import_decisions)
imports.command("budgets")(cli_money.import_budgets)
imports.command("actuals")(cli_money.import_actuals)
tack.command("export")(cli_export.export)
tack.command("budget")(cli_money.budget)
tack.command("metrics")(cli_metrics.metrics)
tack.command("forecast")(cli_forecast.forecast)
tack.command("digest")(cli_digest.digest)
tack.command("run")(cli_run.run_tack)
tack.command("manifest")(cli_run.print_manifest)
tack.command("routes")(cli_run.print_routes)

SOURCE = Path(__file__).parents[2]
"""Where the local Slack lies, which is not installed with Tack."""

say = Console(stderr=True, highlight=False)


BUSY = "lock"
"""What a database says that others keep busy has this in it, on both engines."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, else the one typed; a mistake is one sentence and exit code 2."""
    try:
        code = tack(arguments, standalone_mode=False)
    except TyperException as mistake:
        _refuse(_usage(mistake))
    except typer.Abort:
        _refuse("Stopped.")
    except DatabaseAway as away:
        _refuse(_unusable(away.__cause__) or away.sentence)
    except Mistake as mistake:
        _refuse(mistake.sentence)
    except DBAPIError as error:
        _refuse(_unusable(error) or DatabaseAway().sentence)
    except Exception:
        say.print(hidden(traceback.format_exc().strip()), markup=False, soft_wrap=True)
        sys.exit(1)
    else:
        sys.exit(code)


def _refuse(said: str) -> NoReturn:
    if said:
        say.print(hidden(said), markup=False, soft_wrap=True)
    sys.exit(2)


def _usage(mistake: TyperException) -> str:
    """What was typed wrongly, and where it says how; nothing where the help was just shown."""
    said = mistake.format_message().replace("Value error, ", "").removesuffix(".")
    context = getattr(mistake, "ctx", None)
    stop = "" if said.endswith("?") else "."
    return said and f"{said}{stop} Run: {context.command_path if context else 'tack'} --help"


def _unusable(error: BaseException | None) -> str | None:
    """What the database says against it; None where it is only busy."""
    if not isinstance(error, DBAPIError):
        return None
    reason = (str(error.orig).strip().splitlines() or ["it does not say why"])[0]
    if BUSY in reason:
        return None
    return (
        f"The database that DATABASE_URL names cannot be used: {reason.removesuffix('.')}. Nothing "
        "was changed. Is it there and whole, and is DATABASE_URL the right one?"
    )


@db.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to date."""
    with open_database() as database:
        if not migrations.is_current(database.engine):
            migrations.upgrade(database.engine)
    say.print("The schema is up to date.")


@db.command("check")
def check() -> None:
    """Say whether the schema is up to date; exit with code 1 if it is not."""
    with open_database() as database:
        if not migrations.is_current(database.engine):
            say.print("The schema is not up to date. Run: tack db upgrade")
            raise typer.Exit(1)
    say.print("The schema is up to date.")


@imports.command("epics")
def import_epics(
    items: Annotated[Path, file_option("The epics: items.csv.")],
    transitions: Annotated[Path, file_option("Their moves: transitions.csv.")],
    mapping: Annotated[Path, file_option("Which state each status means: mapping.json.")],
    portfolio: PortfolioOption,
    create: CreateOption = False,
    encoding: EncodingOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Import epics and their moves from CSV files. Nothing is imported twice."""
    with ready_database() as database:
        _import(
            database, (items, transitions, mapping), portfolio, workspace, encoding, create=create
        )


@tack.command("demo")
def demo(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port of the page.")] = 8600,
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="A history to import as well, or a folder of them."
        ),
    ] = None,
    encoding: EncodingOption = None,
) -> None:
    """Try Tack in a local Slack, with a portfolio to look at and no account."""
    sys.path.append(str(SOURCE))
    try:
        found = import_module("bot.demo.demo")
    except ModuleNotFoundError as error:
        if error.name != "sandbox":
            raise
        raise Mistake("The demo needs Tack's source: clone it and run make demo.") from error
    log_to_stderr("error")

    def load(database: Database) -> dict[str, datetime | None]:
        histories = import_module("bot.demo.histories")
        folders = histories.folders_of(data) if data is not None else []
        if data is not None and not folders:
            raise Mistake(f"{data} holds no history: {', '.join(histories.FILES)}.")
        for folder in folders:
            name = folder.name
            files = folder / "items.csv", folder / "transitions.csv", folder / "mapping.json"
            _import(database, files, name, None, encoding, create=True)
            if (decisions := folder / "decisions.csv").is_file():
                paths = {"decisions": decisions}
                came = cli_decisions.bring_in(database, paths, name, None, encoding, create=True)
                say.print(cli_decisions.said(name, came), markup=False, soft_wrap=True)
        return {folder.name: histories.known_until(folder) for folder in folders}

    found.demo(port, load)


def _import(
    database: Database,
    files: tuple[Path, Path, Path],
    portfolio: str,
    workspace: str | None,
    encoding: str | None,
    *,
    create: bool,
) -> None:
    for file in files:
        if not file.is_file():
            raise Mistake(f"{file} is not there.")
    with database.read() as session:
        here = workspace_id(session, workspace)
        known = portfolio_to_fill(session, here, portfolio, create=create)
    today = Today.of(datetime.now(UTC), known.time_zone if known else "UTC")
    encodings: dict[str, str] = {}
    with Progress(console=say, transient=True, disable=not say.is_terminal) as progress:
        task = progress.add_task("Reading", total=None)

        def tick(rows: int) -> None:
            progress.advance(task, rows)

        found = read_items(*files, tick, today, encoding, encodings.__setitem__)
        progress.update(task, description="Writing")
        act = by_command(database)
        report, is_new = Report(), False
        with staged_items(database, found) as connection:

            def bring(session: Session, part: Part[Item]) -> None:
                nonlocal is_new
                here = workspace_id(session, workspace)
                is_new |= founding.portfolio_named(session, here, portfolio) is None
                report.add(import_part(session, here, portfolio, part, act.at))

            for part in in_parts(database, act, parts_of(found), bring, connection):
                if part.doubles and part.number > SMALL_PARTS:
                    database.refresh_statistics(Epic, Transition)
    say.print(
        f"{portfolio}: {counted(report.items_added, 'epic')} and "
        f"{counted(report.transitions_added, 'transition')} imported, "
        f"{counted(report.items_known_before, 'epic')} already known.",
        markup=False,
        soft_wrap=True,
    )
    if is_new:
        say.print(f"  {portfolio} is a new portfolio", markup=False, soft_wrap=True)
    for name, read_as in encodings.items():
        say.print(f"  {name} was read as {read_as}", markup=False, soft_wrap=True)
    for oddity, count in report.oddities.most_common():
        say.print(f"  {oddity}: {count:,}, taken as it is")


@tack.command("board")
def board(
    portfolio: PortfolioOption,
    as_of: AsOfOption,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print how many epics stood in each state at the end of a day."""
    with ready_database() as database, database.read() as session:
        found = portfolio_named(session, workspace_id(session, workspace), portfolio)
        moment = end_of_day(found, as_of, DatabaseClock(database).now())
        counted = board_as_of(session, found, moment)
    print(_as_json(counted) if as_json else _as_text(portfolio, counted))


def _as_json(board: Board) -> str:
    return json.dumps(
        {
            "as_of": board.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "items_known": board.items_known,
            "count_per_state": board.count_per_state,
            "wip_total": board.wip_total,
            "wip_per_value_stream": board.wip_per_value_stream,
        },
        indent=2,
    )


def _as_text(portfolio: str, board: Board) -> str:
    lines = [f"{portfolio}, {board.as_of:%d %b %Y}: {board.items_known} epics known"]
    for state, count in board.count_per_state.items():
        lines.append(f"  {state:<13}{count:>6}")
        if state == PHASED_STATE:
            columns = board.count_per_column.items()
            lines += [f"    {column:<11}{n:>6}" for column, n in columns]
    lines.append(f"In flight: {board.wip_total}")
    lines += [f"  {stream:<24}{wip:>5}" for stream, wip in board.wip_per_value_stream.items()]
    return "\n".join(lines)
