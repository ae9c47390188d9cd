"""Keeping the ledger: entries appended to a period, one after the other, and summed up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from bot.workflows.keeping import LOCK
from bot.workflows.redrawing import redraw_about
from models.audit.trail import insert_new
from models.budgets.books import Books, Flow
from models.budgets.commitments.commitment import Commitment
from models.budgets.ledger import (
    Account,
    AccountKind,
    Between,
    Entry,
    EntryKind,
    Move,
    Purpose,
    Transfer,
    TransferSum,
    sums,
)
from models.budgets.period import FundingPeriod, Year, fiscal_year
from models.budgets.shift import Approval, Shift
from models.epics.epic import Epic
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio
from models.work import insert_into

COMMAND = "/budget show"


def year_of(portfolio: Portfolio, at: datetime) -> str:
    """What the fiscal year of the moment is called."""
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return fiscal_year(today, portfolio.fiscal_year_starts_in).name


def period_at(session: Session, portfolio: Portfolio, at: datetime) -> FundingPeriod | None:
    """The funding period of the moment; None where it has no money yet."""
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return session.scalars(
        select(FundingPeriod).where(
            FundingPeriod.portfolio_id == portfolio.id,
            FundingPeriod.starts_on <= today,
            FundingPeriod.ends_on >= today,
        )
    ).first()


def begin_period(session: Session, portfolio: Portfolio, at: datetime) -> FundingPeriod:
    """The funding period of the moment, made where there is none."""
    today = at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    found = period_at(session, portfolio, at)
    return found or begin_year(
        session, portfolio, fiscal_year(today, portfolio.fiscal_year_starts_in)
    )


def period_of(session: Session, portfolio: Portfolio, year: Year) -> FundingPeriod | None:
    """The funding period in which a fiscal year begins; None where it has no money yet."""
    return session.scalars(
        select(FundingPeriod).where(
            FundingPeriod.portfolio_id == portfolio.id,
            FundingPeriod.starts_on <= year.starts_on,
            FundingPeriod.ends_on >= year.starts_on,
        )
    ).first()


def begin_year(session: Session, portfolio: Portfolio, year: Year) -> FundingPeriod:
    """The funding period of a fiscal year, made where there is none."""
    if period_of(session, portfolio, year) is None:
        insert_new(
            session,
            FundingPeriod,
            workspace_id=portfolio.workspace_id,
            portfolio_id=portfolio.id,
            name=year.name,
            starts_on=year.starts_on,
            ends_on=year.ends_on,
            next_number=1,
        )
    found = period_of(session, portfolio, year)
    assert found is not None
    return found


def periods_of(session: Session, portfolio: Portfolio) -> Sequence[FundingPeriod]:
    """All of the portfolio, the first first."""
    here = select(FundingPeriod).where(FundingPeriod.portfolio_id == portfolio.id)
    return session.scalars(here.order_by(FundingPeriod.starts_on)).all()


def is_over(portfolio: Portfolio, period: FundingPeriod, at: datetime) -> bool:
    """Whether the moment is past its last day."""
    return at.astimezone(ZoneInfo(portfolio.time_zone)).date() > period.ends_on


def lock(session: Session, period: FundingPeriod) -> None:
    """Have nobody else write to the period's ledger until the transaction ends."""
    session.get_one(FundingPeriod, period.id, with_for_update=LOCK, populate_existing=True)


def books_of(
    session: Session,
    portfolio: Portfolio,
    period: FundingPeriod,
    at: datetime,
    up_to: int | None = None,
) -> Books:
    """The period's ledger summed up; with a number, as it was after that entry."""
    since = period.quarter_began_at(at, ZoneInfo(portfolio.time_zone))
    moved = _moved(period.id, func.sum(Transfer.amount_minor))
    shifts = moved.where(Entry.kind == EntryKind.SHIFT, Entry.at >= since)
    undone = _undone(period, since)
    totals = sums_of(session, period.id, up_to)
    if up_to is not None:
        shifts = shifts.where(Entry.number <= up_to)
        undone = undone.where(Entry.number <= up_to)
    lately = dict(_summed(session.execute(shifts)))
    return Books(
        [
            Flow(kind, Move(source, to, total), lately.get((kind, source, to), 0))
            for (kind, source, to), total in totals.items()
        ],
        {stream_id: int(total) for stream_id, total in session.execute(undone)},
    )


def sums_of(session: Session, period_id: int, up_to: int | None = None) -> dict[Between, int]:
    """What is kept of the sums of a period's transfers; with a number, less what came after it.

    It is asked in one statement, so that nothing is written between the two.
    """
    kept = select(
        TransferSum.kind,
        TransferSum.from_kind,
        TransferSum.from_stream_id,
        TransferSum.to_kind,
        TransferSum.to_stream_id,
        TransferSum.amount_minor,
    ).where(TransferSum.period_id == period_id)
    if up_to is None:
        return dict(_summed(session.execute(kept)))
    later = _moved(period_id, -func.sum(Transfer.amount_minor)).where(Entry.number > up_to)
    found: dict[Between, int] = defaultdict(int)
    for between, minor in _summed(session.execute(union_all(kept, later))):
        found[between] += minor
    return found


def _moved(
    period_id: int, minor: ColumnElement[int]
) -> Select[EntryKind, AccountKind, int | None, AccountKind, int | None, int]:
    """What transfers of a period moved, by kind of entry and accounts."""
    between = (
        Entry.kind,
        Transfer.from_kind,
        Transfer.from_stream_id,
        Transfer.to_kind,
        Transfer.to_stream_id,
    )
    return (
        select(*between, minor)
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(Entry.period_id == period_id)
        .group_by(*between)
    )


def commitments_of(
    session: Session, *where: ColumnElement[bool]
) -> Mapping[tuple[int, Account, Purpose], int]:
    """What is left of each commitment, by its period and account: what went in, less what came
    out. Only what is above 0.
    """
    is_for = or_(Transfer.epic_id.is_not(None), Transfer.month.is_not(None))  # by their indexes
    asked = (
        Entry.period_id,
        *(Transfer.from_kind, Transfer.from_stream_id, Transfer.to_kind, Transfer.to_stream_id),
        *(Transfer.epic_id, Transfer.month),
    )
    rows = (
        select(*asked, func.sum(Transfer.amount_minor))
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(is_for, *where)
        .group_by(*asked)
    )
    left: dict[tuple[int, Account, Purpose], int] = defaultdict(int)
    for period_id, from_kind, from_id, to_kind, to_id, epic_id, month, minor in session.execute(
        rows
    ):
        for kind, stream_id, sign in ((to_kind, to_id, 1), (from_kind, from_id, -1)):
            if kind is AccountKind.COMMITTED:
                here = (period_id, Account(kind, stream_id), Purpose(epic_id, month))
                left[here] += sign * int(minor)
    return {here: minor for here, minor in left.items() if minor > 0}


def _summed(rows: Iterable[Any]) -> Iterator[tuple[Between, int]]:
    for kind, from_kind, from_id, to_kind, to_id, minor in rows:
        yield (
            (kind, Account(from_kind, from_id or None), Account(to_kind, to_id or None)),
            int(minor),
        )


_UNDONE_SHIFT = aliased(Shift)
"""A shift that another undid."""


def _undone(period: FundingPeriod, since: datetime) -> Select[int, int]:
    """By stream, how much of what left it silently since then has come back."""
    asked = select(Approval.id).where(Approval.shift_id == _UNDONE_SHIFT.id)
    return (
        select(_UNDONE_SHIFT.from_stream_id, func.sum(Shift.amount_minor))
        .join(Shift, Shift.undoes_id == _UNDONE_SHIFT.id)
        .join(Entry, and_(Entry.shift_id == Shift.id, Entry.kind == EntryKind.SHIFT))
        .where(
            _UNDONE_SHIFT.portfolio_id == period.portfolio_id,  # by which they are found
            _UNDONE_SHIFT.period_id == period.id,
            _UNDONE_SHIFT.ended_at >= since,
            ~asked.exists(),
        )
        .group_by(_UNDONE_SHIFT.from_stream_id)
    )


def append(
    session: Session,
    portfolio: Portfolio,
    period: FundingPeriod,
    kind: EntryKind,
    moves: Sequence[Move],
    by: str | None,
    at: datetime,
    *,
    shift: Shift | None = None,
    reason: str | None = None,
) -> Entry:
    """Append a voluntary entry to the period, which must be locked. Raises Overdrawn."""
    books_of(session, portfolio, period, at).check(moves)
    return write(session, period, kind, moves, by, at, shift=shift, reason=reason)


def write(
    session: Session,
    period: FundingPeriod,
    kind: EntryKind,
    moves: Sequence[Move],
    by: str | None,
    at: datetime,
    *,
    shift: Shift | None = None,
    reason: str | None = None,
) -> Entry:
    """Append an entry to the period, which must be locked, whatever is left then: a fact."""
    [entry] = write_all(session, period, kind, [Line(moves, reason)], by, at, shift=shift)
    return entry


@dataclass(frozen=True, slots=True)
class Line:
    """What one of several entries moves, and why."""

    moves: Sequence[Move]
    reason: str | None = None


def write_all(
    session: Session,
    period: FundingPeriod,
    kind: EntryKind,
    lines: Sequence[Line],
    by: str | None,
    at: datetime,
    *,
    shift: Shift | None = None,
) -> Sequence[Entry]:
    """Append an entry for each line, in their order, in statements that are as many for each
    number of them; otherwise as `write`."""
    entries = []
    for number, line in enumerate(lines, period.next_number):
        entry = Entry(
            workspace_id=period.workspace_id,
            portfolio_id=period.portfolio_id,
            period_id=period.id,
            number=number,
            kind=kind,
            shift_id=shift.id if shift is not None else None,
            at=at,
            by_user_id=by,
            reason=line.reason,
        )
        entry.transfers = [
            Transfer(
                workspace_id=period.workspace_id,
                from_kind=move.source.kind,
                from_stream_id=move.source.stream_id,
                to_kind=move.to.kind,
                to_stream_id=move.to.stream_id,
                amount_minor=move.minor,
                epic_id=move.purpose.epic_id if move.purpose else None,
                month=move.purpose.month if move.purpose else None,
            )
            for move in line.moves
        ]
        entries.append(entry)
    period.next_number += len(entries)
    session.add_all(entries)
    session.flush()
    moves = [move for line in lines for move in line.moves]
    _add_up(session, period, kind, moves)
    _redraw_waiting(session, period, moves, at)
    return entries


def _redraw_waiting(
    session: Session, period: FundingPeriod, moves: Sequence[Move], at: datetime
) -> None:
    """Those that wait say what their streams have available, which is another now; so do the cards
    of epics that lack money.
    """
    streams = {account.stream_id for move in moves for account in (move.source, move.to)} - {None}
    waiting = select(Shift.id).where(
        Shift.portfolio_id == period.portfolio_id,
        Shift.period_id == period.id,
        Shift.outcome.is_(None),
        or_(Shift.from_stream_id.in_(streams), Shift.to_stream_id.in_(streams)),
    )
    redraw_about(session, period.workspace_id, [MessageKind.SHIFT], waiting, at)
    lacking = select(Commitment.epic_id).join(Epic, Epic.id == Commitment.epic_id)
    short = or_(Commitment.uncovered_minor > 0, Commitment.promised_minor > 0)
    lacking = lacking.where(Epic.value_stream_id.in_(streams), short)
    redraw_about(session, period.workspace_id, [MessageKind.EPIC_CARD], lacking, at)


def _add_up(
    session: Session, period: FundingPeriod, kind: EntryKind, moves: Sequence[Move]
) -> None:
    new = insert_into(session, TransferSum).values(
        [
            {
                "period_id": period.id,
                "kind": of,
                "from_kind": source.kind,
                "from_stream_id": source.stream_id or 0,
                "to_kind": to.kind,
                "to_stream_id": to.stream_id or 0,
                "amount_minor": minor,
            }
            for (of, source, to), minor in sums(kind, moves).items()
        ]
    )
    key = [column.name for column in TransferSum.__table__.primary_key]
    more = {"amount_minor": TransferSum.amount_minor + new.excluded.amount_minor}
    session.execute(new.on_conflict_do_update(index_elements=key, set_=more))
