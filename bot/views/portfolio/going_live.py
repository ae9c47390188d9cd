"""A portfolio goes live: announced in its channel, and told to the owners of its streams."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.mrkdwn import words
from bot.views.notices import notice
from bot.views.portfolio.actions import BringDigest
from bot.workflows.portfolio.going_live import epics_in, ideas_in, streams_of_same_owner
from models.message import MessageKind
from models.portfolio.portfolio import NOT_LATE_FOR, Portfolio, ValueStream

NAMED = 8


@notice(MessageKind.LIVE, Portfolio)
def in_channel(session: Session, portfolio: Portfolio, now: datetime) -> Answer:
    """Posted in the portfolio's channel."""
    return live(portfolio, epics_in(session, portfolio))


def live(portfolio: Portfolio, epics: int) -> Answer:
    """What everybody reads of it."""
    streams = portfolio.open_streams
    facts = {
        "portfolio": portfolio,
        "streams": streams[:NAMED],
        "more": max(0, len(streams) - NAMED),
        "total": len(streams),
        "epics": epics,
        "late_from": _late_from(portfolio),
    }
    said = words("portfolio/going_live", "live", **facts)
    return Answer([section(said), section(words("portfolio/going_live", "next", **facts))])


@notice(MessageKind.LIVE_FOR_OWNER, ValueStream)
def to_owner(session: Session, stream: ValueStream, now: datetime) -> Answer:
    """For the person who owns the stream, and maybe others of the portfolio."""
    streams = streams_of_same_owner(session, stream)
    return live_for_owner(streams, ideas_in(session, streams))


def live_for_owner(streams: Sequence[ValueStream], waiting: int) -> Answer:
    """What who owns them reads of it."""
    portfolio = streams[0].portfolio
    facts = {
        "portfolio": portfolio,
        "streams": streams[:NAMED],
        "more": max(0, len(streams) - NAMED),
        "waiting": waiting,
        "late_from": _late_from(portfolio),
    }
    said = words("portfolio/going_live", "owner", **facts)
    return Answer([section(said)])


def is_live(portfolio: Portfolio, outside: Sequence[str], bot_user_id: str) -> Answer:
    """For the admin who went live, with the channels that Tack is not in, and a digest offered."""
    facts = {"portfolio": portfolio, "outside": outside, "bot_user_id": bot_user_id}
    said = words("portfolio/going_live", "done", **facts)
    blocks = [section(said)]
    if portfolio.channel_id is not None:
        offer = words("portfolio/going_live", "weekly", portfolio=portfolio)
        press = BringDigest(portfolio=portfolio.id).button("Bring it every Monday")
        blocks.append(section(offer, press))
    return Answer(blocks)


def _late_from(portfolio: Portfolio) -> object:
    assert portfolio.live_at is not None
    return portfolio.live_at + NOT_LATE_FOR
