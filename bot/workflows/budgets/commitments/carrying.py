"""Carrying commitments to another stream: with an epic that is given, and with merged streams."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.budgets import ledger
from bot.workflows.budgets.commitments.committing import (
    commitment_of,
    period_with_budget,
    release,
)
from bot.workflows.budgets.commitments.waiting import IS_ASKED_FOR
from bot.workflows.epics.finding import epic_by_id
from bot.workflows.epics.moving import locked, when_given
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio.merging import carries_along
from bot.workflows.redrawing import redraw_facts, redraw_homes
from models.budgets.commitments.commitment import (
    AskedAlready,
    Commitment,
    NothingUncovered,
    NotThere,
    commit_move,
    commits_to_epics,
)
from models.budgets.ledger import Entry, EntryKind, Move, Purpose, committed, free
from models.budgets.shift import Shift
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.errors import there
from models.money import format_amount
from models.people.role import Right
from models.portfolio.portfolio import ValueStream


@when_given
def hand_on(session: Session, move: StreamMove) -> None:
    """Release what is left in the stream it leaves, and commit it in the other; where the money is
    not there, the epic is not covered. A capacity-funded stream commits nothing to it.
    """
    found = session.get(Commitment, move.epic_id)
    if found is None:
        return
    epic, by, at = session.get_one(Epic, move.epic_id), move.by_user_id, move.at
    back = release(session, epic, by, at)
    if not commits_to_epics(move.to_stream):
        found.end()
        return
    period = ledger.period_at(session, epic.portfolio, at)
    need = found.uncovered_minor + (back.get(period.id, 0) if period else 0)
    found.uncovered_minor = _short(session, epic, need, by, at) and need
    session.flush()


def cover(act: Act, epic_id: int) -> Epic:
    """Commit what an epic lacks. Raises UnknownEpic, NotAllowed, NothingUncovered and NotThere."""
    session = act.session
    epic = locked(session, act.workspace_id, act.actor, epic_id)
    stream = epic.value_stream
    check(session, act.actor, Right.SHIFT, Place.of_stream(stream))
    found = commitment_of(session, epic)
    period = ledger.period_at(session, epic.portfolio, act.at)
    need = found.lacks(period.id if period else None)
    if not need:
        raise NothingUncovered(epic.key)
    if short := _short(session, epic, need, act.actor, act.at):
        raise NotThere(epic.key, stream.name, format_amount(short, epic.portfolio.currency))
    found.cover(need)
    session.flush()
    redraw_facts(session, epic, act.at)
    redraw_homes(session, act.workspace_id, act.at)
    return epic


def lacks_of(session: Session, epic: Epic, at: datetime) -> tuple[int, int]:
    """What an epic lacks, and how much of it its stream is short of; in minor units."""
    found = session.get(Commitment, epic.id)
    if found is None:
        return 0, 0
    period = ledger.period_at(session, epic.portfolio, at)
    need = found.lacks(period.id if period else None)
    has = period_with_budget(session, epic.value_stream, at) if need else None
    available = has[1].balance(epic.value_stream_id).available if has else 0
    return need, max(0, need - available)


def uncovered(act: Act, epic_id: int) -> tuple[Epic, int]:
    """An epic the person sees, and how much its stream is short of what it lacks.

    Raises Gone and AskedAlready.
    """
    epic = there(epic_by_id(act.session, act.workspace_id, epic_id, act.actor), ledger.COMMAND)
    _check_unasked(act.session, epic)
    return epic, lacks_of(act.session, epic, act.at)[1]


def open_request(session: Session, epic_id: int) -> Shift | None:
    """The request for what the epic lacks, as long as it is open and for the epic's stream."""
    asked = select(Shift).join(Commitment, Commitment.asked_shift_id == Shift.id).join(Epic)
    its = asked.where(Epic.id == epic_id, IS_ASKED_FOR)
    return session.scalars(its.options(joinedload(Shift.from_stream))).first()


def lacking(session: Session, epic_id: int | None, again: int | None) -> Epic | None:
    """The epic whose money is asked for, once more where a request for it has ended, if it lacks
    any. Raises AskedAlready.
    """
    if epic_id is None and again is not None:
        before = select(Commitment.epic_id).where(Commitment.asked_shift_id == again)
        epic_id = session.scalar(before)
    if epic_id is None or session.get(Commitment, epic_id) is None:
        return None
    epic = session.get_one(Epic, epic_id)
    _check_unasked(session, epic)
    return epic


def note_request(session: Session, epic: Epic, shift: Shift) -> None:
    """Keep which request asks for what the epic lacks."""
    commitment_of(session, epic).asked_shift_id = shift.id


def _check_unasked(session: Session, epic: Epic) -> None:
    shift = open_request(session, epic.id)
    if shift is not None:
        amount = format_amount(shift.amount_minor, epic.portfolio.currency)
        raise AskedAlready(epic.key, amount, shift.from_stream.name)


def _short(session: Session, epic: Epic, need: int, by: str | None, at: datetime) -> int:
    """Commit it, or say how much its stream is short of it."""
    if need <= 0:
        return 0
    has = period_with_budget(session, epic.value_stream, at, lock=True)
    if has is None:
        return need
    period, books = has
    short = max(0, need - books.balance(epic.value_stream_id).available)
    if not short:
        moves = [commit_move(epic.value_stream_id, need, Purpose(epic.id))]
        ledger.append(session, epic.portfolio, period, EntryKind.COMMIT, moves, by, at)
    return short


@carries_along
def carry(
    session: Session,
    source: ValueStream,
    target: ValueStream,
    epic_ids: Collection[int],
    by: str,
    at: datetime,
    *,
    whole: bool,
) -> None:
    """Take the commitments of the epics along; of a stream that ends all it has left, too."""
    for period in ledger.periods_of(session, source.portfolio):
        if ledger.is_over(source.portfolio, period, at):
            continue
        ledger.lock(session, period)
        here = committed(source.id)
        left = ledger.commitments_of(session, Entry.period_id == period.id)
        moves = [
            Move(here, committed(target.id), minor, purpose)
            for (_, account, purpose), minor in left.items()
            if account == here and (whole or purpose.epic_id in epic_ids)
        ]
        books = ledger.books_of(session, source.portfolio, period, at)
        available = books.balance(source.id).available
        if whole and available > 0:
            moves.append(Move(free(source.id), free(target.id), available))
        if moves:
            reason = f"{source.name} → {target.name}"
            ledger.append(
                session, source.portfolio, period, EntryKind.CARRY, moves, by, at, reason=reason
            )
