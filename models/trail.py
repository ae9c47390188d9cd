"""Keeping the audit log: each writing session tells what it changed, at the end, all of it.

Nobody has to think of it: whatever is audited and was created, changed or removed through the
session is told in the same transaction. Statements that change rows in bulk pass it by; they are
told by one event of their own, with `note`.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, event, insert, inspect, select, update
from sqlalchemy.orm import Session, UOWTransaction

from models.audit import (
    FIRST_HASH,
    TOLD_COLUMNS,
    Act,
    AuditEvent,
    AuditHead,
    hash_of,
    moment_text,
)
from models.base import Base
from models.work import insert_into

HEADS = Base.metadata.tables[AuditHead.__tablename__]
EVENTS = Base.metadata.tables[AuditEvent.__tablename__]
HEAD = (
    select(HEADS.c.count, HEADS.c.hash)
    .where(HEADS.c.workspace_id == bindparam("workspace_id"))
    .with_for_update()
)
APPEND = insert(EVENTS)
MOVE_HEAD = (
    update(HEADS)
    .where(HEADS.c.workspace_id == bindparam("here"))
    .values(count=bindparam("new_count"), hash=bindparam("new_hash"))
)
"""Built once: every click says them."""

Told = dict[str, Any]


class WritingSession(Session):
    """A session whose changes are told in the audit log."""

    def __init__(self, bind: Any, act: Act) -> None:
        super().__init__(bind, expire_on_commit=False, info={"act": act, "told": []})


def note(
    session: Session, workspace_id: int, noun: str, subject_id: object, after: Mapping[str, Any]
) -> None:
    """Tell of something that no single row shows, such as an import with its counts."""
    told = _event("created", noun, str(subject_id), None, {}, after)
    session.info["told"].append((workspace_id, told))


def _collect(session: Session, _context: UOWTransaction) -> None:
    told = session.info["told"]
    for row in session.new:
        _tell(told, row, "created", {}, _columns(row))
    for row in session.dirty:
        before, after = _changes(row)
        if before or after:
            _tell(told, row, "changed", before, after)
    for row in session.deleted:
        _tell(told, row, "removed", _columns(row), {})


def _tell(
    told: list[tuple[int, Told]],
    row: Base,
    verb: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    if not row.audited:
        return
    noun, id_ = row.__tablename__, inspect(row).identity
    is_epic = noun == "epics"
    epic_id = getattr(row, "id" if is_epic else "epic_id", None)
    subject_id = ":".join(str(part) for part in id_ or ())
    workspace_id: int = getattr(row, "workspace_id", 0) or getattr(row, "id", 0)
    told.append((workspace_id, _event(verb, noun, subject_id, epic_id, before, after)))


def _event(
    verb: str,
    noun: str,
    subject_id: str,
    epic_id: int | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Told:
    return {
        "verb": verb,
        "noun": noun,
        "subject_id": subject_id,
        "epic_id": epic_id,
        "before": _as_json(before),
        "after": _as_json(after),
    }


def _append(session: Session) -> None:
    """The last thing in the transaction, so that a chain waits for nobody who waits for it."""
    session.flush()
    told: list[tuple[int, Told]] = session.info["told"]
    if not told:
        return
    for workspace_id in sorted({workspace_id for workspace_id, _ in told}):
        _chain(session, workspace_id, [each for here, each in told if here == workspace_id])
    told.clear()


def _chain(session: Session, workspace_id: int, told: list[Told]) -> None:
    act: Act = session.info["act"]
    head = session.execute(HEAD, {"workspace_id": workspace_id}).first()
    if head is None:
        new = insert_into(session, AuditHead).values(
            workspace_id=workspace_id, count=0, hash=FIRST_HASH
        )
        session.execute(new.on_conflict_do_nothing())
        head = session.execute(HEAD, {"workspace_id": workspace_id}).one()
    count, last = head
    shared = {"at": act.at, "actor": act.actor, "source": act.source[:80]}
    hashed = {**shared, "at": moment_text(act.at)}
    rows = []
    for each in told:
        count += 1
        says = {**hashed, **each, "number": count}
        last = hash_of(last, [says[name] for name in TOLD_COLUMNS])
        row = {"workspace_id": workspace_id, "number": count, **shared, **each, "hash": last}
        rows.append(row)
    connection = session.connection()
    connection.execute(APPEND, rows)
    connection.execute(MOVE_HEAD, {"here": workspace_id, "new_count": count, "new_hash": last})


def _columns(row: Base) -> dict[str, Any]:
    """What the row holds, without what it does not say."""
    state = inspect(row)
    told = state.mapper.column_attrs.keys()
    held = {name: state.dict.get(name) for name in told if name not in row.unaudited_columns}
    return {name: value for name, value in held.items() if value is not None and name != "id"}


def _changes(row: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that changed, as they were and as they are."""
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in set(state.mapper.column_attrs.keys()) - row.unaudited_columns:
        history = state.attrs[name].history
        if history.has_changes():
            before[name] = history.deleted[0] if history.deleted else None
            after[name] = history.added[0] if history.added else None
    return before, after


def _as_json(columns: Mapping[str, Any]) -> str:
    return json.dumps(columns, default=_plain, ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    raise TypeError(type(value))


event.listen(WritingSession, "after_flush", _collect)
event.listen(WritingSession, "before_commit", _append)
