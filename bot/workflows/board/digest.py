"""Reporting: what a digest tells, and each of the replies in its thread; drawn whenever shown.

What it tells is kept with it when it is sent; what it asks for follows the present.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.board.changes import (
    beginning,
    changes_between,
    in_flight,
    on_their_dates,
    outcomes,
)
from bot.workflows.board.content import DigestContent
from bot.workflows.board.needs import NEEDS, THREADS, needs
from bot.workflows.flow.figures import flow_figures, hidden_of
from bot.workflows.flow.scope import Scope, scope_of
from bot.workflows.needs import Need, T, Waits
from bot.workflows.paging import Top
from bot.workflows.projects.slips import SLIPPED
from bot.workflows.redrawing import post
from models.board.content import Content, ScopeTold
from models.board.digest import WEEK, Digest, Subscription
from models.message import Message, MessageKind


def preview(session: Session, subscription: Subscription, now: datetime) -> DigestContent:
    """What a digest would tell if it were sent now; nothing is stored."""
    since, first = told_since(session, subscription, now)
    unsent = Digest(subscription=subscription, at=now, since=since, until=now, first=first)
    return tell(session, unsent, now)


def keep_content(session: Session, digest: Digest) -> None:
    """Keep with a digest what it tells, so that it tells the same whenever it is drawn."""
    scope = _scope(session, digest)
    waits = _waits(session, scope, digest, digest.at)
    digest.frozen_content = _content(session, scope, digest, waits).kept


def tell(session: Session, digest: Digest, now: datetime) -> DigestContent:
    """What the digest told when it was sent, and what of it has not been answered since.

    Of an epic that is restricted since the name is gone. One of before contents were kept is told
    from history.
    """
    scope = _scope(session, digest)
    waits = _waits(session, scope, digest, now)
    content = digest.content
    if content is None:
        content = _content(session, scope, digest, waits)
    else:
        content = content.without(hidden_of(session, content))
    return DigestContent(
        portfolio=scope.portfolio,
        subscription=digest.subscription,
        digest_id=digest.id,
        first=digest.first,
        at=digest.at,
        since=digest.since,
        until=digest.until,
        content=content,
        needs=waits,
        now=now,
    )


def message_of(session: Session, digest: Digest) -> Message:
    shows = select(Message).where(
        Message.workspace_id == digest.workspace_id,
        Message.kind == MessageKind.DIGEST,
        Message.subject_id == digest.id,
    )
    return session.scalars(shows).one()


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


def waits_in_thread(session: Session, digest: Digest, need: Need[T], now: datetime) -> Top[T]:
    """The one kind of thing that a reply in the digest's thread is about."""
    return _waits(session, _scope(session, digest), digest, now, [need]).of(need)


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


def _scope(session: Session, digest: Digest) -> Scope:
    """What the digest tells of, whatever the channel is told of since."""
    return scope_of(session, *digest.place)


def _waits(
    session: Session,
    scope: Scope,
    digest: Digest,
    now: datetime,
    wanted: Sequence[Need[Any]] = NEEDS,
) -> Waits:
    return needs(session, scope, digest.since, digest.until, digest.at, now, wanted)


def _content(session: Session, scope: Scope, digest: Digest, waits: Waits) -> Content:
    """What the digest tells, from history as of its end."""
    open_total, finished = beginning(session, scope, digest.at) if digest.first else (0, 0)
    changes = changes_between(session, scope, digest.since, digest.until)
    return Content(
        scope=ScopeTold(
            portfolio_id=scope.portfolio.id,
            stream_id=scope.stream_id,
            stream=scope.value_stream.name if scope.value_stream else None,
            time_zone=digest.subscription.time_zone,
        ),
        is_beginning=digest.first and not scope.portfolio.calls_late(digest.at),
        is_quiet=not (digest.first or changes.any or waits.count),
        changes=changes,
        in_flight=in_flight(session, scope, digest.until),
        milestones=on_their_dates(session, scope, digest.at, waits.of(SLIPPED)),
        flow=flow_figures(session, scope, digest.since, digest.until).told,
        outcomes=outcomes(session, scope, digest.until),
        open_total=open_total,
        finished_since_live=finished,
    )
