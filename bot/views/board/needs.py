"""How each need looks: one line and its one button, the same in Home, a digest and its thread."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.slack.blocks import Element
from bot.slack.mrkdwn import Marked, person, words
from bot.views.board.pressing import unblock_button
from bot.views.budgets.actions import ShiftShown
from bot.views.decisions.ballot import vote_button
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.register import BALLOT
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.needs import Need, T
from models.budgets.seats import Seat
from models.budgets.shift import Shift
from models.calendar import days_between
from models.decisions.decision import Decision
from models.epics.epic import Epic
from models.money import format_amount

Line = tuple[str, Element]
"""What is said of one of a kind, and the button that solves it."""

Noun = TypeVar("Noun", contravariant=True)


class Look(Protocol[Noun]):
    """Gives the line of one of a kind; where a channel is asked, it names who is meant."""

    def __call__(self, each: Noun, now: datetime, /, *, asks: bool) -> Line:
        """The line as of now."""


LOOKS: dict[Need[Any], Look[Any]] = {}
"""How each need looks, filled by `shows`."""


def shows(need: Need[T]) -> Callable[[Look[T]], Look[T]]:
    """Have the need look as the function says, and no other."""

    def keep(look: Look[T]) -> Look[T]:
        if need in LOOKS:
            raise ValueError(f"{need.name} is shown already")
        LOOKS[need] = look
        return look

    return keep


def line_of(need: Need[T], each: T, now: datetime, *, asks: bool) -> Line:
    """One that waits: in a channel it asks someone, in their own Home they know who is meant."""
    return LOOKS[need](each, now, asks=asks)


@shows(BALLOT)
def open_vote(decision: Decision, now: datetime, /, *, asks: bool) -> Line:
    """How many have still to vote, and until when."""
    zone = decision.portfolio.time_zone
    facts = {"decision": decision, "case": decision.case, "zone": zone, "asks": asks}
    return words("board/needs", "ballot", **facts), vote_button(decision)


@shows(BLOCKED)
def blocked(epic: Epic, now: datetime, /, *, asks: bool) -> Line:
    """For how long an epic cannot go on, and why."""
    assert epic.blocking is not None
    days = days_between(epic.blocking.at, now, ZoneInfo(epic.portfolio.time_zone))
    return words("board/needs", "blocked", epic=epic, days=days, asks=asks), unblock_button(epic)


@shows(SHIFTS)
def shift(shift: Shift, now: datetime, /, *, asks: bool) -> Line:
    """How much is asked from where to where, whom it waits for, and until when."""
    amount = format_amount(shift.amount_minor, shift.portfolio.currency, short=True)
    waits = list(dict.fromkeys(_in_place(shift, each.seat) for each in shift.open_seats))
    said = words("board/needs", "shift_waits", shift=shift, amount=amount, waits=waits, asks=asks)
    names = f"{amount} from {shift.from_stream.name} to {shift.to_stream.name}"
    to = ShiftShown(shift=shift.id)
    return said, to.button("Review the shift", aloud=f"Review the shift of {names}")


def _in_place(shift: Shift, seat: Seat) -> Marked:
    """Who is asked: an owner by mention, the others as what they are."""
    owners = {
        Seat.GIVER: shift.from_stream.owner_user_id,
        Seat.RECEIVER: shift.to_stream.owner_user_id,
    }
    owner = owners.get(seat)
    if owner is not None and owner != shift.asked_by:
        return person(owner)
    return Marked("an admin" if seat is Seat.ADMIN else "finance")
