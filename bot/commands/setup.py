"""`/portfolio setup`: setting the portfolio up."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from slack_sdk.errors import SlackApiError

from bot.commands.answering import TriggerExpired
from bot.commands.hearing import Call
from bot.commands.typed import answers_of
from bot.views import answers, setup_form
from bot.views.blocks import option
from bot.views.values import SetupForm
from bot.workflows import finding, setting_up
from bot.workflows.joining import admin_ids
from models.errors import Mistake
from models.setup import Setup, StreamSetup

SUGGESTED = 100


class NotAdmin(Mistake):
    """Setting up by someone who is not an admin."""

    def __init__(self, admins: list[str]) -> None:
        super().__init__(
            "Only an admin can set Tack up."
            if admins
            else "Tack has no admin yet. Whoever runs it sets TACK_ADMINS to a member id, "
            "or runs: tack admin grant USER"
        )
        self.ask = admins


class SetUpFirst(Mistake):
    """Something asked of Tack before there is a portfolio."""

    def __init__(self) -> None:
        super().__init__(
            "Tack is not set up here yet. An admin types /portfolio setup: "
            "one form, about two minutes."
        )


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio setup`."""
    open_setup(call)


def open_setup(call: Call) -> None:
    """Open the form for an admin; a button opens it as well."""
    _check_admin(call)
    form = setup_form.setup_form(SetupForm(channel=call.channel_id), _time_zone(call))
    try:
        call.open_form(form)
    except TriggerExpired:
        said = "Slack did not open the form in time. Type /portfolio setup once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def add_stream(call: Call) -> None:
    """Ask for one more value stream."""
    memory = SetupForm.read(call.view["private_metadata"])
    most = min(memory.streams + 1, setup_form.MOST_STREAMS)
    call.update_form(setup_form.setup_form(memory.model_copy(update={"streams": most})))
    call.ack()


def set_up(call: Call) -> None:
    """Store what the form says."""
    _check_admin(call)
    memory = SetupForm.read(call.view["private_metadata"])
    setup = _setup(answers_of(call.view), memory.streams)
    with call.write() as session:
        portfolio = setting_up.set_up(session, call.workspace_id, call.actor, setup, call.at)
        setting_up.go_live(session, call.workspace_id, call.actor, portfolio.id, call.at)
    call.ack()
    call.tell(setup_form.was_set_up(portfolio, call.bot_user_id), memory.channel)


def suggest_time_zones(call: Call) -> None:
    """Time zones with what was typed in their names."""
    typed = call.body.get("value", "").strip().casefold().replace(" ", "_")
    found = sorted(zone for zone in available_timezones() if typed in zone.casefold())
    call.ack(options=[option(zone, zone) for zone in found[:SUGGESTED]])


def check_is_set_up(call: Call) -> None:
    """Raise SetUpFirst before there is a portfolio."""
    with call.database.read() as session:
        if not finding.portfolios(session, call.workspace_id):
            raise SetUpFirst


def _check_admin(call: Call) -> None:
    with call.database.read() as session:
        allowed = admin_ids(session, call.workspace_id)
    if call.actor not in allowed:
        raise NotAdmin(allowed)


def _time_zone(call: Call) -> str:
    """The zone of who sets up, to begin with."""
    try:
        told = call.client.users_info(user=call.actor)["user"].get("tz")
    except SlackApiError:
        return "UTC"
    return told if told in available_timezones() else "UTC"


def _setup(typed: Mapping[str, Any], count: int) -> Setup:
    streams = [
        StreamSetup(
            name=typed.get(f"streams.{place}.name") or "",
            key_prefix=typed.get(f"streams.{place}.key_prefix") or "",
            owner_user_id=typed.get(f"streams.{place}.owner"),
            channel_id=typed.get(f"streams.{place}.channel"),
        )
        for place in range(count)
    ]
    return Setup(
        name=typed.get("name") or "",
        currency=typed.get("currency") or "",
        time_zone=typed.get("time_zone") or "",
        streams=streams,
    )
