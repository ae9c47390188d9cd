"""A board as of a day tells of the value streams as they were on that day."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.epics.moving import move
from bot.workflows.epics.transferring import give
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.terminals import typed
from tests.workflows.builders import BEN, MONDAY, a_portfolio, an_epic


@pytest.mark.parametrize(
    ("days", "in_flight"), [(1, {"Payments": 1}), (3, {"Onboarding": 1}), (6, {"Payments": 1})]
)
def test_an_epic_counts_for_the_stream_it_was_in(database, database_url, days, in_flight):
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        streams = {s.key_prefix: s.id for s in session.scalars(select(ValueStream))}
        an_epic(session, workspace_id, streams["PAY"])
        reviewing = session.get_one(Portfolio, portfolio_id).state("reviewing")
        move(session, workspace_id, BEN, 1, reviewing.id, None, None, MONDAY)
        for day, prefix, who in ((2, "ONB", BEN), (5, "PAY", "U0ANA")):
            at = MONDAY + timedelta(days=day)
            give(session, workspace_id, who, 1, streams[prefix], None, at)
    as_of = (MONDAY + timedelta(days=days)).date().isoformat()
    asked = ("board", "--portfolio", "Shop", "--as-of", as_of, "--json")
    done = typed(*asked, DATABASE_URL=database_url)
    assert json.loads(done.stdout)["wip_per_value_stream"] == in_flight
