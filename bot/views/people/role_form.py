"""The form to give a role: which, where, and to whom."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import Block, Element, Option, context, field, modal, option, plain, select
from bot.slack.choosers import checkboxes, described
from bot.slack.values import Value, Whole
from bot.views.people.role_list import RolesPage
from models.people.role import ROLE_SAYS, Role
from models.portfolio.portfolio import Portfolio


class PlaceRef(Value):
    """Where a role holds: a stream, a portfolio, or without either everywhere."""

    portfolio: Whole | None = None
    stream: Whole | None = None


CALLBACK = "give_role_form"
SEARCH_GROUPS = "user_groups"
MOST_PEOPLE = 10
"""So many are looked up in Slack while the form waits."""

ROLE, PLACE, PEOPLE, GROUPS, STAND_IN = "role", "place", "people", "groups", "stand_in"


def role_form(
    portfolios: Sequence[Portfolio],
    memory: RolesPage,
    *,
    everywhere: bool,
    no_groups: str | None,
) -> dict[str, Any]:
    """The form; `everywhere` is offered to admins of the whole workspace.

    `no_groups` is why it has no field for user groups, if it has none.
    """
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
        _people(),
    ]
    blocks.append(_groups() if no_groups is None else context(no_groups))
    stand_in = described(
        "As stand-in", STAND_IN, "Asked when those who have the role cannot be reached"
    )
    blocks.append(checkboxes(STAND_IN, "Instead of someone else?", [stand_in], optional=True))
    return modal(CALLBACK, "Give a role", blocks, submit="Give it", private_metadata=memory.value)


def _people() -> Block:
    element: Element = {
        "type": "multi_users_select",
        "action_id": PEOPLE,
        "placeholder": plain("Choose people"),
        "max_selected_items": MOST_PEOPLE,
    }
    hint = "Members of this workspace: no guests, no bots."
    return field(PEOPLE, "People", element, hint=hint, optional=True)


def _groups() -> Block:
    """Searched by what is typed; their values are their ids."""
    element: Element = {
        "type": "multi_external_select",
        "action_id": SEARCH_GROUPS,
        "placeholder": plain("Type a part of its handle"),
        "min_query_length": 0,
        "max_selected_items": MOST_PEOPLE,
    }
    hint = "Everyone in the group has the role, as long as they are in it."
    return field(GROUPS, "User groups", element, hint=hint, optional=True)


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
