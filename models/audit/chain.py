"""Appending to the audit log: what a transaction records, at the end of its workspace's chain."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from models.audit.audit import (
    FIRST_HASH,
    HASHED_COLUMNS,
    Act,
    AuditEvent,
    AuditHead,
    hash_of,
    moment_text,
    text_after_number,
)
from models.base import Base
from models.driver.ending import Say
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

NEW_HEAD = (
    "INSERT INTO audit_heads (workspace_id, count, hash) VALUES (%(workspace_id)s, 0, %(hash)s)"
    " ON CONFLICT DO NOTHING"
)
APPEND_ALL = """
WITH RECURSIVE recorded AS (
    SELECT * FROM ROWS FROM (json_to_recordset(%(recorded)s::json) AS (
        verb text, noun text, subject_id text, epic_id int, portfolio_id int,
        before text, after text, hashed text
    )) WITH ORDINALITY AS row (
        verb, noun, subject_id, epic_id, portfolio_id, before, after, hashed, nth
    )
), head AS (
    SELECT count, hash FROM audit_heads WHERE workspace_id = %(workspace_id)s FOR UPDATE
), chain (nth, number, hash) AS (
    SELECT 0::bigint, count, hash::text FROM head
    UNION ALL
    SELECT recorded.nth, number + 1, encode(sha256(convert_to(
        '["' || hash || '",' || %(workspace_id)s::int || ',' || (number + 1) || ',' || hashed,
        'UTF8')), 'hex')
    FROM chain JOIN recorded ON recorded.nth = chain.nth + 1
), moved AS (
    UPDATE audit_heads SET count = chain.number, hash = chain.hash FROM chain
    WHERE audit_heads.workspace_id = %(workspace_id)s AND chain.nth = %(last)s
)
INSERT INTO audit_events (workspace_id, number, at, actor, source, verb, noun, subject_id,
    epic_id, portfolio_id, before, after, hash)
SELECT %(workspace_id)s, number, %(at)s, %(actor)s, %(source)s, verb, noun, subject_id,
    epic_id, portfolio_id, before, after, hash
FROM recorded LEFT JOIN chain USING (nth)
ORDER BY nth
"""
"""The same in one statement of PostgreSQL, which hashes: nobody waits for an answer in between.

Without a head there would be no number, which no event can be without."""

MANY = 100
"""So many events are not recorded in one statement: it would be a long one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one row in the transaction."""

    workspace_id: int
    verb: str
    noun: str
    subject_id: str
    epic_id: int | None
    portfolio_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def then(self, later: "Recorded") -> "Recorded | None":
        """This and what became of the same row later on, as one; None where nothing is left."""
        made, gone = self.verb == "created", later.verb == "removed"
        if made and gone:
            return None
        before = {} if made else {**later.before, **self.before}
        after = {} if gone else {**self.after, **later.after}
        if not made and not gone:
            same = {name for name in before if before[name] == after.get(name)}
            before = {name: value for name, value in before.items() if name not in same}
            after = {name: value for name, value in after.items() if name not in same}
            if not before and not after:
                return None
        verb = "created" if made else "removed" if gone else "changed"
        return replace(
            later,
            verb=verb,
            before=said(before) if gone else before,
            after=said(after) if made else after,
        )


def append(session: Session, act: Act, recorded: Sequence[Recorded]) -> None:
    """Record it at the end of each workspace's chain, whose head is locked until the commit.

    The last thing in a transaction, so that a chain waits for nobody who waits for it.
    """
    for workspace_id in sorted({each.workspace_id for each in recorded}):
        here = [each for each in recorded if each.workspace_id == workspace_id]
        _append_to(session, workspace_id, act, here)


def say_all(say: Say, act: Act, recorded: Sequence[Recorded], *, new_head: bool) -> None:
    """The same at the end of a transaction in one round trip; of one workspace.

    `new_head` is for a workspace that may have no head yet.
    """
    workspace_id, shared = recorded[0].workspace_id, _shared(act)
    rows = [_row(each) for each in recorded]
    hashed = {**shared, "at": moment_text(act.at)}
    for row in rows:
        whole = hashed | row
        row["hashed"] = text_after_number([whole[name] for name in HASHED_COLUMNS[2:]])
    if new_head:
        say(NEW_HEAD, {"workspace_id": workspace_id, "hash": FIRST_HASH})
    said = json.dumps(rows, ensure_ascii=False)
    say(APPEND_ALL, {**shared, "workspace_id": workspace_id, "recorded": said, "last": len(rows)})


def can_say_all(recorded: Sequence[Recorded]) -> bool:
    """Whether that can record all of it: of one workspace, not too long for one statement."""
    return len(recorded) < MANY and len({each.workspace_id for each in recorded}) <= 1


def said(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Without what it does not say."""
    return {name: value for name, value in columns.items() if value is not None}


def _append_to(session: Session, workspace_id: int, act: Act, recorded: Sequence[Recorded]) -> None:
    connection = session.connection()
    head = connection.execute(HEAD, {"workspace_id": workspace_id}).first()
    if head is None:
        new = insert_into(session, AuditHead).values(
            workspace_id=workspace_id, count=0, hash=FIRST_HASH
        )
        connection.execute(new.on_conflict_do_nothing())
        head = connection.execute(HEAD, {"workspace_id": workspace_id}).one()
    count, last = head
    shared = _shared(act)
    rows = []
    for each in recorded:
        count += 1
        row = {**shared, **_row(each), "number": count}
        hashed = {**row, "at": moment_text(act.at)}
        last = hash_of(last, [hashed[name] for name in HASHED_COLUMNS])
        rows.append({**row, "hash": last})
    connection.execute(APPEND, rows)
    connection.execute(MOVE_HEAD, {"here": workspace_id, "new_count": count, "new_hash": last})


def _shared(act: Act) -> dict[str, Any]:
    """What all events of an act say."""
    return {"at": act.at, "actor": act.actor, "source": act.source.replace("\0", "")[:80]}


def _row(recorded: Recorded) -> dict[str, Any]:
    return {
        "workspace_id": recorded.workspace_id,
        "verb": recorded.verb,
        "noun": recorded.noun,
        "subject_id": recorded.subject_id,
        "epic_id": recorded.epic_id,
        "portfolio_id": recorded.portfolio_id,
        "before": _as_json(recorded.before),
        "after": _as_json(recorded.after),
    }


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
