"""Staging a history in a temporary table, where it holds nobody up, and taking it over from there.

On SQLite a temporary table is not behind the lock that every click waits for; taken over from it,
the rows are written within the database, many times faster than from here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    exists,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session, aliased

from models.base import UtcDateTime
from models.epics.epic import Epic, Transition
from models.flow.flow import Move
from models.portfolio.portfolio import Portfolio, State

CHUNK = 5_000
TRANSITIONS = Transition.metadata.tables[Transition.__tablename__]
STAGED = Table(
    "staged_transitions",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("source", String(80)),
    Column("source_id", String(200)),
    Column("from_state", String(40)),
    Column("to_state", String(40)),
    Column("at", UtcDateTime()),
    prefixes=["TEMPORARY"],
)

Way = tuple[str, str, Sequence[Move]]
"""An epic's source, its id there, and its moves, oldest first."""

Places = tuple[int, int]
"""The first and the last of the transitions staged, in the order of the ways, from 1."""


@contextmanager
def staged(connection: Connection, ways: Iterable[Way]) -> Iterator[None]:
    """Hold the ways in a table that only this connection sees, until the end."""
    with connection.begin():
        STAGED.create(connection)
        rows = _rows(ways)
        while chunk := list(islice(rows, CHUNK)):
            connection.execute(insert(STAGED), chunk)
        if connection.dialect.name == "postgresql":  # which else takes it for nearly empty
            connection.exec_driver_sql(f"ANALYZE {STAGED.name}")
    try:
        yield
    finally:
        with connection.begin():
            STAGED.drop(connection)


def grown(session: Session, portfolio: Portfolio, places: Places) -> set[tuple[str, str]]:
    """Which of the portfolio's epics have a transition staged there that is not stored yet."""
    columns = _missing(portfolio, places).with_only_columns(Epic.source, Epic.source_id)
    rows = session.execute(columns.order_by(None).distinct())
    return {(source or "", source_id or "") for source, source_id in rows}


def take_over(session: Session, portfolio: Portfolio, places: Places) -> int:
    """Store each transition staged there that is not stored yet; how many."""
    columns = ["workspace_id", "epic_id", "from_state_id", "to_state_id", "at"]
    statement = insert(TRANSITIONS).inline().from_select(columns, _missing(portfolio, places))
    options = {"preserve_rowcount": True}
    return session.connection().execute(statement, execution_options=options).rowcount


def _rows(ways: Iterable[Way]) -> Iterator[dict[str, object]]:
    place = 0
    for source, source_id, moves in ways:
        left: str | None = None
        for move in moves:
            place += 1
            yield {
                "place": place,
                "source": source,
                "source_id": source_id,
                "from_state": left,
                "to_state": move.to_state,
                "at": move.at,
            }
            left = move.to_state


def _missing(portfolio: Portfolio, places: Places) -> Select[Any]:
    left, entered = aliased(State), aliased(State)
    stored = exists().where(
        Transition.epic_id == Epic.id,
        Transition.to_state_id == entered.id,
        Transition.at == STAGED.c.at,
    )
    epic = and_(
        Epic.portfolio_id == portfolio.id,
        Epic.source == STAGED.c.source,
        Epic.source_id == STAGED.c.source_id,
    )
    return (
        select(literal(portfolio.workspace_id), Epic.id, left.id, entered.id, STAGED.c.at)
        .select_from(STAGED)
        .join(Epic, epic)
        .join(
            entered,
            and_(entered.portfolio_id == portfolio.id, entered.name == STAGED.c.to_state),
        )
        .outerjoin(left, and_(left.portfolio_id == portfolio.id, left.name == STAGED.c.from_state))
        .where(STAGED.c.place.between(*places), ~stored)
        .order_by(STAGED.c.place)
    )
