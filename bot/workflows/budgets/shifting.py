"""Shifting money from one value stream to another: asked for, approved, declined, or lapsed.

A shift locks its own row first and its period's after, so that no two wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.considering import consider, people_of, portfolio_to_shift_in
from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, may
from bot.workflows.pointing import hold
from bot.workflows.redrawing import post, redraw_about, redraw_digests, redraw_homes
from bot.workflows.seeing import portfolio_visible_to
from models.budgets.forms import DeclineForm, ShiftForm
from models.budgets.ledger import Account, EntryKind, Move, free, set_aside
from models.budgets.ruling import Ruling
from models.budgets.seats import People
from models.budgets.shift import Outcome, Shift
from models.errors import Gone, check_as_seen
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, ValueStream
from models.work import cancel, put

WHAT = "what this rests on"


def ask(act: Act, portfolio_id: int, form: ShiftForm, seen: str | None) -> Shift:
    """Ask for a shift, or move it at once where it asks nobody; `seen` is the ruling's mark.

    Raises ChangedSince where the ruling is another by now, NotAllowed and FieldMistakes.
    """
    portfolio = portfolio_to_shift_in(act, portfolio_id)
    hold(act.session, ValueStream, [form.from_stream_id, form.to_stream_id])
    period = ledger.period_at(act.session, portfolio, act.at)
    if period is not None:
        ledger.lock(act.session, period)
    ruling = consider(act, portfolio, form)
    check_as_seen(WHAT, seen, ruling.mark)
    shift = ruling.ask(form.reason, act.at)
    act.session.add(shift)
    act.session.flush()
    if ruling.seats:
        _hold(act, shift, ruling)
    else:
        _move_silently(act, shift, ruling)
    _redraw(act.session, shift, act.at)
    return shift


def approve(act: Act, shift_id: int) -> Shift:
    """Say yes on every seat the person sits on; with the last yes the money moves.

    Raises Gone, AlreadyEnded, ClosedAt, OwnRequest, AlreadyApproved, NotAsked and StreamEnded.
    """
    shift = _taken(act, shift_id)
    hold(act.session, ValueStream, [shift.from_stream_id, shift.to_stream_id])
    shift.approve(act.actor, act.at, _people(act.session, shift))
    act.session.flush()
    if shift.outcome is Outcome.MOVED:
        source, to = set_aside(shift.from_stream_id), free(shift.to_stream_id)
        ledger.lock(act.session, shift.period)
        _append(act.session, shift, EntryKind.SHIFT, source, to, act.actor, act.at)
        _ended(act, shift)
    _redraw(act.session, shift, act.at)
    return shift


def decline(act: Act, shift_id: int, form: DeclineForm) -> Shift:
    """Say no, with a reason; the money is free again.

    Raises Gone, AlreadyEnded, ClosedAt, OwnRequest and NotAsked.
    """
    shift = _taken(act, shift_id)
    shift.decline(act.actor, act.at, form.reason, _people(act.session, shift))
    _release(act.session, shift, act.actor, act.at)
    _ended(act, shift)
    _redraw(act.session, shift, act.at)
    return shift


def look_to_decline(act: Act, shift_id: int) -> Shift:
    """The request, where the person may decline it. Raises as `decline` does."""
    shift = seen_shift(act, shift_id)
    shift.check_declines(act.actor, act.at, _people(act.session, shift))
    return shift


def take_back(act: Act, shift_id: int) -> Shift:
    """End one's own request; an admin ends any. Raises Gone, AlreadyEnded, ClosedAt, NotYours."""
    shift = _taken(act, shift_id)
    is_admin = may(act.session, act.actor, Right.SET_UP, Place.of_portfolio(shift.portfolio))
    shift.take_back(act.actor, act.at, is_admin=is_admin)
    _release(act.session, shift, act.actor, act.at)
    _ended(act, shift)
    _redraw(act.session, shift, act.at)
    return shift


def lapse_due(session: Session, shift_id: int, at: datetime) -> None:
    """End a request that was not answered in time; one that has ended stays as it is."""
    shift = _locked(session, shift_id)
    if shift is None or shift.outcome is not None:
        return
    if at < shift.lapses_at:
        put(session, shift.workspace_id, shift.work_key, shift.lapses_at)
        return
    _release(session, shift, None, at)
    shift.end(Outcome.LAPSED, None, shift.lapses_at)
    session.flush()
    _tell(session, shift, [shift.asked_by], at)
    _redraw(session, shift, at)


def seen_shift(act: Act, shift_id: int) -> Shift:
    """A shift of a portfolio the person sees. Raises Gone."""
    shift = act.session.get(Shift, shift_id)
    if shift is None or not _is_seen(act, shift):
        raise Gone(COMMAND)
    return shift


def _taken(act: Act, shift_id: int) -> Shift:
    """A request that nobody else changes meanwhile."""
    shift = _locked(act.session, shift_id)
    if shift is None or not _is_seen(act, shift):
        raise Gone(COMMAND)
    return shift


def _locked(session: Session, shift_id: int) -> Shift | None:
    return session.get(Shift, shift_id, with_for_update=LOCK, populate_existing=True)


def _is_seen(act: Act, shift: Shift) -> bool:
    seen = select(Portfolio.id).where(
        Portfolio.id == shift.portfolio_id,
        Portfolio.workspace_id == act.workspace_id,
        portfolio_visible_to(act.actor),
    )
    return act.session.scalar(seen) is not None


def _people(session: Session, shift: Shift) -> People:
    return people_of(session, shift.from_stream, shift.to_stream, shift.asked_by)


def _hold(act: Act, shift: Shift, ruling: Ruling) -> None:
    source, to = free(shift.from_stream_id), set_aside(shift.from_stream_id)
    _append(act.session, shift, EntryKind.HOLD, source, to, act.actor, act.at)
    put(act.session, act.workspace_id, shift.work_key, shift.lapses_at)
    channel_id = shift.portfolio.channel_id or shift.from_stream.channel_id
    if channel_id is not None and not shift.portfolio.is_silent(act.at):
        post(act.session, act.workspace_id, MessageKind.SHIFT, shift.id, channel_id, act.at)
    _tell(act.session, shift, ruling.asked, act.at)


def _move_silently(act: Act, shift: Shift, ruling: Ruling) -> None:
    source, to = free(shift.from_stream_id), free(shift.to_stream_id)
    _append(act.session, shift, EntryKind.SHIFT, source, to, act.actor, act.at)
    told = [*ruling.people.receivers, *ruling.people.finance]
    _tell(act.session, shift, [each for each in told if each != act.actor], act.at)


def _release(session: Session, shift: Shift, by: str | None, at: datetime) -> None:
    """Give back what was set aside."""
    ledger.lock(session, shift.period)
    source, to = set_aside(shift.from_stream_id), free(shift.from_stream_id)
    _append(session, shift, EntryKind.RELEASE, source, to, by, at)


def _append(
    session: Session,
    shift: Shift,
    kind: EntryKind,
    source: Account,
    to: Account,
    by: str | None,
    at: datetime,
) -> None:
    moves = [Move(source, to, shift.amount_minor)]
    ledger.append(session, shift.portfolio, shift.period, kind, moves, by, at, shift=shift)


def _ended(act: Act, shift: Shift) -> None:
    act.session.flush()
    cancel(act.session, shift.workspace_id, shift.work_key)
    if shift.asked_by != act.actor:
        _tell(act.session, shift, [shift.asked_by], act.at)


def _tell(session: Session, shift: Shift, people: Sequence[str], at: datetime) -> None:
    """Put the request, as it stands, into the direct messages of each."""
    for user_id in dict.fromkeys(people):
        post(session, shift.workspace_id, MessageKind.SHIFT, shift.id, user_id, at)


def _redraw(session: Session, shift: Shift, at: datetime) -> None:
    redraw_about(session, shift.workspace_id, [MessageKind.SHIFT], [shift.id], at)
    redraw_digests(session, shift.workspace_id, shift.portfolio_id, at)
    redraw_homes(session, shift.workspace_id, at)
