"""Reporting: what a digest tells, and each of the replies in its thread; drawn whenever shown."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.board import changes as telling
from bot.workflows.board.content import Telling
from bot.workflows.board.needs import THREADS, needs
from bot.workflows.flow.figures import flow_figures
from bot.workflows.flow.scope import scope_of
from bot.workflows.needs import Need, T
from bot.workflows.paging import Pile
from bot.workflows.redrawing import post
from models.board.digest import WEEK, Digest, Subscription
from models.message import Message


def preview(session: Session, subscription: Subscription, now: datetime) -> Telling:
    """What a digest would tell if it were sent now; nothing is stored."""
    since, first = told_since(session, subscription, now)
    return _telling(session, subscription, None, since, now, now, now, first=first)


def tell(session: Session, digest: Digest, now: datetime) -> Telling:
    """What the digest tells: of its week as it was, and of what has not been answered since."""
    return _telling(
        session,
        digest.subscription,
        digest.id,
        digest.since,
        digest.until,
        digest.at,
        now,
        first=digest.first,
    )


def reply_in_thread(session: Session, digest_message: Message, at: datetime) -> None:
    """Put a reply beneath a digest that was just posted, one for each kind of thing it asks for."""
    digest = session.get_one(Digest, digest_message.subject_id)
    there = select(Message.id).where(
        Message.workspace_id == digest.workspace_id,
        Message.kind.in_(THREADS),
        Message.subject_id == digest.id,
    )
    if digest_message.ts is None or session.scalar(there.limit(1)) is not None:
        return
    here, channel, ts = digest.workspace_id, digest_message.channel_id, digest_message.ts
    for kind, need in THREADS.items():
        if waits_in_thread(session, digest, need, at).count:
            post(session, here, kind, digest.id, channel, at, thread_ts=ts)


def waits_in_thread(session: Session, digest: Digest, need: Need[T], now: datetime) -> Pile[T]:
    """The one kind of thing that a reply in the digest's thread is about."""
    asked = digest.subscription
    scope = scope_of(session, asked.portfolio_id, asked.value_stream_id)
    return needs(session, scope, digest.since, digest.until, digest.at, now, [need]).of(need)


def told_since(
    session: Session, subscription: Subscription, until: datetime
) -> tuple[datetime, bool]:
    """Where the last digest ended, else a week before; and whether this one is the first."""
    last = session.scalars(
        select(Digest.until)
        .where(Digest.subscription_id == subscription.id)
        .order_by(Digest.until.desc())
        .limit(1)
    ).first()
    return (until - WEEK, True) if last is None else (min(last, until), False)


def _telling(
    session: Session,
    subscription: Subscription,
    digest_id: int | None,
    since: datetime,
    until: datetime,
    at: datetime,
    now: datetime,
    *,
    first: bool,
) -> Telling:
    scope = scope_of(session, subscription.portfolio_id, subscription.value_stream_id)
    open_total, finished = telling.beginning(session, scope, at) if first else (0, 0)
    return Telling(
        portfolio=scope.portfolio,
        value_stream=scope.value_stream,
        subscription=subscription,
        digest_id=digest_id,
        first=first,
        preview=digest_id is None,
        at=at,
        since=since,
        until=until,
        changes=telling.changes_between(session, scope, since, until),
        in_flight=telling.in_flight(session, scope, until),
        needs=needs(session, scope, since, until, at, now),
        milestones=telling.on_their_dates(session, scope, at),
        flow=flow_figures(session, scope, since, until),
        open_total=open_total,
        finished_since_live=finished,
        now=now,
    )
