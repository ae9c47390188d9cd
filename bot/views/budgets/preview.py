"""What a shift would do, before it is asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.slack.actions import Action
from bot.slack.blocks import Block, context, section
from bot.slack.forms import Check
from bot.slack.mrkdwn import Marked, escape, listed, person, words
from bot.views.budgets.actions import AskShift, UndoShift
from models.budgets.rules import (
    Band,
    beside_limit,
    largest_free,
    largest_without_council,
    over_limit,
    share,
)
from models.budgets.ruling import Ruling
from models.budgets.seats import People, Seat
from models.money import format_amount

TITLE = "Check before asking"


def preview(
    ruling: Ruling,
    about: AskShift | UndoShift,
    reason: str,
    typed: str,
    *,
    lasting: bool = False,
) -> Check:
    """Both balances, every rule with its arithmetic, who decides, and until when."""
    facts = _facts(ruling, reason, typed, lasting)
    said = partial(words, "budgets/shift", **facts)
    blocks: list[Block] = [section(said("what"))]
    seen: Action = about.but(seen=ruling.mark)
    if ruling.band is Band.OVERDRAWN:
        return Check(seen, TITLE, [*blocks, section(said("overdrawn"))])
    blocks.append(section(said("balances")))
    if ruling.barred is not None:
        return Check(seen, TITLE, [*blocks, section(said("holds")), section(said("barred_now"))])
    year_ends = section(said("year_ends"))
    amount = format_amount(ruling.amount, ruling.portfolio.currency)
    if not ruling.seats:
        blocks += [section(said("holds")), year_ends, section(said("nobody"))]
        return Check(seen, TITLE, blocks, f"Move {amount}", "Move it")
    blocks += [section(said("why")), section(said("holds")), year_ends, section(said("decides"))]
    blocks.append(context(said("until")))
    return Check(seen, TITLE, blocks, f"Ask {_in_short(ruling)}", "Ask for approval")


def _facts(ruling: Ruling, reason: str, typed: str, lasting: bool) -> dict[str, Any]:
    people, position = ruling.people, ruling.position
    pressed = [seat for seat in ruling.waits_for if seat is not Seat.COUNCIL]
    return {
        "money": partial(format_amount, currency=ruling.portfolio.currency),
        "share": share,
        "beside_limit": beside_limit,
        "over_limit": over_limit,
        "rules": ruling.rules,
        "amount": ruling.amount,
        "typed": typed,
        "reason": reason,
        "year": ruling.period.name,
        "giver": ruling.giver.name,
        "taker": ruling.taker.name,
        "giver_has": ruling.giver_has,
        "taker_has": ruling.taker_has,
        "funded": position.funded,
        "silent": position.moved_silently,
        "moved_out": position.moved_out,
        "band": ruling.band,
        "is_giver": people.asker in people.givers,
        "speaks_for": _speaks_for(ruling),
        "is_finance": ruling.seats.get(Seat.FINANCE, False),
        "asked": [
            Marked(
                f"{listed(map(person, people.sitting(seat)), 'or')} "
                f"({escape(_place(ruling, seat))})"
            )
            for seat in pressed
        ],
        "lasting": lasting,
        "barred": ruling.barred and ruling.barred.sentence,
        "barred_ask": ruling.barred.ask if ruling.barred else (),
        "ruling": ruling,
        "decides_at": ruling.decides_at,
        "stand_ins": stand_ins_of(people, pressed),
        "has_no_stand_in": has_no_stand_in(people, pressed),
        "admins": people.admins,
        "informed": ruling.informed,
        "free": largest_free(position, ruling.rules),
        "largest": largest_without_council(position, ruling.rules),
        "lapses_at": ruling.lapses_at,
        "expected": [
            (ruling.giver, ruling.giver_has.allocated, -ruling.amount, people.givers),
            (ruling.taker, ruling.taker_has.allocated, ruling.amount, people.receivers),
        ],
        "forecasts": ruling.forecasts,
        "zone": ruling.portfolio.time_zone,
    }


def _speaks_for(ruling: Ruling) -> list[str]:
    """The streams whose yes is the asker's own."""
    people = ruling.people
    owners = ((ruling.giver.name, people.givers), (ruling.taker.name, people.receivers))
    return [name for name, owning in owners if people.asker in owning]


def _place(ruling: Ruling, seat: Seat) -> str:
    """In whose place: the stream that gives or takes, or the role."""
    return {
        Seat.GIVER: f"{ruling.giver.name} gives",
        Seat.RECEIVER: f"{ruling.taker.name} takes",
        Seat.FINANCE: "finance",
        Seat.ADMIN: "admin",
    }[seat]


def stand_ins_of(
    people: People, seats: Sequence[Seat]
) -> Sequence[tuple[Sequence[str], Sequence[str]]]:
    """Of each seat who sits there and who stands in for them, where someone does."""
    found = [(people.sitting(seat), people.standing_in(seat)) for seat in seats]
    return [each for each in found if each[1]]


def has_no_stand_in(people: People, seats: Sequence[Seat]) -> Sequence[str]:
    """The owners for whom nobody stands in."""
    owners = (Seat.GIVER, Seat.RECEIVER)
    found = [
        each
        for seat in seats
        if people.filled_by(seat) in owners and not people.standing_in(seat)
        for each in people.sitting(seat)
    ]
    return list(dict.fromkeys(found))


def _in_short(ruling: Ruling) -> str:
    """Who is asked, for a button: one person by name, several by what they are."""
    names = []
    for seat in ruling.waits_for:
        people = ruling.people.sitting(seat)
        several = {
            Seat.FINANCE: "finance",
            Seat.ADMIN: "an admin",
            Seat.COUNCIL: "the council",
        }.get(seat, "the owners")
        names.append(person(people[0]) if len(people) == 1 else several)
    return str(listed(dict.fromkeys(names)))
