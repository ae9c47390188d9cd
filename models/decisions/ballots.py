"""Appending to a decision's chain of ballots, and holding a chain against its hashes."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from models.audit.audit import FIRST_HASH, moment_text
from models.base import Base
from models.decisions.decision import AFTER_THE_LAST, Ballot, BallotBox, Decision
from models.ending import ends_in_one_trip, say_last
from models.work import put

BOXES = Base.metadata.tables[BallotBox.__tablename__]
BALLOTS = Base.metadata.tables[Ballot.__tablename__]

LOCK_BOX = "SELECT FROM ballot_boxes WHERE decision_id = %(decision_id)s FOR UPDATE"
APPEND = """
WITH box AS (
    SELECT count + 1 AS number, hash FROM ballot_boxes WHERE decision_id = %(decision_id)s
), mine AS (
    SELECT choice FROM ballots WHERE decision_id = %(decision_id)s AND user_id = %(user_id)s::text
    ORDER BY number DESC LIMIT 1
), new AS (
    INSERT INTO ballots (decision_id, number, workspace_id, user_id, choice, at, hash)
    SELECT %(decision_id)s::int, number, %(workspace_id)s::int, %(user_id)s::text,
        %(choice)s::text, %(at)s::timestamptz,
        encode(sha256(convert_to(
            '["' || hash || '",' || %(decision_id)s::int || ',' || number || ','
            || %(hashed)s::text, 'UTF8')), 'hex')
    FROM box WHERE NOT EXISTS (SELECT FROM mine WHERE choice = %(choice)s::text)
    RETURNING number, hash
)
UPDATE ballot_boxes SET count = new.number, hash = new.hash, last_at = %(at)s::timestamptz,
    waiting = waiting - CASE WHEN EXISTS (SELECT FROM mine) THEN 0 ELSE 1 END
FROM new WHERE decision_id = %(decision_id)s
"""
CLOSE_SOON = """
INSERT INTO works (workspace_id, key, lane, due_at, version, fence, attempts)
SELECT %(workspace_id)s, %(key)s, NULL, least(last_at + %(after)s, %(closes_at)s), 1, 0, 0
FROM ballot_boxes WHERE decision_id = %(decision_id)s AND waiting = 0
ON CONFLICT (workspace_id, key) DO UPDATE SET due_at = excluded.due_at,
    version = works.version + 1, attempts = 0, last_error = NULL, dead_at = NULL
"""
"""What PostgreSQL is told at the end of the transaction, in its one round trip.

Each statement sees what others committed while the box was waited for, so that the same press
twice is one ballot, and the last of all has it closed soon."""

MINE = (
    select(BALLOTS.c.choice)
    .where(
        BALLOTS.c.decision_id == bindparam("decision_id"),
        BALLOTS.c.user_id == bindparam("user_id"),
    )
    .order_by(BALLOTS.c.number.desc())
    .limit(1)
)
BOX = select(BOXES.c.count, BOXES.c.hash, BOXES.c.waiting).where(
    BOXES.c.decision_id == bindparam("decision_id")
)
NEW = insert(BALLOTS)
COUNT = (
    update(BOXES)
    .where(BOXES.c.decision_id == bindparam("of_decision"))
    .values({name: bindparam(f"new_{name}") for name in ("count", "hash", "waiting", "last_at")})
)
"""The same for SQLite, which has one writer at a time."""


def close_key(decision_id: int) -> str:
    """The key of the work that closes a decision."""
    return f"close:{decision_id}"


def append(session: Session, decision: Decision, ballot: Ballot) -> None:
    """Put a ballot into its box; where it is the last of all, have the decision closed soon.

    On PostgreSQL it is said where the transaction ends.
    """
    row = {
        "decision_id": decision.id,
        "workspace_id": ballot.workspace_id,
        "user_id": ballot.user_id,
        "choice": ballot.choice.value,
        "at": ballot.at,
    }
    if not ends_in_one_trip(session):
        _append_here(session, decision, row)
        return
    whole = {
        **row,
        "hashed": _text(_told(row)[1:]),
        "key": close_key(decision.id),
        "after": AFTER_THE_LAST,
        "closes_at": decision.closes_at,
    }
    for statement in (LOCK_BOX, APPEND, CLOSE_SOON):
        say_last(session, statement, whole)


def _append_here(session: Session, decision: Decision, row: dict[str, Any]) -> None:
    connection = session.connection()
    count, last, waiting = connection.execute(BOX, {"decision_id": decision.id}).one()
    mine = connection.execute(MINE, {"decision_id": decision.id, "user_id": row["user_id"]}).first()
    number, waiting = count + 1, waiting - (mine is None)
    new = {**row, "number": number, "hash": _hash(last, number, row)}
    connection.execute(NEW, new)
    counted = {"of_decision": decision.id, "new_count": number, "new_hash": new["hash"]}
    connection.execute(COUNT, {**counted, "new_waiting": waiting, "new_last_at": row["at"]})
    if not waiting:
        soon: datetime = min(decision.closes_at, row["at"] + AFTER_THE_LAST)
        put(session, decision.workspace_id, close_key(decision.id), soon)


def first_broken(decision_id: int, ballots: Iterable[Any], count: int, end: str) -> int | None:
    """The number of the first ballot that does not follow from the one before; None for none.

    `count` and `end` are what the box says of how many there are and the hash of the last.
    """
    last, number = FIRST_HASH, 0
    for ballot in ballots:
        number += 1
        row = {name: getattr(ballot, name) for name in ("user_id", "choice", "at")}
        told = {**row, "decision_id": decision_id}
        if ballot.number != number or ballot.hash != _hash(last, number, told):
            return number
        last = ballot.hash
    return None if (number, last) == (count, end) else min(number, count) + 1


def _told(row: dict[str, Any]) -> list[Any]:
    return [row["decision_id"], row["user_id"], str(row["choice"]), moment_text(row["at"])]


def _hash(previous: str, number: int, row: dict[str, Any]) -> str:
    decision_id, *told = _told(row)
    return hashlib.sha256(
        _text([previous, decision_id, number, *told], whole=True).encode()
    ).hexdigest()


def _text(told: list[Any], *, whole: bool = False) -> str:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text if whole else text.removeprefix("[")
