"""What a shift would do before it is asked for: by which rules, and who decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from models.budgets.books import Balance, Books, Overdrawn
from models.budgets.period import FundingPeriod
from models.budgets.rules import USUAL, Band, Position, band_of
from models.budgets.seats import NobodyElse, People, Seat, seats_of
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import DAY_ENDS_AT
from models.portfolio.portfolio import Portfolio, ValueStream

REFUSED = frozenset({Band.OVERDRAWN, Band.COUNCIL})
"""What cannot be asked for."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a shift would do as everything stands now, and who decides it."""

    portfolio: Portfolio
    period: FundingPeriod
    giver: ValueStream
    taker: ValueStream
    amount: int
    position: Position
    band: Band
    giver_has: Balance
    taker_has: Balance
    people: People
    seats: Mapping[Seat, bool]
    """Whose yes it takes, and whether it is given by asking; empty where it asks nobody."""
    alone: bool
    """Whether nobody else could say yes."""
    lapses_at: datetime

    @property
    def can_be_asked(self) -> bool:
        return self.band not in REFUSED and not self.alone

    @property
    def waits_for(self) -> Sequence[Seat]:
        """The seats whose yes is missing."""
        return [seat for seat, is_given in self.seats.items() if not is_given]

    @property
    def asked(self) -> Sequence[str]:
        found = [each for seat in self.waits_for for each in self.people.sitting(seat)]
        return list(dict.fromkeys(found))

    @property
    def mark(self) -> str:
        """A short text that is another where anything shown of it is."""
        shown = (
            self.period.id,
            self.giver.id,
            self.taker.id,
            self.amount,
            self.position,
            self.taker_has.available,
            self.band,
            sorted(self.seats.items()),
            self.asked,
            self.alone,
            self.lapses_at.date().isoformat(),
        )
        return sha256(repr(shown).encode()).hexdigest()[:16]

    def ask(self, reason: str, at: datetime) -> Shift:
        """The request; where nobody else is asked it is moved at once, and has no approvals.

        Raises NobodyElse and Overdrawn.
        """
        if not self.can_be_asked:
            raise NobodyElse if self.alone else Overdrawn
        asker, here = self.people.asker, self.portfolio.workspace_id
        shift = Shift(
            workspace_id=here,
            portfolio=self.portfolio,
            period=self.period,
            from_stream=self.giver,
            to_stream=self.taker,
            amount_minor=self.amount,
            reason=reason,
            asked_by=asker,
            asked_at=at,
            lapses_at=self.lapses_at,
        )
        for seat, is_given in self.seats.items():
            approval = Approval(workspace_id=here, seat=seat)
            if is_given:
                approval.give(asker, at)
            shift.approvals.append(approval)
        if not self.seats:
            shift.end(Outcome.MOVED, asker, at)
        return shift


def rule(
    portfolio: Portfolio,
    period: FundingPeriod,
    giver: ValueStream,
    taker: ValueStream,
    amount: int,
    books: Books,
    people: People,
    at: datetime,
) -> Ruling:
    """What the shift would do at the moment, and who decides."""
    position = books.position(giver.id)
    band = band_of(amount, position)
    seats: Mapping[Seat, bool] = {}
    alone = False
    if band not in REFUSED:
        try:
            seats = seats_of(band, people)
        except NobodyElse:
            alone = True
    zone = ZoneInfo(portfolio.time_zone)
    last = portfolio.calendar.days_after(at.astimezone(zone).date(), USUAL.working_days)
    return Ruling(
        portfolio=portfolio,
        period=period,
        giver=giver,
        taker=taker,
        amount=amount,
        position=position,
        band=band,
        giver_has=books.balance(giver.id),
        taker_has=books.balance(taker.id),
        people=people,
        seats=seats,
        alone=alone,
        lapses_at=datetime.combine(last, DAY_ENDS_AT, zone),
    )
