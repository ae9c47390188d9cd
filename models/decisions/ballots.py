"""Appending to a decision's chain of ballots, and holding a chain against its hashes."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from models.audit.audit import FIRST_HASH, moment_text
from models.decisions.question import Choice
from models.decisions.votes import AFTER_THE_LAST, Ballot, Cast, Paper
from models.driver.ending import as_text, at_once, ends_in_one_trip, say_last
from models.work import put

LOCK_BOX = "SELECT FROM ballot_boxes WHERE decision_id = %(decision_id)s FOR UPDATE"
APPEND = """
WITH box AS (
    SELECT count + 1 AS number, hash FROM ballot_boxes WHERE decision_id = %(decision_id)s
), mine AS (
    SELECT choice, cast_by FROM ballots WHERE decision_id = %(decision_id)s
    AND user_id = %(user_id)s::text AND round = %(round)s::int ORDER BY number DESC LIMIT 1
), new AS (
    INSERT INTO ballots (decision_id, number, workspace_id, user_id, choice, at, round, cast_by,
        reason, saw_up_to, hash)
    SELECT %(decision_id)s::int, number, %(workspace_id)s::int, %(user_id)s::text,
        %(choice)s::text, %(at)s::timestamptz, %(round)s::int, %(cast_by)s::text,
        %(reason)s::text, %(saw_up_to)s::int,
        encode(sha256(convert_to(
            '["' || hash || '",' || %(decision_id)s::int || ',' || number || ','
            || %(hashed)s::text, 'UTF8')), 'hex')
    FROM box WHERE %(reason)s::text IS NOT NULL OR NOT EXISTS (
        SELECT FROM mine
        WHERE choice = %(choice)s::text AND cast_by IS NOT DISTINCT FROM %(cast_by)s::text
    )
    RETURNING number, hash
), counted AS (
    UPDATE ballot_boxes SET count = new.number, hash = new.hash, last_at = %(at)s::timestamptz,
        waiting = waiting - CASE WHEN EXISTS (SELECT FROM mine) OR EXISTS (
            SELECT FROM electors WHERE decision_id = %(decision_id)s
            AND user_id = %(user_id)s::text AND left_at IS NOT NULL) THEN 0 ELSE 1 END,
        recused = recused + CASE WHEN %(choice)s::text = 'recused' THEN 1 ELSE 0 END
            - CASE WHEN EXISTS (SELECT FROM mine WHERE choice = 'recused') THEN 1 ELSE 0 END
    FROM new WHERE decision_id = %(decision_id)s
    RETURNING last_at, waiting, objections, electors - recused AS remain
)
INSERT INTO works (workspace_id, key, lane, due_at, version, fence, attempts)
SELECT %(workspace_id)s, %(key)s, NULL, least(last_at + %(after)s, %(closes_at)s), 1, 0, 0
FROM counted WHERE waiting = 0 AND objections = 0 OR remain < %(quorum)s
ON CONFLICT (workspace_id, key) DO UPDATE SET due_at = excluded.due_at,
    version = works.version + 1, attempts = 0, last_error = NULL, dead_at = NULL
"""
"""What PostgreSQL is told at the end of the transaction, in its one round trip.

The second sees what others committed while the box was waited for, so that the same press twice is
one ballot, and the last of all has it closed soon."""

NEW = """
INSERT INTO ballots (decision_id, number, workspace_id, user_id, choice, at, round, cast_by, reason,
    saw_up_to, hash)
VALUES (:decision_id, :number, :workspace_id, :user_id, :choice, :at, :round, :cast_by, :reason,
    :saw_up_to, :hash)
"""
COUNT = """
UPDATE ballot_boxes SET count = :number, hash = :hash, last_at = :at, waiting = :waiting,
    recused = :recused
WHERE decision_id = :decision_id
"""
"""The same for SQLite, which has one writer at a time: nothing has changed since it was read."""


MORE = ("round", "cast_by", "reason", "saw_up_to")
HASHED = ("user_id", "choice", "at", *MORE)
"""The columns that the hash of a ballot covers, besides its number and its decision."""


def close_key(decision_id: int) -> str:
    return f"close:{decision_id}"


def append(session: Session, paper: Paper, cast: Cast) -> None:
    """Put a vote into the box; where it is the last of all, have the decision closed soon.

    On PostgreSQL it is said where the transaction ends.
    """
    here = {"decision_id": paper.decision_id, "workspace_id": paper.workspace_id}
    row = here | cast._asdict()
    if not ends_in_one_trip(session):
        _append_here(session, paper, row)
        return
    whole = {
        **row,
        "hashed": _text(_spelled(row)[1:]),
        "key": close_key(paper.decision_id),
        "after": AFTER_THE_LAST,
        "closes_at": paper.closes_at,
        "quorum": paper.quorum,
    }
    for statement in (LOCK_BOX, APPEND):
        say_last(session, statement, whole)


def _append_here(session: Session, paper: Paper, row: dict[str, Any]) -> None:
    number = paper.ballots + 1
    after = paper._replace(
        waiting=paper.waiting - (paper.chosen is None),
        recused=paper.recused
        + (row["choice"] == Choice.RECUSED)
        - (paper.chosen == Choice.RECUSED),
        last_at=row["at"],
    )
    said = {
        **row,
        "at": as_text(row["at"]),
        "number": number,
        "hash": _hash(paper.hash, number, row),
        "waiting": after.waiting,
        "recused": after.recused,
    }
    with at_once(session) as say:
        say(NEW, said)
        say(COUNT, said)
    if not after.waits:
        put(session, paper.workspace_id, close_key(paper.decision_id), after.closing_at)


def counted(ballots: Iterable[Ballot]) -> dict[str, Ballot]:
    """The ballot of each elector that counts, of those of one round: their own before their
    stand-in's, and of each the last. The electors stand in the order of their first ones."""
    found: dict[str, Ballot] = {}
    for ballot in sorted(ballots, key=lambda each: each.number):
        before = found.get(ballot.user_id)
        if before is None or ballot.cast_by is None or before.cast_by is not None:
            found[ballot.user_id] = ballot
    return found


def first_broken(decision_id: int, ballots: Iterable[Any], count: int, end: str) -> int | None:
    """The number of the first ballot that does not follow from the one before; None for none.

    `count` and `end` are what the box says of how many there are and the hash of the last.
    """
    last, number = FIRST_HASH, 0
    for ballot in ballots:
        number += 1
        values = {name: getattr(ballot, name) for name in HASHED} | {"decision_id": decision_id}
        if ballot.number != number or ballot.hash != _hash(last, number, values):
            return number
        last = ballot.hash
    return None if (number, last) == (count, end) else min(number, count) + 1


def _spelled(row: dict[str, Any]) -> list[Any]:
    """What is hashed of a ballot; those of before there was more to it have none of the rest."""
    values = [row["decision_id"], row["user_id"], str(row["choice"]), moment_text(row["at"])]
    more = [row[name] for name in MORE]
    return values if more == [1, None, None, None] else [*values, *more]


def _hash(previous: str, number: int, row: dict[str, Any]) -> str:
    decision_id, *values = _spelled(row)
    return hashlib.sha256(
        _text([previous, decision_id, number, *values], whole=True).encode()
    ).hexdigest()


def _text(values: list[Any], *, whole: bool = False) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return text if whole else text.removeprefix("[")
