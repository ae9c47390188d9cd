"""The demo once more: what was done in it stays, and so does its clock."""

from datetime import UTC, datetime, timedelta

from bot.demo.demo import where_it_was
from models.audit.audit import Act
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import a_portfolio

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)


def test_a_restarted_demo_goes_on_from_the_last_thing_that_happened(database):
    assert where_it_was(database, NOW) == NOW
    ids = a_portfolio(database)
    moved_to = datetime(2031, 1, 6, 9, tzinfo=UTC)
    with database.write(Act(None, "test", moved_to)) as session:
        session.get_one(Portfolio, ids[1]).name = "Later"
    assert where_it_was(database, NOW) == moved_to
    later = moved_to + timedelta(days=7)
    assert where_it_was(database, later) == later
