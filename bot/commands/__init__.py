"""The routing table: everything Tack hears, in one place. The manifest is made from it."""

import re
from dataclasses import dataclass

from slack_bolt import App

from bot.commands import cards, epic, flow, home, portfolio, proposal, setup
from bot.commands.hearing import Context, Handler, hears
from bot.views import (
    digest,
    epic_card,
    epic_form,
    epic_list,
    fact_check,
    home_board,
    move_form,
    refusal,
    setup_form,
    subscription,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as Slack lists it."""

    name: str
    description: str
    usage_hint: str
    handler: Handler


COMMANDS = (
    Command("/epic", "Propose, find and move epics", "propose | list | show KEY", epic.hear),
    Command("/flow", "The weekly digest of a channel", "digest subscribe | preview", flow.hear),
    Command("/portfolio", "Set up the portfolio", "setup", portfolio.hear),
)

EVENTS: dict[str, Handler] = {"app_home_opened": home.opened}

ACTIONS: dict[str | re.Pattern[str], Handler] = {
    epic_card.OPEN: cards.open_epic,
    epic_card.MOVE: cards.move_epic,
    epic_card.MORE: cards.choose_from_menu,
    epic_form.TITLE: proposal.title_typed,
    epic_form.NUMBERS: proposal.add_numbers,
    epic_form.REOPEN: proposal.reopen,
    re.compile(f"{epic_list.TURN}_.+"): cards.turn_page,
    re.compile(f"{home_board.SEE}_.+"): home.see,
    home_board.PROPOSE: proposal.open_proposal,
    home_board.SET_UP: setup.open_setup,
    digest.STILL_RIGHT: flow.still_right,
    digest.MENU: flow.choose_from_digest,
    fact_check.ALL_RIGHT: flow.all_still_right,
    fact_check.CHANGED: flow.something_changed,
    subscription.SUBSCRIBE: flow.open_subscribe,
    setup_form.MORE: setup.add_stream,
    refusal.AGAIN: cards.show_again,
    re.compile(".*"): cards.from_earlier,
}
"""The first that fits hears it; the last one hears what an earlier Tack once showed."""

VIEWS: dict[str, Handler] = {
    epic_form.CALLBACK: proposal.submit,
    move_form.CALLBACK: cards.move_by_form,
    setup_form.CALLBACK: setup.set_up,
    subscription.CALLBACK: flow.subscribe,
}

OPTIONS: dict[str, Handler] = {
    epic_form.STREAM: proposal.suggest_streams,
    f"{home_board.SEE}_stream": home.suggest_streams,
    setup_form.TIME_ZONE: setup.suggest_time_zones,
}


def register(app: App, context: Context) -> None:
    """Have the app hear all of it."""
    for command in COMMANDS:
        prefixed = re.compile(rf"/(?:[\w-]+-)?{command.name.removeprefix('/')}$")
        app.command(prefixed)(hears(command.handler, context))
    for event, handler in EVENTS.items():
        app.event(event)(hears(handler, context))
    for action_id, handler in ACTIONS.items():
        app.action(action_id)(hears(handler, context))
    for callback_id, handler in VIEWS.items():
        app.view(callback_id)(hears(handler, context))
    for action_id, handler in OPTIONS.items():
        app.options(action_id)(hears(handler, context))
