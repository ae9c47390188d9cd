"""Booking: what was spent comes into the ledger as it is, and who answers for it is told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.commitments.capacity import release_closed
from bot.workflows.decisions.signals.spending import ask_about_spend
from bot.workflows.epics.finding import epic_by_id
from bot.workflows.keeping import Act, in_chunks, lock_books, seen_portfolio
from bot.workflows.permitting import Place, check, holders
from bot.workflows.redrawing import notify, redraw_about, redraw_digests, redraw_homes
from models.budgets.forms import CloseForm, SpendForm
from models.budgets.ledger import Account, Entry, EntryKind, Move, Purpose, committed
from models.budgets.period import fiscal_year
from models.budgets.spend import (
    Actual,
    BookedBefore,
    Fact,
    check_closes,
    check_fact,
    month_to_book,
    parse_month,
    spend_moves,
)
from models.epics.epic import Epic
from models.errors import FieldMistakes, Gone, Mistake
from models.message import MessageKind
from models.people.role import Right, Role
from models.portfolio.portfolio import Portfolio, ValueStream


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked, and which streams it took below 0."""

    actuals: Sequence[Actual]
    overspent: Mapping[int, int]
    """By how much, in minor units, by the stream's id."""
    free: Mapping[int, int]
    """What each stream it was booked on has left, by its id."""

    def add_to(self, overspent: dict[int, int]) -> None:
        """Have what is overspent be as it is after this was booked as well."""
        overspent.update(self.overspent)
        for stream_id in overspent.keys() & self.free.keys():
            overspent[stream_id] = -self.free[stream_id]
            if self.free[stream_id] >= 0:
                del overspent[stream_id]


class Left:
    """What is left of a period's commitments while facts are booked."""

    def __init__(self, found: Mapping[tuple[int, Account, Purpose], int]) -> None:
        self._left = {(account, purpose): minor for (_, account, purpose), minor in found.items()}

    def of(self, stream_id: int, *purposes: Purpose) -> Sequence[tuple[Purpose, int]]:
        """What a fact takes first: in the order of its purposes, what each has left."""
        here = committed(stream_id)
        return [(each, self._left[here, each]) for each in purposes if (here, each) in self._left]

    def take(self, moves: Sequence[Move]) -> None:
        """Have less left by what the moves take."""
        for move in moves:
            if move.purpose is not None:
                self._left[move.source, move.purpose] -= move.minor


def portfolio_to_book_in(act: Act, portfolio_id: int | None) -> Portfolio:
    """One whose books the person keeps. Raises Gone and NotAllowed."""
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    check(act.session, act.actor, Right.BOOK, Place.of_portfolio(portfolio))
    return portfolio


def epic_to_book(act: Act, epic_id: int) -> Epic:
    """An epic the person sees, in a portfolio whose books they keep. Raises Gone, NotAllowed."""
    epic = epic_by_id(act.session, act.workspace_id, epic_id, act.actor)
    if epic is None:
        raise Gone(ledger.COMMAND)
    portfolio_to_book_in(act, epic.portfolio_id)
    return epic


def spend(act: Act, epic_id: int, form: SpendForm) -> Actual:
    """Book what an epic spent in a month. Raises Gone, NotAllowed and FieldMistakes."""
    epic = epic_to_book(act, epic_id)
    portfolio = epic.portfolio
    lock_books(act.session, portfolio)
    try:
        month = parse_month(form.month)
        check_fact(month, form.amount_minor, _today(portfolio, act.at))
    except Mistake as mistake:
        field = "amount_minor" if form.amount_minor == 0 else "month"
        raise FieldMistakes({field: mistake.sentence}) from mistake
    if form.reference and known_references(act.session, portfolio, [form.reference]):
        raise FieldMistakes({"reference": BookedBefore(form.reference).sentence})
    fact = Fact(month, form.amount_minor, epic.value_stream_id, epic.id, reference=form.reference)
    return book(act.session, portfolio, [fact], act.actor, act.at).actuals[0]


def close(act: Act, portfolio_id: int, form: CloseForm) -> None:
    """Close the books up to the end of a month. Raises Gone, NotAllowed and FieldMistakes."""
    portfolio = portfolio_to_book_in(act, portfolio_id)
    lock_books(act.session, portfolio)
    try:
        month, today = parse_month(form.month), _today(portfolio, act.at)
        closed_to = check_closes(month, portfolio.books_closed_to, today)
    except Mistake as mistake:
        raise FieldMistakes({"month": mistake.sentence}) from mistake
    portfolio.books_closed_to = closed_to
    release_closed(act.session, portfolio, closed_to, act.actor, act.at)


def book(
    session: Session,
    portfolio: Portfolio,
    facts: Sequence[Fact],
    by: str | None,
    at: datetime,
) -> Booked:
    """Book the facts, each as an entry of its own, whatever is left then.

    Who owns a stream that is overspent by them, and finance, are told; who owns an epic that has
    spent what its MVP was to cost is asked whether to decide.
    """
    actuals: list[Actual] = []
    overspent: dict[int, int] = {}
    left: dict[int, int] = {}
    by_year: dict[date, list[tuple[date, Fact]]] = defaultdict(list)
    for fact in facts:
        month = month_to_book(fact.month, portfolio.books_closed_to)
        by_year[fiscal_year(month, portfolio.fiscal_year_starts_in).starts_on].append((month, fact))
    for starts_on in sorted(by_year):
        year = fiscal_year(starts_on, portfolio.fiscal_year_starts_in)
        period = ledger.begin_year(session, portfolio, year)
        ledger.lock(session, period)
        books = ledger.books_of(session, portfolio, period, at)
        before = books
        held = Left(ledger.commitments_of(session, Entry.period_id == period.id))
        lines = []
        for month, fact in by_year[starts_on]:
            first = held.of(fact.stream_id, Purpose(fact.epic_id), Purpose(month=month))
            moves = spend_moves(fact.stream_id, fact.minor, first)
            held.take(moves)
            lines.append(ledger.Line(moves, fact.reference))
        entries = ledger.write_all(session, period, EntryKind.SPEND, lines, by, at)
        booked = [
            Actual(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                period_id=period.id,
                value_stream_id=fact.stream_id,
                epic_id=fact.epic_id,
                entry_id=entry.id,
                month=fact.month,
                booked_month=month,
                amount_minor=fact.minor,
                cost_centre=fact.cost_centre,
                reference=fact.reference,
                at=at,
                by_user_id=by,
            )
            for entry, (month, fact) in zip(entries, by_year[starts_on], strict=True)
        ]
        session.add_all(booked)
        actuals += booked
        session.flush()
        after = ledger.books_of(session, portfolio, period, at)
        for stream_id in sorted({fact.stream_id for _, fact in by_year[starts_on]}):
            left[stream_id] = free = after.balance(stream_id).available
            if free < 0 <= before.balance(stream_id).available:
                overspent[stream_id] = -free
                last = [a for a in actuals if a.value_stream_id == stream_id][-1]
                _notify_owners(session, portfolio, last, by, at)
    epics = sorted({fact.epic_id for fact in facts if fact.epic_id is not None})
    if epics:
        ask_about_spend(session, portfolio, at, epics)
    _redraw(session, portfolio, epics, at)
    return Booked(actuals, overspent, left)


def known_references(
    session: Session, portfolio: Portfolio, references: Iterable[str]
) -> frozenset[str]:
    """Those of them that are in the books."""
    here = select(Actual.reference).where(Actual.portfolio_id == portfolio.id)
    found = in_chunks(session, here, Actual.reference, references)
    return frozenset(reference for (reference,) in found)


def _today(portfolio: Portfolio, at: datetime) -> date:
    return at.astimezone(ZoneInfo(portfolio.time_zone)).date()


def _notify_owners(
    session: Session, portfolio: Portfolio, actual: Actual, by: str | None, at: datetime
) -> None:
    stream = session.get_one(ValueStream, actual.value_stream_id)
    owners = holders(session, [Role.STREAM_OWNER], Place.of_stream(stream))
    finance = holders(session, [Role.FINANCE], Place.of_portfolio(portfolio))
    people = [*owners, *finance]
    here = portfolio.workspace_id
    notify(session, here, MessageKind.OVERSPENT, actual.id, people, None, at)


def _redraw(session: Session, portfolio: Portfolio, epics: Sequence[int], at: datetime) -> None:
    here = portfolio.workspace_id
    redraw_about(session, here, [MessageKind.EPIC_CARD], epics, at)
    redraw_digests(session, here, portfolio.id, at)
    redraw_homes(session, here, at)
