"""Ana, Ben and Cleo are the council; PAY-1 tests its MVP; its ballot goes to #portfolio."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.commands.conftest import an_mvp, card

CLOSES_AT = datetime(2026, 5, 25, 15, tzinfo=UTC)
"""17:00 on the Monday a week later, when a decision that is opened at the beginning closes."""
COUNCIL = ("ana", "ben", "cleo")


@pytest.fixture
def mvp(slack, shop):
    """Tack, with an epic that tests its MVP."""
    slack.add_channel("portfolio", members=["ana", "ben", "cleo", "dana"])
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = slack.channel("portfolio").id
        portfolio.live_at -= timedelta(days=60)
        for name in COUNCIL:
            session.add(
                RoleGrant(
                    workspace_id=portfolio.workspace_id,
                    portfolio_id=portfolio.id,
                    role=Role.COUNCIL,
                    user_id=slack.workspace.user_named(name).id,
                )
            )
        payments = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY"))
        an_mvp(session, slack, payments.one(), "Pay by bank transfer")
    slack.wait_for(lambda: "Testing the MVP" in card(slack, "PAY-1").text)
    return shop


def opens(slack, who="ana", **answers):
    """Open the decision about PAY-1 by typing."""
    person = slack.as_user(who)
    person.types("/decision open PAY-1", channel="payments")
    form = person.form(title="Open a decision")
    if why := answers.get("because"):
        form.fill("Why?", why)
    if choice := answers.get("recommended"):
        form.choose("What do you recommend?", choice)
    done = form.submit()
    assert done.closed, form.errors
    return ballot(slack)


BALLOT = re.compile(r"^PAY-1 · (Persevere, pivot or stop|Decided|Not decided|Withdrawn)")
"""How a ballot begins, and what takes its place."""


def ballot(slack, channel="portfolio"):
    """The ballot, or its result, as the channel shows it."""
    return slack.wait_for(
        lambda: next((m for m in slack.channel(channel).messages if "PAY-1" in m.text), None)
    )


def ballot_of_others(slack):
    """The same where it is not the council that votes: in the value stream's channel."""
    there = slack.channel("payments")
    return slack.wait_for(lambda: next((m for m in there.messages if BALLOT.search(m.text)), None))


def dm(slack, who):
    """The same as they have it."""
    return slack.wait_for(
        lambda: next((m for m in slack.dm(who).messages if BALLOT.search(m.text)), None)
    )


def lapses(slack, at):
    """Nobody votes until then, nor in the two working days that are given once more."""
    slack.clock.set(at)
    slack.wait_for(lambda: any("stays open until" in m.text for m in slack.dm("ben").messages))
    slack.clock.set(at + timedelta(days=7))
    return slack.wait_for(lambda: ballot(slack).text.startswith("PAY-1 · Not decided"))


def presses(slack, who, choice, message=None):
    """Vote, and give what is told to them alone."""
    person = slack.as_user(who)
    before = len(person.private_messages())
    person.click(choice, in_message=message or ballot(slack))
    slack.wait_for(lambda: len(person.private_messages()) > before)
    return person.private_messages()[-1].text
