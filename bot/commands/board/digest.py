"""`/flow`: the weekly digest of a channel, and the answers to what it asks."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from bot.commands.flow import figures as flow_figures
from bot.commands.readiness import check_is_set_up
from bot.commands.routes import routes
from bot.slack import answers, help
from bot.slack.answering import TriggerExpired
from bot.slack.answers import Answer
from bot.slack.blocks import OPTIONS_LIMIT, option
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton
from bot.views.board import digest, digest_thread, fact_check, subscription
from bot.views.board.digest import SubscriptionRef
from bot.views.board.fact_check import AskAboutAgain, FactCheckRef, NotThese
from bot.views.board.subscription import DigestScope, SubscribeForm
from bot.views.epics.buttons import EpicRef
from bot.views.portfolio.actions import BringDigest
from bot.workflows import seeing
from bot.workflows.board import confirming, digesting
from bot.workflows.board import digest as reporting
from bot.workflows.board import fact_check as asking
from bot.workflows.board import needs as waiting
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio import streams
from models.board.confirmation import NotTheseForm
from models.board.digest import NoDigest, Wish
from models.calendar import time_zones
from models.errors import FieldMistakes, Mistake
from models.people.role import Right
from models.portfolio.readiness import SetUpFirst

USAGES = (
    help.Usage("digest", "digest", "show whether a digest comes to this channel, and when"),
    help.Usage("subscribe", "digest subscribe", "get one here once a week, or change when"),
    help.Usage("preview", "digest preview", "show only you what it would say now"),
    help.Usage("send", "digest send", "send this week's now"),
    help.Usage("pause", "digest pause", "stop it until it is resumed"),
    help.Usage("resume", "digest resume", "send it again at its usual time"),
    help.Usage("metrics", "metrics", "show how work flows; a stream, a type and a day can follow"),
    help.Usage("forecast", "forecast", "show how many epics finish in the next weeks, and when"),
    help.Usage("aging", "aging", "show what is in flight, the oldest first"),
    help.Usage("explain", "explain", "show what each of these numbers is drawn from"),
    help.Usage("help", "help", "show what you can type"),
)


class WhichChannel(Mistake):
    """A digest asked about where there is no channel."""

    def __init__(self) -> None:
        super().__init__("Type /flow digest in the channel that the digest is for.")


def hear(call: Call) -> None:
    word, _, rest = call.typed.partition(" ")
    doing = DIGEST_FORMS.get(rest.strip().casefold()) if word.casefold() == "digest" else None
    if word.casefold() in flow_figures.PAGES:
        flow_figures.hear(call, word.casefold(), rest)
        return
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage(call.body["command"], USAGES, asked.removeprefix("digest ")))
        return
    check_is_set_up(call)
    doing(call)


def say_state(call: Call) -> None:
    """Say whether a digest comes here, and when."""
    with call.database.read() as session:
        try:
            found = digesting.subscription_of(session, call.workspace_id, _channel(call))
        except NoDigest:
            found = None
        answer = subscription.state(found) if found else subscription.none_yet()
    call.reply(answer)


def open_subscribe(call: Call) -> None:
    """Open the form that asks for a digest, filled with what holds now."""
    channel_id = _channel(call)
    with call.database.read() as session:
        there = seeing.portfolios(session, call.workspace_id)
        if not there:
            raise SetUpFirst
        portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
        if not portfolios:
            check(session, call.actor, Right.RUN_DIGEST, Place.of_portfolio(there[0]))
        stream = streams.stream_of_channel(session, call.workspace_id, channel_id)
        try:
            now = digesting.subscription_of(session, call.workspace_id, channel_id)
        except NoDigest:
            now = None
        form = subscription.subscribe_form(channel_id, portfolios, stream, now)
    try:
        call.open_form(form)
    except TriggerExpired:
        said = "Slack did not open the form in time. Type /flow digest subscribe once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def subscribe(call: Call) -> None:
    """Have the digest come as the form says."""
    channel_id = SubscribeForm.read(call.view["private_metadata"]).channel
    wish = _wish(answers_of(call.view))
    with call.write() as session:
        found = digesting.subscribe(
            session, call.workspace_id, call.actor, channel_id, wish, call.at
        )
        done = subscription.subscribed(found)
        outside = subscription.outside(found, call.bot_user_id)
    call.ack()
    call.reply_in(done, channel_id, otherwise=outside)


@routes.does
def bring_weekly(call: Call, session: Session, it: BringDigest) -> Answer:
    """Have a portfolio's channel told once a week, and say when."""
    return subscription.brought(
        digesting.subscribe_channel(session, *call.who, it.portfolio, call.at)
    )


def preview(call: Call) -> None:
    """Show to who asks what it would say now."""
    _preview(call, _channel(call))


def send(call: Call) -> None:
    """Send this week's at once."""
    with call.write() as session:
        found = digesting.send_now(session, call.workspace_id, call.actor, _channel(call), call.at)
        answer = subscription.sent(found)
    call.reply(answer)


def pause(call: Call) -> None:
    """Send none until it is resumed."""
    _pause(call, _channel(call))


def resume(call: Call) -> None:
    """Send it again at its usual time."""
    with call.write() as session:
        found = digesting.resume(session, call.workspace_id, call.actor, _channel(call), call.at)
        answer = subscription.resumed(found)
    call.reply(answer)


def choose_from_digest(call: Call) -> None:
    """Do what was chosen from the menu of a digest."""
    ref = SubscriptionRef.read(call.action["selected_option"]["value"])
    with call.database.read() as session:
        channel_id = digesting.channel_of(session, call.workspace_id, ref.subscription)
    if channel_id is None:
        raise OldButton
    if ref.do == "change":
        open_subscribe(call)
    elif ref.do == "pause":
        _pause(call, channel_id)
    else:
        _preview(call, channel_id)


def still_right(call: Call) -> None:
    """Note that an epic stands as it is shown; the question is redrawn without its button."""
    ref = EpicRef.read(call.action["value"])
    with call.write() as session:
        epic = confirming.confirm(session, call.workspace_id, call.actor, ref.epic, call.at)
        answer = fact_check.noted(epic)
    call.reply(answer)


def all_still_right(call: Call) -> None:
    """Note it for every epic of the question."""
    ref = FactCheckRef.read(call.action["value"])
    with call.write() as session:
        confirming.confirm_all(session, call.workspace_id, call.actor, ref.check, call.at)
    call.ack()


def something_changed(call: Call) -> None:
    """Show the epics of the question, each to be opened and moved on."""
    ref = FactCheckRef.read(call.action["value"])
    with call.database.read() as session:
        check = confirming.question_of(session, call.workspace_id, call.actor, ref.check)
        form = fact_check.what_changed(asking.asked_about(session, check).some, call.at)
    call.open_form(form)
    call.ack()


@routes.opens
def ask_which(call: Call, session: Session, it: NotThese) -> Open:
    check = confirming.question_of(session, *call.who, it.check)
    epics = asking.epics_of(session, check)
    facts = {"epics": [(f"{each.key} {each.title}", each.id) for each in epics]}
    return Open(NotTheseForm, "Not these", it, facts=facts, submit="Do not ask")


@routes.saves
def leave_out(call: Call, session: Session, form: NotTheseForm, about: NotThese) -> None:
    confirming.leave_out(call.act(session), about.check, form)


@routes.does
def ask_about_again(call: Call, session: Session, it: AskAboutAgain) -> None:
    """Ask the person about all their epics again."""
    confirming.ask_again(call.act(session), it.check)


def open_owners(call: Call) -> None:
    """Show the epics without an owner that the person may see, each to be opened."""
    ref = DigestScope.read(call.action["value"])
    with call.database.read() as session:
        portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
        portfolio = next((each for each in portfolios if each.id == ref.portfolio), None)
        if portfolio is None:
            raise OldButton
        found = waiting.without_owner(session, portfolio, ref.stream, call.actor, call.at)
        form = digest_thread.without_owners(found, call.at)
    call.open_form(form)
    call.ack()


DIGEST_FORMS: Mapping[str, Callable[[Call], None]] = {
    "": say_state,
    "subscribe": open_subscribe,
    "preview": preview,
    "send": send,
    "pause": pause,
    "resume": resume,
}


def _channel(call: Call) -> str:
    if call.channel_id is None:
        raise WhichChannel
    return call.channel_id


def suggest_time_zones(call: Call) -> None:
    """Time zones with what was typed in their names."""
    typed = call.body.get("value", "").strip().casefold().replace(" ", "_")
    found = sorted(zone for zone in time_zones() if typed in zone.casefold())
    call.ack(options=[option(zone, zone) for zone in found[:OPTIONS_LIMIT]])


def _preview(call: Call, channel_id: str) -> None:
    with call.database.read() as session:
        found = digesting.subscription_of(session, call.workspace_id, channel_id)
        shown = digest.digest(reporting.preview(session, found, call.at))
    call.reply(shown)


def _pause(call: Call, channel_id: str) -> None:
    with call.write() as session:
        found = digesting.pause(session, call.workspace_id, call.actor, channel_id, call.at)
        answer = subscription.paused(found)
    call.reply(answer)


def _wish(typed: Mapping[str, str | None]) -> Wish:
    """What the form says. Raises FieldMistakes and OldButton."""
    hour, _, minute = (typed.get(subscription.TIME) or "").partition(":")
    zone = typed.get(subscription.TIME_ZONE)
    missing = {
        name: sentence
        for name, held, sentence in (
            (subscription.TIME, hour, "Choose a time, for example 9:00."),
            (subscription.TIME_ZONE, zone, "Choose the time zone of that time."),
        )
        if not held
    }
    if missing:
        raise FieldMistakes(missing)
    scope = DigestScope.read(typed.get(subscription.SCOPE) or "")
    weekday = typed.get(subscription.WEEKDAY) or ""
    if weekday not in {str(number) for number in range(7)}:
        raise OldButton
    return Wish(
        portfolio_id=scope.portfolio,
        value_stream_id=scope.stream,
        weekday=int(weekday),
        minute_of_day=int(hour) * 60 + int(minute),
        time_zone=str(zone),
    )
