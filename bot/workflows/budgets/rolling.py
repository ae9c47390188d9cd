"""Rolling forward: a fiscal year is given what the one before had, with the shifts that last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.funding import portfolio_to_fund
from bot.workflows.keeping import Act
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.budgets.allocation import Allocation, Carried
from models.budgets.forms import RollForm
from models.budgets.ledger import Entry, EntryKind, funding_moves
from models.budgets.period import FundingPeriod, NothingToRoll, Year, fiscal_year
from models.budgets.shift import Outcome, Shift
from models.errors import check_as_seen
from models.portfolio.portfolio import Portfolio, ValueStream

WHAT = "what is rolled forward"


@dataclass(frozen=True, slots=True)
class Rolling:
    """What rolling a year forward would give, before it is done."""

    portfolio: Portfolio
    source: FundingPeriod
    year: Year
    carried: Sequence[tuple[ValueStream, Carried]]
    """By the streams' names."""
    left_out: Sequence[tuple[ValueStream, int]]
    """Streams that have ended and that none goes on from, with what they were funded with."""

    @property
    def total(self) -> int:
        """In minor units."""
        return sum(each.minor for _, each in self.carried)

    @property
    def mark(self) -> str:
        """A short text that is another where anything of it is."""
        shown = [
            self.source.id,
            self.year.name,
            [(s.id, c.minor, c.lines()) for s, c in self.carried],
        ]
        return sha256(repr(shown).encode()).hexdigest()[:16]


def years_to_roll(act: Act, portfolio: Portfolio) -> Sequence[tuple[str, int]]:
    """This fiscal year and the next, of those that have no budget while the one before has.

    With each the year it begins in.
    """
    there = _funded(act.session, portfolio)
    found = []
    for year in _near(act, portfolio):
        before = fiscal_year(year.starts_on - timedelta(days=1), portfolio.fiscal_year_starts_in)
        if year.starts_on not in there and before.starts_on in there:
            found.append((f"{year.name}, from {before.name}", year.starts_on.year))
    return found


def portfolio_to_roll(act: Act, portfolio_id: int) -> Portfolio:
    """One of which a year can be rolled forward. Raises Gone, NotAllowed and NothingToRoll."""
    portfolio = portfolio_to_fund(act, portfolio_id)
    if not years_to_roll(act, portfolio):
        raise NothingToRoll(portfolio.name)
    return portfolio


def look(act: Act, portfolio_id: int, form: RollForm) -> Rolling:
    """What it would give. Raises Gone, NotAllowed and NothingToRoll."""
    portfolio = portfolio_to_fund(act, portfolio_id)
    if form.year not in {value for _, value in years_to_roll(act, portfolio)}:
        raise NothingToRoll(portfolio.name)
    year, before = _two_years(portfolio, form)
    source = ledger.period_of(act.session, portfolio, before)
    assert source is not None, "a year with a budget has a period"
    return _rolling(act, portfolio, source, year)


def roll(act: Act, portfolio_id: int, form: RollForm, seen: str | None) -> Sequence[Entry]:
    """Fund each stream for the year; `seen` is the mark of what was shown.

    Raises Gone, NotAllowed, NothingToRoll and ChangedSince.
    """
    portfolio = portfolio_to_fund(act, portfolio_id)
    hold(act.session, ValueStream, [stream.id for stream in portfolio.value_streams])
    year, before = _two_years(portfolio, form)
    if year not in _near(act, portfolio):
        raise NothingToRoll(portfolio.name)
    if (source := ledger.period_of(act.session, portfolio, before)) is not None:
        ledger.lock(act.session, source)  # no shift that lasts ends meanwhile
    period = ledger.begin_year(act.session, portfolio, year)
    ledger.lock(act.session, period)
    rolling = look(act, portfolio_id, form)
    check_as_seen(WHAT, seen, rolling.mark)
    reason = form.reason or f"Rolled forward from {rolling.source.name}"
    entries = [
        _fund(act, portfolio, period, carried, reason)
        for _, carried in rolling.carried
        if carried.minor
    ]
    redraw_digests(act.session, act.workspace_id, portfolio.id, act.at)
    redraw_homes(act.session, act.workspace_id, act.at)
    return entries


def _fund(
    act: Act, portfolio: Portfolio, period: FundingPeriod, carried: Carried, reason: str
) -> Entry:
    moves = funding_moves(carried.stream_id, carried.minor)
    here = (act.session, portfolio, period, EntryKind.FUNDING, moves, act.actor, act.at)
    entry = ledger.append(*here, reason=reason)
    for cost_centre, minor in carried.lines():
        act.session.add(
            Allocation(
                workspace_id=act.workspace_id,
                portfolio_id=portfolio.id,
                period_id=period.id,
                value_stream_id=carried.stream_id,
                entry_id=entry.id,
                amount_minor=minor,
                cost_centre=cost_centre,
                at=act.at,
            )
        )
    act.session.flush()
    return entry


def _rolling(act: Act, portfolio: Portfolio, source: FundingPeriod, year: Year) -> Rolling:
    session = act.session
    books = ledger.books_of(session, portfolio, source, act.at)
    lasting, centres = _lasting(session, source), _centres(session, source)
    funded: dict[ValueStream, int] = defaultdict(int)
    lasts: dict[ValueStream, int] = defaultdict(int)
    by_centre: dict[ValueStream, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    left_out = []
    for stream in portfolio.value_streams:
        base, to = books.position(stream.id).funded, stream.successor
        if to.ended_at is not None:
            if base:
                left_out.append((stream, base))
            continue
        if not base and not lasting.get(stream.id):
            continue
        funded[to] += base
        lasts[to] += lasting.get(stream.id, 0)
        for name, minor in centres.get(stream.id, {}).items():
            by_centre[to][name] += minor
    carried = [
        (stream, Carried(stream.id, funded[stream], lasts[stream], dict(by_centre[stream])))
        for stream in sorted(funded, key=lambda each: each.name)
    ]
    return Rolling(portfolio, source, year, carried, left_out)


def _lasting(session: Session, period: FundingPeriod) -> dict[int, int]:
    """By stream, what shifts that were to last brought in less what they took."""
    moved = select(Shift.from_stream_id, Shift.to_stream_id, Shift.amount_minor).where(
        Shift.period_id == period.id, Shift.outcome == Outcome.MOVED, Shift.lasting.is_(True)
    )
    found: dict[int, int] = defaultdict(int)
    for from_id, to_id, minor in session.execute(moved):
        found[from_id] -= minor
        found[to_id] += minor
    return found


def _centres(session: Session, period: FundingPeriod) -> dict[int, dict[str | None, int]]:
    """By stream, what was allocated to each cost centre."""
    lines = (Allocation.value_stream_id, Allocation.cost_centre)
    summed = select(*lines, func.sum(Allocation.amount_minor)).where(
        Allocation.period_id == period.id, Allocation.amount_minor.is_not(None)
    )
    found: dict[int, dict[str | None, int]] = defaultdict(dict)
    for stream_id, name, minor in session.execute(summed.group_by(*lines)):
        found[stream_id][name] = int(minor or 0)
    return found


def _funded(session: Session, portfolio: Portfolio) -> frozenset[date]:
    """The first days of the years that money was given for."""
    given = select(FundingPeriod.starts_on).where(
        FundingPeriod.portfolio_id == portfolio.id,
        FundingPeriod.id.in_(select(Entry.period_id).where(Entry.kind == EntryKind.FUNDING)),
    )
    return frozenset(session.scalars(given))


def _two_years(portfolio: Portfolio, form: RollForm) -> tuple[Year, Year]:
    """The one that is funded, and the one before."""
    begins = date(form.year, portfolio.fiscal_year_starts_in, 1)
    before = fiscal_year(begins - timedelta(days=1), portfolio.fiscal_year_starts_in)
    return fiscal_year(begins, portfolio.fiscal_year_starts_in), before


def _near(act: Act, portfolio: Portfolio) -> Sequence[Year]:
    """The fiscal year of the moment, and the next."""
    today = act.at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    now = fiscal_year(today, portfolio.fiscal_year_starts_in)
    return now, fiscal_year(now.ends_on + timedelta(days=1), portfolio.fiscal_year_starts_in)
