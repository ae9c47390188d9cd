"""Undoing an import of budgets or actuals: entries that take each back, for none is ever changed.

It is undone as long as the ledger of its years says nothing later of its value streams, so that
what is taken back is where it was put.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.budgets import ledger
from bot.workflows.keeping import Act, lock_books
from models.base import Base
from models.budgets.allocation import Allocation
from models.budgets.ledger import Entry, EntryKind, Move, Transfer, taken_back
from models.budgets.period import FundingPeriod, fiscal_year
from models.budgets.spend import Actual, month_to_book, spend_moves
from models.files.upload import Upload, UploadKind
from models.portfolio.portfolio import Portfolio


def came_with(session: Session, portfolio: Portfolio, upload: Upload) -> Sequence[Entry]:
    """The entries of the file, the first first; nobody books, or writes to their years, until the
    end.
    """
    lock_books(session, portfolio)
    noun = Actual if upload.kind is UploadKind.ACTUALS else Allocation
    here = [noun.portfolio_id == portfolio.id, noun.at == upload.loaded_at]
    if noun is Actual:
        here += [Actual.by_user_id == upload.user_id, Actual.reference.is_not(None)]
    else:
        here.append(Allocation.file == upload.file_name[:200])
    entries = session.scalars(
        select(Entry)
        .where(Entry.id.in_(select(noun.entry_id).where(*here)))
        .options(selectinload(Entry.transfers))
        .order_by(Entry.period_id, Entry.number)
    ).all()
    for period_id in sorted({entry.period_id for entry in entries}):
        ledger.lock(session, session.get_one(FundingPeriod, period_id))
    return entries


def used_since(session: Session, portfolio: Portfolio, entries: Sequence[Entry]) -> Sequence[str]:
    """The value streams of which the ledger says something later, by name."""
    streams: dict[int, set[int]] = defaultdict(set)
    last: dict[int, int] = {}
    for entry in entries:
        streams[entry.period_id] |= _streams_of(entry)
        last[entry.period_id] = entry.number
    used: set[int] = set()
    for period_id, ids in streams.items():
        rows = (
            select(Transfer.from_stream_id, Transfer.to_stream_id)
            .join(Entry, Entry.id == Transfer.entry_id)
            .where(
                Entry.period_id == period_id,
                Entry.number > last[period_id],
                or_(Transfer.from_stream_id.in_(ids), Transfer.to_stream_id.in_(ids)),
            )
        )
        used.update(id_ for row in session.execute(rows) for id_ in row if id_ in ids)
    return [stream.name for stream in portfolio.value_streams if stream.id in used]


def take_back(
    act: Act, portfolio: Portfolio, upload: Upload, entries: Sequence[Entry]
) -> Mapping[str, int]:
    """Append an entry for each that takes it back; how many of what are told of no more."""
    if upload.kind is UploadKind.ACTUALS:
        return _give_back(act, portfolio, upload, entries)
    return _take_away(act, portfolio, upload, entries)


def _give_back(
    act: Act, portfolio: Portfolio, upload: Upload, entries: Sequence[Entry]
) -> Mapping[str, int]:
    """Each actual has one beside it that books as much less; its reference is free again.

    In a year whose books are closed nothing is booked any more: it goes into the first open one.
    """
    session = act.session
    ids = [entry.id for entry in entries]
    rows = select(Actual).where(Actual.portfolio_id == portfolio.id, Actual.entry_id.in_(ids))
    booked = {actual.entry_id: actual for actual in session.scalars(rows)}
    for its_period, its in _by_period(session, entries):
        period = _open_period(session, portfolio, its_period)
        lines = [
            ledger.Line(
                taken_back(each.moves) if period is its_period else _less(booked[each.id]),
                _undone(each.reason),
            )
            for each in its
        ]
        written = ledger.write_all(session, period, EntryKind.SPEND, lines, act.actor, act.at)
        for entry, back in zip(its, written, strict=True):
            actual = booked[entry.id]
            session.add(
                Actual(
                    workspace_id=actual.workspace_id,
                    portfolio_id=portfolio.id,
                    period_id=period.id,
                    value_stream_id=actual.value_stream_id,
                    epic_id=actual.epic_id,
                    entry_id=back.id,
                    month=actual.month,
                    booked_month=month_to_book(actual.booked_month, portfolio.books_closed_to),
                    amount_minor=-actual.amount_minor,
                    cost_centre=actual.cost_centre,
                    at=act.at,
                    by_user_id=act.actor,
                )
            )
            if actual.reference is not None:
                actual.reference = f"{actual.reference[:90]} (undone, file {upload.id})"
    session.flush()
    return {"actuals": len(booked)}


def _open_period(session: Session, portfolio: Portfolio, period: FundingPeriod) -> FundingPeriod:
    """The period itself, or the one of the first open month, where its books are all closed."""
    closed_to = portfolio.books_closed_to
    if closed_to is None or closed_to < period.ends_on:
        return period
    first = month_to_book(period.starts_on, closed_to)
    year = fiscal_year(first, portfolio.fiscal_year_starts_in)
    found = ledger.begin_year(session, portfolio, year)
    ledger.lock(session, found)
    return found


def _less(actual: Actual) -> Sequence[Move]:
    return spend_moves(actual.value_stream_id, -actual.amount_minor)


def _take_away(
    act: Act, portfolio: Portfolio, upload: Upload, entries: Sequence[Entry]
) -> Mapping[str, int]:
    """Each stream loses what the file gave it; its lines and forecasts go."""
    session = act.session
    for period, its in _by_period(session, entries):
        for entry in its:
            moves, reason = taken_back(entry.moves), _undone(entry.reason)
            kind = EntryKind.FUNDING
            ledger.append(session, portfolio, period, kind, moves, act.actor, act.at, reason=reason)
    gone = {}
    for name, at in (("year_end_forecasts", "given_at"), ("allocations", "at")):
        table = Base.metadata.tables[name]
        here = delete(table).where(
            table.c.portfolio_id == portfolio.id,
            table.c[at] == upload.loaded_at,
            table.c.file == upload.file_name[:200],
        )
        gone[name] = session.connection().execute(here).rowcount
    return gone


def _by_period(
    session: Session, entries: Iterable[Entry]
) -> Iterable[tuple[FundingPeriod, Sequence[Entry]]]:
    """Those of each period, the last first: what they took is put back in the reverse order."""
    by_period: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_period[entry.period_id].append(entry)
    for period_id, its in by_period.items():
        yield session.get_one(FundingPeriod, period_id), its[::-1]


def _streams_of(entry: Entry) -> set[int]:
    ends = {id_ for each in entry.transfers for id_ in (each.from_stream_id, each.to_stream_id)}
    return {id_ for id_ in ends if id_ is not None}


def _undone(reason: str | None) -> str:
    return f"Undone: {reason}" if reason else "Undone"
