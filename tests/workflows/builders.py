"""A portfolio to begin with, and proposals to put into it."""

from datetime import UTC, datetime

from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.epics.proposal import Proposal
from models.portfolio.setup import Setup, StreamSetup
from tests.once import made_once
from tests.shops import at_work

MONDAY = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
ANA, BEN = "U0ANA", "U0BEN"
PAYMENTS = StreamSetup(name="Payments", key_prefix="PAY", owner_user_id=BEN, channel_id="C0PAY")
ONBOARDING = StreamSetup(name="Onboarding", key_prefix="ONB")


@made_once
def a_portfolio(database, *streams):
    """Set up under the team T1; gives the workspace's and the portfolio's ids."""
    with database.write() as session:
        workspace = workspace_of(session, "T1")
        setup = Setup(
            name="Shop",
            currency="EUR",
            time_zone="Europe/Berlin",
            streams=streams or (PAYMENTS, ONBOARDING),
        )
        portfolio = set_up(session, workspace.id, ANA, setup, MONDAY)
        at_work(session, portfolio, MONDAY)
        return workspace.id, portfolio.id


def an_epic(session, workspace_id, stream_id, title="Pay by bank transfer", request="", at=MONDAY):
    proposal = Proposal(title=title, value_stream_id=stream_id, hypothesis="It helps.")
    return propose(session, workspace_id, ANA, proposal, request or title, at)
