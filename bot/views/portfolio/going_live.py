"""A portfolio goes live: announced in its channel, and told to the owners of its streams."""

from collections.abc import Sequence

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.mrkdwn import words
from models.portfolio.portfolio import NOT_LATE_FOR, Portfolio, ValueStream

NAMED = 8


def live(portfolio: Portfolio, epics: int) -> Answer:
    """Posted in the portfolio's channel."""
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
    return Answer(said, [section(said), section(words("portfolio/going_live", "next", **facts))])


def live_for_owner(streams: Sequence[ValueStream], waiting: int) -> Answer:
    """Told to who owns them."""
    portfolio = streams[0].portfolio
    facts = {
        "portfolio": portfolio,
        "streams": streams[:NAMED],
        "more": max(0, len(streams) - NAMED),
        "waiting": waiting,
        "late_from": _late_from(portfolio),
    }
    said = words("portfolio/going_live", "owner", **facts)
    return Answer(said, [section(said)])


def is_live(portfolio: Portfolio, outside: Sequence[str], bot_user_id: str) -> Answer:
    """Told to who had it go live, with the channels that Tack is not in."""
    facts = {"portfolio": portfolio, "outside": outside, "bot_user_id": bot_user_id}
    said = words("portfolio/going_live", "done", **facts)
    return Answer(said, [section(said)])


def _late_from(portfolio: Portfolio) -> object:
    assert portfolio.live_at is not None
    return portfolio.live_at + NOT_LATE_FOR
