"""Tack against the strict local Slack, with Payments set up in #payments."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.app import Tack
from bot.settings import Settings
from bot.web import web
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.portfolio.setup import Setup, StreamSetup
from sandbox import Sandbox
from tests.shops import at_work

PATIENCE_S = 30
"""These tests are about what is answered. That it comes within Slack's three seconds is measured
in bench/, and tested where something holds it up."""

MONDAY_NOON = datetime(2026, 5, 18, 10, tzinfo=UTC)
"""When all of it begins, whenever the tests run: its weeks and its year are the same ones."""

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())


@pytest.fixture
def slack():
    """Ana, Ben, Cleo and Dana; what a real Slack would mind fails the test."""
    with Sandbox(manifest=MANIFEST) as slack:
        slack.clock.set(MONDAY_NOON)
        for name in ("ana", "ben", "cleo", "dana"):
            slack.add_user(name)
        slack.add_channel("payments", members=["ana", "ben", "cleo", "dana"])
        slack.add_channel("lobby", members=["ana", "ben"], bot_is_member=False)
        slack.ack_within_s = PATIENCE_S
        slack.workspace.trigger_lives = timedelta(seconds=PATIENCE_S)
        yield slack
        assert minded(slack) == []


def minded(slack):
    """What a real Slack would have refused, but for the drawing of a form that was just closed.

    People close forms at any moment, also one beneath which is being drawn anew.
    """
    found = [finding for finding in slack.findings if not finding.warning]
    return [each for each in found if (each.where, each.error) != ("views.update", "not_found")]


def settings_for(slack, database_url):
    return Settings(
        database_url=database_url,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        tack_admins=frozenset({slack.workspace.user_named("ana").id}),
    )


@contextmanager
def running(slack, database_url, mode="socket", settings=None):
    settings = settings or settings_for(slack, database_url)
    tack = Tack(settings, mode, slack.clock, ack_seconds=PATIENCE_S)
    for listener in tack.bolt._listeners:
        listener.ack_timeout = PATIENCE_S
    tack.start()
    try:
        with served(slack, tack) if mode == "http" else nothing():
            yield tack
    finally:
        tack.stop()


@contextmanager
def nothing():
    yield


@contextmanager
def served(slack, tack):
    """Over HTTP, now: when a request was signed is compared with the clock of the machine."""
    slack.clock.set(datetime.now(UTC))
    config = uvicorn.Config(web(tack), port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    slack.wait_for(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    slack.deliver_over_http(f"http://127.0.0.1:{port}/slack/events")
    yield
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def tack(slack, database_url):
    """Running, not set up."""
    with running(slack, database_url) as tack:
        yield tack


@pytest.fixture
def shop(slack, tack):
    """Running, with the portfolio Shop: Payments (PAY) of Ben in #payments, and Onboarding."""
    furnish(slack, tack)
    return tack


def furnish(slack, tack, streams=()):
    ben = slack.workspace.user_named("ben").id
    payments = StreamSetup(
        name="Payments",
        key_prefix="PAY",
        owner_user_id=ben,
        channel_id=slack.channel("payments").id,
    )
    onboarding = StreamSetup(name="Onboarding", key_prefix="ONB", owner_user_id=ben)
    setup = Setup(
        name="Shop",
        currency="EUR",
        time_zone="Europe/Berlin",
        streams=[payments, onboarding, *streams],
    )
    with tack.database.write() as session:
        workspace = workspace_of(session, slack.team_id)
        portfolio = set_up(session, workspace.id, ben, setup, slack.clock.now())
        return at_work(session, portfolio, slack.clock.now())


def proposes(slack, title, hypothesis="It helps.", channel="payments", who="ana"):
    """A member proposes by the form, and looks at the similar ones if there are any."""
    person = slack.as_user(who)
    person.types("/epic propose", channel=channel)
    form = person.form()
    form.fill("What should change?", title)
    form.fill("What do you believe, in a sentence?", hypothesis)
    if channel != "payments":
        form.choose("Value stream", "Payments (PAY)")
    done = form.submit()
    return done if done.closed or done.errors else person.form().submit()


def card(slack, key, channel="payments"):
    """The card of the epic as the channel shows it, once it does."""
    return slack.wait_for(
        lambda: next(
            (m for m in slack.channel(channel).messages if m.text.startswith(f"{key} ")), None
        )
    )


def an_mvp(session, slack, stream, title):
    """Ana's epic, which tests its MVP."""
    here, ana, now = stream.workspace_id, slack.as_user("ana").id, slack.clock.now()
    proposal = Proposal(title=title, value_stream_id=stream.id, hypothesis="It helps.")
    epic = propose(session, here, ana, proposal, title, now)
    to = stream.portfolio.state("implementing")
    move(session, here, stream.owner_user_id, epic.id, to.id, None, None, now)
    return epic


def epics(tack):
    with tack.database.read() as session:
        return session.scalar(select(func.count(Epic.id)))
