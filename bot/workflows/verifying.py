"""Verifying: how the audit log ends, and whether it still says what it said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import (
    NOTHING_YET,
    TOLD_COLUMNS,
    Anchor,
    AuditAnchor,
    AuditEvent,
    AuditHead,
    Broken,
    first_break,
)

AT_ONCE = 2_000
"""How many events are in memory at a time."""

EVENTS = AuditEvent.metadata.tables[AuditEvent.__tablename__]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the log ends, how many anchors it was held against, and where it does not hold."""

    head: Anchor
    anchors: int
    broken: Broken | None


def head(session: Session, workspace_id: int) -> Anchor:
    """How many events there are, and the hash of the last."""
    found = session.get(AuditHead, workspace_id)
    return NOTHING_YET if found is None else Anchor(found.count, found.hash)


def verify(session: Session, workspace_id: int, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Hold the whole log against its hashes, its head, the anchors told weekly, and those given.

    The session is a snapshot, so that what is written beside it does not count.
    """
    ends = head(session, workspace_id)
    stored = session.execute(
        select(AuditAnchor.count, AuditAnchor.hash).where(AuditAnchor.workspace_id == workspace_id)
    )
    told = [Anchor(count, hash_) for count, hash_ in stored] + list(anchors)
    return Verdict(ends, len(told), first_break(_all_events(session, workspace_id), ends, told))


def _all_events(session: Session, workspace_id: int) -> Iterator[Any]:
    """Every event in order, page by page."""
    columns = [EVENTS.c[name] for name in (*TOLD_COLUMNS, "hash")]
    page = select(*columns).where(EVENTS.c.workspace_id == workspace_id)
    page = page.order_by(EVENTS.c.number).limit(AT_ONCE)
    rows = session.execute(page).all()
    while rows:
        yield from rows
        rows = session.execute(page.where(EVENTS.c.number > rows[-1].number)).all()
