"""The demo: a local Slack and Tack in one process, with a portfolio to look at."""

import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event
from types import FrameType

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot.app import CannotStart, Tack
from bot.demo.histories import brought_in, channel_name, send_last_week
from bot.demo.sample import NAME, load_sample
from bot.manifest import manifest
from bot.settings import Settings
from bot.workflows.people.workspaces import workspace_id
from bot.workflows.redrawing import redraw_message
from models.audit.audit import Act, AuditEvent
from models.audit.trail import acting
from models.board.digest import Digest
from models.clock import Clock
from models.database import Database
from models.flow.picture import Picture, PictureWindow
from models.message import Message
from models.portfolio.portfolio import Portfolio
from models.seen import Seen
from models.work import Work
from sandbox import Sandbox

DATABASE = "sqlite:///demo.db"
ZONE = "Europe/Berlin"
PEOPLE = {
    "ana": "Ana Alvarez",
    "ben": "Ben Okafor",
    "cleo": "Cleo Martin",
    "dana": "Dana Novak",
    "eli": "Eli Sato",
}
CHANNELS = ("payments", "onboarding", "platform", "portfolio")
HINTS = (
    "As Ana: /epic propose in #payments. The menu of PAY-6's card there opens a decision.",
    "As Ben, then Cleo: vote on PAY-4 in #portfolio, as Eli has. As Cleo, then Dana: approve "
    "Eli's shift there; /budget show has what is left.",
    "Slack's side moves the clock: ten minutes after the third vote PAY-4 is decided, and on "
    "Monday at 9:00 comes the digest.",
)
"""What to try, as whom; true of the sample."""

say = Console(highlight=False)

Load = Callable[[Database], Mapping[str, datetime | None]]
"""Brings more into the database before Tack starts: portfolios, and up to when each is known."""


def demo(port: int, load: Load) -> None:
    """Run until Ctrl-C or SIGTERM. Raises CannotStart where the port is taken."""
    slack = _slack(port)
    ids = {
        name: slack.add_user(name, real, ZONE, admin=name == "ana").id
        for name, real in PEOPLE.items()
    }
    channels = {name: slack.add_channel(name, list(PEOPLE)).id for name in CHANNELS}
    settings = Settings(
        database_url=os.environ.get("DATABASE_URL", DATABASE),
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.api_url,
        tack_admins=frozenset({ids["ana"]}),
    )
    ended = _ended()
    slack.start()
    tack = Tack(settings, "socket", slack.clock)
    try:
        tack.prepare()
        slack.clock.set(where_it_was(tack.database, slack.clock.now()))
        known = load(tack.database)
        with tack.database.write() as session:
            _load_sample(session, ids, channels, slack.clock)
        with tack.database.write() as session:
            _send_histories(session, slack, ids["ana"], channels, known)
        with tack.database.write() as session:
            _begin_anew(session, slack.clock)
        tack.start()
        slack.suggest(*HINTS)
        say.print(f"\n  Tack is at [bold]{slack.url}[/bold]\n")
        say.print("  You are Ana. Open the app's Home, or type /epic propose in #payments.")
        say.print("  Ctrl-C ends it; what you did stays for the next time.\n")
        ended.wait()
    finally:
        tack.stop()
        slack.stop()


def _send_histories(
    session: Session,
    slack: Sandbox,
    ana: str,
    channels: Mapping[str, str],
    known: Mapping[str, datetime | None],
) -> None:
    """Give each history a channel, as long as it is there, and its digest the first time."""
    taken = dict(channels)
    for portfolio in brought_in(session, workspace_id(session, None), NAME):
        name = channel_name(portfolio, taken)
        taken[name] = slack.add_channel(name, list(PEOPLE)).id
        until, now = known.get(portfolio.name), slack.clock.now()
        with acting(session, Act(ana, "/flow digest subscribe", now)):
            send_last_week(session, portfolio, taken[name], ana, until, now)


def where_it_was(database: Database, now: datetime) -> datetime:
    """When the last thing happened, where the clock had been moved beyond now; else now."""
    with database.read() as session:
        newest = (select(func.max(at)) for at in (AuditEvent.at, Digest.at))
        ends: list[datetime | None] = [session.scalar(each) for each in newest]
    return max([now, *filter(None, ends)])


def _slack(port: int) -> Sandbox:
    try:
        return Sandbox(manifest("socket"), port=port)
    except OSError as error:
        raise CannotStart(
            f"Port {port} is in use. Choose another one: make demo PORT={port + 1}"
        ) from error


def _load_sample(
    session: Session, people: dict[str, str], channels: dict[str, str], clock: Clock
) -> None:
    """Store the sample, the first time."""
    here = workspace_id(session, None)
    known = select(Portfolio.id).where(Portfolio.workspace_id == here, Portfolio.name == NAME)
    if session.scalar(known) is None:
        load_sample(session, here, people, channels, clock.now())


def _begin_anew(session: Session, clock: Clock) -> None:
    """The local Slack begins empty, so every card is posted, also to people, and its forms are
    recounted; what is in the thread of a digest follows it, and pictures are drawn when they
    are asked for."""
    here = workspace_id(session, None)
    for gone in (PictureWindow, Picture):
        session.execute(delete(gone).where(gone.workspace_id == here))
    drawings = or_(Work.key.startswith("message:"), Work.key.startswith("home:"))
    session.execute(delete(Work).where(Work.workspace_id == here, drawings))
    session.execute(delete(Seen).where(Seen.workspace_id == here))
    in_threads = Message.thread_ts.is_not(None)
    session.execute(delete(Message).where(Message.workspace_id == here, in_threads))
    messages = session.scalars(select(Message).where(Message.workspace_id == here))
    for message in messages.all():
        message.ts = message.post_started_at = message.refusal = None
        message.channel_id = message.user_id or message.channel_id
        session.flush()
        redraw_message(session, message, clock.now())


def _ended() -> Event:
    """Set by Ctrl-C and by SIGTERM."""
    ended = Event()

    def end(signum: int, frame: FrameType | None) -> None:
        ended.set()

    for asked_to_end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_end, end)
    return ended
