"""`tack export`: everything of a portfolio, as CSV or JSON."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import true

from bot.cli.data import (
    PortfolioOption,
    WorkspaceOption,
    by_command,
    portfolio_named,
    ready_database,
)
from bot.workflows.audit.verifying import head
from bot.workflows.files.exporting import Scope, includes_restricted
from bot.workflows.files.packing import About, pack
from bot.workflows.people.workspaces import workspace_id
from bot.workflows.seeing import EVERYBODY, visible_to
from models.audit.trail import note
from models.errors import Mistake
from models.files.export import Export, ExportFormat

say = Console(stderr=True, highlight=False)


class NoPlace(Mistake):
    """A place where the export cannot be written."""

    def __init__(self, to: Path, reason: str) -> None:
        super().__init__(f"Tack cannot write to {to}: {reason}. Nothing was exported.")


def export(
    portfolio: PortfolioOption,
    to: Annotated[Path, typer.Option("--to", help="A folder, or a file that ends in .zip.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="The format.")] = ExportFormat.CSV,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Include restricted epics.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write everything of a portfolio to a folder or a zip file; the audit log records it."""
    _check_place(to)
    with ready_database() as database:
        act = by_command(database)
        with database.write(act) as session:
            here = workspace_id(session, workspace)
            found = portfolio_named(session, here, portfolio)
            scope = Scope(found, true() if restricted else visible_to(EVERYBODY), with_audit=True)
            noted = {"portfolio_id": found.id, "format": form, "restricted": restricted}
            note(session, here, Export.__tablename__, 0, noted, portfolio_id=found.id)
        with database.snapshot() as session:
            included = includes_restricted(session, scope)
            about = About(found.name, act.at, included, str(head(session, here)))
            try:
                pack(session, scope, about, form, to)
            except OSError as error:
                raise NoPlace(to, error.strerror or str(error)) from error
    said = f"{found.name} is in {to}, {'with' if included else 'without'} restricted epics."
    say.print(said, markup=False, soft_wrap=True)


def _check_place(to: Path) -> None:
    if to.suffix == ".zip" and to.is_dir():
        raise NoPlace(to, "it is a folder")
    if to.suffix != ".zip" and to.is_file():
        raise NoPlace(to, "it is a file, and only a file that ends in .zip is written as one")
    if not to.parent.is_dir():
        raise NoPlace(to, f"there is no folder {to.parent}")
