"""A strict Slack, a portfolio in it, and a courier that shows one with the other."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from bot.slack.answers import Answer
from bot.views.notices import Notice
from bot.worker.claims import claim_due
from bot.worker.courier import Courier
from bot.worker.jobs import Task, perform
from bot.workflows import seeing
from bot.workflows.board import home as looking
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.database import Database
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.message import Message, MessageKind
from models.portfolio.setup import Setup, StreamSetup
from sandbox import Sandbox
from tests.shops import at_work

MANIFEST = {
    "display_information": {"name": "Tack"},
    "features": {"app_home": {"home_tab_enabled": True}},
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "users:read",
                "channels:read",
                "channels:history",
                "im:history",
                "im:write",
            ]
        }
    },
    "settings": {"interactivity": {"is_enabled": True}},
}


def drawing(text):
    return Answer([{"type": "section", "text": {"type": "plain_text", "text": text}}])


def draw_card(session, epic, now):
    return drawing(f"{epic.key} is in {epic.state.name}")


def draw_refusal(session, message, now):
    return drawing(f"Tack cannot post in {message.channel_id}: {message.refusal}")


def draw_home(session, home, now):
    return drawing(f"{len(session.scalars(select(Epic)).all())} epics")


NOTICES = {
    MessageKind.EPIC_CARD: Notice(Epic, draw_card),
    MessageKind.REFUSAL: Notice(Message, draw_refusal),
}
COURIER = Courier(NOTICES, draw_home)


@dataclass
class Shop:
    """Payments, owned by Ben, in the channel #payments."""

    slack: Sandbox
    database: Database
    workspace_id: int
    stream_id: int
    channel_id: str
    client: WebClient
    courier: Courier

    @property
    def jobs(self):
        return {"message": self.courier.show_message, "home": self.courier.show_home}

    def do(self, claim, clock=None):
        """The work as the worker does it; raises what takes it out of its hands."""
        task = Task(claim, self.database, clock or self.slack.clock, self.client)
        perform(self.jobs[claim.kind], task)

    def propose(self, title="Pay by bank transfer"):
        proposal = Proposal(title=title, value_stream_id=self.stream_id, hypothesis="It helps.")
        now = self.slack.clock.now()
        with self.database.write() as session:
            return propose(session, self.workspace_id, "U0ANA", proposal, title, now)

    def move(self, epic, name):
        with self.database.write() as session:
            state = seeing.portfolios(session, self.workspace_id)[0].state(name)
            now = self.slack.clock.now()
            move(session, self.workspace_id, "U0ANA", epic.id, state.id, None, None, now)

    def look(self, name):
        """Someone opens their App Home."""
        user_id = self.slack.as_user(name).id
        with self.database.write() as session:
            looking.look(session, self.workspace_id, user_id, self.slack.clock.now())

    def claim(self):
        with self.database.write() as session:
            return claim_due(session, self.workspace_id, self.slack.clock.now(), 10)

    def do_what_is_due(self):
        """One round of the worker, by hand; how much was done."""
        claims = self.claim()
        for claim in claims:
            self.do(claim)
        return len(claims)

    def do_for(self, seconds):
        """Let so much time pass, and do what becomes due."""
        for _ in range(seconds):
            self.do_what_is_due()
            self.slack.clock.advance(timedelta(seconds=1))

    def message(self, message_id=1):
        with self.database.read() as session:
            return session.get_one(Message, message_id)

    def calls(self, method):
        """The calls of this method so far."""
        return [request for request in self.slack.requests if request.method == method]

    @property
    def texts(self):
        return [message.text for message in self.slack.channel("payments").messages]


@pytest.fixture
def slack():
    with Sandbox(manifest=MANIFEST) as slack:
        slack.clock.freeze()
        yield slack


@pytest.fixture
def shop(slack, database):
    slack.add_user("ana")
    ben = slack.add_user("ben")
    channel = slack.add_channel("payments", members=["ana", "ben"])
    stream = StreamSetup(
        name="Payments", key_prefix="PAY", owner_user_id=ben.id, channel_id=channel.id
    )
    setup = Setup(name="Shop", currency="EUR", time_zone="UTC", streams=[stream])
    with database.write() as session:
        workspace = workspace_of(session, slack.team_id)
        portfolio = set_up(session, workspace.id, ben.id, setup, slack.clock.now())
        at_work(session, portfolio, slack.clock.now())
        stream_id = portfolio.value_streams[0].id
    client = WebClient(slack.bot_token, base_url=slack.api_url, timeout=5, retry_handlers=[])
    return Shop(slack, database, workspace.id, stream_id, channel.id, client, COURIER)
