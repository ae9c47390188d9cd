"""`tack run`, and what an operator does beside it: admins, waiting work, the manifest."""

import json
import re
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import select

from bot.app import build
from bot.cli.data import WorkspaceOption, by_command, ready_database
from bot.clocks import DatabaseClock
from bot.commands import listed
from bot.hiding import hidden
from bot.manifest import manifest
from bot.serving import log_to_stderr, run
from bot.settings import Mode, Settings
from bot.workflows.people import workspaces as joining
from bot.workflows.people.workspaces import workspace_id
from models.errors import Mistake
from models.people.outage import Outage
from models.people.role import FROM_SETTINGS, RoleGrant
from models.work import Work, put

admin = typer.Typer(no_args_is_help=True, help="Who may set Tack up.")
work = typer.Typer(no_args_is_help=True, help="Work that is waiting, and work that was given up.")
say = Console(stderr=True, highlight=False)

PREFIX = re.compile("[a-z0-9_-]{0,20}")
"""What Slack takes in the name of a command, which has up to 32 characters."""

MOMENT = "%Y-%m-%d %H:%M:%S UTC"

ModeOption = Annotated[Mode | None, typer.Option(help="How Slack reaches Tack.")]


class NoPrefix(Mistake):
    """A prefix that no command of Slack's can have."""

    def __init__(self, prefix: str) -> None:
        super().__init__(
            f"“{prefix[:40]}” cannot be put before a command. Write up to 20 small letters, digits "
            "and hyphens, such as dev-."
        )


class NotGivenUp(Mistake):
    """Work to be done again that is still to be done."""

    def __init__(self, work: Work) -> None:
        super().__init__(
            f"{work.key} was not given up: it will run by itself, {due_words(work)}. "
            "Nothing was changed."
        )


def due_words(work: Work) -> str:
    """ "due 2026-05-18 07:00:00 UTC"."""
    return f"due {work.due_at:{MOMENT}}"


def run_tack(mode: ModeOption = None) -> None:
    """Run the bot; without --mode over a socket if SLACK_APP_TOKEN is set, otherwise over HTTP."""
    settings = Settings.from_environment()
    log_to_stderr(settings.tack_log)
    run(build(settings, mode))


def print_manifest(
    mode: Annotated[Mode, typer.Option(help="How Slack reaches Tack.")] = "socket",
    prefix: Annotated[str, typer.Option(help="Put before each command, such as dev-.")] = "",
) -> None:
    """Print the manifest for creating the Slack app."""
    if PREFIX.fullmatch(prefix) is None:
        raise NoPrefix(prefix)
    print(json.dumps(manifest(mode, prefix), indent=2))


def print_routes() -> None:
    """Print everything Tack hears from Slack: how, what, and the function that hears it."""
    found = sorted(listed())
    wide = [max(len(route[place]) for route in found) for place in (0, 1)]
    for way, name, handler in found:
        print(f"{way:{wide[0]}}  {name:{wide[1]}}  {handler}")


@admin.command("grant")
def grant(user: str, workspace: WorkspaceOption = None) -> None:
    """Make a member an admin, by the member id that their Slack profile shows."""
    _check_member_id(user)
    with ready_database() as database, database.write(by_command(database)) as session:
        here = workspace_id(session, workspace)
        joining.grant_admin(session, here, user, None, DatabaseClock(database).now())
    say.print(f"{user} is an admin now.", markup=False)


@admin.command("revoke")
def revoke(user: str, workspace: WorkspaceOption = None) -> None:
    """Take the admin role from a member; the last admin keeps it."""
    _check_member_id(user)
    with ready_database() as database, database.write(by_command(database)) as session:
        here = workspace_id(session, workspace)
        joining.revoke_admin(session, here, user, DatabaseClock(database).now())
    say.print(f"{user} is no longer an admin.", markup=False)


@admin.command("list")
def list_admins(workspace: WorkspaceOption = None) -> None:
    """List the admins of the whole workspace, and how each became one."""
    with ready_database() as database, database.read() as session:
        here = workspace_id(session, workspace)
        grants = joining.admin_grants(session, here)
        for given in grants:
            who = given.user_id or f"user group {given.user_group_id}"
            print(f"{who:<28} {_how(given)}")
    if not grants:
        say.print("There is no admin yet. Run: tack admin grant USER")


def _how(given: RoleGrant) -> str:
    if given.granted_by == FROM_SETTINGS:
        return "named in TACK_ADMINS"
    by = f"by {given.granted_by}" if given.granted_by else "by tack admin grant"
    return f"{by}, {given.granted_at:%Y-%m-%d}" if given.granted_at else by


def _check_member_id(user: str) -> None:
    if not (user.isascii() and user.isalnum() and user[:1] in {"U", "W"}):
        raise Mistake(f'"{user}" is not a member id. Copy it from the profile in Slack: U…')


@work.command("list")
def list_work(workspace: WorkspaceOption = None) -> None:
    """List what is waiting and what was given up, with its last error."""
    with ready_database() as database, database.read() as session:
        here = workspace_id(session, workspace)
        outage = session.get(Outage, here)
        if outage is not None and outage.is_on(DatabaseClock(database).now()):
            print(f"Slack is away since {outage.since:{MOMENT}} ({outage.method}: {outage.error})")
        rows = session.scalars(
            select(Work).where(Work.workspace_id == here).order_by(Work.due_at)
        ).all()
        for row in rows:
            state = "given up" if row.dead_at else due_words(row)
            print(f"{row.key:<20} {state:<28} {hidden(row.last_error or '')}".rstrip())
    if not rows:
        say.print("Nothing is waiting, and nothing was given up.")


@work.command("requeue")
def requeue(key: str, workspace: WorkspaceOption = None) -> None:
    """Run work again now that was given up or has failed."""
    with ready_database() as database, database.write() as session:
        here = workspace_id(session, workspace)
        row = session.get(Work, (here, key))
        if row is None:
            raise Mistake(f"There is no work {key}. tack work list shows what there is.")
        if row.dead_at is None and row.last_error is None:
            raise NotGivenUp(row)
        put(session, here, key, DatabaseClock(database).now(), lane=row.lane)
    say.print(f"{key} is due now.", markup=False)
