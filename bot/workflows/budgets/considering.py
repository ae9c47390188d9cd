"""Considering a shift before it is asked for: what it would do, by which rules, who decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.funding import seen_portfolio
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check, holders, may
from models.budgets.books import Balance, Books
from models.budgets.forms import ShiftForm
from models.budgets.period import FundingPeriod
from models.budgets.rules import USUAL, Band, Position, band_of
from models.budgets.seats import NobodyElse, People, Seat, seats_of
from models.calendar import DAY_ENDS_AT
from models.errors import FieldMistakes, Mistake
from models.people.role import Right, Role, refuse
from models.portfolio.portfolio import Portfolio, ValueStream

REFUSED = frozenset({Band.OVERDRAWN, Band.COUNCIL})
"""What cannot be asked for."""


class NoMoney(Mistake):
    """A shift in a period that has none."""

    def __init__(self, year: str) -> None:
        super().__init__(f"No value stream has money for {year} yet. /budget fund gives it.")


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
        """Whether it can go on."""
        return self.band not in REFUSED and not self.alone

    @property
    def waits_for(self) -> Sequence[Seat]:
        """The seats whose yes is missing."""
        return [seat for seat, is_given in self.seats.items() if not is_given]

    @property
    def asked(self) -> Sequence[str]:
        """Who is asked, each once."""
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


def portfolio_to_shift_in(act: Act, portfolio_id: int | None) -> Portfolio:
    """A portfolio in which the person may ask for shifts. Raises Gone and NotAllowed."""
    portfolio = seen_portfolio(act, portfolio_id)
    if not may_ask(act, portfolio):
        names = ["the owner of a value stream", "the council", "finance", "an admin"]
        asked = [Role.COUNCIL, Role.FINANCE, Role.ADMIN]
        owners = [each.owner_user_id for each in portfolio.open_streams if each.owner_user_id]
        found = [*owners, *holders(act.session, asked, Place.of_portfolio(portfolio))]
        refuse(Right.SHIFT, names, list(dict.fromkeys(found)))
    return portfolio


def period_with_money(act: Act, portfolio: Portfolio) -> FundingPeriod:
    """The funding period of now. Raises NoMoney where nothing was funded yet."""
    period = ledger.period_at(act.session, portfolio, act.at)
    if period is None:
        raise NoMoney(ledger.year_of(portfolio, act.at))
    return period


def may_ask(act: Act, portfolio: Portfolio) -> bool:
    """Whether there is a stream for which the person may ask."""
    if may(act.session, act.actor, Right.SHIFT, Place.of_portfolio(portfolio)):
        return True
    return bool(own_streams(act, portfolio))


def own_streams(act: Act, portfolio: Portfolio) -> Sequence[ValueStream]:
    """The streams in use that the person owns."""
    return [
        stream
        for stream in portfolio.open_streams
        if act.actor in holders(act.session, [Role.STREAM_OWNER], Place.of_stream(stream))
    ]


def consider(act: Act, portfolio: Portfolio, form: ShiftForm) -> Ruling:
    """What the shift would do. Raises NoMoney, NotAllowed and FieldMistakes."""
    giver = _stream(act.session, portfolio, form.from_stream_id, "from_stream_id")
    taker = _stream(act.session, portfolio, form.to_stream_id, "to_stream_id")
    if not may(act.session, act.actor, Right.SHIFT, Place.of_stream(giver)):
        check(act.session, act.actor, Right.SHIFT, Place.of_stream(taker))
    period = period_with_money(act, portfolio)
    books = ledger.books_of(act.session, portfolio, period, act.at)
    return _ruling(act, portfolio, period, giver, taker, form.amount_minor, books)


def people_of(session: Session, giver: ValueStream, taker: ValueStream, asker: str) -> People:
    """Who owns the two streams, who is finance and who is admin."""
    whole = Place.of_portfolio(giver.portfolio)
    return People(
        asker=asker,
        givers=holders(session, [Role.STREAM_OWNER], Place.of_stream(giver)),
        receivers=holders(session, [Role.STREAM_OWNER], Place.of_stream(taker)),
        finance=holders(session, [Role.FINANCE], whole),
        admins=holders(session, [Role.ADMIN], whole),
    )


def _ruling(
    act: Act,
    portfolio: Portfolio,
    period: FundingPeriod,
    giver: ValueStream,
    taker: ValueStream,
    amount: int,
    books: Books,
) -> Ruling:
    position = books.position(giver.id)
    band = band_of(amount, position)
    people = people_of(act.session, giver, taker, act.actor)
    seats: Mapping[Seat, bool] = {}
    alone = False
    if band not in REFUSED:
        try:
            seats = seats_of(band, people)
        except NobodyElse:
            alone = True
    zone = ZoneInfo(portfolio.time_zone)
    last = portfolio.calendar.days_after(act.at.astimezone(zone).date(), USUAL.working_days)
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


def _stream(session: Session, portfolio: Portfolio, stream_id: int, name: str) -> ValueStream:
    stream = session.get(ValueStream, stream_id)
    if stream is None or stream.portfolio_id != portfolio.id or stream.ended_at is not None:
        raise FieldMistakes({name: "That value stream has ended. Choose another one."})
    return stream
