"""`/flow explain`, and the button of a digest."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio
from tests.commands.conftest import furnish, running

TUESDAY = datetime(2026, 5, 19, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def shop(slack, database_url):
    """The shop on a Tuesday: nine finished, one is in flight for long."""
    slack.clock.set(TUESDAY)
    slack.add_channel("portfolio", members=["ana", "ben", "cleo", "dana"])
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        with tack.database.write() as session:
            portfolio = session.scalars(select(Portfolio)).one()
            portfolio.live_at = portfolio.created_at = TUESDAY - 400 * DAY
            for number in range(9):
                an_epic(session, portfolio, f"Refunds {number}", ("ready", 60), ("done", 20))
            an_epic(session, portfolio, "Wallet", ("ready", 45))
        yield tack


def an_epic(session, portfolio, title, *way, **more):
    """One of Payments that entered states so many days ago."""
    stream = next(each for each in portfolio.value_streams if each.key_prefix == "PAY")
    here = {"workspace_id": portfolio.workspace_id, "portfolio": portfolio}
    epic = Epic(key=stream.take_key(), title=title, value_stream=stream, version=1, **here, **more)
    for step, (name, days_ago) in enumerate(way):
        state, at = portfolio.state(name), TUESDAY - days_ago * DAY
        session.add(epic.move(state, None, None, at) if step else epic.enter(state, at, None))
    return epic


def sends_digest(slack):
    ana = slack.as_user("ana")
    ana.types("/flow digest subscribe", channel="portfolio")
    assert ana.form().submit().closed
    ana.types("/flow digest send", channel="portfolio")
    return slack.wait_for(lambda: told(slack))


def told(slack):
    found = [each for each in slack.channel("portfolio").messages if "in flight" in each.text]
    return found[-1] if found else None


def test_a_number_of_a_digest_is_explained_as_it_was_told_also_when_things_went_on(slack, shop):
    digest = sends_digest(slack)
    assert "1 is past the line of day 40" in str(digest.blocks)
    with shop.database.write() as session:
        wallet = session.scalars(select(Epic).where(Epic.title == "Wallet")).one()
        done = wallet.portfolio.state("done")
        session.add(wallet.move(done, None, None, TUESDAY + timedelta(minutes=5)))
    slack.clock.set(TUESDAY + DAY)
    dana = slack.as_user("dana")
    dana.click("Explain a number", in_message=told(slack))
    page = slack.wait_for(lambda: dana.form(title="Explain a number"))
    assert page.shows("the figures of the digest of")
    assert page.shows("*In flight* 1")
    assert page.shows("*PAY-10* Wallet · ready, day 45")
    assert page.shows("*Finished* 9 in 13 weeks (9 in week 18), 0 in the 13 before")
    assert page.shows("*PAY-3* Refunds 2 · 40 days")
    assert page.shows("*PAY-10* Wallet · day 45")


def test_flow_explain_is_of_now_and_of_what_the_channel_is_told_of(slack, shop):
    slack.clock.set(TUESDAY + DAY)
    ana = slack.as_user("ana")
    ana.types("/flow explain", channel="payments")
    page = ana.form(title="Explain a number")
    assert page.shows("*Shop* · Payments · the figures as they are now.")
    assert page.shows("*PAY-10* Wallet · ready, day 46")
    ana.types("/flow explain", channel="portfolio")
    assert ana.form(title="Explain a number").shows("*Shop* · the figures as they are now.")


def test_restricted_epics_are_neither_counted_nor_named_also_for_who_may_see_them(slack, shop):
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        secret = ("Secret", ("ready", 300))
        an_epic(session, portfolio, *secret, restricted=True, owner_user_id=slack.as_user("ana").id)
    ana = slack.as_user("ana")
    ana.types("/flow explain", channel="portfolio")
    page = ana.form(title="Explain a number")
    assert page.shows("*In flight* 1")
    assert not page.shows("Secret")


def test_who_does_not_see_the_portfolio_is_told_nothing(slack, shop):
    sends_digest(slack)
    with shop.database.write() as session:
        session.scalars(select(Portfolio)).one().open_to_all = False
    dana = slack.as_user("dana")
    dana.click("Explain a number", in_message=told(slack))
    said = slack.wait_for(lambda: dana.private_messages("portfolio"))[-1].text
    assert said == "That is not there any more. /flow explain shows what there is."
