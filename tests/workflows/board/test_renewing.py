"""Each night the cards of open epics are drawn anew: they count days."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.workflows.board import renewing
from models.epics.epic import Epic
from models.message import Message
from models.work import Work
from tests.workflows.builders import BEN, MONDAY, a_portfolio, an_epic


@pytest.fixture
def shop(database):
    """Three epics with a card in a channel each, the third of them stopped; the workspace's id."""
    workspace_id, _ = a_portfolio(database)
    with database.write() as session:
        for number in range(3):
            an_epic(session, workspace_id, 1, f"Idea {number}")
    with database.write() as session:
        for card in session.scalars(select(Message)):
            card.ts = f"17000000{card.id:02}.000100"
        stopped = session.get_one(Epic, 3)
        session.add(stopped.move(stopped.portfolio.state("stopped"), BEN, "Enough", MONDAY))
        session.execute(delete(Work))
    return workspace_id


def renewed(database, workspace_id, at=MONDAY):
    with database.write() as session:
        renewing.renew_due(session, workspace_id, at)
    with database.read() as session:
        return {work.key: work.due_at for work in session.scalars(select(Work))}


def test_cards_of_open_epics_are_drawn_anew_and_then_each_night(database, shop):
    after_midnight_in_berlin = datetime(2026, 5, 18, 22, 5, tzinfo=UTC)
    assert renewed(database, shop) == {
        "message:1": MONDAY,
        "message:2": MONDAY,
        f"days:{shop}": after_midnight_in_berlin,
    }


def test_a_card_that_slack_refused_or_never_showed_is_left_alone(database, shop):
    with database.write() as session:
        session.get_one(Message, 1).refusal = "channel_not_found"
        session.get_one(Message, 2).ts = None
    assert set(renewed(database, shop)) == {f"days:{shop}"}


def test_it_begins_with_the_next_night_and_once_begun_stays(database, shop):
    for at in (MONDAY, MONDAY + timedelta(days=30)):
        with database.write() as session:
            renewing.begin(session, shop, at)
    with database.read() as session:
        due = session.get_one(Work, (shop, f"days:{shop}")).due_at
    assert due == datetime(2026, 5, 18, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (datetime(2026, 3, 28, 23, 5, tzinfo=UTC), datetime(2026, 3, 29, 22, 5, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 5, tzinfo=UTC), datetime(2026, 10, 25, 23, 5, tzinfo=UTC)),
    ],
)
def test_nights_are_those_of_the_portfolio_when_its_clocks_change(database, shop, before, after):
    assert renewed(database, shop, before)[f"days:{shop}"] == after
