"""Money committed by go and persevere, from the forms to the card, the stream and the stop."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.workflows.budgets import booking
from models.budgets.spend import Fact
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.commands.budgets.test_shift import funds, said, year
from tests.commands.conftest import card, proposes

__all__ = ["year"]


@pytest.fixture
def epic(slack, year):
    """PAY-1, of 60,000 for its MVP and 200,000 in all, which Ben decides on alone."""
    proposes(slack, "Refunds in the app")
    with year.database.write() as session:
        found = session.scalars(select(Epic)).one()
        found.mvp_cost_minor, found.full_cost_minor = 60_000_00, 200_000_00
    slack.as_user("ben").types("/epic move PAY-1 analyzing", channel="payments")
    return year


def decides(slack, outcome, this_year=None):
    """Ben alone, by the form; what he is shown before it is done."""
    ben = slack.as_user("ben")
    ben.types("/decision open PAY-1", channel="payments")
    form = ben.form(title="Decide")
    form.choose("What is your decision?", outcome)
    form.fill("Why, in a sentence?", "It pays")
    if this_year:
        form.fill("How much of the rest falls into 2026, EUR?", this_year)
    sent = form.submit()
    assert not sent.errors, sent.errors
    look = ben.form(title="Check your decision")
    shown = said(look)
    assert look.submit().closed
    return shown


def shows(slack, typed, who="ben"):
    person = slack.as_user(who)
    person.types(typed, channel="payments")
    return said(person.form(title="Budget"))


def test_the_way_of_an_epics_money_from_go_to_a_stop(slack, epic):
    ben = slack.as_user("ben")
    shown = decides(slack, "Go")
    assert "at once, and commits €60,000; Payments keeps €840,000 available in 2026." in shown
    slack.wait_for(lambda: card(slack, "PAY-1").shows("Ready"))
    ben.types("/epic move PAY-1 implementing", channel="payments")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("Testing the MVP"))
    shown = decides(slack, "Persevere", "100k")
    assert "commits €100,000, with €40,000 more promised for the period after 2026" in shown
    shown = shows(slack, "/budget show payments")
    assert "*€740,000 available*" in shown
    assert "*PAY-1 Refunds in the app* · €160,000 left · €40,000 promised" in shown
    fund_less(slack, epic)
    ben.types("/epic give PAY-1 Onboarding because it is theirs", channel="payments")
    asked = shown_to(ben)
    assert "Not covered: €160,000. Onboarding is €60,000 short." in asked.text
    ben.click("Ask for a shift", in_message=asked)
    form = ben.form(title="Shift money")
    assert form.value("How much, EUR?") == "60,000"
    assert form.value("Why?") == "PAY-1 Refunds in the app is not covered in Onboarding"
    form.choose("From which value stream?", "Payments · €900,000 available")
    form.submit()
    cleo = slack.as_user("cleo")
    cleo.click("Ask for a shift", in_message=shown_to(cleo))
    late = cleo.form(title="Shift money")
    late.choose("From which value stream?", late.options("From which value stream?")[1])
    late.submit()
    assert ben.form(title="Check before asking").submit().closed
    cleo.form(title="Check before asking").submit()
    assert cleo.form().shows("€60,000 from Payments is already asked for to cover PAY-1.")
    asked = shown_to(ben)
    assert "€60,000 from Payments is asked for, until" in asked.text
    ben.click("See the request", in_message=asked)
    assert ben.form(title="Budget shift").shows("€60,000 from Payments to Onboarding")
    funds(slack, "Onboarding", "60k")
    cleo = slack.as_user("cleo")
    cleo.click("Cover it", in_message=shown_to(cleo))
    slack.wait_for(lambda: "PAY-1 is covered" in cleo.private_messages()[-1].text)
    cleo.types("/epic stop PAY-1 nobody uses it", channel="payments")
    assert "nobody uses it. €160,000 went back to Onboarding." in shown_to(cleo).text


def shown_to(person):
    """The card, as they alone have it."""
    person.types("/epic show PAY-1", channel="payments")
    return person.private_messages()[-1]


def fund_less(slack, year):
    """Have Onboarding 100,000 left."""
    with year.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        theirs = select(ValueStream).where(ValueStream.key_prefix == "ONB")
        fact = Fact(date(2026, 1, 1), 1_500_000_00, session.scalars(theirs).one().id)
        booking.book(session, portfolio, [fact], None, slack.clock.now())
