"""Who has which role where: a list to look at, for admins one to give and take in."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, button, context, modal, section
from bot.slack.choosers import asked_first
from bot.slack.mrkdwn import bare_words, words
from bot.slack.values import Value, Whole
from bot.views.notices import notice
from bot.workflows.people.roster import Seat, seats_of_group
from bot.workflows.people.roster import seats as seats_of
from models.message import MessageKind
from models.people.role import ROLE_SAYS, RoleGrant


class RolesPage(Value):
    """A page of the list of roles."""

    page: Whole = 1


class GrantRef(Value):
    """A role that was given, and the page of the list it is on."""

    grant: Whole
    page: Whole = 1


CALLBACK = "roles"
GIVE = "give_role"
TAKE = "take_role"
TURN = "roles_page"
PAGE_SIZE = 20
"""Each is a block, and each place one more: far from the hundred Slack takes."""


def role_list(seats: Sequence[Seat], number: int, *, may_give: bool) -> dict[str, Any]:
    """A page of the list; a page past the end is the last one."""
    pages = max(1, -(-len(seats) // PAGE_SIZE))
    number = min(max(1, number), pages)
    shown = seats[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    blocks: list[Block] = [section(words("people/role_list", "lead", total=len(seats)))]
    if may_give:
        page = RolesPage(page=number).value
        blocks.append(actions("give", [button("Give a role", GIVE, page, primary=True)]))
    if not seats:
        blocks.append(section(words("people/role_list", "empty")))
    for place, here in groupby(shown, key=lambda seat: seat.place_name):
        blocks.append(section(words("people/role_list", "heading", name=place)))
        blocks += [_line(seat, number, may_give=may_give) for seat in here]
    if pages > 1:
        blocks.append(context(f"{len(seats)} roles, page {number} of {pages}"))
        blocks.append(actions("turn", _turns(number, pages)))
    if not may_give:
        blocks.append(context(words("people/role_list", "foot")))
    return modal(
        CALLBACK,
        "Who has which role",
        blocks,
        close="Close",
        private_metadata=RolesPage(page=number).value,
    )


def given(seats: Sequence[Seat]) -> Answer:
    """For the person who gave a role."""
    said = words("people/role_list", "given", seats=seats, place=seats[0].place_name)
    return Answer([section(said)])


@notice(MessageKind.ROLE, RoleGrant, gone=lambda: _received(None))
def received(session: Session, grant: RoleGrant, now: datetime) -> Answer:
    """For the person who was given a role; once it was taken away, that it is gone."""
    (seat,) = seats_of(session, [grant])
    return _received(seat)


def _received(seat: Seat | None) -> Answer:
    said = words(
        "people/role_list", "received", seat=seat, says=ROLE_SAYS[seat.role] if seat else None
    )
    return Answer([section(said)])


@notice(MessageKind.USER_GROUP, RoleGrant, gone=lambda: _group_note([]))
def group_note(session: Session, grant: RoleGrant, now: datetime) -> Answer:
    """For an admin: nobody has these roles through a user group; or people are back in it.

    Once they are taken away there is nothing left to tell.
    """
    return _group_note(seats_of_group(session, grant))


def _group_note(seats: Sequence[Seat]) -> Answer:
    said = words("people/role_list", "group_note", seats=seats, names=[seat.name for seat in seats])
    return Answer([section(said)])


def _line(seat: Seat, page: int, *, may_give: bool) -> Block:
    accessory = _take(seat, page) if may_give and seat.grant and seat.can_be_taken else None
    return section(words("people/role_list", "line", seat=seat), accessory)


def _take(seat: Seat, page: int) -> Element:
    assert seat.grant is not None
    taken = button(
        "Take away",
        f"{TAKE}_{seat.grant.id}",
        GrantRef(grant=seat.grant.id, page=page).value,
        accessibility_label=f"Take away: {seat.name}",
    )
    text = bare_words("people/role_list", "take", name=seat.name)
    return asked_first(taken, "Take this role away?", text, "Take it away")


def _turns(number: int, pages: int) -> list[Element]:
    turns = [("Previous page", number - 1)] if number > 1 else []
    turns += [("Next page", number + 1)] if number < pages else []
    return [button(text, f"{TURN}_{n}", RolesPage(page=n).value) for text, n in turns]
