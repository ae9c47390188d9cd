"""The routing table: everything Tack hears, in one place. The manifest is made from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import App

from bot.commands.audit import audit
from bot.commands.board import cards, home
from bot.commands.board import digest as flow
from bot.commands.budgets import asking as asking_about
from bot.commands.budgets import budgets, rolling
from bot.commands.budgets import commitments as budget_commitments
from bot.commands.budgets import rules as budget_rules
from bot.commands.decisions import (
    beside,
    checkpoints,
    decisions,
    follow_up,
    outcomes,
    signals,
    votes,
)
from bot.commands.epics import (
    blockings,
    choosing,
    editing,
    idea_answers,
    listing,
    moves,
    proposal,
    restricting,
    shortcuts,
    stops,
)
from bot.commands.evidence import evidence
from bot.commands.files import exports as export
from bot.commands.files import imports, undoing
from bot.commands.flow import figures
from bot.commands.lists import find, narrow, search
from bot.commands.people import people, roles
from bot.commands.portfolio import limits, merging, settings, setup, states, streams
from bot.commands.projects import projects
from bot.commands.registry import CHECKS, DOES, FINDS, OPENS, PAGE, SAVES
from bot.commands.routes import (
    do,
    do_for_named,
    from_earlier,
    open_view,
    routes,
    suggest,
)
from bot.commands.sent_forms import save
from bot.commands.slash import budget, decision, epic, portfolio
from bot.commands.themes import themes
from bot.slack import choosers, lookup
from bot.slack.forms import SEARCHED
from bot.slack.hearing import Context, Handler, hears
from bot.views.audit import log as audit_log
from bot.views.board import card as epic_card
from bot.views.board import digest, fact_check, home_choices, refusal, subscription
from bot.views.epics import buttons, next_step, restrict_form
from bot.views.epics import fields as epic_fields
from bot.views.epics import form as epic_form
from bot.views.epics import list as epic_list
from bot.views.files import export_form, export_result, import_form
from bot.views.people import holdings as people_view
from bot.views.people import role_form, role_list


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as Slack lists it."""

    name: str
    description: str
    usage_hint: str
    handler: Handler


COMMANDS = (
    Command(
        "/budget",
        "See, fund and shift budgets",
        "show | shift | fund | history | rules",
        budget.hear,
    ),
    Command("/decision", "Decide about an epic", "open KEY | list | show D-1", decision.hear),
    Command("/epic", "Propose, find and move epics", "propose | list | show KEY", epic.hear),
    Command("/flow", "The weekly digest of a channel", "digest subscribe | explain", flow.hear),
    Command("/portfolio", "Set up the portfolio", "setup", portfolio.hear),
)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut as Slack lists it: `global`, or `message` in the menu of a message."""

    callback_id: str
    type: str
    name: str
    description: str
    handler: Handler


SHORTCUTS = (
    Shortcut(
        "propose_from_message",
        "message",
        "Propose an epic",
        "Propose an epic from what this message says",
        shortcuts.propose_from_message,
    ),
    Shortcut(
        "attach_evidence",
        "message",
        "Attach as evidence",
        "Keep what this message says, with its link, as evidence of an epic",
        evidence.attach_message,
    ),
    Shortcut(
        "propose_from_anywhere",
        "global",
        "Propose an epic",
        "Open the form for a new epic",
        shortcuts.propose,
    ),
)

EVENTS: dict[str, Handler] = {
    "app_home_opened": home.opened,
    "subteam_members_changed": roles.group_changed,
    "subteam_updated": roles.group_changed,
    "user_change": people.changed,
}

ACTIONS: dict[str | re.Pattern[str], Handler] = {
    buttons.OPEN: cards.open_epic,
    epic_card.MORE: cards.choose_from_menu,
    next_step.MOVE: moves.move_by_button,
    next_step.UNBLOCK: blockings.unblock_by_button,
    re.compile(f"{next_step.DO}_.+"): cards.press,
    epic_fields.TITLE: proposal.title_typed,
    epic_fields.STREAM: editing.chosen,
    epic_fields.THEME: editing.chosen,
    restrict_form.SEES: editing.chosen,
    epic_form.GROW: editing.read_as_sentence,
    epic_form.REOPEN: proposal.reopen,
    re.compile(f"{epic_list.TURN}_.+"): listing.turn_page,
    re.compile(f"{home_choices.SEE}_.+"): home.see,
    home_choices.SEARCH: home.open_search,
    home_choices.ALL_WORDS: home.show_all_words,
    home_choices.PROPOSE: proposal.open_proposal,
    next_step.BOARD: home.show_board,
    digest.OWNERS: flow.open_owners,
    buttons.STILL_RIGHT: flow.still_right,
    digest.MENU: flow.choose_from_digest,
    fact_check.ALL_RIGHT: flow.all_still_right,
    fact_check.CHANGED: flow.something_changed,
    subscription.SUBSCRIBE: flow.open_subscribe,
    role_list.GIVE: roles.open_form,
    re.compile(f"{role_list.TAKE}_.+"): roles.take_away,
    re.compile(f"{role_list.TURN}_.+"): roles.turn_page,
    people_view.OPEN: people.open_holdings,
    re.compile(f"{audit_log.TURN}_.+"): audit.turn_page,
    export_result.AGAIN: export.try_again,
    import_form.COLUMN: imports.show_rows,
    f"{import_form.ENCODING}_again": imports.read_as,
    import_form.BACK: imports.match_again,
    import_form.AGAIN: imports.choose_again,
    refusal.AGAIN: cards.show_again,
    re.compile(".*"): cards.from_earlier,
}
"""By the whole id or the name before `_`; the last hears what an earlier Tack once showed."""

VIEWS: dict[str, Handler] = {
    epic_form.CALLBACK: proposal.submit,
    epic_form.EDIT_CALLBACK: editing.save,
    role_form.CALLBACK: roles.give,
    people_view.CALLBACK: people.hand_over,
    home_choices.SEARCH_FORM: home.search,
    export_form.CALLBACK: export.export,
    import_form.FILE_FORM: imports.read_file,
    import_form.MATCH_FORM: imports.look_at_all,
    import_form.CHECK_PAGE: imports.bring_in,
    subscription.CALLBACK: flow.subscribe,
}

OPTIONS: dict[str, Handler] = {
    epic_fields.STREAM: choosing.suggest_streams,
    epic_fields.PROJECT: choosing.suggest_projects,
    epic_fields.THEME: choosing.suggest_themes,
    epic_fields.OBJECTIVE: choosing.suggest_objectives,
    f"{home_choices.SEE}_stream": home.suggest_streams,
    subscription.TIME_ZONE: flow.suggest_time_zones,
    role_form.SEARCH_GROUPS: roles.suggest_groups,
    import_form.COLUMN: imports.suggest_columns,
}


ROOMS = (
    settings,
    setup,
    streams,
    merging,
    states,
    limits,
    projects,
    themes,
    cards,
    moves,
    stops,
    blockings,
    restricting,
    idea_answers,
    evidence,
    decisions,
    outcomes,
    votes,
    beside,
    signals,
    checkpoints,
    follow_up,
    budgets,
    budget_commitments,
    budget_rules,
    asking_about,
    rolling,
    figures,
    undoing,
)
"""The rooms that declare what they hear, in `routes`; the others are in the tables above."""

ACK_LAST: frozenset[Handler] = frozenset(
    {moves.move_by_button, do, do_for_named, *OPTIONS.values(), suggest, find}
)
"""Those whose ack is the last they do, but for what they leave to `after_ack`."""

FOR_NAMED: frozenset[Handler] = frozenset({do_for_named})
"""Those that hear only people who were named before: Slack is not asked who they are."""

WAYS: Mapping[str, Handler] = {PAGE: open_view, OPENS: open_view, DOES: do}
"""How a declared action is heard; what is declared with it says what comes of it."""


LISTED = (PAGE, OPENS, CHECKS, FINDS, DOES, SAVES)


def heard() -> Mapping[str, Mapping[Any, Handler]]:
    """Everything that is heard by the kind of what Slack sends, and by its id."""
    shortcuts_by_id = {shortcut.callback_id: shortcut.handler for shortcut in SHORTCUTS}
    declared = {
        route.action.kind: do_for_named if route.for_named else WAYS[route.way]
        for way in WAYS
        for route in routes.of(way)
    }
    return {
        "block_actions": {**ACTIONS, **declared, re.compile(f"{choosers.NARROWED}_.+"): narrow},
        "block_suggestion": {
            **OPTIONS,
            **{route.action.kind: find for route in routes.of(FINDS)},
            re.compile(f"{SEARCHED}_.+"): suggest,
        },
        "view_submission": {
            **VIEWS,
            **{route.action.kind: save for route in routes.of(SAVES)},
            **{each.action.kind: search for each in routes.of(PAGE) if each.is_searched},
            re.compile(".*"): from_earlier,
        },
        "shortcut": shortcuts_by_id,
        "message_action": shortcuts_by_id,
        "command": {command.name.removeprefix("/"): command.handler for command in COMMANDS},
    }


def listed() -> Iterator[tuple[str, str, str]]:
    """Every route for people to read: its kind, what is heard, and the function that hears it."""
    for declared in (route for way in LISTED for route in routes.of(way)):
        yield declared.way, declared.action.kind, _name(declared.handler)
    for kind, handlers in {**heard(), "event": EVENTS}.items():
        for key, handler in handlers.items():
            if handler.__module__ != do.__module__:
                yield kind, key if isinstance(key, str) else key.pattern, _name(handler)


def register(app: App, context: Context, ack_seconds: float) -> None:
    """Have the app hear all of it, each answered within so many seconds."""
    for event, handler in EVENTS.items():
        app.event(event)(hears(handler, context))
    tables = {kind: _table(handlers, context) for kind, handlers in heard().items()}
    app.middleware(lookup.hear(tables, ack_seconds))


def _table(handlers: Mapping[Any, Handler], context: Context) -> lookup.Table[lookup.Route]:
    return lookup.Table(
        {
            key: lookup.Route(
                hears(handler, context, asks_who=handler not in FOR_NAMED),
                acks_last=handler in ACK_LAST,
            )
            for key, handler in handlers.items()
        }
    )


def _name(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"
