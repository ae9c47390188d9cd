"""The rules of shifts, from `/budget rules` to the council's yes, and what runs meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from tests.commands.budgets.test_shift import looks, request, said, year

__all__ = ["year"]


@pytest.fixture
def council(slack, year):
    """Fay alone."""
    slack.add_user("fay")
    fay = slack.workspace.user_named("fay").id
    slack.channel("payments").members.add(fay)
    with year.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        session.add(RoleGrant(user_id=fay, role=Role.COUNCIL, **here))


def shown_rules(slack, who="dana"):
    person = slack.as_user(who)
    person.types("/budget rules", channel="payments")
    return person.form(title="Budget rules")


def test_other_rules_hold_from_the_councils_yes_on_and_what_runs_keeps_its_own(
    slack, year, council
):
    assert looks(slack, "80k").submit().closed
    first = slack.wait_for(lambda: request(slack))
    assert "By the rules every portfolio begins with: 2 % a quarter" in str(first.blocks)
    page = shown_rules(slack, "ben")
    assert "They are the ones every portfolio begins with." in said(page)
    assert not page.shows("Ask for other rules")
    page = shown_rules(slack)
    page.click("Ask for other rules")
    form = slack.as_user("dana").form(title="Budget rules")
    label = "How much may the owner move without approval, in % per quarter?"
    assert form.value(label) == "2"
    form.fill("Why?", "Four of five were approved within the hour")
    assert form.submit().errors == {
        label: "These are the current rules. Change at least one of them."
    }
    form.fill(label, "5")
    assert form.submit().closed
    ballot = slack.wait_for(lambda: slack.dm("fay").messages)[-1]
    told = str(ballot.blocks)
    assert "Without approval, per quarter: 5 %, 2 today" in told
    assert "for 1 working day\\n" in told
    assert "*Yes* puts the new rules in force for requests made after the close" in told
    page = shown_rules(slack)
    assert "*D-1* asks the council for other rules until" in said(page)
    assert "Up to *2 %* a quarter" in said(page)
    assert not page.shows("Ask for other rules")
    slack.as_user("fay").click("Yes", in_message=ballot)
    slack.clock.advance(timedelta(minutes=11))
    slack.wait_for(lambda: "these rules hold for what is asked" in str(slack.dm("fay").messages))
    page = shown_rules(slack)
    assert "Up to *5 %* a quarter" in said(page)
    assert "These hold since" in said(page)
    slack.as_user("cleo").click("Approve €80,000", in_message=request(slack))
    slack.wait_for(lambda: "approved" in str(request(slack).blocks))
    assert request(slack).shows("(free up to 2 %)")
    assert "By the rules every portfolio begins with: 2 % a quarter" in str(request(slack).blocks)
    told = said(looks(slack, "80k", "cleo"))
    assert "*Nobody needs to approve this*" in told


def test_the_councils_no_leaves_the_rules_as_they_are(slack, year, council):
    shown_rules(slack).click("Ask for other rules")
    form = slack.as_user("dana").form(title="Budget rules")
    form.fill("How much may the owner move without approval, in % per quarter?", "5")
    form.fill("Why?", "Four of five were approved within the hour")
    assert form.submit().closed
    ballot = slack.wait_for(lambda: slack.dm("fay").messages)[-1]
    slack.as_user("fay").click("No", in_message=ballot)
    slack.clock.advance(timedelta(minutes=11))
    slack.wait_for(lambda: "the rules stay as they are" in str(slack.dm("fay").messages))
    page = shown_rules(slack)
    assert "Up to *2 %* a quarter" in said(page)
    assert page.shows("Ask for other rules")
