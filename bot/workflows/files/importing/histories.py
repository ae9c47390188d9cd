"""Bringing a portfolio's history in from files: each epic with all of its way, and never twice.

Everything is read and checked before the database is touched, then written in parts, so that nobody
waits long for any of them. A part comes in whole or not at all; what was interrupted goes on from
there when it is done again.
What real histories do is taken as it is: skipped states, moves back, leaving done or stopped,
starting in the middle. Nothing is invented.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from bot.workflows.files.importing import staging
from bot.workflows.files.importing.creating import ensure_streams, found_portfolio
from bot.workflows.files.importing.parts import ROWS_AT_ONCE, Part, Parts
from models.audit.trail import note
from models.database import Database, refresh_statistics
from models.epics.epic import Epic, EpicType, Transition
from models.files.histories import Item
from models.portfolio.portfolio import Phase, Portfolio, ValueStream

EPICS = Epic.metadata.tables[Epic.__tablename__]
"""By table: the ORM would begin a new statement wherever a row lacks a value."""

SMALL_PARTS = 4
"""While there is so little, PostgreSQL is told how much there is within the part itself."""


@dataclass(slots=True)
class Report:
    """What came in, and what was odd about it."""

    items_added: int = 0
    items_known_before: int = 0
    transitions_added: int = 0
    oddities: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Report") -> None:
        """Count what came in with another part as well."""
        self.items_added += other.items_added
        self.items_known_before += other.items_known_before
        self.transitions_added += other.transitions_added
        self.oddities.update(other.oddities)


def parts_of(items: Sequence[Item], most: int = ROWS_AT_ONCE) -> Parts[Item]:
    """The items in parts, by how many moves they have."""
    return Parts(items, "epic", most, lambda item: len(item.moves))


@contextmanager
def staged_items(database: Database, items: Sequence[Item]) -> Iterator[Connection]:
    """A connection that holds the items' histories, to write them by with `import_part`.

    In the end the database is told how much there is now.
    """
    ways = ((item.source, item.id, item.moves) for item in items)
    with database.staging() as connection, staging.staged(connection, ways):
        yield connection
    database.refresh_statistics(Epic, Transition)


def import_part(
    session: Session,
    workspace_id: int,
    name: str,
    part: Part[Item],
    at: datetime,
    about: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """Add what is not there yet: epics by (source, id), transitions by moment and state.

    The session is of a connection that holds the items staged. Creates the portfolio in UTC with
    the default states, and its value streams with derived key prefixes, where they are missing.
    The audit log tells of each part as one event, with `about`, such as the hashes of the files.
    """
    portfolio = found_portfolio(session, workspace_id, name, at)
    streams = ensure_streams(session, portfolio, (item.value_stream for item in part.items), at)
    known = _known_epics(session, portfolio, part.items)
    report = Report(items_known_before=len(known))
    for item in part.items:
        report.oddities.update(item.oddities)
    if known:
        _catch_up(session, portfolio, part, known)
    rows = [
        _epic_row(portfolio, streams[item.value_stream], item, at)
        for item in part.items
        if (item.source, item.id) not in known
    ]
    if rows:
        session.execute(insert(EPICS), rows)
    session.flush()
    if part.doubles and part.number <= SMALL_PARTS:
        refresh_statistics(session.connection(), Epic, Transition)
    report.items_added = len(rows)
    report.transitions_added = staging.take_over(session, portfolio, part.places)
    counts = {"epics": report.items_added, "transitions": report.transitions_added}
    noted = {**counts, **about, **part.noted}
    note(session, workspace_id, "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    return report


def _known_epics(
    session: Session, portfolio: Portfolio, items: Sequence[Item]
) -> Mapping[tuple[str, str], int]:
    """The ids of those items that are there, by source and id."""
    rows = session.execute(
        select(Epic.source, Epic.source_id, Epic.id).where(
            Epic.portfolio_id == portfolio.id,
            Epic.source.in_({item.source for item in items}),
            Epic.source_id.in_({item.id for item in items}),
        )
    )
    named = {(item.source, item.id) for item in items}
    found = {(source or "", source_id or ""): id_ for source, source_id, id_ in rows}
    return {name: id_ for name, id_ in found.items() if name in named}


def _epic_row(
    portfolio: Portfolio, stream: ValueStream, item: Item, at: datetime
) -> dict[str, object]:
    return {
        "workspace_id": portfolio.workspace_id,
        "portfolio_id": portfolio.id,
        "value_stream_id": stream.id,
        "key": stream.take_key(),
        "title": item.title,
        "type": EpicType.BUSINESS,
        "source": item.source,
        "source_id": item.id,
        "created_at": item.moves[0].at,
        "imported_at": at,
        "version": 1,
        "restricted": False,
        **_standing(portfolio, item),
    }


def _standing(portfolio: Portfolio, item: Item) -> dict[str, object]:
    state = portfolio.state(item.moves[-1].to_state)
    return {
        "state_id": state.id,
        "phase": Phase.TESTING if state.phased else None,
        "state_entered_at": item.entered_at,
        "committed_at": item.committed_at,
        "done_at": item.done_at,
    }


def _catch_up(
    session: Session,
    portfolio: Portfolio,
    part: Part[Item],
    known: Mapping[tuple[str, str], int],
) -> None:
    """Let epics known before stand where their grown histories say."""
    grown = staging.grown(session, portfolio, part.places)
    for item in part.items:
        if (item.source, item.id) in grown:
            epic = session.get_one(Epic, known[item.source, item.id])
            for name, value in _standing(portfolio, item).items():
                setattr(epic, name, value)
