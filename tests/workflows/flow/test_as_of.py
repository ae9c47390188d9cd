"""The board as of a moment counts each epic where its last entry by then put it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.flow.as_of import board_as_of
from models.epics.epic import Epic
from models.portfolio.portfolio import Phase, Portfolio
from tests.workflows.builders import MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases


def board(database, days):
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        return board_as_of(session, portfolio, MONDAY + timedelta(days=days))


def moved(database, way):
    """An epic of Payments, proposed on Monday and moved to each state on its day, in this order."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        epic = session.get_one(Epic, an_epic(session, workspace_id, 1).id)
        portfolio = session.get_one(Portfolio, portfolio_id)
        for state, phase, day in way:
            at = MONDAY + timedelta(days=day)
            session.add(epic.move(portfolio.state(state), None, None, at, phase))
            session.flush()


def stood(told):
    return {state: count for state, count in told.count_per_state.items() if count}


def test_an_epic_is_not_known_before_its_first_entry(database):
    moved(database, [("ready", None, 2)])
    before = board(database, -1)
    assert (before.items_known, before.wip_total, stood(before)) == (0, 0, {})
    assert stood(board(database, 1)) == {"funnel": 1}


def test_an_entry_counts_from_its_very_moment_and_of_one_moment_the_last(database):
    moved(database, [("ready", None, 2), ("analyzing", None, 2), ("done", None, 4)])
    assert stood(board(database, 2)) == {"analyzing": 1}
    assert board(database, 2).wip_per_value_stream == {"Payments": 1}
    assert (stood(board(database, 4)), board(database, 4).wip_total) == ({"done": 1}, 0)


def test_a_state_in_two_columns_counts_in_both(database):
    moved(database, [("implementing", None, 1), ("implementing", Phase.DELIVERING, 3)])
    assert board(database, 2).count_per_column == {"testing": 1}
    assert board(database, 3).count_per_column == {"delivering": 1}
    assert stood(board(database, 3)) == {"implementing": 1}
