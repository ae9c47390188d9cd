"""The value streams of a portfolio: added, changed and listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.keeping import Kept
from bot.workflows.needs import Asked, Need
from bot.workflows.paging import Top
from bot.workflows.permitting import Place, check
from bot.workflows.pointing import hold
from bot.workflows.portfolio.basics import lock_portfolio
from bot.workflows.redrawing import redraw_homes
from bot.workflows.seeing import sight_changed, visible_to
from models.epics.epic import Epic
from models.people.role import Right
from models.people.workspace import Workspace
from models.portfolio.portfolio import (
    Portfolio,
    State,
    ValueStream,
    WipLimit,
    check_unchanged,
    in_use,
)
from models.portfolio.setup import Change, StreamSetup, parse_streams


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A value stream in a list: how many are in flight there, and how many may."""

    stream: ValueStream
    in_flight: int
    most: int | None


@dataclass(frozen=True, slots=True)
class StreamPage:
    """One page of a portfolio's value streams."""

    portfolio: Portfolio
    lines: Sequence[StreamLine]
    number: int
    pages: int
    total: int


def _ownerless(asked: Asked) -> Top[ValueStream]:
    there = asked.portfolio.open_streams if asked.is_admin else ()
    found = [stream for stream in there if stream.owner_user_id is None]
    return Top(found[: asked.few], len(found))


OWNERLESS = Need("streams", _ownerless)
"""Value streams that nobody owns; each waits for the admins."""


STREAMS = Kept(
    ValueStream,
    Right.SET_UP,
    "/portfolio streams",
    called=lambda stream: stream.name,
    portfolio_id=lambda session, stream: in_use(stream, stream.workspace_id).portfolio_id,
)

PAGE_SIZE = 15


def add_stream(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    setup: StreamSetup,
    at: datetime,
) -> ValueStream:
    """Give the portfolio one more value stream; without an owner it is the actor's.

    Raises UnknownPortfolio, NotAllowed and FieldMistakes.
    """
    _lock_prefixes(session, workspace_id)
    portfolio = lock_portfolio(session, workspace_id, portfolio_id)
    check(session, actor, Right.SET_UP, Place.of_portfolio(portfolio))
    names = [stream.name for stream in portfolio.value_streams]
    checked = setup.checked(key_prefixes(session, workspace_id), names)
    stream = new_stream(portfolio, checked, actor, at)
    portfolio.value_streams.append(stream)
    session.flush()
    redraw_homes(session, workspace_id, at)
    return stream


def add_streams(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    setups: Sequence[StreamSetup],
    at: datetime,
) -> Sequence[ValueStream]:
    """The same for several at once: all of them or none."""
    return [add_stream(session, workspace_id, actor, portfolio_id, setup, at) for setup in setups]


def names_to_take(
    session: Session, workspace_id: int, portfolio: Portfolio, typed: str
) -> Sequence[StreamSetup]:
    """The value streams of what was typed, as they would be named. Raises Mistake."""
    names = [stream.name for stream in portfolio.value_streams]
    return parse_streams(typed, key_prefixes(session, workspace_id), names)


def change_stream(
    session: Session,
    workspace_id: int,
    actor: str,
    stream_id: int,
    version: int,
    setup: StreamSetup,
    at: datetime,
) -> tuple[ValueStream, Sequence[Change]]:
    """Have the stream be so, and what is another now; keys given keep their letters.

    Raises UnknownStream, NotAllowed, ChangedSince and FieldMistakes.
    """
    _lock_prefixes(session, workspace_id)
    stream = lock_stream(session, workspace_id, stream_id)
    check(session, actor, Right.SET_UP, Place.of_portfolio(stream.portfolio))
    check_unchanged(stream, version)
    names = [each.name for each in stream.portfolio.value_streams if each is not stream]
    taken = [p for p in key_prefixes(session, workspace_id) if p != stream.key_prefix]
    setup = setup.checked(taken, names)
    before, owners = _labelled(stream), [stream.owner_user_id, setup.owner_user_id]
    stream.name, stream.key_prefix, stream.stage = setup.name, setup.key_prefix, setup.stage
    stream.owner_user_id, stream.channel_id = setup.owner_user_id, setup.channel_id
    stream.version += 1
    redraw_homes(session, workspace_id, at)
    sight_changed(session, workspace_id, owners, at)
    pairs = zip(before, _labelled(stream), strict=True)
    return stream, [Change(what, was, is_) for (what, was), (_, is_) in pairs if was != is_]


def lock_stream(session: Session, workspace_id: int, stream_id: int) -> ValueStream:
    """The stream, which nobody else changes meanwhile. Raises UnknownStream."""
    found = session.get(ValueStream, stream_id, with_for_update=True, populate_existing=True)
    return in_use(found, workspace_id)


def hold_successor(session: Session, stream: ValueStream) -> ValueStream:
    """Where the stream's work is today, for an epic that is to go on there."""
    found = hold(session, ValueStream, [stream.id])[stream.id]
    while found.merged_into_id is not None:
        found = hold(session, ValueStream, [found.merged_into_id])[found.merged_into_id]
    return found


def stream_of(session: Session, workspace_id: int, stream_id: int) -> ValueStream:
    """The stream, to be shown. Raises UnknownStream."""
    return in_use(session.get(ValueStream, stream_id), workspace_id)


def list_streams(
    session: Session, portfolio: Portfolio, viewer: str | None, page: int = 1
) -> StreamPage:
    """One page of the streams in use, by name; a page past the end is the last one."""
    here = (ValueStream.portfolio_id == portfolio.id, ValueStream.ended_at.is_(None))
    total = session.scalar(select(func.count(ValueStream.id)).where(*here)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    streams = session.scalars(
        select(ValueStream)
        .where(*here)
        .order_by(func.lower(ValueStream.name), ValueStream.id)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    counts = in_flight_of(session, [stream.id for stream in streams], viewer)
    most = _limits(session, portfolio)
    lines = [StreamLine(s, counts.get(s.id, 0), most.get(s.id)) for s in streams]
    return StreamPage(portfolio, lines, number, pages, total)


def in_flight_of(
    session: Session, stream_ids: Sequence[int], viewer: str | None
) -> Mapping[int, int]:
    """How many epics that the viewer may see are in flight in each of the streams."""
    counted = (
        select(Epic.value_stream_id, func.count(Epic.id))
        .join(State, State.id == Epic.state_id)
        .where(Epic.value_stream_id.in_(stream_ids), State.committed, visible_to(viewer))
        .group_by(Epic.value_stream_id)
    )
    return {stream_id: count for stream_id, count in session.execute(counted)}


def new_stream(portfolio: Portfolio, setup: StreamSetup, actor: str, at: datetime) -> ValueStream:
    """A stream as checked; without an owner it is the actor's."""
    return ValueStream(
        workspace_id=portfolio.workspace_id,
        name=setup.name,
        key_prefix=setup.key_prefix,
        owner_user_id=setup.owner_user_id or actor,
        channel_id=setup.channel_id,
        stage=setup.stage,
        created_at=at,
    )


def key_prefixes(session: Session, workspace_id: int) -> list[str]:
    """The prefixes that are taken in the workspace, also by streams that have ended."""
    return list(
        session.scalars(
            select(ValueStream.key_prefix).where(ValueStream.workspace_id == workspace_id)
        )
    )


def _lock_prefixes(session: Session, workspace_id: int) -> None:
    """One at a time takes a prefix or a name."""
    session.scalars(select(Workspace).where(Workspace.id == workspace_id).with_for_update()).one()


def _limits(session: Session, portfolio: Portfolio) -> Mapping[int, int]:
    """How many may be in flight in each stream that has a limit for it."""
    rows = select(WipLimit.value_stream_id, WipLimit.most).where(
        WipLimit.portfolio_id == portfolio.id,
        WipLimit.value_stream_id.is_not(None),
        WipLimit.state_id.is_(None),
    )
    return {stream_id: most for stream_id, most in session.execute(rows) if stream_id is not None}


def _labelled(stream: ValueStream) -> Sequence[tuple[str, str | None]]:
    return [
        ("Name", stream.name),
        ("Keys begin with", stream.key_prefix),
        ("Owner", stream.owner_user_id),
        ("Channel", stream.channel_id),
        ("Stage", stream.stage.value),
    ]


def stream_of_channel(session: Session, workspace_id: int, channel_id: str) -> ValueStream | None:
    """The stream whose cards appear in the channel, or None."""
    return session.scalars(
        select(ValueStream)
        .where(
            ValueStream.workspace_id == workspace_id,
            ValueStream.channel_id == channel_id,
            ValueStream.ended_at.is_(None),
        )
        .order_by(ValueStream.id)
    ).first()


def portfolio_of_channel(session: Session, workspace_id: int, channel_id: str) -> int | None:
    """The portfolio whose channel it is, or whose stream's; None where it is nobody's."""
    stream = stream_of_channel(session, workspace_id, channel_id)
    if stream is not None:
        return stream.portfolio_id
    here = (Portfolio.workspace_id == workspace_id, Portfolio.channel_id == channel_id)
    return session.scalars(select(Portfolio.id).where(*here).order_by(Portfolio.id)).first()
