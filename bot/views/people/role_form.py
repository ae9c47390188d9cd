"""The form to give a role: which, where, and to whom."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import Block, Option, context, field, modal, option, select
from bot.slack.choosers import checkboxes, described, groups_field, no_groups, people_field
from bot.slack.values import PlaceRef, RolesPage
from models.people.role import ROLE_SAYS, Role
from models.portfolio.portfolio import Portfolio

CALLBACK = "give_role_form"
ROLE, PLACE, PEOPLE, GROUPS, STAND_IN = "role", "place", "people", "groups", "stand_in"


def role_form(
    portfolios: Sequence[Portfolio],
    memory: RolesPage,
    *,
    everywhere: bool,
    groups_error: str | None,
) -> dict[str, Any]:
    """The form; `everywhere` is offered to who is an admin of the whole workspace."""
    roles = [described(r.value.capitalize(), r.value, says) for r, says in ROLE_SAYS.items()]
    places = _places(portfolios, everywhere=everywhere)
    blocks: list[Block] = [
        field(ROLE, "Which role?", select(ROLE, "Choose one", roles)),
        field(
            PLACE,
            "Where?",
            select(PLACE, "Choose one", places, places[0] if len(places) == 1 else None),
            hint="On a portfolio it holds in each of its value streams.",
        ),
        people_field(PEOPLE, "People", hint="Members of this workspace: no guests, no bots."),
    ]
    if groups_error is None:
        hint = "Whoever is in the group has the role, as long as they are in it."
        blocks.append(groups_field(GROUPS, "User groups", hint=hint))
    else:
        blocks.append(context(no_groups(groups_error)))
    stand_in = described(
        "As stand-in", STAND_IN, "Asked when those who have the role cannot be reached"
    )
    blocks.append(checkboxes(STAND_IN, "Instead of someone else?", [stand_in], optional=True))
    return modal(CALLBACK, "Give a role", blocks, submit="Give it", private_metadata=memory.value)


def _places(portfolios: Sequence[Portfolio], *, everywhere: bool) -> list[Option]:
    places = [option("Everywhere (admins only)", PlaceRef().value)] if everywhere else []
    for portfolio in portfolios:
        places.append(option(portfolio.name, PlaceRef(portfolio=portfolio.id).value))
        places += [
            option(f"{stream.name} ({stream.key_prefix})", PlaceRef(stream=stream.id).value)
            for stream in portfolio.open_streams
        ]
    return places


def role_of(value: str | None) -> Role | None:
    """The role that was chosen; None where it is not one that can be given."""
    return next((role for role in ROLE_SAYS if role.value == value), None)
