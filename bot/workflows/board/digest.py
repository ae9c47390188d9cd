"""Reporting: what a digest tells, and each of the replies in its thread; drawn whenever shown.

What it tells is kept with it when it is sent; what it asks for follows the present.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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
from bot.workflows.board.needs import IN_DIGEST, REPLIES, needs
from bot.workflows.flow.figures import flow_figures, hidden_of
from bot.workflows.flow.governance import frozen_decisions, frozen_money
from bot.workflows.flow.scope import Scope, scope_of
from bot.workflows.needs import Need, Waits
from bot.workflows.projects.slips import SLIPPED
from bot.workflows.redrawing import post
from models.board.content import Content, FrozenScope
from models.board.digest import WEEK, Digest, Subscription
from models.calendar import week_of
from models.flow.frozen import FrozenAgeing, FrozenFlow
from models.message import DIGEST_KINDS, Message, MessageKind
from models.portfolio.portfolio import Portfolio


def preview(session: Session, subscription: Subscription, now: datetime) -> DigestContent:
    """What a digest would tell if it were sent now; nothing is stored."""
    since, first = covered_since(session, subscription, now)
    unsent = Digest(subscription=subscription, at=now, since=since, until=now, first=first)
    return content_of(session, unsent, now)


def keep_content(session: Session, digest: Digest) -> None:
    """Keep with a digest what it tells, so that it tells the same whenever it is drawn."""
    content, _ = _from_history(session, _scope(session, digest), digest, digest.at)
    digest.frozen_content = content.kept


def content_of(session: Session, digest: Digest, now: datetime) -> DigestContent:
    """What the digest told when it was sent, and what of it has not been answered since.

    Of an epic that is restricted since the name is gone. One of before contents were kept is told
    from history.
    """
    scope = _scope(session, digest)
    content = digest.content
    if content is None:
        content, waits = _from_history(session, scope, digest, now)
    else:
        waits = _waits(session, scope, digest, now, content.flow.ageing)
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


@dataclass(frozen=True, slots=True)
class OfWeek:
    """A digest of one ISO week: as it was sent, else as it would have been."""

    source: DigestContent
    sent_at: datetime | None
    """None where none was sent: then it is drawn from history, with the limits of today."""


def of_week(
    session: Session, portfolio: Portfolio, stream_id: int | None, week: str, now: datetime
) -> OfWeek:
    """What was told of the week, or would have been, without what it asked for. Raises NotOver."""
    sent = _sent(session, portfolio, stream_id, week)
    if sent is not None:
        return OfWeek(replace(content_of(session, sent, now), needs=Waits()), sent.at)
    unsent = Digest.unsent(portfolio, stream_id, week, now)
    return OfWeek(replace(content_of(session, unsent, unsent.until), needs=Waits()), None)


def _sent(
    session: Session, portfolio: Portfolio, stream_id: int | None, week: str
) -> Digest | None:
    """The one that told of the week; of several channels the portfolio's or the stream's own."""
    stream = next((each for each in portfolio.value_streams if each.id == stream_id), None)
    home = (stream or portfolio).channel_id
    about = select(Digest).where(Digest.workspace_id == portfolio.workspace_id).order_by(Digest.id)
    found = [
        each
        for each in session.scalars(about)
        if each.place == (portfolio.id, stream_id) and _week_covered(each) == week
    ]
    return min(found, key=lambda each: (each.channel_id != home, each.id), default=None)


def _week_covered(digest: Digest) -> str:
    """The ISO week in which what it tells of ends."""
    content = digest.content
    zone = ZoneInfo(content.scope.time_zone) if content else digest.subscription.zone
    return week_of((digest.until.astimezone(zone) - timedelta(microseconds=1)).date())


def message_of(session: Session, digest: Digest) -> Message:
    shows = select(Message).where(
        Message.workspace_id == digest.workspace_id,
        Message.kind == MessageKind.DIGEST,
        Message.subject_id == digest.id,
    )
    return session.scalars(shows).one()


def reply_in_thread(session: Session, digest_message: Message, at: datetime) -> None:
    """Put the replies beneath a digest that was just posted: those that have something to name."""
    digest = session.get_one(Digest, digest_message.subject_id)
    there = select(Message.id).where(
        Message.workspace_id == digest.workspace_id,
        Message.kind.in_(DIGEST_KINDS),
        Message.thread_ts.is_not(None),
        Message.subject_id == digest.id,
    )
    if digest_message.ts is None or session.scalar(there.limit(1)) is not None:
        return
    here, channel, ts = digest.workspace_id, digest_message.channel_id, digest_message.ts
    for reply in REPLIES:
        if waits_in_thread(session, digest, reply.needs, at).count:
            post(session, here, reply.kind, digest.id, channel, at, thread_ts=ts)


def waits_in_thread(
    session: Session, digest: Digest, wanted: Sequence[Need[Any]], now: datetime
) -> Waits:
    """What a reply in the digest's thread names."""
    content = digest.content
    aged = content.flow.ageing if content else None
    return _waits(session, _scope(session, digest), digest, now, aged, wanted)


def covered_since(
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
    aged: FrozenAgeing | None,
    wanted: Sequence[Need[Any]] = IN_DIGEST,
) -> Waits:
    return needs(session, scope, digest.since, digest.until, digest.at, now, aged, wanted)


def _from_history(
    session: Session, scope: Scope, digest: Digest, now: datetime
) -> tuple[Content, Waits]:
    """What the digest tells, from history as of its end, and what it asks for now."""
    flow = flow_figures(session, scope, digest.since, digest.until).frozen
    waits = _waits(session, scope, digest, now, flow.ageing)
    return _content(session, scope, digest, flow, waits), waits


def _content(
    session: Session, scope: Scope, digest: Digest, flow: FrozenFlow, waits: Waits
) -> Content:
    open_total, finished = beginning(session, scope, digest.at) if digest.first else (0, 0)
    changes = changes_between(session, scope, digest.since, digest.until)
    crossed = flow.ageing is not None and flow.ageing.crossed.count > 0
    standing = in_flight(session, scope, digest.until, digest.since)
    moved_between_streams = standing.whole.count != (standing.before or 0) + changes.net
    return Content(
        scope=FrozenScope(
            portfolio_id=scope.portfolio.id,
            stream_id=scope.stream_id,
            stream=scope.value_stream.name if scope.value_stream else None,
            time_zone=digest.subscription.time_zone,
        ),
        is_beginning=digest.first and not scope.portfolio.calls_late(digest.at),
        is_quiet=not (
            digest.first or changes.any or moved_between_streams or crossed or waits.count
        ),
        changes=changes,
        in_flight=standing,
        milestones=on_their_dates(session, scope, digest.at, waits.of(SLIPPED)),
        flow=flow,
        outcomes=outcomes(session, scope, digest.since, digest.until),
        decisions=frozen_decisions(session, scope, digest.since, digest.until),
        money=frozen_money(session, scope, digest.since, digest.until),
        open_total=open_total,
        finished_since_live=finished,
    )
