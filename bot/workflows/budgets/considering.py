"""Considering a shift before it is asked for: what it would do, by which rules, who decides."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.surveying import forecasts_of
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.permitting import Place, check, held, holders, may
from models.budgets.forms import ShiftForm, UndoForm, open_stream
from models.budgets.period import FundingPeriod, with_money
from models.budgets.rules import RulesChange
from models.budgets.ruling import Ruling, rule
from models.budgets.seats import People, Seat
from models.budgets.shift import Outcome, Shift
from models.people.role import Right, Role, refuse
from models.portfolio.portfolio import Portfolio, ValueStream


def portfolio_to_shift_in(act: Act, portfolio_id: int | None) -> Portfolio:
    """A portfolio in which the person may ask for shifts. Raises Gone and NotAllowed."""
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    if not may_ask(act, portfolio):
        names = ["the owner of a value stream", "the council", "finance", "an admin"]
        asked = [Role.COUNCIL, Role.FINANCE, Role.ADMIN]
        owners = [each.owner_user_id for each in portfolio.open_streams if each.owner_user_id]
        found = [*owners, *holders(act.session, asked, Place.of_portfolio(portfolio))]
        refuse(Right.SHIFT, names, list(dict.fromkeys(found)))
    return portfolio


def period_with_money(act: Act, portfolio: Portfolio) -> FundingPeriod:
    """The funding period of now. Raises NoMoney where nothing was funded yet."""
    found = ledger.period_at(act.session, portfolio, act.at)
    return with_money(found, ledger.year_of(portfolio, act.at))


def may_ask(act: Act, portfolio: Portfolio) -> bool:
    """Whether there is a stream for which the person may ask."""
    if may(act.session, act.actor, Right.SHIFT, Place.of_portfolio(portfolio)):
        return True
    return bool(own_streams(act, portfolio))


def own_streams(act: Act, portfolio: Portfolio) -> Sequence[ValueStream]:
    """The streams in use that the person owns."""
    streams = portfolio.open_streams
    asked = [(Role.STREAM_OWNER, Place.of_stream(each)) for each in streams]
    found = zip(streams, held(act.session, asked), strict=True)
    return [each for each, its in found if act.actor in (*its.own, *its.stand_ins)]


def consider(act: Act, portfolio: Portfolio, form: ShiftForm) -> Ruling:
    """What the shift would do. Raises NoMoney, NotAllowed and FieldMistakes."""
    giver = open_stream(portfolio, form.from_stream_id, "from_stream_id")
    taker = open_stream(portfolio, form.to_stream_id, "to_stream_id")
    if not may(act.session, act.actor, Right.SHIFT, Place.of_stream(giver)):
        check(act.session, act.actor, Right.SHIFT, Place.of_stream(taker))
    period = period_with_money(act, portfolio)
    books = ledger.books_of(act.session, portfolio, period, act.at)
    people = people_of(act.session, giver, taker, act.actor)
    return rule(
        *(portfolio, period, giver, taker, form.amount_minor, books, people, act.at),
        forecasts=forecasts_of(act.session, period),
        ruled_by=rules_of(act.session, portfolio),
    )


def consider_undoing(act: Act, shift: Shift, form: UndoForm) -> Ruling:
    """What bringing the shift's money back would do.

    Raises NotAllowed, NotMoved, PeriodOver, AllUndone, NothingLeft and FieldMistakes.
    """
    most = largest_undone(act, shift)
    form.check_is_within(most, shift.portfolio.currency)
    back = (shift.to_stream, shift.from_stream)
    for stream in back:
        open_stream(shift.portfolio, stream.id, "amount_minor")
    books = ledger.books_of(act.session, shift.portfolio, shift.period, act.at)
    people = people_of(act.session, *back, act.actor)
    return rule(
        *(shift.portfolio, shift.period, *back, form.amount_minor, books, people, act.at),
        undoes=shift,
        forecasts=forecasts_of(act.session, shift.period),
        ruled_by=rules_of(act.session, shift.portfolio),
    )


def rules_of(session: Session, portfolio: Portfolio) -> RulesChange | None:
    """The change whose rules hold now; None where they are the usual ones."""
    changed = select(RulesChange).where(
        RulesChange.portfolio_id == portfolio.id, RulesChange.since.is_not(None)
    )
    return session.scalars(changed.order_by(RulesChange.since.desc()).limit(1)).first()


def largest_undone(act: Act, shift: Shift) -> int:
    """How much of the shift can go back now, in minor units.

    Raises NotAllowed, NotMoved, PeriodOver, AllUndone and NothingLeft.
    """
    if not may(act.session, act.actor, Right.SHIFT, Place.of_stream(shift.to_stream)):
        check(act.session, act.actor, Right.SHIFT, Place.of_stream(shift.from_stream))
    books = ledger.books_of(act.session, shift.portfolio, shift.period, act.at)
    available = books.balance(shift.to_stream_id).available
    return shift.largest_undone(act.at, asked_back(act.session, shift), available)


def asked_back(session: Session, shift: Shift) -> int:
    """How much of it went back already, or is asked for, in minor units."""
    stands = or_(Shift.outcome.is_(None), Shift.outcome == Outcome.MOVED)
    back = select(func.sum(Shift.amount_minor)).where(Shift.undoes_id == shift.id, stands)
    return int(session.scalar(back) or 0)


def people_of(session: Session, giver: ValueStream, taker: ValueStream, asker: str) -> People:
    """Who owns the two streams, who is finance, admin and council, and who stands in for them."""
    whole = Place.of_portfolio(giver.portfolio)
    seats = {
        Seat.GIVER: (Role.STREAM_OWNER, Place.of_stream(giver)),
        Seat.RECEIVER: (Role.STREAM_OWNER, Place.of_stream(taker)),
        Seat.FINANCE: (Role.FINANCE, whole),
        Seat.ADMIN: (Role.ADMIN, whole),
        Seat.COUNCIL: (Role.COUNCIL, whole),
    }
    found = dict(zip(seats, held(session, list(seats.values())), strict=True))
    return People(
        asker=asker,
        givers=found[Seat.GIVER].own,
        receivers=found[Seat.RECEIVER].own,
        finance=found[Seat.FINANCE].own,
        admins=found[Seat.ADMIN].own,
        council=found[Seat.COUNCIL].own,
        stand_ins={seat: its.stand_ins for seat, its in found.items()},
    )
