"""Bringing a portfolio's history in from files: all of it or nothing, and never twice.

Everything is read and checked before the database is touched, then written in one transaction.
What real histories do is taken as it is: skipped states, moves back, leaving done or stopped,
starting in the middle. Nothing is invented.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from bot.workflows.files.importing import staging
from bot.workflows.files.importing.creating import found_portfolio, found_streams
from bot.workflows.files.reading_tables import NotATable, read_table
from models.audit.trail import note
from models.database import Database
from models.epics.epic import Epic, EpicType
from models.errors import Mistake
from models.flow.flow import History, Move
from models.portfolio.portfolio import DEFAULT_STATES, Phase, Portfolio, ValueStream

EPICS = Epic.metadata.tables[Epic.__tablename__]
"""By table: the ORM would begin a new statement wherever a row lacks a value."""

COLUMNS_TOLD = 12
ORDER = {name: position for position, (name, _) in enumerate(DEFAULT_STATES)}


class BadRow(Mistake):
    """A row that cannot be taken, by file, line and reason."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file.name}, line {line}: {reason}. Nothing was imported.")


class NoTable(Mistake):
    """A file that holds no table one can read."""

    def __init__(self, file: Path, mistake: NotATable) -> None:
        super().__init__(f"{file.name}: {mistake.sentence} Nothing was imported.")


@dataclass(frozen=True, slots=True)
class Item:
    """An epic as its source tells it, and what follows from its moves.

    That is worked out when it is read, so that the writing, which on SQLite holds everyone else up,
    has as little to do as can be.
    """

    source: str
    id: str
    title: str
    value_stream: str
    moves: Sequence[Move]
    entered_at: datetime
    committed_at: datetime | None
    done_at: datetime | None
    oddities: Counter[str]

    @classmethod
    def of(cls, row: Mapping[str, str], moves: Sequence[Move]) -> "Item":
        """The item of a row and its moves, which may be in any order."""
        ordered = sorted(moves, key=lambda move: move.at)
        history = History(row["value_stream"], ordered)
        entered_at = ordered[-1].at
        for move in reversed(ordered):
            if move.to_state != ordered[-1].to_state:
                break
            entered_at = move.at
        return cls(
            row["source"],
            row["id"],
            row["title"],
            row["value_stream"],
            ordered,
            entered_at,
            history.committed_at(),
            history.done_at(),
            _oddities(ordered),
        )


@dataclass(slots=True)
class Report:
    """What came in, and what was odd about it."""

    items_added: int = 0
    items_known_before: int = 0
    transitions_added: int = 0
    oddities: Counter[str] = field(default_factory=Counter)


def read_items(
    items: Path, transitions: Path, mapping: Path, tick: Callable[[int], None] = lambda rows: None
) -> list[Item]:
    """Read and check all three files; `tick` hears of every row. Raises BadRow or Mistake."""
    state_of = _states(mapping)
    moves: dict[str, list[Move]] = defaultdict(list)
    lines: dict[str, int] = {}
    for line, row in _rows(transitions, ("id", "to_status", "at")):
        tick(1)
        if row["to_status"] not in state_of:
            raise BadRow(transitions, line, f'status "{row["to_status"]}" is not in {mapping.name}')
        at = _moment(transitions, line, row["at"])
        moves[row["id"]].append(Move(state_of[row["to_status"]], at))
        lines.setdefault(row["id"], line)
    found: dict[str, Item] = {}
    for line, row in _rows(items, ("source", "id", "title", "value_stream")):
        tick(1)
        if row["id"] in found:
            raise BadRow(items, line, f"{row['id']} is in the file twice")
        if not moves[row["id"]]:
            raise BadRow(items, line, f"{row['id']} has no row in {transitions.name}")
        found[row["id"]] = Item.of(row, moves[row["id"]])
    for id_, line in lines.items():
        if id_ not in found:
            raise BadRow(transitions, line, f"{id_} is not in {items.name}")
    return list(found.values())


@contextmanager
def staged_items(database: Database, items: Sequence[Item]) -> Iterator[Connection]:
    """A connection that holds the items' histories, to write them by with `import_items`."""
    ways = ((item.source, item.id, item.moves) for item in items)
    with database.staging() as connection, staging.staged(connection, ways):
        yield connection


def import_items(
    session: Session,
    workspace_id: int,
    name: str,
    items: Sequence[Item],
    at: datetime,
    about: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """Add what is not there yet: epics by (source, id), transitions by moment and state.

    The session is of a connection that holds the items staged. Creates the portfolio in UTC with
    the default states, and its value streams with derived key prefixes, where they are missing.
    The audit log tells of it as one event, with `about`, such as the hashes of the files.
    """
    portfolio = found_portfolio(session, workspace_id, name, at)
    streams = found_streams(session, portfolio, (item.value_stream for item in items), at)
    known = _known_epics(session, portfolio)
    report = Report()
    for item in items:
        report.oddities.update(item.oddities)
    report.items_known_before = sum((item.source, item.id) in known for item in items)
    if report.items_known_before:
        _catch_up(session, portfolio, items, known)
    rows = [
        _epic_row(portfolio, streams[item.value_stream], item)
        for item in items
        if (item.source, item.id) not in known
    ]
    for start in range(0, len(rows), staging.CHUNK):
        session.execute(insert(EPICS), rows[start : start + staging.CHUNK])
    session.flush()
    report.items_added = len(rows)
    report.transitions_added = staging.take_over(session, portfolio)
    if rows:
        portfolio.imported_at = at
    told = {"epics": report.items_added, "transitions": report.transitions_added, **about}
    note(session, workspace_id, "imports", portfolio.id, told, portfolio_id=portfolio.id)
    return report


def _states(mapping: Path) -> Mapping[str, str]:
    try:
        statuses = json.loads(mapping.read_text(encoding="utf-8-sig"))["status_to_state"]
        state_of = {status: entry["state"] for status, entry in statuses.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(
            f"{mapping.name} should say status_to_state: which state each status means."
        ) from error
    for status, state in state_of.items():
        if state not in ORDER:
            raise Mistake(
                f'{mapping.name} maps "{status}" to "{state}"; known: {", ".join(ORDER)}.'
            )
    return state_of


def _rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        table = read_table(file.read_bytes(), most=None)
    except NotATable as mistake:
        raise NoTable(file, mistake) from mistake
    places = {name.casefold(): place for place, name in enumerate(table.columns)}
    if missing := next((name for name in needed if name not in places), None):
        there = ", ".join(table.columns[:COLUMNS_TOLD])
        raise BadRow(file, 1, f"the column {missing} is missing; there are: {there}")
    for row in table.rows:
        told = {name: row.cells[places[name]] for name in needed}
        if empty := next((name for name in needed if not told[name]), None):
            raise BadRow(file, row.line, f"{empty} is empty")
        yield row.line, told


def _moment(file: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRow(file, line, f'"{text}" is not a moment like 2026-05-18T09:00:00Z') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _known_epics(session: Session, portfolio: Portfolio) -> Mapping[tuple[str, str], int]:
    rows = session.execute(
        select(Epic.source, Epic.source_id, Epic.id).where(
            Epic.portfolio_id == portfolio.id, Epic.source.is_not(None)
        )
    )
    return {(source or "", source_id or ""): id_ for source, source_id, id_ in rows}


def _epic_row(portfolio: Portfolio, stream: ValueStream, item: Item) -> dict[str, object]:
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
    items: Sequence[Item],
    known: Mapping[tuple[str, str], int],
) -> None:
    """Let epics known before stand where their grown histories say."""
    grown = staging.grown(session, portfolio)
    for item in items:
        if (item.source, item.id) in grown:
            epic = session.get_one(Epic, known[item.source, item.id])
            for name, value in _standing(portfolio, item).items():
                setattr(epic, name, value)


def _oddities(moves: Sequence[Move]) -> Counter[str]:
    odd: Counter[str] = Counter()
    odd["started in the middle"] += moves[0].to_state != "funnel"
    for left, entered in pairwise(moves):
        step = ORDER[entered.to_state] - ORDER[left.to_state]
        odd["left done"] += left.to_state == "done" and step != 0
        odd["left stopped"] += left.to_state == "stopped" and step != 0
        odd["moved back"] += step < 0 and left.to_state not in ("done", "stopped")
        odd["skipped a state"] += step > 1 and entered.to_state != "stopped"
    return +odd
