"""`tack audit ...`: how the audit log ends, and whether it still says what it said."""

from typing import Annotated

import typer
from rich.console import Console

from bot.cli.data import WorkspaceOption, count_of, ready_database
from bot.workflows.audit import verifying
from bot.workflows.people.workspaces import workspace_id
from models.audit.audit import Anchor

audit = typer.Typer(no_args_is_help=True, help="The log of every change.")
say = Console(stderr=True, highlight=False)

NO_ANCHOR = (
    "There was no anchor to hold it against: with one that was told once, --anchor COUNT:HASH, "
    "it shows as well that nothing before that was written anew."
)

AnchorOption = Annotated[
    list[str] | None,
    typer.Option("--anchor", help="COUNT:HASH as it was told once; may be given several times."),
]


@audit.command("head")
def print_head(workspace: WorkspaceOption = None) -> None:
    """Print how many events there are and the hash of the last, as COUNT:HASH."""
    with ready_database() as database, database.read() as session:
        print(verifying.head(session, workspace_id(session, workspace)))


@audit.command("verify")
def verify(anchor: AnchorOption = None, workspace: WorkspaceOption = None) -> None:
    """Say whether the log is whole; exit code 1 and the place where it is not."""
    anchors = [Anchor.read(text) for text in anchor or ()]
    with ready_database() as database, database.snapshot() as session:
        found = verifying.verify(session, workspace_id(session, workspace), anchors)
    if found.broken is not None:
        told = f"The audit log does not hold: {found.broken.reason}."
        say.print(told, markup=False, soft_wrap=True)
        raise typer.Exit(1)
    events = count_of(found.head.count, "events")
    against = f", and {found.anchors} anchors agree." if found.anchors > 1 else f". {NO_ANCHOR}"
    against = ", and 1 anchor agrees." if found.anchors == 1 else against
    told = f"The audit log holds: {events}, each follows from the one before{against}"
    if found.ballots:
        told += f" So do the {count_of(found.ballots, 'ballots')} of its decisions."
    say.print(told, markup=False, soft_wrap=True)
