"""`/portfolio setup`: setting a portfolio up step by step, and having it go live."""

from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.commands.people.roles import check_people, chosen_groups
from bot.commands.portfolio import pages
from bot.slack.asking import channels
from bot.slack.blocks import Block, option
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of
from bot.slack.values import SettingRef
from bot.views.portfolio import going_live, setup_form, told_changes
from bot.workflows import seeing
from bot.workflows.people import granting
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import basics as settling
from bot.workflows.portfolio import setting_up
from bot.workflows.portfolio.readiness import check_may_set_up
from models.calendar import time_zones
from models.people.role import Right, Role
from models.portfolio.portfolio import ChangedMeanwhile, Portfolio
from models.portfolio.readiness import SetUpFirst as SetUpFirst
from models.portfolio.setup import (
    LOCALES,
    MOST_DAYS,
    USUAL_LOCALE,
    Basics,
    parse_basics,
    parse_whole,
)

SUGGESTED = 100


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio setup`."""
    open_setup(call)


def open_setup(call: Call) -> None:
    """Open what there is to do: the first form, the list of steps, or the portfolios there are."""
    with call.database.read() as session:
        check_may_set_up(session, call.workspace_id, call.actor)
        found = _portfolios_to_set_up(session, call)
        if len(found) == 1 and found[0].live_at is None:
            ref = SettingRef(portfolio=found[0].id, channel=call.channel_id)
            view = pages.draw(call, session, "setup", found[0], ref, None)
        elif found:
            rows = [(each, setting_up.began_by(session, each)) for each in found]
            begins = may(session, call.actor, Right.SET_UP, Place(call.workspace_id))
            view = setup_form.chooser(rows, call.channel_id, may_begin=begins)
        else:
            view = setup_form.basics_form(_usual(call), SettingRef(channel=call.channel_id))
    pages.show(call, view, "/portfolio setup")


def set_up_another(call: Call) -> None:
    """Show the first form in place of the choice."""
    ref = SettingRef.read(call.action["value"])
    with call.database.read() as session:
        check_may_set_up(session, call.workspace_id, call.actor)
    call.update_form(setup_form.basics_form(_usual(call), SettingRef(channel=ref.channel)))
    call.ack()


def continue_set_up(call: Call) -> None:
    """Show the chosen portfolio in place of the choice: its steps, or once live its settings."""
    ref = SettingRef.read(call.action["value"])
    with call.database.read() as session:
        live = pages.portfolio_of(call, session, ref).live_at is not None
    pages.redraw(call, ref, "settings" if live else "setup")


def open_basics(call: Call) -> None:
    """Open the form of what holds in the whole portfolio."""
    ref = pages.ref_on_top(call)
    with call.database.read() as session:
        portfolio = pages.portfolio_of(call, session, ref)
        pages.check_set_up(call, session, portfolio)
        form = setup_form.basics_form(settling.basics_of(portfolio), _now(portfolio, ref))
    call.open_form(form)
    call.ack()


def save_basics(call: Call) -> None:
    """Store what the form says; the first time, the list of steps takes its place."""
    ref = SettingRef.read(call.view["private_metadata"])
    basics = parse_basics(answers_of(call.view), lists_of(call.view))
    outside = None
    if basics.channel_id is not None and channels.is_outside(
        call.client, basics.channel_id, setup_form.CHANNEL
    ):
        outside = told_changes.invite(basics.channel_id, call.bot_user_id)
    if not ref.portfolio:
        _begin(call, ref, basics, outside)
        return
    try:
        with call.write() as session:
            changes = settling.change_basics(
                session, call.workspace_id, call.actor, ref.portfolio, ref.version, basics, call.at
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        pages.form_again(call, setup_form.basics_form(basics, again, note))
        return
    pages.close_form(call, ref, told_changes.both(told_changes.saved(changes), outside))


def open_baseline(call: Call) -> None:
    """Open the form that asks how long a decision takes today."""
    ref = pages.ref_on_top(call)
    with call.database.read() as session:
        portfolio = pages.portfolio_of(call, session, ref)
        pages.check_set_up(call, session, portfolio)
        form = setup_form.baseline_form(portfolio, _now(portfolio, ref))
    call.open_form(form)
    call.ack()


def save_baseline(call: Call) -> None:
    """Store how long a decision takes today."""
    ref = SettingRef.read(call.view["private_metadata"])
    days = parse_whole(answers_of(call.view), setup_form.DAYS, 1, MOST_DAYS)
    try:
        with call.write() as session:
            changes = settling.change_baseline(
                session, call.workspace_id, call.actor, ref.portfolio, ref.version, days, call.at
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        with call.database.read() as session:
            portfolio = pages.portfolio_of(call, session, ref)
            form = setup_form.baseline_form(portfolio, again, note)
        pages.form_again(call, form)
        return
    pages.close_form(call, ref, told_changes.saved(changes))


def open_council(call: Call) -> None:
    """Open the form that names the council, finance and its stand-ins."""
    ref = pages.ref_on_top(call)
    told = call.user_groups()
    with call.database.read() as session:
        portfolio = pages.portfolio_of(call, session, ref)
        pages.check_set_up(call, session, portfolio)
        progress = setting_up.progress(session, portfolio)
        form = setup_form.council_form(progress, ref, groups_error=told.error)
    call.open_form(form)
    call.ack()


def save_council(call: Call) -> None:
    """Give the roles to the people and user groups that were chosen."""
    ref = SettingRef.read(call.view["private_metadata"])
    chosen = lists_of(call.view)
    asked = [
        (Role.COUNCIL, setup_form.COUNCIL, setup_form.COUNCIL_GROUPS, False),
        (Role.FINANCE, setup_form.FINANCE, setup_form.FINANCE_GROUPS, False),
        (Role.FINANCE, setup_form.STAND_INS, "", True),
    ]
    groups = {name: chosen_groups(call, chosen.get(name, ()), name) for _, _, name, _ in asked}
    for _, people, _, _ in asked:
        check_people(call, chosen.get(people, ()), people)
    here, actor, given = call.workspace_id, call.actor, 0
    with call.write() as session:
        place = granting.place(session, here, ref.portfolio, None)
        for role, people, name, stand_in in asked:
            users = chosen.get(people, ())
            grants = granting.grant(
                session, here, actor, role, place, users, groups[name], stand_in, call.at
            )
            given += len(grants)
    pages.close_form(call, ref, told_changes.done("people_named", count=given))


def go_live(call: Call) -> None:
    """Have the portfolio go live, and say what comes next."""
    ref = SettingRef.read(call.action["value"])
    with call.write() as session:
        portfolio = setting_up.go_live(
            session, call.workspace_id, call.actor, ref.portfolio, call.at
        )
        view = pages.draw(call, session, "settings", portfolio, ref, None)
    call.update_form(view)
    call.ack()
    chosen = [portfolio.channel_id, *(each.channel_id for each in portfolio.open_streams)]
    outside = channels.without_tack(call.client, chosen)
    call.tell(going_live.is_live(portfolio, outside, call.bot_user_id), ref.channel)


def suggest_time_zones(call: Call) -> None:
    """Time zones with what was typed in their names."""
    typed = call.body.get("value", "").strip().casefold().replace(" ", "_")
    found = sorted(zone for zone in time_zones() if typed in zone.casefold())
    call.ack(options=[option(zone, zone) for zone in found[:SUGGESTED]])


def _begin(call: Call, ref: SettingRef, basics: Basics, outside: Block | None) -> None:
    with call.write() as session:
        portfolio = setting_up.begin(session, call.workspace_id, call.actor, basics, call.at)
    here = SettingRef(portfolio=portfolio.id, channel=ref.channel)
    with call.database.read() as session:
        found = pages.portfolio_of(call, session, here)
        view = pages.draw(call, session, "setup", found, here, outside)
    call.ack(response_action="update", view=view)


def _portfolios_to_set_up(session: Session, call: Call) -> list[Portfolio]:
    return [
        portfolio
        for portfolio in seeing.portfolios(session, call.workspace_id)
        if may(session, call.actor, Right.SET_UP, Place.of_portfolio(portfolio))
    ]


def _usual(call: Call) -> Basics:
    """What a new portfolio begins with: the time zone and numbers of who sets it up."""
    try:
        told = call.client.users_info(user=call.actor, include_locale=True)["user"]
    except SlackApiError:
        told = {}
    zone, locale = told.get("tz"), told.get("locale")
    return Basics(
        name="",
        currency="",
        time_zone=zone if zone in time_zones() else "UTC",
        locale=locale if locale in LOCALES else USUAL_LOCALE,
    )


def _now(portfolio: Portfolio, ref: SettingRef) -> SettingRef:
    return ref.model_copy(update={"version": portfolio.version})
