"""`/portfolio roles`: who has which role, giving roles and taking them away."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.blocks import OPTIONS_LIMIT, option
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of
from bot.slack.values import OldButton
from bot.views.people import role_form, role_list
from bot.views.people.role_form import PlaceRef
from bot.views.people.role_list import GrantRef, RolesPage
from bot.workflows import seeing
from bot.workflows.people import granting
from bot.workflows.people import roster as rostering
from bot.workflows.people import user_groups as grouping
from bot.workflows.permitting import Place, check, may
from models.errors import FieldMistakes
from models.fields import folded
from models.people.role import Right, Role, SlackGroup
from models.portfolio.portfolio import Portfolio


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio roles`."""
    with call.database.read() as session:
        shown = _list(session, call, 1)
    try:
        call.open_form(shown)
    except TriggerExpired:
        said = "Slack did not open the list in time. Type /portfolio roles once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def turn_page(call: Call) -> None:
    """Show another page of the list."""
    page = RolesPage.read(call.action["value"]).page
    with call.database.read() as session:
        shown = _list(session, call, page)
    call.update_form(shown)
    call.ack()


def open_form(call: Call) -> None:
    """Open the form that gives a role."""
    memory = RolesPage.read(call.action["value"])
    groups = call.user_groups()
    with call.database.read() as session:
        everywhere = may(session, call.actor, Right.GIVE_ROLES, Place(call.workspace_id))
        places = _places_to_give(session, call)
        if not places and not everywhere:
            check(session, call.actor, Right.GIVE_ROLES, Place(call.workspace_id))
    call.open_form(
        role_form.role_form(places, memory, everywhere=everywhere, no_groups=groups.why_none)
    )
    call.ack()


def give(call: Call) -> None:
    """Give the role as the form says; the list below shows it."""
    memory = RolesPage.read(call.view["private_metadata"])
    typed, chosen = answers_of(call.view), lists_of(call.view)
    role, where = _role_and_place(typed)
    people = chosen.get(role_form.PEOPLE, ())
    groups = chosen_groups(call, chosen.get(role_form.GROUPS, ()), role_form.GROUPS)
    if not people and not groups:
        raise FieldMistakes({role_form.PEOPLE: "Choose at least one person or user group."})
    check_people(call, people, role_form.PEOPLE)
    stand_in = bool(chosen.get(role_form.STAND_IN))
    with call.write() as session:
        place = granting.place(session, call.workspace_id, where.portfolio, where.stream)
        grants = granting.grant(
            session, call.workspace_id, call.actor, role, place, people, groups, stand_in, call.at
        )
        done = role_list.given([rostering.seat_of(session, each, place) for each in grants])
        shown = _list(session, call, memory.page)
    call.ack()
    call.update_below(shown)
    call.reply_in(done, None)


def take_away(call: Call) -> None:
    """Take a role away; the list shows it."""
    ref = GrantRef.read(call.action["value"])
    with call.write() as session:
        granting.take_away(session, call.workspace_id, call.actor, ref.grant, call.at)
        shown = _list(session, call, ref.page)
    call.ack()
    call.update_form(shown)


def suggest_groups(call: Call) -> None:
    """The user groups with what was typed in their handles or names."""
    typed = folded(call.body.get("value", "")).removeprefix("@")
    found = [
        option(f"@{group.handle}", group.group_id)
        for group in call.user_groups().usable
        if typed in folded(f"{group.handle} {group.name}")
    ]
    call.ack(options=found[:OPTIONS_LIMIT])


def group_changed(call: Call) -> None:
    """Slack says that a user group has other people, another name, or is gone: read it again."""
    event: Mapping[str, Any] = call.body["event"]
    group_id = str(event.get("subteam_id") or (event.get("subteam") or {}).get("id"))
    with call.database.write() as session:
        grouping.hear_of_change(session, call.workspace_id, group_id, call.at)
    call.ack()


def check_people(call: Call, people: Sequence[str], field: str) -> None:
    """Refuse at the field who can have no role. Raises FieldMistakes and CannotSay."""
    unfit = call.unfit(people)
    if unfit is not None:
        raise FieldMistakes({field: unfit})


def chosen_groups(call: Call, ids: Sequence[str], field: str) -> Sequence[SlackGroup]:
    """The groups of those ids, with their people. Raises FieldMistakes for one that is gone."""
    known = {group.group_id: group for group in call.user_groups().usable} if ids else {}
    if not set(ids) <= set(known):
        said = "That user group is not there any more. Choose another one, or people."
        raise FieldMistakes({field: said})
    return [known[group_id] for group_id in ids]


def _list(session: Session, call: Call, page: int) -> dict[str, Any]:
    seats = rostering.roster(session, call.workspace_id, call.actor)
    may_give = bool(_places_to_give(session, call)) or may(
        session, call.actor, Right.GIVE_ROLES, Place(call.workspace_id)
    )
    return role_list.role_list(seats, page, may_give=may_give)


def _places_to_give(session: Session, call: Call) -> Sequence[Portfolio]:
    """The portfolios in which the person gives roles."""
    return [
        portfolio
        for portfolio in seeing.portfolios(session, call.workspace_id, call.actor)
        if may(session, call.actor, Right.GIVE_ROLES, Place.of_portfolio(portfolio))
    ]


def _role_and_place(typed: Mapping[str, str | None]) -> tuple[Role, PlaceRef]:
    role = role_form.role_of(typed.get(role_form.ROLE))
    if role is None:
        raise OldButton
    return role, PlaceRef.read(typed.get(role_form.PLACE) or "")
