"""`tack audit ...`: how the audit log ends, and whether it still says what it said."""

from typing import Annotated

import typer
from rich.console import Console

from bot.cli.data import WorkspaceOption, ready_database
from bot.workflows.audit import verifying
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.people.workspaces import workspace_id
from models.audit.audit import Anchor
from models.counting import counted

audit = typer.Typer(no_args_is_help=True, help="The log of every change.")
say = Console(stderr=True, highlight=False)

NO_ANCHOR = (
    "No anchor was given: with one recorded earlier, --anchor COUNT:HASH, this also shows that "
    "nothing before it was rewritten."
)

AnchorOption = Annotated[
    list[str] | None,
    typer.Option("--anchor", help="COUNT:HASH as recorded earlier; may be given several times."),
]


@audit.command("head")
def print_head(workspace: WorkspaceOption = None) -> None:
    """Print the number of events and the hash of the last one, as COUNT:HASH."""
    with ready_database() as database, database.read() as session:
        print(verifying.head(session, workspace_id(session, workspace)))


@audit.command("verify")
def verify(anchor: AnchorOption = None, workspace: WorkspaceOption = None) -> None:
    """Check that log and ledger are whole; if not, say where and exit with code 1."""
    anchors = [Anchor.read(text) for text in anchor or ()]
    with ready_database() as database, database.snapshot() as session:
        here = workspace_id(session, workspace)
        found, ledger = verifying.verify(session, here, anchors), verify_ledger(session, here)
    if found.broken is not None:
        said = f"The audit log is not whole: {found.broken.reason}."
        say.print(said, markup=False, soft_wrap=True)
        raise typer.Exit(1)
    events = counted(found.head.count, "event")
    against = f", and {found.anchors} anchors agree." if found.anchors > 1 else f". {NO_ANCHOR}"
    against = ", and 1 anchor agrees." if found.anchors == 1 else against
    said = f"The audit log is whole: {events}, each following from the one before{against}"
    if found.ballots:
        said += f" So are the {counted(found.ballots, 'ballot')} of its decisions."
    say.print(said, markup=False, soft_wrap=True)
    if ledger.fault is not None:
        said = f"The ledger is not whole: {ledger.fault}."
        say.print(said, markup=False, soft_wrap=True)
        raise typer.Exit(1)
    if ledger.entries:
        entries = f"{ledger.entries:,} {'entry' if ledger.entries == 1 else 'entries'}"
        periods = counted(ledger.periods, "period")
        said = f"The ledger is whole: {entries} in {periods}, and every sum is right."
        say.print(said, markup=False, soft_wrap=True)
