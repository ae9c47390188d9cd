"""Reporting: what a digest tells, and each of the replies in its thread; drawn whenever shown."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.board import changes as telling
from bot.workflows.board import needs as needing
from bot.workflows.board.content import Needs, Telling
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.flow.figures import flow_figures
from bot.workflows.flow.scope import scope_of
from bot.workflows.redrawing import redraw_message
from models.board.digest import WEEK, Digest, Subscription
from models.message import DIGEST_KINDS, Message, MessageKind

CONDITIONS = tuple(kind for kind in DIGEST_KINDS if kind is not MessageKind.DIGEST)
"""What the replies in a digest's thread are about, in their order."""


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
        Message.kind.in_(CONDITIONS),
        Message.subject_id == digest.id,
    )
    if digest_message.ts is None or session.scalar(there.limit(1)) is not None:
        return
    replies = [
        Message(
            workspace_id=digest.workspace_id,
            channel_id=digest_message.channel_id,
            thread_ts=digest_message.ts,
            kind=kind,
            subject_id=digest.id,
        )
        for kind in CONDITIONS
        if tell_condition(session, digest, kind).any
    ]
    session.add_all(replies)
    session.flush()
    for reply in replies:
        redraw_message(session, reply, at)


def tell_condition(session: Session, digest: Digest, kind: MessageKind) -> Needs:
    """The one kind of thing that a reply in the digest's thread is about."""
    asked = digest.subscription
    scope, at = scope_of(session, asked.portfolio_id, asked.value_stream_id), digest.at
    match kind:
        case MessageKind.DIGEST_ANSWERS:
            return Needs(answers=needing.waiting_for_an_answer(session, scope, at))
        case MessageKind.DIGEST_SHIFTS:
            return Needs(shifts=needing.pile_of(session, scope, SHIFTS, at))
        case MessageKind.DIGEST_BLOCKED:
            return Needs(blocked=needing.pile_of(session, scope, BLOCKED, at))
        case MessageKind.DIGEST_QUIET:
            return Needs(quiet=needing.quiet_for_long(session, scope, at))
        case MessageKind.DIGEST_OVERRIDES:
            told = needing.overrides(session, scope, digest.since, digest.until)
            return Needs(overrides=told)
        case MessageKind.DIGEST_UNOWNED:
            return Needs(unowned=needing.unowned(session, scope, at))
        case _:
            return Needs(slips=needing.slips(session, scope, at))


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
        needs=needing.needs(session, scope, since, until, at, now),
        milestones=needing.on_their_dates(session, scope, at),
        flow=flow_figures(session, scope, since, until),
        open_total=open_total,
        finished_since_live=finished,
        now=now,
    )
