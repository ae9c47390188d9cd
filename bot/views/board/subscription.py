"""Asking for a weekly digest in a channel, and what is said about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, button, field, modal, option, plain, section, select
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.views.notices import notice
from models.board.digest import USUAL_MINUTE, USUAL_WEEKDAY, Subscription
from models.calendar import WEEKDAYS
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio, ValueStream


class SubscribeForm(Value):
    """What the form remembers: the channel it is about."""

    channel: str


class DigestScope(Value):
    """What a digest tells of: a whole portfolio, or one of its streams."""

    portfolio: Whole
    stream: Whole | None = None


CALLBACK = "subscribe_digest"
SUBSCRIBE = "open_subscribe_digest"
SCOPE, WEEKDAY, TIME, TIME_ZONE = "scope", "weekday", "time", "time_zone"


def subscribe_form(
    channel_id: str,
    portfolios: Sequence[Portfolio],
    stream: ValueStream | None,
    now: Subscription | None = None,
) -> dict[str, Any]:
    """The form, filled with what holds `now`, else with Monday at nine in the portfolio's zone."""
    first = stream.portfolio if stream else portfolios[0]
    chosen = DigestScope(portfolio=first.id, stream=stream.id if stream else None)
    weekday, minute, zone = USUAL_WEEKDAY, USUAL_MINUTE, first.time_zone
    if now is not None:
        chosen = DigestScope(portfolio=now.portfolio_id, stream=now.value_stream_id)
        weekday, minute, zone = now.weekday, now.minute_of_day, now.time_zone
    days = [option(name, str(number)) for number, name in enumerate(WEEKDAYS)]
    time: Element = {
        "type": "timepicker",
        "action_id": TIME,
        "initial_time": f"{minute // 60:02}:{minute % 60:02}",
    }
    return modal(
        CALLBACK,
        "A digest, once a week",
        [
            field(SCOPE, "What should it cover?", _scopes(portfolios, chosen)),
            field(WEEKDAY, "On which day?", select(WEEKDAY, "Choose one", days, days[weekday])),
            field(TIME, "At what time?", time, hint="In the time zone below."),
            _time_zone(zone),
        ],
        submit="Subscribe" if now is None else "Change it",
        private_metadata=SubscribeForm(channel=channel_id).value,
    )


def _time_zone(zone: str) -> Block:
    element: Element = {
        "type": "external_select",
        "action_id": TIME_ZONE,
        "placeholder": plain("Type a city, for example Berlin"),
        "min_query_length": 2,
        "initial_option": option(zone, zone),
    }
    return field(TIME_ZONE, "Time zone", element)


def state(subscription: Subscription) -> Answer:
    """Where the channel's digest stands."""
    return _said("state", subscription, is_paused=subscription.paused_at is not None)


def none_yet() -> Answer:
    """Said where no digest comes, with the button that asks for one."""
    said = words("board/subscription", "nothing_yet")
    return Answer([section(said, button("Subscribe", SUBSCRIBE, primary=True))])


def subscribed(subscription: Subscription) -> Answer:
    """For the person who asked for it."""
    return _said("subscribed", subscription)


def brought(subscription: Subscription) -> Answer:
    """Shown elsewhere than in the channel it comes to."""
    return _said("brought", subscription)


def outside(subscription: Subscription, bot_user_id: str) -> Answer:
    """The same, where the bot is not in the channel yet."""
    done, first = subscribed(subscription), _said("outside", subscription, bot_user_id=bot_user_id)
    return Answer([*done.blocks, *first.blocks])


def paused(subscription: Subscription) -> Answer:
    return _said("paused", subscription)


@notice(MessageKind.PAUSED, Subscription)
def paused_here(session: Session, subscription: Subscription, now: datetime) -> Answer:
    """For the channel, which would wait for it otherwise."""
    return _said("paused_here", subscription)


def resumed(subscription: Subscription) -> Answer:
    return _said("resumed", subscription)


def sent(subscription: Subscription) -> Answer:
    return _said("sent", subscription)


def _said(part: str, subscription: Subscription, **more: object) -> Answer:
    portfolio, stream = subscription.portfolio, subscription.value_stream
    said = words(
        "board/subscription",
        part,
        subscription=subscription,
        scope=stream.name if stream else portfolio.name,
        when=subscription.when_spelled,
        zone=subscription.time_zone,
        **more,
    )
    return Answer([section(said)])


def _scopes(portfolios: Sequence[Portfolio], chosen: DigestScope) -> Element:
    options = []
    for portfolio in portfolios:
        whole = DigestScope(portfolio=portfolio.id)
        options.append(option(f"{portfolio.name}, all value streams", whole.value))
        options += [
            option(
                f"{stream.name} ({stream.key_prefix})",
                whole.model_copy(update={"stream": stream.id}).value,
            )
            for stream in portfolio.open_streams
        ]
    initial = next((each for each in options if each["value"] == chosen.value), None)
    return select(SCOPE, "Choose one", options, initial)
