"""Staging epics in a temporary table, where they hold nobody up, and taking them over.

Value streams and themes are named here; taking over finds their ids, leaves out what is there
already, and gives keys to the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    not_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot.workflows.files.importing.staging import CHUNK
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, ValueStream
from models.themes.theme import Theme

EPICS = Epic.metadata.tables[Epic.__tablename__]
FOUND_LATER = frozenset({"id", "key", "value_stream_id", "theme_id"})
STAGED = Table(
    "staged_epics",
    MetaData(),
    Column("place", Integer),
    Column("own_key", String(24)),
    Column("stream_name", String(80)),
    Column("theme_name", String(100)),
    # An id of another table has its type only once the module of that table is read as well.
    *(
        Column(each.name, Integer if each.foreign_keys else each.type)
        for each in EPICS.c
        if each.name not in FOUND_LATER
    ),
    prefixes=["TEMPORARY"],
)


@contextmanager
def staged(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Hold the rows, in this order, in a table that only this connection sees, until the end.

    Each has all columns of an epic but ids and key, and own_key, stream_name and theme_name.
    """
    with connection.begin():
        STAGED.create(connection)
        for start in range(0, len(rows), CHUNK):
            some = enumerate(rows[start : start + CHUNK], start)
            connection.execute(insert(STAGED), [{**row, "place": place} for place, row in some])
    try:
        yield
    finally:
        with connection.begin():
            STAGED.drop(connection)


def name_successors(session: Session, streams: Mapping[str, ValueStream]) -> None:
    """Have what is staged for a value stream go to the one it was merged into meanwhile."""
    for name, stream in streams.items():
        if stream.name != name:
            here = update(STAGED).where(STAGED.c.stream_name == name)
            session.connection().execute(here.values(stream_name=stream.name))


def take_over(session: Session, portfolio: Portfolio, streams: Mapping[str, ValueStream]) -> int:
    """Store what is staged and not there yet; how many.

    Whose key is not given has the next one of its value stream, by name, whose row is locked.
    """
    session.flush()
    new = _new(portfolio)
    without_key = select(STAGED.c.stream_name, func.count()).where(new, STAGED.c.own_key.is_(None))
    given = session.execute(without_key.group_by(STAGED.c.stream_name)).all()
    copied = [c for c in STAGED.c if c.name in EPICS.c]
    number = (
        ValueStream.next_number
        - 1
        + func.row_number().over(
            partition_by=(STAGED.c.stream_name, STAGED.c.own_key.is_(None)),
            order_by=STAGED.c.place,
        )
    )
    next_key = ValueStream.key_prefix + "-" + cast(number, String)
    key = case((STAGED.c.own_key.is_not(None), STAGED.c.own_key), else_=next_key)
    rows = (
        select(key, ValueStream.id, Theme.id, *copied)
        .select_from(STAGED)
        .join(
            ValueStream,
            and_(
                ValueStream.portfolio_id == portfolio.id,
                ValueStream.name == STAGED.c.stream_name,
            ),
        )
        .outerjoin(
            Theme,
            and_(Theme.portfolio_id == portfolio.id, Theme.name == STAGED.c.theme_name),
        )
        .where(new)
        .order_by(STAGED.c.place)
    )
    names = ["key", "value_stream_id", "theme_id", *(c.name for c in copied)]
    done = session.connection().execute(
        insert(EPICS).inline().from_select(names, rows),
        execution_options={"preserve_rowcount": True},
    )
    for name, count in given:
        streams[name].take_keys(count)
    return done.rowcount


def _new(portfolio: Portfolio) -> ColumnElement[bool]:
    """Whether a staged epic is not there: by its key in the workspace, or as its source's."""
    same_key = exists().where(
        Epic.workspace_id == portfolio.workspace_id, Epic.key == STAGED.c.own_key
    )
    same_source = exists().where(
        Epic.portfolio_id == portfolio.id,
        Epic.source == STAGED.c.source,
        Epic.source_id == STAGED.c.source_id,
    )
    return and_(not_(same_key), not_(same_source))
