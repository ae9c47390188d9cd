"""The weekly digest: asked for, sent once a week and channel, previewed, paused and resumed."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.workflows.board import fact_check as asking
from bot.workflows.board.digest import covered_since, keep_content, message_of
from bot.workflows.permitting import Place, check, check_any
from bot.workflows.pointing import hold
from bot.workflows.redrawing import post, redraw_message
from models.audit.trail import insert_new
from models.board.digest import Digest, Subscription, UnknownScope, Wish
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream
from models.work import insert_into, put


def subscribe(
    session: Session, workspace_id: int, actor: str, channel_id: str, wish: Wish, at: datetime
) -> Subscription:
    """Have the channel told once a week; asked again, its weekday, time or scope change.

    Raises UnknownScope and NotAllowed.
    """
    if wish.value_stream_id is not None:
        hold(session, ValueStream, [wish.value_stream_id])
    found = session.get(Portfolio, wish.portfolio_id)
    portfolio, stream = wish.scope(found, workspace_id)
    _check(session, actor, portfolio, stream)
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
    subscription.keep(wish, actor, at)
    _wait(session, subscription, at)
    return subscription


def subscribe_channel(
    session: Session, workspace_id: int, actor: str, portfolio_id: int, at: datetime
) -> Subscription:
    """Have the portfolio's own channel told at the usual time; where one comes already it stays.

    Raises UnknownScope and NotAllowed.
    """
    portfolio = session.get(Portfolio, portfolio_id)
    if portfolio is None or portfolio.workspace_id != workspace_id or portfolio.channel_id is None:
        raise UnknownScope
    _check(session, actor, portfolio, None)
    there = session.scalars(_of_channel(workspace_id, portfolio.channel_id)).first()
    if there is not None and there.paused_at is None:
        return there
    wish = Wish.usual(portfolio)
    return subscribe(session, workspace_id, actor, portfolio.channel_id, wish, at)


def pause(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send nothing until it is resumed, and tell the channel. Raises NoDigest and NotAllowed.

    Who set it up pauses it, and who has a role there beyond proposing.
    """
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    portfolio, stream = subscription.portfolio, subscription.value_stream
    _check(session, actor, portfolio, stream)
    if subscription.subscribed_by != actor:
        streams = [stream] if stream is not None else portfolio.open_streams
        places = [Place.of_portfolio(portfolio), *map(Place.of_stream, streams)]
        check_any(session, actor, Right.PAUSE_DIGEST, places)
    is_news = subscription.paused_at is None
    subscription.pause(actor, at)
    session.flush()
    if is_news:
        post(session, workspace_id, MessageKind.PAUSED, subscription.id, channel_id, at)
    return subscription


def resume(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send the next one at its usual time. Raises NoDigest and NotAllowed."""
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    _check(session, actor, subscription.portfolio, subscription.value_stream)
    subscription.resume(at)
    _wait(session, subscription, at)
    return subscription


def send_now(
    session: Session, workspace_id: int, actor: str, channel_id: str, at: datetime
) -> Subscription:
    """Send this week's digest at once; its slot later in the week is taken by it.

    One that Slack refused is tried once more. Raises NoDigest, NotAllowed, NotLive, SentAlready
    and OnItsWay.
    """
    subscription = subscription_of(session, workspace_id, channel_id, lock=True)
    _check(session, actor, subscription.portfolio, subscription.value_stream)
    subscription.check_is_live(at)
    if not _send(session, subscription, at, at, at, actor):
        message = message_of(session, _digest_of(session, subscription, at))
        subscription.check_was_refused(message)
        redraw_message(session, message, at)
    subscription.use_slot_of_week(at)
    session.flush()
    put(session, workspace_id, subscription.work_key, subscription.next_at)
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
    subscription.avoid_holidays()
    slot = subscription.latest_slot(at)
    if slot is not None:
        if not subscription.portfolio.is_silent(at):
            until = subscription.covers_until(slot)
            _send(session, subscription, slot, until, at, None)
        subscription.next_at = subscription.slot_after(slot)
    session.flush()
    put(session, subscription.workspace_id, subscription.work_key, subscription.next_at)


def subscription_of(
    session: Session, workspace_id: int, channel_id: str, *, lock: bool = False
) -> Subscription:
    """The channel's subscription. Raises NoDigest."""
    rows = _of_channel(workspace_id, channel_id)
    return Subscription.there(session.scalars(rows.with_for_update() if lock else rows).first())


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


def _wait(session: Session, subscription: Subscription, at: datetime) -> None:
    """Wait for its next slot, and for the Thursday on which owners are asked before it."""
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
) -> bool:
    """Store the digest of the slot's week with what it tells, and put its message.

    False where that week has one.
    """
    since, first = covered_since(session, subscription, until)
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
        return False
    keep_content(session, session.get_one(Digest, digest_id))
    here, channel = subscription.workspace_id, subscription.channel_id
    post(session, here, MessageKind.DIGEST, digest_id, channel, at)
    return True


def _digest_of(session: Session, subscription: Subscription, at: datetime) -> Digest:
    return session.scalars(
        select(Digest).where(
            Digest.workspace_id == subscription.workspace_id,
            Digest.channel_id == subscription.channel_id,
            Digest.week == subscription.week(at),
        )
    ).one()
