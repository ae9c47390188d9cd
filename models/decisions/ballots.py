"""Appending to a decision's chain of ballots, and holding a chain against its hashes."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from models.audit.audit import FIRST_HASH, moment_text
from models.decisions.decision import AFTER_THE_LAST, Cast, Paper, closing_at
from models.driver.ending import as_text, at_once, ends_in_one_trip, say_last
from models.work import put

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

NEW = """
INSERT INTO ballots (decision_id, number, workspace_id, user_id, choice, at, hash)
VALUES (:decision_id, :number, :workspace_id, :user_id, :choice, :at, :hash)
"""
COUNT = """
UPDATE ballot_boxes SET count = :number, hash = :hash, last_at = :at, waiting = :waiting
WHERE decision_id = :decision_id
"""
"""The same for SQLite, which has one writer at a time: nothing has changed since it was read."""


def close_key(decision_id: int) -> str:
    return f"close:{decision_id}"


def append(session: Session, paper: Paper, cast: Cast) -> None:
    """Put a vote into the box; where it is the last of all, have the decision closed soon.

    On PostgreSQL it is said where the transaction ends.
    """
    row = {
        "decision_id": paper.decision_id,
        "workspace_id": paper.workspace_id,
        "user_id": cast.user_id,
        "choice": cast.choice,
        "at": cast.at,
    }
    if not ends_in_one_trip(session):
        _append_here(session, paper, row)
        return
    whole = {
        **row,
        "hashed": _text(_told(row)[1:]),
        "key": close_key(paper.decision_id),
        "after": AFTER_THE_LAST,
        "closes_at": paper.closes_at,
    }
    for statement in (LOCK_BOX, APPEND, CLOSE_SOON):
        say_last(session, statement, whole)


def _append_here(session: Session, paper: Paper, row: dict[str, Any]) -> None:
    number, waiting = paper.ballots + 1, paper.waiting - (paper.chosen is None)
    said = {
        **row,
        "at": as_text(row["at"]),
        "number": number,
        "hash": _hash(paper.hash, number, row),
        "waiting": waiting,
    }
    with at_once(session) as say:
        say(NEW, said)
        say(COUNT, said)
    if not waiting:
        soon = closing_at(paper.closes_at, waiting, row["at"])
        put(session, paper.workspace_id, close_key(paper.decision_id), soon)


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
