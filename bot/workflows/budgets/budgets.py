"""Surveying the budgets: what each value stream has, and how a shift stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.commitments.listing import CommittedPage, committed_page
from bot.workflows.budgets.considering import (
    asked_back,
    may_ask,
    own_streams,
    people_of,
    rules_of,
)
from bot.workflows.budgets.expecting import streams_to_expect
from bot.workflows.budgets.funding import may_fund
from bot.workflows.budgets.rolling import years_to_roll
from bot.workflows.budgets.surveying import StreamBudget, forecasts_of, sum_of, survey
from bot.workflows.keeping import Act, seen_portfolio
from bot.workflows.permitting import Place, holders
from models.budgets.allocation import Allocation, YearEndForecast
from models.budgets.books import Balance, Books
from models.budgets.commitments.capacity import streams_of_capacity
from models.budgets.ledger import Entry, EntryKind
from models.budgets.period import FundingPeriod
from models.budgets.rules import USUAL, Position, Rules, rules_by
from models.budgets.seats import People
from models.budgets.shift import Shift, ShiftQuestion
from models.money import format_amount
from models.people.role import Role
from models.portfolio.portfolio import Portfolio, ValueStream

STREAMS_A_PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPage:
    """A page of what the streams of a portfolio have in the present fiscal year."""

    portfolio: Portfolio
    year: str
    streams: Sequence[StreamBudget]
    """Those of the page."""
    all_streams: Sequence[StreamBudget]
    whole: Balance
    open_shifts: Sequence[Shift]
    """Those that wait for someone's yes, the first to lapse first."""
    funders: Sequence[str]
    period: FundingPeriod | None
    periods: Sequence[FundingPeriod]
    """All in which there is a budget, the newest first."""
    is_over: bool
    may_fund: bool
    may_ask: bool
    may_forecast: bool
    number: int
    pages: int
    total: int
    may_roll: bool = False
    """Whether there is a year to roll forward, and the person may."""
    rules: Rules = USUAL
    """By which its streams may give."""
    stream: ValueStream | None = None
    """Of which alone it is; None for all."""
    committed: CommittedPage | None = None
    """What the one stream's money is committed to; None for several."""
    may_commit: bool = False
    """Whether the person may commit a stream's capacity."""

    @property
    def is_empty(self) -> bool:
        """Whether no money came in yet."""
        return not any(each.is_known or each.lines.count for each in self.all_streams)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A shift as it stands: both streams before and after, and who is asked."""

    shift: Shift
    position: Position
    giver_after: int
    taker_after: int
    """What is available once the money has moved."""
    people: People
    entry: Entry | None
    """The ledger entry that moved it."""
    cost_centres: tuple[str, str] | None = None
    """Those it went from and to; None where neither has one."""
    questions: int = 0
    """How many wait in its thread for an answer."""
    asked_back: int = 0
    """How much of it went back, or is asked for, in minor units."""
    giver_allocated: int = 0
    """What the giver has in the period, spent or not, as long as the money has not moved."""
    forecasts: Mapping[int, YearEndForecast] = field(default_factory=dict)
    """What the streams expect, by their ids, as long as it is open."""

    @property
    def giver_before(self) -> int:
        """What the giver had available before it was asked for."""
        return self.giver_after + self.shift.amount_minor

    @property
    def taker_before(self) -> int:
        """What the taker has available without it."""
        return self.taker_after - self.shift.amount_minor


MOST_OPEN = 5


def budget_page(
    act: Act,
    portfolio_id: int | None,
    page: int,
    period_id: int | None = None,
    stream_id: int | None = None,
) -> BudgetPage:
    """What the streams have, or one: of the first portfolio seen where none is named, of now where
    no period is. Raises Gone.
    """
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    periods = ledger.periods_of(act.session, portfolio)[::-1]
    now = ledger.period_at(act.session, portfolio, act.at)
    period = next((each for each in periods if each.id == period_id), now)
    surveyed = survey(act.session, portfolio, period, act.at)
    shown = [each for each in surveyed if stream_id in (None, each.stream.id)] or surveyed
    pages = max(1, -(-len(shown) // STREAMS_A_PAGE))
    number = min(max(1, page), pages)
    one = shown[0].stream if stream_id is not None and len(shown) == 1 else None
    committed = committed_page(act, one, period, page) if one is not None and period else None
    if committed is not None:
        number, pages = committed.number, committed.pages
    return BudgetPage(
        portfolio=portfolio,
        year=period.name if period else ledger.year_of(portfolio, act.at),
        streams=shown
        if committed is not None
        else shown[(number - 1) * STREAMS_A_PAGE : number * STREAMS_A_PAGE],
        all_streams=shown,
        whole=sum_of(shown),
        period=period,
        periods=periods,
        is_over=period is not now,
        may_forecast=bool(streams_to_expect(act, portfolio)),
        open_shifts=_open_shifts(act.session, portfolio, one),
        stream=one,
        funders=_funders(act, portfolio),
        may_roll=may_fund(act, portfolio) and bool(years_to_roll(act, portfolio)),
        rules=rules_by(rules_of(act.session, portfolio)),
        may_fund=may_fund(act, portfolio),
        may_ask=may_ask(act, portfolio),
        committed=committed,
        may_commit=may_fund(act, portfolio) and bool(streams_of_capacity(portfolio)),
        number=number,
        pages=pages,
        total=len(shown),
    )


def request_of(session: Session, shift: Shift) -> Request:
    """How a shift stands; one that was moved as it stood then."""
    entry = session.scalars(
        select(Entry).where(Entry.shift_id == shift.id, Entry.kind == EntryKind.SHIFT)
    ).first()
    portfolio, up_to = shift.portfolio, entry.number if entry else None
    books = ledger.books_of(session, portfolio, shift.period, shift.asked_at, up_to)
    taker = books.balance(shift.to_stream_id).available
    return Request(
        shift=shift,
        position=books.position(shift.from_stream_id),
        giver_after=books.balance(shift.from_stream_id).available,
        taker_after=taker if entry else taker + shift.amount_minor,
        people=people_of(session, shift.from_stream, shift.to_stream, shift.asked_by),
        entry=entry,
        cost_centres=_cost_centres(session, shift) if entry else None,
        questions=_open_questions(session, shift),
        asked_back=asked_back(session, shift),
        giver_allocated=books.balance(shift.from_stream_id).allocated,
        forecasts=forecasts_of(session, shift.period) if shift.outcome is None else {},
    )


def _open_questions(session: Session, shift: Shift) -> int:
    asked = select(func.count(ShiftQuestion.id)).where(
        ShiftQuestion.shift_id == shift.id, ShiftQuestion.answered_at.is_(None)
    )
    return session.scalar(asked) or 0


def _cost_centres(session: Session, shift: Shift) -> tuple[str, str] | None:
    """Those of both ends in the shift's period, in words."""
    named = select(Allocation.value_stream_id, Allocation.cost_centre).where(
        Allocation.period_id == shift.period_id,
        Allocation.value_stream_id.in_([shift.from_stream_id, shift.to_stream_id]),
        Allocation.cost_centre.is_not(None),
    )
    found: dict[int, list[str]] = {shift.from_stream_id: [], shift.to_stream_id: []}
    for stream_id, name in session.execute(named.distinct().order_by(Allocation.cost_centre)):
        found[stream_id].append(str(name))
    if not any(found.values()):
        return None
    source, to = (", ".join(found[each]) or "none" for each in found)
    return source, to


def streams_to_choose(act: Act, portfolio: Portfolio) -> Sequence[tuple[str, int]]:
    """The streams in use with what they have available, the person's own first."""
    period = ledger.period_at(act.session, portfolio, act.at)
    books = ledger.books_of(act.session, portfolio, period, act.at) if period else Books()
    own = {stream.id for stream in own_streams(act, portfolio)}
    streams = sorted(portfolio.open_streams, key=lambda each: (each.id not in own, each.name))
    return [
        (f"{each.name[:40]} · {_available(books, each, portfolio)} available", each.id)
        for each in streams
    ]


def _available(books: Books, stream: ValueStream, portfolio: Portfolio) -> str:
    return format_amount(books.balance(stream.id).available, portfolio.currency)


def _open_shifts(
    session: Session, portfolio: Portfolio, stream: ValueStream | None
) -> Sequence[Shift]:
    """Those of the one stream where one is named."""
    rows = select(Shift).where(Shift.portfolio_id == portfolio.id, Shift.outcome.is_(None))
    if stream is not None:
        ends = (Shift.from_stream_id, Shift.to_stream_id)
        rows = rows.where(or_(*(each == stream.id for each in ends)))
    return session.scalars(rows.order_by(Shift.lapses_at, Shift.id).limit(MOST_OPEN)).all()


def _funders(act: Act, portfolio: Portfolio) -> Sequence[str]:
    place = Place.of_portfolio(portfolio)
    return holders(act.session, [Role.FINANCE], place) or holders(act.session, [Role.ADMIN], place)
