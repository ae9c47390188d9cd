"""Claiming what is due: under a lease, with a fencing token, in the pace of its lane."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow

import structlog
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from models.people.outage import Outage
from models.work import Lane, Work, insert_into

LEASE = timedelta(seconds=20)
"""Longer than one call to Slack takes, as short as a takeover may take; work that goes on for
longer has its lease renewed."""

PACE = timedelta(seconds=1)
"""Slack takes one message a second in a channel."""

LONGEST_REST = timedelta(minutes=10)
"""No lane rests longer: one far beyond was left by a clock that has been set back since."""

SOON = ("home", "export", "bad_rows", "groups", "members")
MOST_ATTEMPTS = 12
FENCES = 2**31 - 1

log = structlog.get_logger(__name__)

ASKS_SLACK = ("bad_rows", "export", "groups", "home", "members", "message", "picture", "upload")
"""The kinds of work that wait while Slack is away; what comes at its time comes all the same."""

HERE: BindParameter[int] = bindparam("workspace_id")
NOW: BindParameter[datetime] = bindparam("now")
NO_REST_AFTER: BindParameter[datetime] = bindparam("no_rest_after")
IS_AWAY = exists().where(
    Outage.workspace_id == HERE,
    Outage.next_at > NOW,
    Outage.next_at <= NO_REST_AFTER,
)
WAITS = (
    Work.workspace_id == HERE,
    Work.due_at <= NOW,
    Work.dead_at.is_(None),
    or_(
        Work.lease_until.is_(None),
        Work.lease_until <= NOW,
        Work.lease_until > bindparam("no_lease_after"),
    ),
    or_(~IS_AWAY, ~or_(*(Work.key.startswith(f"{kind}:") for kind in ASKS_SLACK))),
)
"""Due here, alive and nobody's, and Slack is there where it is needed; a lease far ahead was left
by a clock that has been set back."""

IS_FREE = or_(Lane.next_at <= NOW, Lane.next_at > NO_REST_AFTER)
DUE = (
    select(Work)
    .outerjoin(Lane, and_(Lane.workspace_id == Work.workspace_id, Lane.name == Work.lane))
    .where(*WAITS, or_(Work.lane.is_(None), IS_FREE))
)
"""What waits in lanes that do not rest."""

ANY_DUE = DUE.with_only_columns(Work.key).limit(1)
LINED_UP = DUE.add_columns(
    func.row_number()
    .over(
        partition_by=func.coalesce(Work.lane, Work.key),
        order_by=(Work.due_at, Work.key),
    )
    .label("place")
).subquery()
CANDIDATES = (
    select(Work)
    .join(LINED_UP, and_(LINED_UP.c.workspace_id == Work.workspace_id, LINED_UP.c.key == Work.key))
    .where(LINED_UP.c.place == 1, *WAITS)
    .order_by(Work.due_at, Work.key)
    .limit(bindparam("most"))
    .with_for_update(of=Work, skip_locked=True)
)
LANE = and_(Lane.workspace_id == HERE, Lane.name == bindparam("lane"))
RESTING = select(Lane.next_at).where(LANE, ~IS_FREE)
FREE_LANE = (
    select(Lane)
    .where(LANE, IS_FREE)
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
"""Built once: every look asks them, many times a second."""


def _asked(workspace_id: int, now: datetime) -> dict[str, datetime | int]:
    return {
        "workspace_id": workspace_id,
        "now": now,
        "no_lease_after": now + 2 * LEASE,
        "no_rest_after": now + 2 * LONGEST_REST,
    }


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


def is_due(session: Session, workspace_id: int, now: datetime) -> bool:
    """Whether there is anything to claim in the workspace."""
    return session.execute(ANY_DUE, _asked(workspace_id, now)).first() is not None


def claim_due(session: Session, workspace_id: int, now: datetime, limit: int) -> list[Claim]:
    """Claim up to so many, the longest due first; one of each lane, then the lane rests.

    Only of one workspace: what is another's can be done by none but who has its token.
    """
    asked = {**_asked(workspace_id, now), "most": limit}
    candidates = session.scalars(CANDIDATES, asked).all()
    return [_claim(work, now) for work in candidates if _lane_is_free(session, work, now)]


def bring_back(session: Session, workspace_id: int, now: datetime) -> None:
    """Have due what was put while the clock was ahead, after it was set back.

    What is lined up, and these kinds, wait for no moment of their own: at most for a next attempt.
    """
    soon = or_(Work.lane.is_not(None), *(Work.key.startswith(f"{kind}:") for kind in SOON))
    ahead = Work.due_at > now + 2 * LONGEST_REST
    here = Work.workspace_id == workspace_id
    session.execute(update(Work).where(here, ahead, soon).values(due_at=now))


def hold(session: Session, claim: Claim, now: datetime | None = None) -> None:
    """Make sure that the work is still ours; given the moment, for a whole lease from then.

    Raises LeaseLost.
    """
    until = Work.lease_until if now is None else now + LEASE
    _change(session, claim, lease_until=until)


def end(session: Session, claim: Claim) -> None:
    """The work is done; put again meanwhile it stays due. Raises LeaseLost."""
    done = session.execute(
        delete(Work).where(_is(claim), Work.version == claim.version).returning(Work.key)
    ).first()
    if done is None:
        _change(session, claim, lease_until=None)


def postpone(session: Session, claim: Claim, at: datetime, error: str | None = None) -> None:
    """Do it at the moment; its lane goes on. Raises LeaseLost."""
    _again(session, claim, {"due_at": at, **({"last_error": error} if error else {})})


def put_back(session: Session, claim: Claim, at: datetime) -> None:
    """Do it at the moment, and nothing else of its lane before. Raises LeaseLost."""
    if claim.lane is not None:
        rest(session, claim.workspace_id, claim.lane, at)
    postpone(session, claim, at)


def fail(session: Session, claim: Claim, error: str, now: datetime, delay: timedelta) -> bool:
    """Try it again after the delay; whether attempts were left, else the row is dead.

    Raises LeaseLost.
    """
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
    if alive:
        log.warning("tried again later", key=claim.key, error=error, attempts=attempts)
    else:
        log.error("given up", key=claim.key, error=error, attempts=attempts)
    return alive


def rest(session: Session, workspace_id: int, lane: str, until: datetime) -> None:
    """Let a lane rest until the moment; what Slack limits by method has a lane of its name."""
    rests = insert_into(session, Lane).values(workspace_id=workspace_id, name=lane, next_at=until)
    session.execute(
        rests.on_conflict_do_update(
            index_elements=[Lane.workspace_id, Lane.name], set_={"next_at": until}
        )
    )


def rests_until(session: Session, workspace_id: int, lane: str, now: datetime) -> datetime | None:
    """When the lane goes on; None where it does not rest."""
    asked = {**_asked(workspace_id, now), "lane": lane}
    return session.scalar(RESTING, asked)


def note_outage(
    session: Session, workspace_id: int, method: str, error: str, now: datetime
) -> datetime:
    """Keep that Slack is away; when it is asked again."""
    failed = {"method": method, "error": error}
    begun = insert_into(session, Outage).values(
        workspace_id=workspace_id, since=now, next_at=now, **failed
    )
    locks = begun.on_conflict_do_update(index_elements=[Outage.workspace_id], set_=failed)
    session.execute(locks)
    outage = session.get_one(Outage, workspace_id, populate_existing=True)
    outage.fail(method, error, now)
    session.flush()
    return outage.next_at


def note_answer(session: Session, workspace_id: int, method: str, now: datetime) -> None:
    """Have all go on that waited for Slack to be back."""
    outage = session.get(Outage, workspace_id, with_for_update=True)
    if outage is not None and outage.is_ended_by(method, now):
        session.delete(outage)
    elif outage is not None:
        outage.next_at = min(outage.next_at, now)


def _lane_is_free(session: Session, work: Work, now: datetime) -> bool:
    if work.lane is None:
        return True
    asked = {**_asked(work.workspace_id, now), "lane": work.lane}
    lane = session.scalars(FREE_LANE, asked).first()
    if lane is None:
        return False
    lane.next_at = now + PACE
    session.flush()
    return True


def _claim(work: Work, now: datetime) -> Claim:
    work.fence = 1 + randbelow(FENCES)
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
        Work.lease_until.is_not(None),
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
        _change(session, claim, lease_until=None)


def _change(session: Session, claim: Claim, **values: object) -> None:
    changed = session.execute(
        update(Work).where(_is(claim)).values(**values).returning(Work.key)
    ).first()
    if changed is None:
        raise LeaseLost(claim.key)
