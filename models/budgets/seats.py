"""Whose yes a shift needs: seats, and who sits on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.budgets.rules import Band
from models.errors import Mistake


class Seat(StrEnum):
    """In whose place someone says yes."""

    GIVER = "giver"
    RECEIVER = "receiver"
    FINANCE = "finance"
    ADMIN = "admin"


class NobodyElse(Mistake):
    """A shift that nobody but who asks could approve."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody else could approve this one: give someone the role finance first, with "
            "/portfolio roles."
        )


@dataclass(frozen=True, slots=True)
class People:
    """Who owns the two streams, who is finance and who is admin, as it is now."""

    asker: str
    givers: Sequence[str]
    receivers: Sequence[str]
    finance: Sequence[str]
    admins: Sequence[str]

    @property
    def asks_for_own(self) -> bool:
        """Whether the asker owns one of the two streams."""
        return self.asker in self.givers or self.asker in self.receivers

    def sitting(self, seat: Seat) -> Sequence[str]:
        """Who can say yes in its place, the asker never: owners, else finance, else admins."""
        owners = {Seat.GIVER: self.givers, Seat.RECEIVER: self.receivers}
        of_seat = owners.get(seat, self.finance if seat is Seat.FINANCE else self.admins)
        for found in (of_seat, self.finance, self.admins):
            others = [each for each in found if each != self.asker]
            if others:
                return others
        return ()


def seats_of(band: Band, people: People) -> Mapping[Seat, bool]:
    """The seats whose yes it takes, and whether the asker has given it by asking.

    Nobody's where there is none. Raises NobodyElse where nobody is left to say yes.
    """
    if band is Band.FREE and people.asker in people.givers:
        return {}
    seats = [Seat.GIVER] if people.givers else [Seat.FINANCE]
    if not people.asks_for_own:
        seats.append(Seat.RECEIVER if people.receivers else Seat.FINANCE)
    if band is not Band.FREE:
        seats.append(Seat.FINANCE)
    given = {seat: people.asker in _own(seat, people) for seat in dict.fromkeys(seats)}
    if all(given.values()):
        given[Seat.FINANCE] = False
    others = _without(people.finance, people.asker)
    if given.get(Seat.FINANCE) is False and not others:
        del given[Seat.FINANCE]
        given[Seat.ADMIN] = False
    if not all(people.sitting(seat) for seat, is_given in given.items() if not is_given):
        raise NobodyElse
    return given


def _own(seat: Seat, people: People) -> Collection[str]:
    return {
        Seat.GIVER: people.givers,
        Seat.RECEIVER: people.receivers,
        Seat.FINANCE: people.finance,
    }.get(seat, ())


def _without(people: Sequence[str], one: str) -> Sequence[str]:
    return [each for each in people if each != one]
