"""Two workspaces on one database: each process does the work of its own, and of no other."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.board.home import Home
from models.work import Lane, Work, put
from tests.faults.conftest import STREAMS, a_shop
from tests.faults.replicas import FASTER

WEEK = timedelta(days=7)


@pytest.fixture
def other(shop, database, database_url):
    """Another workspace, with a Slack of its own; people and channels have the same ids there."""
    with a_shop(database, database_url, shop.clock, "T0OTHER") as other:
        yield other


def rows(shop):
    """All that waits in the workspace, and its lanes, in all their columns."""
    with shop.database.read() as session:
        return {
            noun.__tablename__: session.execute(
                select(*noun.__table__.c).where(noun.workspace_id == shop.workspace_id)
            ).all()
            for noun in (Work, Lane)
        }


def has_timers_due(shop):
    """Each kind of work of the workspace is due."""
    with shop.database.write() as session:
        home = Home(
            workspace_id=shop.workspace_id,
            user_id=shop.slack.workspace.user_named("ana").id,
            opened_at=shop.clock.now(),
        )
        session.add(home)
        session.flush()
        keys = (home.work_key, "groups:1", f"days:{shop.workspace_id}", "digest:1", "export:1")
        for key in (*keys, f"audit:{shop.workspace_id}"):
            put(session, shop.workspace_id, key, shop.clock.now() - WEEK)


def calls(shop):
    return [request.method for request in shop.slack.requests]


def test_each_shows_its_own_and_nothing_of_one_that_was_killed_is_touched(shop, other):
    for each in (shop, other):
        each.run()
    for number in range(2 * len(STREAMS)):
        shop.propose(number)
        other.propose(number)
    for each in (shop, other):
        each.wait_until_nothing_waits()
        each.check_cards()
    other.running[-1].kill_all()
    has_timers_due(other)
    late = other.propose(7)
    before, said = rows(other), calls(other)
    for number in range(len(STREAMS)):
        shop.propose(100 + number)
    shop.wait_until_nothing_waits()
    time.sleep(30 / FASTER)
    shop.check_cards()
    assert (rows(other), calls(other)) == (before, said)
    other.run()
    other.move(late, "reviewing")
    other.wait_until_nothing_waits()
    other.check_cards()
    assert shop.slack.findings == other.slack.findings == []
