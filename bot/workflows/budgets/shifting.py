"""Shifting money from one value stream to another: asked for, approved, declined, or lapsed.

A shift locks its own row first and its period's after, so that no two wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.considering import (
    Ruling,
    consider,
    people_of,
    portfolio_to_shift_in,
)
from bot.workflows.budgets.ledger import COMMAND
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, may
from bot.workflows.redrawing import post, redraw_about, redraw_digests, redraw_homes
from bot.workflows.seeing import portfolio_seen_by
from models.budgets.books import Overdrawn
from models.budgets.forms import DeclineForm, ShiftForm
from models.budgets.ledger import Account, EntryKind, Move, free, set_aside
from models.budgets.seats import NobodyElse, People, Seat
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import spell_day
from models.errors import Gone, Mistake, check_as_seen
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.work import cancel, put

WHAT = "what this rests on"


class NotAsked(Mistake):
    """A yes or no by someone who is not asked; says who is."""

    def __init__(self, said: str, asked: Sequence[str]) -> None:
        super().__init__(f"Only {said} can answer this one.")
        self.ask = tuple(asked)


class OwnRequest(Mistake):
    """A yes to one's own request."""

    def __init__(self, asked: Sequence[str]) -> None:
        super().__init__("You asked for this one, so someone else approves it.")
        self.ask = tuple(asked)


class AlreadyApproved(Mistake):
    """A second yes by the same person."""

    def __init__(self) -> None:
        super().__init__("You have already approved this one. It waits for someone else.")


class NotYours(Mistake):
    """A request of someone else that is to be taken back."""

    def __init__(self, asked_by: str) -> None:
        super().__init__("Only who asked, or an admin, can take this one back.")
        self.ask = (asked_by,)


class StreamEnded(Mistake):
    """A yes to a shift of a stream that has ended since."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has ended since this was asked. Decline it, and ask anew.")


def ask(act: Act, portfolio_id: int, form: ShiftForm, seen: str | None) -> Shift:
    """Ask for a shift, or move it at once where it asks nobody; `seen` is the ruling's mark.

    Raises ChangedSince where the ruling is another by now, NotAllowed and FieldMistakes.
    """
    portfolio = portfolio_to_shift_in(act, portfolio_id)
    period = ledger.period_at(act.session, portfolio, act.at)
    if period is not None:
        ledger.lock(act.session, period)
    ruling = consider(act, portfolio, form)
    check_as_seen(WHAT, seen, ruling.mark)
    if not ruling.can_be_asked:
        raise NobodyElse if ruling.alone else Overdrawn
    shift = Shift(
        workspace_id=act.workspace_id,
        portfolio_id=portfolio.id,
        period_id=ruling.period.id,
        from_stream_id=ruling.giver.id,
        to_stream_id=ruling.taker.id,
        amount_minor=form.amount_minor,
        reason=form.reason,
        asked_by=act.actor,
        asked_at=act.at,
        lapses_at=ruling.lapses_at,
    )
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
    shift, people = _taken(act, shift_id)
    seats = _seats_of(act, shift, people)
    for stream in (shift.from_stream, shift.to_stream):
        if stream.ended_at is not None:
            raise StreamEnded(stream.name)
    for seat in seats:
        seat.give(act.actor, act.at)
    act.session.flush()
    if not shift.open_seats:
        source, to = set_aside(shift.from_stream_id), free(shift.to_stream_id)
        ledger.lock(act.session, shift.period)
        _append(act.session, shift, EntryKind.SHIFT, source, to, act.actor, act.at)
        _end(act, shift, Outcome.MOVED, None)
    _redraw(act.session, shift, act.at)
    return shift


def decline(act: Act, shift_id: int, form: DeclineForm) -> Shift:
    """Say no, with a reason; the money is free again.

    Raises Gone, AlreadyEnded, ClosedAt, OwnRequest and NotAsked.
    """
    shift, people = _taken(act, shift_id)
    check_may_decline(act, shift, people)
    _release(act.session, shift, act.actor, act.at)
    _end(act, shift, Outcome.DECLINED, form.reason)
    _redraw(act.session, shift, act.at)
    return shift


def look_to_decline(act: Act, shift_id: int) -> Shift:
    """The request, where the person may decline it. Raises as `decline` does."""
    shift = seen_shift(act, shift_id)
    shift.check_is_open(act.at, closed_at(shift))
    check_may_decline(act, shift, _people(act.session, shift))
    return shift


def check_may_decline(act: Act, shift: Shift, people: People) -> None:
    """Who is asked may, also who has said yes already. Raises OwnRequest and NotAsked."""
    if all(act.actor != each.user_id for each in shift.approvals) or act.actor == shift.asked_by:
        _seats_of(act, shift, people)


def take_back(act: Act, shift_id: int) -> Shift:
    """End one's own request; an admin ends any. Raises Gone, AlreadyEnded, ClosedAt, NotYours."""
    shift, _ = _taken(act, shift_id)
    is_admin = may(act.session, act.actor, Right.SET_UP, Place.of_portfolio(shift.portfolio))
    if act.actor != shift.asked_by and not is_admin:
        raise NotYours(shift.asked_by)
    _release(act.session, shift, act.actor, act.at)
    _end(act, shift, Outcome.TAKEN_BACK, None)
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
    shift.end(Outcome.LAPSED, None, shift.lapses_at, None)
    session.flush()
    _tell(session, shift, [shift.asked_by], at)
    _redraw(session, shift, at)


def seen_shift(act: Act, shift_id: int) -> Shift:
    """A shift of a portfolio the person sees. Raises Gone."""
    shift = act.session.get(Shift, shift_id)
    if shift is None or not _is_seen(act, shift):
        raise Gone(COMMAND)
    return shift


def closed_at(shift: Shift) -> str:
    """The last moment of a request, in words: "17:00:00 on 22 May 2026"."""
    local = shift.lapses_at.astimezone(ZoneInfo(shift.portfolio.time_zone))
    return f"{local:%H:%M:%S} on {spell_day(local.date())}"


def _taken(act: Act, shift_id: int) -> tuple[Shift, People]:
    """An open request that nobody else changes meanwhile, and who is asked."""
    shift = _locked(act.session, shift_id)
    if shift is None or not _is_seen(act, shift):
        raise Gone(COMMAND)
    shift.check_is_open(act.at, closed_at(shift))
    return shift, _people(act.session, shift)


def _locked(session: Session, shift_id: int) -> Shift | None:
    return session.get(Shift, shift_id, with_for_update=LOCK, populate_existing=True)


def _is_seen(act: Act, shift: Shift) -> bool:
    seen = select(Portfolio.id).where(
        Portfolio.id == shift.portfolio_id,
        Portfolio.workspace_id == act.workspace_id,
        portfolio_seen_by(act.actor),
    )
    return act.session.scalar(seen) is not None


def _people(session: Session, shift: Shift) -> People:
    return people_of(session, shift.from_stream, shift.to_stream, shift.asked_by)


def _seats_of(act: Act, shift: Shift, people: People) -> Sequence[Approval]:
    """The open seats the person sits on. Raises OwnRequest, AlreadyApproved and NotAsked."""
    asked = [each for seat in shift.open_seats for each in people.sitting(seat.seat)]
    if act.actor == shift.asked_by:
        raise OwnRequest(list(dict.fromkeys(asked)))
    found = [seat for seat in shift.open_seats if act.actor in people.sitting(seat.seat)]
    if found:
        return found
    if any(each.user_id == act.actor for each in shift.approvals):
        raise AlreadyApproved
    names = [seat_name(shift, seat.seat, people) for seat in shift.open_seats]
    raise NotAsked(" and ".join(dict.fromkeys(names)), list(dict.fromkeys(asked)))


def seat_name(shift: Shift, seat: Seat, people: People) -> str:
    """What who sits there is called."""
    owners = {
        Seat.GIVER: (people.givers, f"the owner of {shift.from_stream.name}"),
        Seat.RECEIVER: (people.receivers, f"the owner of {shift.to_stream.name}"),
    }
    found, name = owners.get(seat, ((), ""))
    if any(each != people.asker for each in found):
        return name
    has_finance = any(each != people.asker for each in people.finance)
    return "finance" if has_finance and seat is not Seat.ADMIN else "an admin"


def _hold(act: Act, shift: Shift, ruling: Ruling) -> None:
    for seat, is_given in ruling.seats.items():
        approval = Approval(workspace_id=act.workspace_id, shift_id=shift.id, seat=seat)
        if is_given:
            approval.give(act.actor, act.at)
        act.session.add(approval)
    act.session.flush()
    act.session.expire(shift, ["approvals"])
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
    shift.end(Outcome.MOVED, act.actor, act.at, None)
    act.session.flush()
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


def _end(act: Act, shift: Shift, outcome: Outcome, because: str | None) -> None:
    shift.end(outcome, act.actor, act.at, because)
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
