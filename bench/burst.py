"""A burst: one card changed 500 times in five seconds; how often it is redrawn, and how late."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from bench.cards import answers
from bench.databases import fresh_database, put_to_work
from bench.figures import Line
from bench.processes import TACK, environment, quiet_slack, running, tack
from bench.quiet_slack import CHANNEL_ID, TEAM_ID, USER_ID
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.clock import SystemClock
from models.database import Database
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.portfolio.setup import Setup, StreamSetup

CHANGES, SECONDS = 500, 5
STATES = ("reviewing", "analyzing")
LAST_STATE, LAST_LABEL = "ready", "Ready"
LATEST_S = 3


def measure(kind: str) -> Iterator[Line]:
    """Move one epic to and fro beside a running Tack, and count what Slack is asked to show."""
    with fresh_database(kind) as url, quiet_slack() as api_url:
        settings = environment(url, api_url)
        tack(settings, "db", "upgrade")
        _put_one_card(url)
        with running([TACK, "run", "--mode", "http"], settings):
            next(answers(f"{api_url}chat.postMessage"))
            began = time.monotonic()
            _change(url, began)
            ended = time.monotonic()
            last = _last_update(api_url, ended + LATEST_S)
    elapsed_s = (last["at"] if last else ended + LATEST_S) - began
    updates = last["count"] if last else 0
    yield Line(
        f"updates of a card changed {CHANGES} times in {ended - began:.1f} s",
        kind,
        f"{updates} in {elapsed_s:.1f} s",
        "1 a second",
        0 < updates <= elapsed_s + 1,
    )
    yield Line(
        "last change shown after",
        kind,
        f"{elapsed_s - (ended - began):.1f} s" if last else "never",
        f"{LATEST_S} s",
        last is not None,
    )


def _put_one_card(url: str) -> None:
    now = SystemClock().now()
    stream = StreamSetup(
        name="Payments", key_prefix="PAY", owner_user_id=USER_ID, channel_id=CHANNEL_ID
    )
    setup = Setup(name="Bench", currency="EUR", time_zone="UTC", streams=[stream])
    database = Database(url)
    with database.write() as session:
        workspace = workspace_of(session, TEAM_ID)
        portfolio = set_up(session, workspace.id, USER_ID, setup, now)
        put_to_work(session, portfolio, now)
        proposal = Proposal(
            title="An idea", value_stream_id=portfolio.value_streams[0].id, hypothesis="It helps."
        )
        propose(session, workspace.id, USER_ID, proposal, "bench", now)
    database.close()


def _change(url: str, began: float) -> None:
    """Move it so many times, evenly over the seconds."""
    database = Database(url)
    with database.read() as session:
        epic = session.scalars(select(Epic)).one()
        states = [epic.portfolio.state(name).id for name in STATES]
        way = [states[number % len(states)] for number in range(CHANGES - 1)]
        way.append(epic.portfolio.state(LAST_STATE).id)
    for number, to in enumerate(way):
        time.sleep(max(0.0, began + number * SECONDS / CHANGES - time.monotonic()))
        now = SystemClock().now()
        with database.write() as session:
            move(session, epic.workspace_id, USER_ID, epic.id, to, None, None, now)
    database.close()


def _last_update(api_url: str, until: float) -> dict[str, Any] | None:
    """The update that shows the last state, once it came; None if it did not."""
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{api_url}chat.update", timeout=2) as response:
            last: dict[str, Any] | None = json.load(response)
        if last and LAST_LABEL in last["said"]["text"]:
            return last
        time.sleep(0.01)
    return None
