"""From the replies beneath a digest to what each is about, and back once it is solved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.commands.board.test_digest import in_thread, live_since, subscribes, the_digest
from tests.commands.budgets.test_shift import funds, looks
from tests.commands.conftest import MONDAY_NOON, card, proposes
from tests.commands.projects.test_projects import adds, plans, today_of


@pytest.fixture
def slack(slack):
    slack.add_channel("portfolio", members=["ana", "ben", "cleo", "dana"])
    return slack


@pytest.fixture
def council(slack, shop):
    """Ana, Ben and Cleo are the council, Dana is finance; Cleo owns Onboarding."""
    ids = {name: slack.workspace.user_named(name).id for name in ("ana", "ben", "cleo", "dana")}
    live_since(shop, MONDAY_NOON - timedelta(days=100))
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = slack.channel("portfolio").id
        of_prefix = select(ValueStream).where(ValueStream.key_prefix == "ONB")
        session.scalars(of_prefix).one().owner_user_id = ids["cleo"]
        for name, user_id in ids.items():
            role = Role.FINANCE if name == "dana" else Role.COUNCIL
            here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
            session.add(RoleGrant(**here, role=role, user_id=user_id))
    return shop


def sends(slack):
    subscribes(slack)
    slack.as_user("ana").types("/flow digest send", channel="portfolio")
    return the_digest(slack)


def test_a_vote_is_reached_from_the_thread_and_gone_from_it_once_all_have_voted(slack, council):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana, ben, cleo = (slack.as_user(name) for name in ("ana", "ben", "cleo"))
    ben.types("/epic move PAY-1 implementing", channel="payments")
    slack.wait_for(lambda: "Testing the MVP" in card(slack, "PAY-1").text)
    ana.types("/decision open PAY-1", channel="payments")
    assert ana.form(title="Open a decision").submit().closed
    digest = sends(slack)
    reply = in_thread(slack, "Waiting for an answer ·")
    for voter in (ana, ben, cleo):
        voter.click("Vote on PAY-1", in_message=reply)
        window = voter.form(title="Decision D-1")
        assert window.shows("Pay by bank transfer")
        window.click("Persevere")
        slack.wait_for(lambda window=window: window.shows("Your vote"))
    slack.clock.advance(timedelta(minutes=11))
    slack.wait_for(lambda: reply.text == "Waiting for an answer · all solved. Thank you.")
    slack.wait_for(lambda: "Vote on PAY-1" not in digest.buttons)
    assert reply.buttons == []


def test_a_shift_is_reached_from_the_thread_and_gone_from_it_once_it_is_approved(slack, council):
    for stream, amount in (("Onboarding", "1.6m"), ("Payments", "900k")):
        funds(slack, stream, amount)
    assert looks(slack, "80k").submit().closed
    digest = sends(slack)
    reply = in_thread(slack, "Waiting for an answer ·")
    assert "€80k from Onboarding to Payments" in reply.text
    for approver in ("cleo", "dana"):
        person = slack.as_user(approver)
        person.click("Review the shift", in_message=reply)
        window = person.form(title="Budget shift")
        assert window.shows("€80,000 from Onboarding to Payments")
        window.click("Approve €80,000")
        slack.wait_for(lambda window=window: window.shows(" approved"))
    slack.wait_for(lambda: reply.text == "Waiting for an answer · all solved. Thank you.")
    slack.wait_for(lambda: "Review the shift" not in digest.buttons)
    assert reply.buttons == []


def test_a_project_is_reached_from_the_thread_and_gone_from_it_once_its_milestone_came(
    slack, council
):
    project = adds(slack, council, "PRJ-204")
    plans(slack, council, project, "M3", today_of(slack) - timedelta(days=14))
    sends(slack)
    reply = in_thread(slack, "Projects ·")
    ben = slack.as_user("ben")
    ben.click("Open PRJ-204", in_message=reply)
    window = ben.form(title="A project")
    assert window.shows("14 days late, agreed")
    window.chooses_overflow("Change it")
    form = ben.form(title="Edit the milestone")
    form.choose("The day it came", today_of(slack).isoformat())
    assert form.submit().closed
    slack.wait_for(lambda: reply.text == "Projects · all solved. Thank you.")
    assert reply.buttons == []
