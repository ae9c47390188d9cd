"""Verifying: how the audit log ends, and whether it still says what it said."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.audit.audit import (
    FIRST_HASH,
    HASHED_COLUMNS,
    NOTHING_YET,
    Anchor,
    AuditAnchor,
    AuditEvent,
    AuditHead,
    Broken,
    NotAnAnchor,
    first_break,
)
from models.decisions.ballots import HASHED, first_broken
from models.decisions.decision import Decision, Way
from models.decisions.votes import Ballot, BallotBox

AT_ONCE = 2_000
"""How many events are in memory at a time."""

UNREADABLE = "decode"
"""What SQLite says of text that is none has this in it."""

BALLOTS = Ballot.metadata.tables[Ballot.__tablename__]
AS_STORED = select(*(BALLOTS.c[name] for name in ("number", "hash", *HASHED)))

EVENTS = AuditEvent.metadata.tables[AuditEvent.__tablename__]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the log ends, how many anchors it was held against, and where it does not hold.

    The ballots of each decision are a chain of their own; `ballots` are how many there are.
    """

    head: Anchor
    anchors: int
    broken: Broken | None
    ballots: int = 0


def head(session: Session, workspace_id: int) -> Anchor:
    """How many events there are, and the hash of the last."""
    found = session.get(AuditHead, workspace_id)
    return NOTHING_YET if found is None else Anchor(found.count, found.hash)


def verify(session: Session, workspace_id: int, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Hold the whole log against its hashes, its head, the anchors told weekly, and those given.

    The session is a snapshot, so that what is written beside it does not count.
    """
    ends = head(session, workspace_id)
    known = list(anchors)
    stored = session.execute(
        select(AuditAnchor.week, AuditAnchor.count, AuditAnchor.hash)
        .where(AuditAnchor.workspace_id == workspace_id)
        .order_by(AuditAnchor.week)
    ).all()
    if not _can_be(ends):
        return Verdict(ends, len(known), Broken(0, "its end was changed"))
    for week, count, hash_ in stored:
        known.append(Anchor(count, hash_))
        if not _can_be(known[-1]):
            return Verdict(ends, len(known), Broken(0, f"the anchor of {week} was changed"))
    broken = _break(session, workspace_id, ends, known)
    if broken is not None:
        return Verdict(ends, len(known), broken)
    return Verdict(ends, len(known), *_ballots(session, workspace_id))


def _ballots(session: Session, workspace_id: int) -> tuple[Broken | None, int]:
    """Where the ballots of a decision do not hold, and how many ballots there are."""
    total, closed_with = 0, _ends_told(session, workspace_id)
    boxes = session.execute(
        select(Decision.id, Decision.key, Decision.way, BallotBox.count, BallotBox.hash)
        .outerjoin(BallotBox, BallotBox.decision_id == Decision.id)
        .where(Decision.workspace_id == workspace_id)
        .order_by(Decision.id)
    ).all()
    for decision_id, key, way, count, end in boxes:
        nothing = "" if way is Way.VOTE else FIRST_HASH  # only a vote has a box always
        here = BALLOTS.c.decision_id == decision_id
        ballots = session.execute(AS_STORED.where(here).order_by(BALLOTS.c.number))
        try:
            number = first_broken(decision_id, ballots, count or 0, end or nothing)
        except (TypeError, ValueError):
            return Broken(0, f"a ballot of {key} cannot be read, so it was changed"), total
        if number is not None:
            known = f"ballot {number} of {key} was changed, inserted, removed or put elsewhere"
            return Broken(number, known), total
        if closed_with.get(str(decision_id), f"{count}:{end}") != f"{count}:{end}":
            return Broken(0, f"the ballots of {key} are not those it closed with"), total
        total += count or 0
    return None, total


def _ends_told(session: Session, workspace_id: int) -> Mapping[str, str]:
    """How the ballots of each decision ended when it closed, as the log says; by its id."""
    name = Decision.ballots_end.key
    told = select(EVENTS.c.subject_id, EVENTS.c.after).where(
        EVENTS.c.workspace_id == workspace_id,
        EVENTS.c.noun == Decision.__tablename__,
        EVENTS.c.verb == "changed",
        EVENTS.c.after.contains(f'"{name}"'),
    )
    rows = session.execute(told.order_by(EVENTS.c.number)).all()
    found = {id_: json.loads(after).get(name) for id_, after in rows}
    return {id_: end for id_, end in found.items() if end is not None}


def _can_be(anchor: Anchor) -> bool:
    """Whether it has a count and a hash; with any other the anchors after it would not be seen."""
    try:
        return Anchor.read(str(anchor)) == anchor
    except NotAnAnchor:
        return False


def _break(
    session: Session, workspace_id: int, ends: Anchor, known: Sequence[Anchor]
) -> Broken | None:
    """Where the log does not hold; also where a cell holds what its column never does."""
    held = 0

    def counted() -> Iterator[Any]:
        nonlocal held
        for event in _all_events(session, workspace_id):
            yield event
            held += 1

    try:
        return first_break(counted(), ends, known)
    except (TypeError, ValueError):
        return Broken(held + 1, f"event {held + 1} cannot be read, so it was changed or inserted")
    except OperationalError as error:
        if UNREADABLE not in str(error.orig):
            raise
        return Broken(held + 1, f"event {held + 1} cannot be read, so it was changed or inserted")


def _all_events(session: Session, workspace_id: int) -> Iterator[Any]:
    """Every event in order, page by page, each read when it is asked for."""
    columns = [EVENTS.c[name] for name in (*HASHED_COLUMNS, "hash")]
    page = select(*columns).where(EVENTS.c.workspace_id == workspace_id)
    page = page.order_by(EVENTS.c.number).limit(AT_ONCE)
    following, last = page, None
    while True:
        before = last
        for row in session.execute(following):
            yield row
            last = row.number
        if last == before:
            return
        following = page.where(EVENTS.c.number > last)
