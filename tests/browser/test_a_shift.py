"""Money moved between streams: silently, with two approvals, declined, and one that overdraws."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from bot.workflows.budgets import funding
from bot.workflows.keeping import Act
from models.budgets.forms import FundingForm
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from sandbox import Sandbox
from tests.browser.acting import be, choose, message, say
from tests.browser.conftest import wait_longer
from tests.commands.conftest import MANIFEST, furnish, minded, running

PEOPLE = ("ana", "ben", "cleo", "dana")
MONDAY_NOON = datetime(2026, 5, 18, 10, tzinfo=UTC)
FUNDED = {"Onboarding": 160_000_000, "Payments": 90_000_000}


@pytest.fixture
def slack(sqlite_url):
    """Ben owns Payments, Cleo Onboarding, and Dana is finance; both streams are funded."""
    with Sandbox(manifest=MANIFEST) as slack:
        for name in PEOPLE:
            slack.add_user(name)
        for name in ("payments", "portfolio"):
            slack.add_channel(name, members=PEOPLE)
        wait_longer(slack)
        slack.clock.set(MONDAY_NOON)
        with running(slack, sqlite_url) as tack:
            furnish(slack, tack)
            fund(slack, tack)
            yield slack
        assert minded(slack) == []


def fund(slack, tack):
    cleo, dana = (slack.workspace.user_named(name).id for name in ("cleo", "dana"))
    with tack.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = slack.channel("portfolio").id
        streams = {stream.name: stream for stream in portfolio.value_streams}
        streams["Onboarding"].owner_user_id = cleo
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        session.add(RoleGrant(role=Role.FINANCE, user_id=dana, **here))
        session.flush()
        act = Act(session, portfolio.workspace_id, dana, slack.clock.now())
        for name, minor in FUNDED.items():
            form = FundingForm(value_stream_id=streams[name].id, amount_minor=minor)
            funding.fund(act, portfolio.id, form)


def test_money_moves_silently_with_two_approvals_or_not_at_all(page, slack):
    look = looks(page, "Cleo", "30k")
    expect(look).to_contain_text("Nobody needs to approve this")
    look.get_by_role("button", name="Move €30,000").click()
    expect(page.get_by_text("€30,000 moved from Onboarding to Payments")).to_be_visible()

    look = looks(page, "Ben", "80k")
    expect(look).to_contain_text("Moved out of Onboarding this year: €110,000, 6.9 % of at most 10")
    look.get_by_role("button", name="Ask Cleo and Dana").click()
    asked = message(page, "Budget shift · €80,000 from Onboarding to Payments")
    for name in ("Cleo", "Dana"):
        be(page, name, "portfolio")
        asked.get_by_role("button", name="Approve €80,000").click()
        page.locator("#confirm").get_by_role("button", name="Approve €80,000").click()
        if name == "Cleo":
            expect(asked).to_contain_text("approved")
    done = message(page, "Done · €80,000 from Onboarding to Payments")
    expect(done).to_contain_text("Payments has €1,010,000 available.")

    looks(page, "Ben", "40k").get_by_role("button", name="Ask Cleo and Dana").click()
    asked = message(page, "Budget shift · €40,000 from Onboarding to Payments")
    be(page, "Cleo", "portfolio")
    asked.get_by_role("button", name="Decline with a reason").click()
    form = page.get_by_role("dialog", name="Decline the shift")
    form.get_by_label("Why not?").fill("Onboarding needs it in autumn")
    form.locator("[type=submit]").click()
    declined = message(page, "Declined · €40,000 from Onboarding to Payments")
    expect(declined).to_contain_text("Onboarding needs it in autumn")
    expect(declined).to_contain_text("€40,000 is available in Onboarding again.")

    look = looks(page, "Ben", "9m")
    expect(look).to_contain_text("This would overdraw Onboarding by €7,510,000.")
    expect(look).to_contain_text("Largest shift possible now: €1,490,000")
    expect(look.locator("[type=submit]")).to_be_hidden()


def looks(page, name, amount):
    """What a shift of so much from Onboarding to Payments would do."""
    be(page, name, "portfolio")
    say(page, f"/budget shift {amount} A second test environment")
    form = page.get_by_role("dialog", name="Shift money")
    choose(form, "From which value stream?", "Onboarding")
    choose(form, "To which?", "Payments")
    form.locator("[type=submit]").click()
    look = page.get_by_role("dialog", name=re.compile("^Check before asking"))
    expect(look).to_contain_text("from Onboarding to Payments")
    return look
