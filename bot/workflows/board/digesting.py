"""The weekly digest: asked for, sent once a week and channel, previewed, paused and resumed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.workflows.board import fact_check as asking
from bot.workflows.board.digest import told_since
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_message
from models.audit.trail import insert_new
from models.board.digest import Digest, Subscription
from models.errors import Mistake
from models.message import Message, MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream
from models.work import insert_into, put


class NoDigest(Mistake):
    """A channel that nobody has asked a digest for."""

    def __init__(self) -> None:
        super().__init__(
            "No digest comes to this channel yet. Type /flow digest subscribe here: one form."
        )


class SentAlready(Mistake):
    """A second digest for the same channel and week."""

    def __init__(self, subscription: Subscription, digest: Digest) -> None:
        day = digest.at.astimezone(subscription.zone)
        super().__init__(
            f"This week's digest came on {day:%A}, {day.day} {day:%B} at {day:%-H:%M}, and one a "
            "week is enough. /flow digest preview shows you how things stand now."
        )


class NotLive(Mistake):
    """A digest of a portfolio that says nothing yet."""

    def __init__(self, portfolio: Portfolio) -> None:
        super().__init__(
            f"{portfolio.name} is not live yet, so nothing is posted. /flow digest preview shows "
            "you what it would say; /portfolio setup is where an admin goes live."
        )


class UnknownScope(Mistake):
    """A portfolio or stream that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That is not there any more. Choose the portfolio or the stream again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a channel wants to be told of, and when."""

    portfolio_id: int
    value_stream_id: int | None
    weekday: int
    minute_of_day: int
    time_zone: str


def subscribe(
    session: Session, workspace_id: int, actor: str, channel_id: str, wish: Wish, at: datetime
) -> Subscription:
    """Have the channel told once a week; asked again, its weekday, time or scope change.

    Raises UnknownScope and NotAllowed.
    """
    portfolio = session.get(Portfolio, wish.portfolio_id)
    if portfolio is None or portfolio.workspace_id != workspace_id:
        raise UnknownScope
    streams = {stream.id: stream for stream in portfolio.open_streams}
    if wish.value_stream_id not in {None, *streams}:
        raise UnknownScope
    _check(session, actor, portfolio, streams.get(wish.value_stream_id or 0))
    insert_new(
        session,
        Subscription,
        workspace_id=workspace_id,
        channel_id=channel_id,
        portfolio_id=portfolio.id,
        weekday=wish.weekday,
        minute_of_day=wish.minute_of_day,
        time_zone=wish.time_zone,
        next_at=at,
        subscribed_by=actor,
        subscribed_at=at,
    )
    subscription = session.scalars(_of_channel(workspace_id, channel_id).with_for_update()).one()
    subscription.portfolio_id, subscription.value_stream_id = portfolio.id, wish.value_stream_id
    subscription.weekday, subscription.minute_of_day = wish.weekday, wish.minute_of_day
    subscription.time_zone, subscription.subscribed_by = wish.time_zone, actor
    _begin(session, subscription, at)
    return subscription


def pause(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send nothing until it is resumed. Raises NoDigest and NotAllowed."""
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    _check(session, actor, subscription.portfolio, subscription.value_stream)
    subscription.paused_at = subscription.paused_at or at
    subscription.paused_by = subscription.paused_by or actor
    session.flush()
    return subscription


def resume(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send the next one at its usual time. Raises NoDigest and NotAllowed."""
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    _check(session, actor, subscription.portfolio, subscription.value_stream)
    _begin(session, subscription, at)
    return subscription


def send_now(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send this week's digest at once; its slot later in the week is taken by it.

    Raises NoDigest, NotAllowed, NotLive and SentAlready.
    """
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    _check(session, actor, subscription.portfolio, subscription.value_stream)
    if subscription.portfolio.is_silent(at):
        raise NotLive(subscription.portfolio)
    message = _send(session, subscription, at, at, at, actor)
    if message is None:
        raise SentAlready(subscription, _digest_of(session, subscription, at))
    if subscription.week(subscription.next_at) == subscription.week(at):
        subscription.next_at = subscription.slot_after(subscription.next_at)
    session.flush()
    put(session, workspace_id, subscription.work_key, subscription.next_at)
    redraw_message(session, message, at)
    return subscription


def send_due(session: Session, subscription_id: int, at: datetime) -> None:
    """Send the digest of the newest slot that has come, and wait for the next slot.

    Before the portfolio is live nothing is sent.
    """
    subscription = session.scalars(
        select(Subscription).where(Subscription.id == subscription_id).with_for_update()
    ).first()
    if subscription is None or subscription.paused_at is not None:
        return
    slot = subscription.latest_slot(at)
    message = None
    if slot is not None:
        if not subscription.portfolio.is_silent(at):
            until = subscription.tells_until(slot)
            message = _send(session, subscription, slot, until, at, None)
        subscription.next_at = subscription.slot_after(slot)
    session.flush()
    put(session, subscription.workspace_id, subscription.work_key, subscription.next_at)
    if message is not None:
        redraw_message(session, message, at)


def subscription_of(
    session: Session, workspace_id: int, channel_id: str, *, lock: bool = False
) -> Subscription:
    """The channel's subscription. Raises NoDigest."""
    rows = _of_channel(workspace_id, channel_id)
    found = session.scalars(rows.with_for_update() if lock else rows).first()
    if found is None:
        raise NoDigest
    return found


def channel_of(session: Session, workspace_id: int, subscription_id: int) -> str | None:
    """The channel a subscription is for; None where it is not there any more."""
    found = session.get(Subscription, subscription_id)
    return found.channel_id if found and found.workspace_id == workspace_id else None


def _of_channel(workspace_id: int, channel_id: str) -> Select[Subscription]:
    return select(Subscription).where(
        Subscription.workspace_id == workspace_id, Subscription.channel_id == channel_id
    )


def _check(session: Session, actor: str, portfolio: Portfolio, stream: ValueStream | None) -> None:
    """Raise NotAllowed for who only looks on there, or has no part in it."""
    place = Place.of_stream(stream) if stream is not None else Place.of_portfolio(portfolio)
    check(session, actor, Right.RUN_DIGEST, place)


def _begin(session: Session, subscription: Subscription, at: datetime) -> None:
    """Wait for its next slot, and for the Thursday on which owners are asked before it."""
    subscription.paused_at = subscription.paused_by = None
    subscription.next_at = subscription.slot_after(at)
    session.flush()
    put(session, subscription.workspace_id, subscription.work_key, subscription.next_at)
    asking.begin(session, subscription.portfolio, at)


def _send(
    session: Session,
    subscription: Subscription,
    slot: datetime,
    until: datetime,
    at: datetime,
    actor: str | None,
) -> Message | None:
    """Store the digest of the slot's week and its message; None where that week has one."""
    since, first = told_since(session, subscription, until)
    new = insert_into(session, Digest).values(
        workspace_id=subscription.workspace_id,
        subscription_id=subscription.id,
        channel_id=subscription.channel_id,
        week=subscription.week(slot),
        at=at,
        since=since,
        until=until,
        first=first,
        sent_by=actor,
    )
    digest_id = session.execute(new.on_conflict_do_nothing().returning(Digest.id)).scalar()
    if digest_id is None:
        return None
    message = Message(
        workspace_id=subscription.workspace_id,
        channel_id=subscription.channel_id,
        kind=MessageKind.DIGEST,
        subject_id=digest_id,
    )
    session.add(message)
    session.flush()
    return message


def _digest_of(session: Session, subscription: Subscription, at: datetime) -> Digest:
    return session.scalars(
        select(Digest).where(
            Digest.workspace_id == subscription.workspace_id,
            Digest.channel_id == subscription.channel_id,
            Digest.week == subscription.week(at),
        )
    ).one()
