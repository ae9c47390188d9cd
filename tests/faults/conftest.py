"""A shop with three channels in a strict Slack, shown by replicas that may be killed."""

import json
import os
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.settings import Settings
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.database import Database
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.message import Message, MessageKind
from models.portfolio.setup import Setup, StreamSetup
from models.work import Work
from sandbox import Sandbox
from tests.faults.replicas import FastClock, Replicas
from tests.shops import at_work

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
STREAMS = {"payments": "PAY", "onboarding": "ONB", "mobile": "MOB"}


@dataclass
class Shop:
    """Three value streams, each with a channel of its name."""

    slack: Sandbox
    database: Database
    database_url: str
    clock: FastClock
    workspace_id: int
    stream_ids: list[int]
    running: list[Replicas] = field(default_factory=list)

    def run(self, replicas=1):
        """Start Tack so many times."""
        self.running.append(Replicas(self.settings, self.clock.started_s, replicas))
        return self.running[-1]

    @property
    def settings(self):
        """Those of each of its replicas."""
        return Settings(
            database_url=self.database_url,
            slack_bot_token=SecretStr(self.slack.bot_token),
            slack_app_token=SecretStr(self.slack.app_token),
            slack_signing_secret=SecretStr(self.slack.signing_secret),
            slack_api_url=self.slack.api_url,
            tack_replicas=3,
        )

    def propose(self, number=0):
        """Propose an epic; each stream in turn."""
        stream_id = self.stream_ids[number % len(self.stream_ids)]
        proposal = Proposal(title=f"Idea {number}", value_stream_id=stream_id, hypothesis="Yes.")
        with self.database.write() as session:
            return propose(
                session, self.workspace_id, "U0ANA", proposal, f"p{number}", self.clock.now()
            )

    def move(self, epic, state_name):
        """Move an epic from beside the replicas."""
        with self.database.write() as session:
            state = session.get_one(Epic, epic.id).portfolio.state(state_name)
            now = self.clock.now()
            move(session, self.workspace_id, "U0ANA", epic.id, state.id, None, None, now)

    def cards(self):
        """Each epic's card as the database knows it: message, key, and label of its state."""
        cards = select(Message, Epic).join(Epic, Epic.id == Message.subject_id)
        cards = cards.where(Message.workspace_id == self.workspace_id)
        with self.database.read() as session:
            rows = session.execute(cards.where(Message.kind == MessageKind.EPIC_CARD)).all()
            return [(message, epic.key, epic.column_label) for message, epic in rows]

    def shown(self):
        """What the channels show: channel, ts and text of each message."""
        channels = [self.slack.channel(name) for name in STREAMS]
        return [(m.channel_id, m.ts, m.text) for channel in channels for m in channel.messages]

    def wait_until_nothing_waits(self, timeout=30):
        """Wait until all is shown; what waits for its hour of the week may wait."""
        here = select(func.count(Work.key)).where(Work.workspace_id == self.workspace_id)
        drawings = here.where(Work.key.startswith("message:"))

        def waiting():
            with self.database.read() as session:
                return session.scalar(drawings) == 0

        self.slack.wait_for(waiting, timeout)

    def check_cards(self):
        """Each card is shown exactly once, in its last state, and nothing else is shown."""
        cards = self.cards()
        assert [message.refusal for message, _, _ in cards if message.refusal] == []
        expected = {(message.channel_id, message.ts): (key, label) for message, key, label in cards}
        shown = {(channel_id, ts): text for channel_id, ts, text in self.shown()}
        assert len(self.shown()) == len(cards)
        assert sorted(shown) == sorted(expected)
        wrong = [
            (key, label, shown[place])
            for place, (key, label) in expected.items()
            if not (shown[place].startswith(f"{key} ") and label in shown[place])
        ]
        assert wrong == []
        assert [finding for finding in self.slack.findings if "chat." in finding.where] == []


@pytest.fixture
def shop(database, database_url):
    """Set up, and nothing runs yet; what was started is killed at the end."""
    with a_shop(database, database_url, FastClock(time.time())) as shop:
        yield shop


@contextmanager
def a_shop(database, database_url, clock, team_id="T0SHOP"):
    """A workspace of its own in that database."""
    with Sandbox(manifest=MANIFEST, clock=clock) as slack:
        slack.workspace.team_id = slack.workspace.bot.team_id = team_id
        slack.ack_within_s = 1.0
        ana, ben = slack.add_user("ana"), slack.add_user("ben")
        channels = [slack.add_channel(name, members=["ana", "ben"]) for name in STREAMS]
        streams = [
            StreamSetup(
                name=channel.name.title(),
                key_prefix=STREAMS[channel.name],
                owner_user_id=ben.id,
                channel_id=channel.id,
            )
            for channel in channels
        ]
        setup = Setup(name="Shop", currency="EUR", time_zone="UTC", streams=streams)
        with database.write() as session:
            workspace = workspace_of(session, slack.team_id)
            portfolio = set_up(session, workspace.id, ana.id, setup, clock.now())
            stream_ids = [stream.id for stream in portfolio.value_streams]
            at_work(session, portfolio, clock.now())
        shop = Shop(slack, database, database_url, clock, workspace.id, stream_ids)
        yield shop
        for replicas in shop.running:
            replicas.kill_all()


@pytest.fixture
def chance():
    """Chance from a seed that a failure shows."""
    seed = os.environ.get("TACK_SEED") or str(random.SystemRandom().randrange(1_000_000))
    print(f"repeat with TACK_SEED={seed}")
    return random.Random(seed)
