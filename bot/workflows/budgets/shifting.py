"""Shifting money from one value stream to another: asked for, approved, declined, or lapsed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.commitments import carrying
from bot.workflows.budgets.considering import (
    consider,
    consider_undoing,
    portfolio_to_shift_in,
)
from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.budgets.shifts import council, moving
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, lock_roles, may
from bot.workflows.pointing import hold
from bot.workflows.redrawing import post
from models.budgets.forms import DeclineForm, ShiftForm, UndoForm
from models.budgets.ruling import Ruling
from models.budgets.shift import Outcome, Shift
from models.epics.epic import Epic
from models.errors import Gone, check_as_seen
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import ValueStream
from models.work import put

WHAT = "what this rests on"


def ask(
    act: Act,
    portfolio_id: int,
    form: ShiftForm,
    seen: str | None,
    *,
    epic_id: int | None = None,
    again: int | None = None,
) -> Shift:
    """Ask for a shift, or move it at once where it asks nobody; `seen` is the ruling's mark.

    It may be for what an epic lacks, or ask again what has ended. Raises ChangedSince where the
    ruling is another by now, AskedAlready, NotAllowed and FieldMistakes.
    """
    lock_roles(act.session, act.workspace_id)  # nobody joins or leaves the council meanwhile
    portfolio = portfolio_to_shift_in(act, portfolio_id)
    hold(act.session, ValueStream, [form.from_stream_id, form.to_stream_id])
    period = ledger.period_at(act.session, portfolio, act.at)
    if period is not None:
        ledger.lock(act.session, period)
    epic = carrying.lacking(act.session, epic_id, again)
    ruled = partial(consider, act, portfolio, form)
    return _ask(act, ruled, form.reason, seen, bool(form.lasting), epic)


def undo(act: Act, shift_id: int, form: UndoForm, seen: str | None) -> Shift:
    """Ask for the money of a shift back, by the same rules; `seen` is the ruling's mark.

    Raises Gone, ChangedSince, NotAllowed, NotMoved, PeriodOver, AllUndone, NothingLeft and
    FieldMistakes.
    """
    lock_roles(act.session, act.workspace_id)
    shift = _taken(act, shift_id)
    hold(act.session, ValueStream, [shift.from_stream_id, shift.to_stream_id])
    ledger.lock(act.session, shift.period)
    return _ask(act, partial(consider_undoing, act, shift, form), form.reason, seen, shift.lasting)


def _ask(
    act: Act,
    ruled: Callable[[], Ruling],
    reason: str,
    seen: str | None,
    lasting: bool,
    epic: Epic | None = None,
) -> Shift:
    ruling = ruled()
    check_as_seen(WHAT, seen, ruling.mark)
    shift = ruling.ask(reason, act.at, lasting=lasting)
    act.session.add(shift)
    act.session.flush()
    if epic is not None:
        carrying.note_request(act.session, epic, shift)
    if ruling.seats:
        moving.set_money_aside(act.session, shift, act.actor, act.at)
        _show(act, shift, ruling)
    else:
        moving.move_at_once(act.session, shift, act.actor, act.at)
        moving.notify(act.session, shift, ruling.informed, act.at)
    moving.redraw(act.session, shift, act.at)
    return shift


def approve(act: Act, shift_id: int) -> Shift:
    """Say yes on every seat the person sits on; with the last yes the money moves.

    Raises Gone, AlreadyEnded, ClosedAt, OwnRequest, AlreadyApproved, NotAsked, NotYet,
    WaitsForCouncil and StreamEnded.
    """
    shift = _taken(act, shift_id)
    hold(act.session, ValueStream, [shift.from_stream_id, shift.to_stream_id])
    shift.approve(act.actor, act.at, moving.people_now(act.session, shift))
    if shift.outcome is Outcome.MOVED:
        moving.settle(act.session, shift, act.actor, act.at)
    moving.redraw(act.session, shift, act.at)
    return shift


def decline(act: Act, shift_id: int, form: DeclineForm) -> Shift:
    """Say no, with a reason; the money is free again.

    Raises Gone, AlreadyEnded, ClosedAt, OwnRequest, NotAsked, NotYet and WaitsForCouncil.
    """
    shift = _taken(act, shift_id)
    people = moving.people_now(act.session, shift)
    shift.decline(act.actor, act.at, form.reason, people)
    council.end_with(act.session, shift, act.at)
    moving.settle(act.session, shift, act.actor, act.at)
    moving.redraw(act.session, shift, act.at)
    return shift


def look_to_decline(act: Act, shift_id: int) -> Shift:
    """The request, where the person may decline it. Raises as `decline` does."""
    shift = moving.seen_shift(act, shift_id)
    shift.check_declines(act.actor, act.at, moving.people_now(act.session, shift))
    return shift


def take_back(act: Act, shift_id: int) -> Shift:
    """End one's own request; an admin ends any. Raises Gone, AlreadyEnded, ClosedAt, NotYours."""
    shift = _taken(act, shift_id)
    is_admin = may(act.session, act.actor, Right.SET_UP, Place.of_portfolio(shift.portfolio))
    shift.take_back(act.actor, act.at, is_admin=is_admin)
    council.end_with(act.session, shift, act.at)
    moving.settle(act.session, shift, act.actor, act.at)
    moving.redraw(act.session, shift, act.at)
    return shift


def lapse_due(session: Session, shift_id: int, at: datetime) -> None:
    """End a request that was not answered in time; one that has ended stays as it is."""
    shift = moving.locked(session, shift_id)
    if shift is None or shift.outcome is not None:
        return
    if at < shift.lapses_at:
        put(session, shift.workspace_id, shift.work_key, shift.lapses_at)
        return
    shift.end(Outcome.LAPSED, None, shift.lapses_at)
    council.end_with(session, shift, at)
    moving.settle(session, shift, None, at)
    moving.redraw(session, shift, at)


def ask_stand_ins_due(session: Session, shift_id: int, at: datetime) -> None:
    """Ask those too who stand in for whose yes is missing; once, and only while it is open."""
    shift = moving.locked(session, shift_id)
    if shift is None or shift.outcome is not None or shift.stand_ins_asked:
        return
    assert shift.stand_ins_at is not None
    if at < shift.stand_ins_at:
        put(session, shift.workspace_id, shift.stand_ins_key, shift.stand_ins_at)
        return
    shift.stand_ins_asked = True
    session.flush()
    people = moving.people_now(session, shift)
    moving.notify(session, shift, shift.standing_in(people), at)
    moving.redraw(session, shift, at)


def _taken(act: Act, shift_id: int) -> Shift:
    """A request that nobody else changes meanwhile."""
    shift = moving.locked(act.session, shift_id)
    if shift is None or not moving.is_seen(act, shift):
        raise Gone(COMMAND)
    return shift


def _show(act: Act, shift: Shift, ruling: Ruling) -> None:
    """The request in the channel, to each who is asked, and to the council."""
    if ruling.decides_at is not None:
        council.put_to_vote(act, shift, ruling)
    channel_id = shift.portfolio.channel_id or shift.from_stream.channel_id
    if channel_id is not None and not shift.portfolio.is_silent(act.at):
        post(act.session, act.workspace_id, MessageKind.SHIFT, shift.id, channel_id, act.at)
    moving.notify(act.session, shift, ruling.asked, act.at)
