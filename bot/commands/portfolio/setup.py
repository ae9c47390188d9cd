"""`/portfolio setup`: a portfolio is begun, continued by whoever may, and goes live."""

from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.asking import channels
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.portfolio import going_live
from bot.views.portfolio.actions import BeginPortfolio, GoLive, SettingsShown, SetUp
from bot.workflows import seeing
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import setting_up
from bot.workflows.portfolio.readiness import check_may_set_up
from models.calendar import time_zones
from models.people.role import Right
from models.portfolio.setup import FACTS, LOCALES, Basics


def hear(call: Call, typed: str) -> None:
    """Hear `/portfolio setup`."""
    show(call, SetUp(), "/portfolio setup")


@routes.opens
def set_up(call: Call, session: Session, it: SetUp) -> Open | SettingsShown:
    """Begin one, or go on with the one that was begun last; where all are live show the first."""
    check_may_set_up(session, *call.who)
    mine = [
        portfolio
        for portfolio in seeing.portfolios(session, call.workspace_id)
        if may(session, call.actor, Right.SET_UP, Place.of_portfolio(portfolio))
    ]
    if not mine:
        first: Open = ask_to_begin(call, session, BeginPortfolio())
        return first
    begun = [portfolio for portfolio in mine if portfolio.live_at is None]
    return SettingsShown(portfolio=(begun[-1] if begun else mine[0]).id)


@routes.opens
def ask_to_begin(call: Call, session: Session, it: BeginPortfolio) -> Open:
    """Ask what holds in the whole of it; what is still to be done takes the form's place."""
    check_may_set_up(session, *call.who)
    return Open(
        Basics,
        "Set up a portfolio",
        it,
        held=Basics.held_by(None) | _usual(call),
        facts=FACTS,
        lead=words("portfolio/settings", "begin"),
        submit="Continue",
        over=SettingsShown(),
    )


@routes.saves
def begin(call: Call, session: Session, form: Basics, about: BeginPortfolio) -> None:
    setting_up.begin(session, *call.who, form, call.at)


@routes.does
def go_live(call: Call, session: Session, it: GoLive) -> Callable[[], Answer]:
    """Have the portfolio go live, and say what comes next."""
    portfolio = setting_up.go_live(session, *call.who, it.portfolio, call.at)
    chosen = [portfolio.channel_id, *(each.channel_id for each in portfolio.open_streams)]

    def answer() -> Answer:
        outside = channels.without_tack(call.client, chosen)
        return going_live.is_live(portfolio, outside, call.bot_user_id)

    return answer


def _usual(call: Call) -> dict[str, object]:
    """What a new portfolio begins with: the time zone and numbers of who sets it up."""
    if call.body.get("type") in {"view_submission", "block_suggestion"}:
        return {}  # the form is open, and holds them
    try:
        user = call.client.users_info(user=call.actor, include_locale=True)["user"]
    except SlackApiError:
        user = {}
    zone, locale = user.get("tz"), user.get("locale")
    found = {"locale": locale} if locale in LOCALES else {}
    return found | {"time_zone": zone if zone in time_zones() else "UTC"}
