"""A go for the MVP, voted on by the council: who is not asked, and who comes too late, is told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from sandbox import Sandbox
from tests.browser.acting import be, later, message, say
from tests.browser.conftest import wait_longer
from tests.commands.conftest import MANIFEST, furnish, minded, running

COUNCIL = ("ben", "cleo", "eli")
PEOPLE = ("ana", "dana", *COUNCIL)
MONDAY_NOON = datetime(2026, 5, 11, 10, tzinfo=UTC)


@pytest.fixture
def slack(sqlite_url):
    """Ben, Cleo and Eli are the council; PAY-1 of Ana is being analyzed."""
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
                portfolio = session.scalars(select(Portfolio)).one()
                portfolio.channel_id = slack.channel("portfolio").id
                portfolio.live_at -= timedelta(days=60)
                here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
                for name in COUNCIL:
                    user_id = slack.workspace.user_named(name).id
                    session.add(RoleGrant(role=Role.COUNCIL, user_id=user_id, **here))
            yield slack
        assert minded(slack) == []


def test_a_go_is_voted_on_and_moves_the_epic_ten_minutes_after_the_last_press(page, slack):
    card = in_analysis(page)
    be(page, "Ana", "payments")
    say(page, "/decision open PAY-1")
    form = page.get_by_role("dialog", name="Open a decision")
    form.locator("[type=submit]").click()
    expect(form).to_be_hidden()
    expect(card).to_contain_text("0 of 3 have voted")

    press(page, "Dana", "No objection")
    expect(
        page.get_by_text("Only the people who were asked when D-1 was opened can vote")
    ).to_be_visible()
    for count, name in enumerate(("Ben", "Cleo", "Eli"), start=1):
        press(page, name, "No objection")
        expect(ballot(page)).to_contain_text(f"Voted ({count}):")
    expect(card_of(page)).to_contain_text("Analyzing")
    old = shown(slack)
    later(page, "1 hour", "Monday, 11 May 2026")
    be(page, "Eli", "portfolio")
    result = message(page, "PAY-1 · Decided:")
    expect(result).to_contain_text("3 no objection")
    expect(card_of(page)).to_contain_text("Ready")

    as_it_was(slack, old)
    press(page, "Eli", "No objection")
    too_late = re.compile(r"D-1 closed at \d+:\d\d:\d\d on 11 May 2026, so this press does not")
    expect(page.get_by_text(too_late)).to_be_visible()


def in_analysis(page):
    """Propose PAY-1 and bring it there."""
    be(page, "Ana", "payments")
    say(page, "/epic propose")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What should change?").fill("Pay by bank transfer")
    form.get_by_label("What do you believe, in a sentence?").fill("More people pay.")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(form).to_be_hidden()
    be(page, "Ben", "payments")
    say(page, "/epic move PAY-1 analyzing")
    card = message(page, "PAY-1 · Pay by bank transfer Payments")
    expect(card).to_contain_text("Analyzing")
    return card


def card_of(page):
    """The card, wherever one was."""
    page.get_by_role("link", name="# payments").click()
    return message(page, "PAY-1 · Pay by bank transfer Payments")


def ballot(page):
    return message(page, "PAY-1 · Go for the MVP?")


def press(page, name, choice):
    be(page, name, "portfolio")
    ballot(page).get_by_role("button", name=f"{choice}: ").click()


def shown(slack):
    """The ballot in the channel, with its blocks."""
    (found,) = (m for m in slack.channel("portfolio").messages if m.text.startswith("PAY-1 · Go"))
    return found, found.text, [dict(block) for block in found.blocks]


def as_it_was(slack, old):
    """Show it with its buttons once more, as a channel may that was not redrawn."""
    found, found.text, found.blocks[:] = old
    slack.workspace.changed("state")
