"""Claiming what is due: under a lease, with a fencing token, in the pace of its lane."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from models.work import Lane, Work

LEASE = timedelta(seconds=20)
"""Longer than the calls one piece of work makes, as short as a takeover may take."""

PACE = timedelta(seconds=1)
"""Slack takes one message a second in a channel."""

MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that is ours to do until the lease lapses."""

    workspace_id: int
    key: str
    kind: str
    subject_id: int
    lane: str | None
    version: int
    fence: int
    attempts: int


class LeaseLost(Exception):
    """The work was taken over: the transaction that would have ended it is undone."""


def is_due(session: Session, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return session.execute(_due(now).limit(1)).first() is not None


def claim_due(session: Session, now: datetime, limit: int) -> list[Claim]:
    """Claim up to so many, the longest due first; one for each lane, then the lane rests."""
    candidates = session.scalars(
        _due(now)
        .order_by(Work.due_at, Work.key)
        .limit(limit)
        .with_for_update(of=Work, skip_locked=True)
    ).all()
    return [_claim(work, now) for work in candidates if _lane_is_free(session, work, now)]


def hold(session: Session, claim: Claim) -> None:
    """Make sure that the work is still ours. Raises LeaseLost."""
    ours = session.execute(select(Work.key).where(_is(claim)).with_for_update()).first()
    if ours is None:
        raise LeaseLost(claim.key)


def end(session: Session, claim: Claim) -> None:
    """The work is done; put again meanwhile it stays due. Raises LeaseLost."""
    done = session.execute(
        delete(Work).where(_is(claim), Work.version == claim.version).returning(Work.key)
    ).first()
    if done is None:
        _release(session, claim)


def put_back(session: Session, claim: Claim, at: datetime) -> None:
    """Do it at the moment, and nothing else of its lane before."""
    if claim.lane is not None:
        session.execute(
            update(Lane)
            .where(Lane.workspace_id == claim.workspace_id, Lane.name == claim.lane)
            .values(next_at=at)
        )
    _again(session, claim, {"due_at": at})


def fail(session: Session, claim: Claim, error: str, now: datetime, delay: timedelta) -> bool:
    """Try it again after the delay; whether attempts were left, else the row is dead."""
    attempts = claim.attempts + 1
    alive = attempts < MOST_ATTEMPTS
    _again(
        session,
        claim,
        {
            "due_at": now + delay,
            "attempts": attempts,
            "last_error": error,
            "dead_at": None if alive else now,
        },
    )
    return alive


def _due(now: datetime) -> Select[Work]:
    return (
        select(Work)
        .outerjoin(Lane, and_(Lane.workspace_id == Work.workspace_id, Lane.name == Work.lane))
        .where(
            Work.due_at <= now,
            Work.dead_at.is_(None),
            or_(Work.lease_until.is_(None), Work.lease_until <= now),
            or_(Work.lane.is_(None), Lane.next_at <= now),
        )
    )


def _lane_is_free(session: Session, work: Work, now: datetime) -> bool:
    if work.lane is None:
        return True
    lane = session.scalars(
        select(Lane)
        .where(Lane.workspace_id == work.workspace_id, Lane.name == work.lane, Lane.next_at <= now)
        .with_for_update(skip_locked=True)
    ).first()
    if lane is None:
        return False
    lane.next_at = now + PACE
    session.flush()
    return True


def _claim(work: Work, now: datetime) -> Claim:
    work.fence += 1
    work.lease_until = now + LEASE
    return Claim(
        workspace_id=work.workspace_id,
        key=work.key,
        kind=work.kind,
        subject_id=work.subject_id,
        lane=work.lane,
        version=work.version,
        fence=work.fence,
        attempts=work.attempts,
    )


def _is(claim: Claim) -> ColumnElement[bool]:
    return and_(
        Work.workspace_id == claim.workspace_id,
        Work.key == claim.key,
        Work.fence == claim.fence,
    )


def _again(session: Session, claim: Claim, values: dict[str, object]) -> None:
    """Change the work unless it was put meanwhile, which says better when it is due."""
    changed = session.execute(
        update(Work)
        .where(_is(claim), Work.version == claim.version)
        .values(lease_until=None, **values)
        .returning(Work.key)
    ).first()
    if changed is None:
        _release(session, claim)


def _release(session: Session, claim: Claim) -> None:
    released = session.execute(
        update(Work).where(_is(claim)).values(lease_until=None).returning(Work.key)
    ).first()
    if released is None:
        raise LeaseLost(claim.key)
