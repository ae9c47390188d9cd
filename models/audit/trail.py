"""Keeping the audit log: each writing session records what it changed, at the end, all of it.

Nobody has to think of it: whatever is audited and was created, changed or removed through the
session is told in the same transaction, a row once. Statements that change rows in bulk pass the
session by; they are told by an event of their own, with `note`, and a transaction that forgets it
cannot be committed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, event, inspect, select
from sqlalchemy.orm import (
    InstanceState,
    Mapper,
    Session,
    SessionTransaction,
    UOWTransaction,
    object_session,
)

from models.audit.audit import Act
from models.audit.chain import Recorded, append, can_say_all, said, say_all
from models.base import Base
from models.driver.ending import (
    ends_in_one_trip,
    has_left_to_say,
    left_to_say,
    one_trip,
    say_now,
)
from models.work import Place, has_put, insert_into, say_puts, write_puts

PARENTS = (
    "epics",
    "projects",
    "objectives",
    "shifts",
    "ledger_entries",
    "value_streams",
    "themes",
)
"""What a row without a portfolio of its own may belong to, the nearest first."""

OF_THE_MACHINE = frozenset({"id", "workspace_id", "version"})
"""Columns that only serve the machine, wherever they are."""

CHANGES = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE
)
"""Where a statement names a table that it changes."""


class UnrecordedChange(RuntimeError):
    """A statement changed audited rows, and nothing was said of it."""

    def __init__(self, tables: set[str]) -> None:
        named = ", ".join(sorted(tables))
        super().__init__(f"{named} changed in bulk: record it with models.trail.note")


Subject = tuple[object, ...]


@dataclass(slots=True)
class Trail:
    """What one transaction has to record: by whose act, and what became of each row so far."""

    act: Act
    recorded: dict[Subject, Recorded] = field(default_factory=dict)
    in_bulk: set[str] = field(default_factory=set)
    """Tables that a statement changed, and of which nothing was said."""
    with_head: set[int] = field(default_factory=set)
    """Workspaces whose chain is known to have begun; no chain ever ends."""
    lanes: set[Place] = field(default_factory=set)
    """Those known to be there."""
    flushing: bool = False
    kept: dict[SessionTransaction, dict[Subject, Recorded]] = field(default_factory=dict)
    """What was recorded when each savepoint began."""

    def add(self, subject: Subject, recorded: Recorded) -> None:
        """Record a row, together with what was recorded of it before."""
        earlier = self.recorded.get(subject)
        whole = recorded if earlier is None else earlier.then(recorded)
        if whole is None:
            del self.recorded[subject]
        else:
            self.recorded[subject] = whole


class WritingSession(Session):
    """A session whose changes are recorded in the audit log."""

    def __init__(self, bind: Any, trail: Trail) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.trail = trail


def note(
    session: Session,
    workspace_id: int,
    noun: str,
    subject_id: object,
    after: Mapping[str, Any],
    *,
    verb: str = "created",
    portfolio_id: int | None = None,
) -> None:
    """Record something that no single row shows, such as an import with its counts."""
    trail = _trail(session)
    recorded = Recorded(workspace_id, verb, noun, str(subject_id), None, portfolio_id, {}, after)
    trail.recorded[noun, str(subject_id), len(trail.recorded)] = recorded
    trail.in_bulk.clear()


@contextmanager
def acting(session: Session, act: Act) -> Iterator[None]:
    """What is done within is recorded as that act, at its moment; the rest as the transaction's.

    For a history that is written after it happened. The chain is held from then to the end.
    """
    trail = _trail(session)
    _record_all(session)
    trail.act, whole = act, trail.act
    yield
    _record_all(session)
    trail.act = whole


def insert_new(session: Session, noun: type[Base], **values: object) -> bool:
    """Insert a row where none like it is there, and record it; whether there was none.

    Waits for a transaction that inserts the same.
    """
    statement = insert_into(session, noun).values(**values).on_conflict_do_nothing()
    row = session.scalars(statement.returning(noun)).first()
    trail = _trail(session)
    trail.in_bulk.discard(noun.__tablename__)
    if row is not None and noun.audited:
        _record(trail, session, row, "created", {}, said(_columns(row)))
    return row is not None


def record_created(session: Session, row: Base) -> None:
    if row.audited:
        _record(_trail(session), session, row, "created", {}, said(_columns(row)))


def record_changed(session: Session, row: Base) -> None:
    """Record what is about to be written of a row."""
    _changing(inspect(row).mapper, session.connection(), row)
    before, after = _changes(row)
    if row.audited and (before or after):
        _record(_trail(session), session, row, "changed", before, after)


def execute_recorded(
    session: Session, statement: Executable, values: Mapping[str, Any]
) -> CursorResult[Any]:
    """Execute a statement of whose change who says it tells."""
    trail = _trail(session)
    trail.flushing = True
    try:
        return session.connection().execute(statement, values)
    finally:
        trail.flushing = False


def watch(engine: Engine) -> None:
    """Notice every statement of a writing transaction that changes audited rows in bulk."""
    event.listen(engine, "before_cursor_execute", _notice)


def _notice(
    connection: Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
) -> None:
    trail: Trail | None = connection.get_execution_options().get("trail")
    if trail is None or trail.flushing or statement.startswith("SELECT"):
        return
    trail.in_bulk.update(table for table in CHANGES.findall(statement) if _is_audited(table))


@cache
def _is_audited(table: str) -> bool:
    return any(_table(mapper) == table and mapper.class_.audited for mapper in _mappers())


def _mappers() -> list[Mapper[Any]]:
    return list(Base.registry.mappers)


def _table(mapper: Mapper[Any]) -> str:
    return str(mapper.class_.__tablename__)


def _trail(session: Session) -> Trail:
    assert isinstance(session, WritingSession), "only Database.write tells what it changes"
    return session.trail


def _trail_of(row: Base) -> tuple[Trail, Session] | None:
    session = object_session(row)
    if not row.audited or not isinstance(session, WritingSession):
        return None
    return session.trail, session


def _created(_mapper: Mapper[Any], _connection: Connection, row: Base) -> None:
    if here := _trail_of(row):
        _record(*here, row, "created", {}, said(_columns(row)))


def _changing(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    """Look up what a column held where it was given a value without having been read before."""
    here = _trail_of(row)
    if here is None:
        return
    state = inspect(row)
    unread = [name for name in _touched(row) if _is_unread(state, name)]
    if unread and _subject(row) not in here[0].recorded:
        was = connection.execute(
            select(*(mapper.columns[name] for name in unread)).where(
                *(column == value for column, value in _key(mapper, row))
            )
        ).one()
        state.info["was"] = dict(zip(unread, was, strict=True))


def _changed(_mapper: Mapper[Any], _connection: Connection, row: Base) -> None:
    if here := _trail_of(row):
        before, after = _changes(row)
        if before or after:
            _record(*here, row, "changed", before, after)


def _removed(_mapper: Mapper[Any], _connection: Connection, row: Base) -> None:
    if here := _trail_of(row):
        before, _ = _changes(row)
        _record(*here, row, "removed", said({**_columns(row, read=True), **before}), {})


def _record(
    trail: Trail,
    session: Session,
    row: Base,
    verb: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    noun = row.__tablename__
    recorded = Recorded(
        workspace_id=getattr(row, "id" if noun == "workspaces" else "workspace_id"),
        verb=verb,
        noun=noun,
        subject_id=":".join(
            str(part) for part in inspect(row).mapper.primary_key_from_instance(row)
        ),
        epic_id=getattr(row, "id" if noun == "epics" else "epic_id", None),
        portfolio_id=_portfolio_id(session, row),
        before=before,
        after=after,
    )
    trail.add(_subject(row), recorded)


def _subject(row: Base) -> Subject:
    return row.__tablename__, *inspect(row).mapper.primary_key_from_instance(row)


def _key(mapper: Mapper[Any], row: Base) -> list[tuple[Any, Any]]:
    return list(zip(mapper.primary_key, mapper.primary_key_from_instance(row), strict=True))


def _portfolio_id(session: Session, row: Base) -> int | None:
    """The portfolio the row is or belongs to, by way of what it belongs to; None for none."""
    if row.__tablename__ == "portfolios":
        return row.__dict__["id"]  # type: ignore[no-any-return]
    own: int | None = getattr(row, "portfolio_id", None)
    for name, parent in () if own is not None else _parents(type(row)):
        parent_id = getattr(row, name)
        if parent_id is not None:
            return _portfolio_of(session, parent, parent_id)
    return own


def _portfolio_of(session: Session, parent: Mapper[Any], parent_id: int) -> int | None:
    """That of a parent: where it is new it is not in the session's map yet, but was told."""
    key = parent.identity_key_from_primary_key((parent_id,))
    known = session.identity_map.get(key)
    if known is not None and "portfolio_id" in known.__dict__:
        return known.__dict__["portfolio_id"]  # type: ignore[no-any-return]
    recorded = _trail(session).recorded.get((_table(parent), parent_id))
    if recorded is not None:
        return recorded.portfolio_id
    columns = parent.columns
    asked = select(columns["portfolio_id"]).where(columns["id"] == parent_id)
    return session.connection().scalar(asked)


@cache
def _parents(noun: type[Base]) -> list[tuple[str, Mapper[Any]]]:
    """The columns that point to what a row may belong to, and to what they point."""
    mapper: Mapper[Any] = inspect(noun)
    points = {
        next(iter(column.foreign_keys)).column.table.name: mapper.get_property_by_column(column).key
        for column in mapper.columns
        if column.foreign_keys
    }
    parents = {_table(each): each for each in _mappers()}
    return [(points[table], parents[table]) for table in PARENTS if table in points]


def _append(session: Session) -> None:
    """At the end of the transaction, and not of a savepoint."""
    if session.in_nested_transaction():
        return
    recorded = _all_recorded(session)
    if not (recorded or has_left_to_say(session) or has_put(session)):
        return
    if ends_in_one_trip(session) and can_say_all(recorded):
        _end_in_one_trip(session, recorded)
    else:
        say_now(session)
        write_puts(session)
        append(session, _trail(session).act, recorded)


def _end_in_one_trip(session: Session, recorded: Sequence[Recorded]) -> None:
    trail = _trail(session)
    here = {each.workspace_id for each in recorded}
    with one_trip(session) as say:
        for statement, values in left_to_say(session):
            say(statement, values)
        lanes = say_puts(session, say, trail.lanes)
        if recorded:
            say_all(say, trail.act, recorded, new_head=not here <= trail.with_head)
    trail.with_head |= here
    trail.lanes |= lanes


def _record_all(session: Session) -> None:
    append(session, _trail(session).act, _all_recorded(session))


def _all_recorded(session: Session) -> Sequence[Recorded]:
    """What was not written yet, and is not recorded again. Raises UnrecordedChange."""
    session.flush()
    trail = _trail(session)
    if trail.in_bulk:
        raise UnrecordedChange(trail.in_bulk)
    recorded = list(trail.recorded.values())
    trail.recorded.clear()
    return recorded


@cache
def _names(noun: type[Base]) -> frozenset[str]:
    """The columns that are recorded of a noun."""
    columns: Mapper[Any] = inspect(noun)
    return frozenset(columns.column_attrs.keys()) - noun.unaudited_columns - OF_THE_MACHINE


def _touched(row: Base) -> list[str]:
    """Those of them that were given a value since they were read or written."""
    return [name for name in inspect(row).committed_state if name in _names(type(row))]


def _columns(row: Base, *, read: bool = False) -> dict[str, Any]:
    """What the row holds, in the columns that are recorded; also what has to be read first."""
    held = inspect(row).dict
    return {name: getattr(row, name) if read else held.get(name) for name in _names(type(row))}


def _is_unread(state: InstanceState[Any], name: str) -> bool:
    history = state.attrs[name].history
    return bool(history.added) and not history.deleted


def _changes(row: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    state = inspect(row)
    was: Mapping[str, Any] = state.info.pop("was", {})
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _touched(row):
        history = state.attrs[name].history
        held = history.deleted[0] if history.deleted else was.get(name)
        holds = history.added[0] if history.added else None
        if history.has_changes() and held != holds:
            before[name], after[name] = held, holds
    return before, after


def _flush_begins(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    _trail(session).flushing = True


def _flush_ends(session: Session, _context: UOWTransaction) -> None:
    _trail(session).flushing = False


def _savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _trail(session).kept[transaction] = dict(_trail(session).recorded)


def _undone(session: Session, transaction: SessionTransaction) -> None:
    """Back at a savepoint nothing after it was done, so nothing of it is recorded."""
    trail = _trail(session)
    trail.flushing = False
    if transaction.nested:
        trail.recorded = trail.kept.pop(transaction)


for _name, _listener in (
    ("after_insert", _created),
    ("before_update", _changing),
    ("after_update", _changed),
    ("before_delete", _removed),
):
    event.listen(Base, _name, _listener, propagate=True)
for _name, _each in (
    ("before_flush", _flush_begins),
    ("after_flush", _flush_ends),
    ("after_transaction_create", _savepoint),
    ("after_soft_rollback", _undone),
    ("before_commit", _append),
):
    event.listen(WritingSession, _name, _each)
