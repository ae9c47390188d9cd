"""People propose, the council decides, and on Monday the channel hears of it."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from sandbox import Sandbox
from tests.browser.acting import be, choose, later, message, pick, say
from tests.browser.conftest import wait_longer
from tests.commands.conftest import MANIFEST, furnish, minded, running

PEOPLE = ["ana", "ben", "cleo"]
COUNCIL = ("ben", "cleo")
MONDAY_NOON = datetime(2026, 5, 11, 10, tzinfo=UTC)


@pytest.fixture
def slack(sqlite_url):
    """Ben owns Payments, Cleo Onboarding, and both are the council."""
    with Sandbox(manifest=MANIFEST) as slack:
        for name in PEOPLE:
            slack.add_user(name)
        for name in ("payments", "portfolio"):
            slack.add_channel(name, members=PEOPLE)
        wait_longer(slack)
        slack.clock.set(MONDAY_NOON)
        with running(slack, sqlite_url) as tack:
            furnish(slack, tack)
            with tack.database.write() as session:
                name_council(slack, session)
            yield slack
        assert minded(slack) == []


def name_council(slack, session):
    portfolio = session.scalars(select(Portfolio)).one()
    portfolio.channel_id = slack.channel("portfolio").id
    portfolio.live_at -= timedelta(days=60)
    onboarding = select(ValueStream).where(ValueStream.key_prefix == "ONB")
    session.scalars(onboarding).one().owner_user_id = slack.workspace.user_named("cleo").id
    for name in COUNCIL:
        session.add(
            RoleGrant(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                role=Role.COUNCIL,
                user_id=slack.workspace.user_named(name).id,
            )
        )


def test_from_an_idea_to_mondays_digest(page):
    proposes(page, "Pay by bank transfer")
    decides(page, "Stop")
    hears_of_it(page)


def proposes(page, title):
    say(page, "/epic propose")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What should change?").fill(title)
    form.get_by_label("What do you believe, in a sentence?").fill("More people pay.")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(form).to_be_hidden()
    expect(message(page, f"PAY-1 · {title} Payments")).to_be_visible()


def decides(page, choice):
    be(page, "Ben", "payments")
    say(page, "/epic move PAY-1 implementing")
    card = message(page, "PAY-1 · Pay by bank transfer Payments")
    expect(card).to_contain_text("Testing the MVP")
    later(page, "1 week", "Monday, 18 May 2026")
    be(page, "Ana", "payments")
    expect(card).to_contain_text("day 7 since commitment")
    pick(page, card, "Open a decision")
    form = page.get_by_role("dialog", name="Open a decision")
    choose(form, "What do you recommend?", choice)
    form.get_by_label("Why?").fill("Nobody used it twice.")
    form.get_by_role("button", name="Ask the council").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("0 of 2 have voted")

    for count, name in enumerate(("Ben", "Cleo"), start=1):
        be(page, name, "portfolio")
        ballot = message(page, "PAY-1 · Persevere, pivot or stop?")
        ballot.get_by_role("button", name=f"{choice}: ").click()
        expect(ballot).to_contain_text(f"Voted ({count}):")
    later(page, "1 hour", "Monday, 18 May 2026")
    expect(ballot).to_contain_text("Until then nobody sees how it ended")
    later(page, "1 hour", "Monday, 18 May 2026")
    expect(message(page, "PAY-1 · Decided: stop")).to_contain_text("2 stop")
    be(page, "Ana", "payments")
    expect(card).to_contain_text("Decided by vote: stop, 2 to 0 (D-1)")


def hears_of_it(page):
    be(page, "Ana", "portfolio")
    say(page, "/flow digest subscribe")
    form = page.get_by_role("dialog")
    form.locator("[type=submit]").click()
    expect(form).to_be_hidden()
    later(page, "1 week", "Monday, 25 May 2026")
    digest = page.get_by_role("article").filter(has_text="Explain a number")
    expect(digest).to_contain_text("1 was stopped")
    expect(digest).to_contain_text("Stopped PAY-1 Pay by bank transfer")
    expect(digest).to_contain_text("Decided by vote: stop, 2 to 0 (D-1).")
    expect(digest).to_contain_text("In flight 0 (1 before)")
    expect(digest).to_contain_text("Time to finish: needs 8 finished epics")
    digest.get_by_role("button", name="Explain a number").click()
    explained = page.get_by_role("dialog", name="Explain a number")
    expect(explained).to_contain_text("the figures of the digest of today")
