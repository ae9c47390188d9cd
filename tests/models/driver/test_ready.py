"""Statements made ready once: what they find is what SQLAlchemy would find."""

from datetime import timedelta

import pytest
from sqlalchemy import Integer, bindparam, column, literal, select, table
from sqlalchemy.exc import DatabaseError

from models.decisions.question import Choice
from models.driver.ready import Ready
from models.portfolio.portfolio import Portfolio
from models.work import Work, put
from tests.workflows.builders import MONDAY, a_portfolio

LATER = MONDAY + timedelta(days=1)
DUE = (
    select(Work.key, Work.due_at, Work.dead_at, literal(Choice.PIVOT), Portfolio.name)
    .outerjoin(Portfolio, Portfolio.id == bindparam("portfolio_id"))
    .where(Work.due_at <= bindparam("by", type_=Work.due_at.type), Work.key.in_(["one", "two"]))
    .order_by(Work.key)
)


@pytest.fixture
def shop(database):
    """A portfolio, and work that is due on two days."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        put(session, workspace_id, "one", MONDAY)
        put(session, workspace_id, "two", LATER)
        put(session, workspace_id, "three", MONDAY)
    return portfolio_id


def test_finds_the_same_rows_whatever_their_columns_hold(database, shop):
    ready = Ready(DUE)
    for by, found in ((MONDAY, 1), (LATER, 2)):
        asked = {"by": by, "portfolio_id": shop}
        with database.read() as session:
            rows = ready.rows(session, asked)
            assert rows == [tuple(row) for row in session.execute(DUE, asked)]
            assert len(rows) == found
            assert rows[0][1:4] == (MONDAY, None, Choice.PIVOT)


def test_what_the_database_refuses_is_raised_as_of_sqlalchemy(database):
    nowhere = table("nowhere", column("x", Integer))
    with database.read() as session, pytest.raises(DatabaseError, match="nowhere"):
        Ready(select(nowhere.c.x)).rows(session, {})


def test_finds_what_the_session_has_changed(database, shop):
    asked = {"by": MONDAY, "portfolio_id": shop}
    with database.write() as session:
        session.get_one(Portfolio, shop).name = "Bank"
        assert [row[-1] for row in Ready(DUE).rows(session, asked)] == ["Bank"]
