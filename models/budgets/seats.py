"""Whose yes a shift needs: seats, and who sits on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.budgets.rules import Band
from models.errors import Mistake


class Seat(StrEnum):
    """In whose place someone says yes."""

    GIVER = "giver"
    RECEIVER = "receiver"
    FINANCE = "finance"
    ADMIN = "admin"
    COUNCIL = "council"
    """Its yes is a decision, not a press."""


class NobodyElse(Mistake):
    """A shift that nobody but who asks could approve."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody else could approve this request. Give someone the role finance first, with "
            "/portfolio roles."
        )


class NoCouncil(Mistake):
    """A shift that the council is to decide on, where nobody else is in it."""

    def __init__(self) -> None:
        super().__init__(
            "A shift of this size needs the council as well, and nobody but the person asking has "
            "that role. "
            "An admin gives it with /portfolio roles."
        )


@dataclass(frozen=True, slots=True)
class People:
    """Who owns the two streams, who is finance, admin and council, as it is now.

    `stand_ins` are those who stand in for each; they are asked where nobody answered in time.
    """

    asker: str
    givers: Sequence[str]
    receivers: Sequence[str]
    finance: Sequence[str]
    admins: Sequence[str]
    council: Sequence[str] = ()
    stand_ins: Mapping[Seat, Sequence[str]] = field(default_factory=dict)

    @property
    def asks_for_own(self) -> bool:
        """Whether the asker owns one of the two streams."""
        return self.asker in self.givers or self.asker in self.receivers

    def sitting(self, seat: Seat) -> Sequence[str]:
        """Who can say yes in its place, the asker never: owners, else finance, else admins."""
        return self._others(self.filled_by(seat))

    def standing_in(self, seat: Seat) -> Sequence[str]:
        """Who is asked in its place as well once two working days went by; the asker never."""
        there = self.filled_by(seat)
        sitting = self._others(there)
        found = _without(self.stand_ins.get(there, ()), self.asker)
        return [each for each in found if each not in sitting]

    def filled_by(self, seat: Seat) -> Seat:
        """Whose people sit there: its own, else finance, else an admin; the council's alone."""
        if seat is Seat.COUNCIL:
            return seat
        return next((each for each in (seat, Seat.FINANCE) if self._others(each)), Seat.ADMIN)

    def _others(self, seat: Seat) -> Sequence[str]:
        found = {
            Seat.GIVER: self.givers,
            Seat.RECEIVER: self.receivers,
            Seat.FINANCE: self.finance,
            Seat.ADMIN: self.admins,
        }
        return _without(found.get(seat, ()), self.asker)


def seats_of(band: Band, people: People) -> Mapping[Seat, bool]:
    """The seats whose yes it takes, and whether the asker has given it by asking.

    Nobody's where there is none. Raises NobodyElse where nobody is left to say yes, and NoCouncil.
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
    if band is Band.COUNCIL:
        if not _without(people.council, people.asker):
            raise NoCouncil
        given[Seat.COUNCIL] = False
    return given


def undoing_seats(people: People) -> Mapping[Seat, bool]:
    """Finance's yes alone, for what is undone soon. Raises NobodyElse where nobody is left.

    Where finance asks and nobody else is finance, the owner of the stream it goes back from.
    """
    seat = Seat.FINANCE if _without(people.finance, people.asker) else Seat.ADMIN
    if seat is Seat.ADMIN and people.asker in people.finance and people.givers:
        seat = Seat.GIVER
    if not people.sitting(seat):
        raise NobodyElse
    return {seat: False}


def _own(seat: Seat, people: People) -> Collection[str]:
    return {
        Seat.GIVER: people.givers,
        Seat.RECEIVER: people.receivers,
        Seat.FINANCE: people.finance,
    }.get(seat, ())


def _without(people: Sequence[str], one: str) -> Sequence[str]:
    return [each for each in people if each != one]
