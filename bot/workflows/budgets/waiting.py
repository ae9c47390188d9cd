"""What of the budgets waits for someone: the requests to move money, until they end."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from bot.workflows.needs import Need, Rows
from bot.workflows.seeing import EVERYBODY, everywhere, grants_of, portfolio_visible_to
from models.budgets.seats import Seat
from models.budgets.shift import Approval, Outcome, Shift
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import ValueStream


def _of_stream(stream_id: int) -> ColumnElement[bool]:
    return or_(Shift.from_stream_id == stream_id, Shift.to_stream_id == stream_id)


def _seen(user_id: str | None) -> ColumnElement[bool]:
    return true() if user_id is EVERYBODY else portfolio_visible_to(user_id, Shift.portfolio_id)


def _asked(user_id: str) -> ColumnElement[bool]:
    """Those for which the person sits on a seat whose yes is missing; never their own."""
    own, stands_in = _sits(user_id), _sits(user_id, stand_in=True)
    sits = or_(own, and_(Shift.stand_ins_asked.is_(True), stands_in))
    missing = select(Approval.id).where(Approval.shift_id == Shift.id, Approval.at.is_(None), sits)
    return and_(Shift.asked_by != user_id, missing.exists())


def _sits(user_id: str, *, stand_in: bool = False) -> ColumnElement[bool]:
    """Whether they sit on a seat, or stand in on it."""
    return or_(
        and_(Approval.seat == Seat.GIVER, _owned(Shift.from_stream_id, user_id, stand_in)),
        and_(Approval.seat == Seat.RECEIVER, _owned(Shift.to_stream_id, user_id, stand_in)),
        and_(Approval.seat == Seat.FINANCE, _has(Role.FINANCE, user_id, stand_in)),
        and_(Approval.seat == Seat.ADMIN, _has(Role.ADMIN, user_id, stand_in)),
    )


def _owned(column: InstrumentedAttribute[int], user_id: str, stand_in: bool) -> ColumnElement[bool]:
    held = _grants(Role.STREAM_OWNER, user_id, stand_in)
    owned = select(ValueStream.id).where(
        or_(
            false() if stand_in else ValueStream.owner_user_id == user_id,
            ValueStream.id.in_(held.with_only_columns(RoleGrant.value_stream_id)),
            ValueStream.portfolio_id.in_(held.with_only_columns(RoleGrant.portfolio_id)),
        )
    )
    return column.in_(owned)


def _has(role: Role, user_id: str, stand_in: bool) -> ColumnElement[bool]:
    here = or_(everywhere(Shift.workspace_id), RoleGrant.portfolio_id == Shift.portfolio_id)
    return _grants(role, user_id, stand_in).where(here).exists()


def _grants(role: Role, user_id: str, stand_in: bool) -> Select[int]:
    return grants_of(user_id).where(RoleGrant.role == role, RoleGrant.stand_in.is_(stand_in))


_RULE: dict[str, Any] = {
    "noun": Shift,
    "loads": (
        joinedload(Shift.portfolio),
        joinedload(Shift.from_stream),
        joinedload(Shift.to_stream),
        joinedload(Shift.approvals),
    ),
    "in_portfolio": lambda portfolio_id: Shift.portfolio_id == portfolio_id,
    "in_stream": _of_stream,
    "seen": _seen,
}

SHIFTS = Need(
    "shifts",
    Rows(
        rows=select(Shift).where(Shift.outcome.is_(None)),
        order=(Shift.lapses_at, Shift.asked_at, Shift.id),
        since=Shift.asked_at,
        theirs=_asked,
        **_RULE,
    ),
)
"""Open requests, the first to lapse first; each waits for those who are asked."""

MOVED = Need(
    "moved",
    Rows(
        rows=select(Shift).where(Shift.outcome == Outcome.MOVED),
        order=(Shift.ended_at, Shift.id),
        when=lambda asked: and_(Shift.ended_at > asked.since, Shift.ended_at <= asked.until),
        **_RULE,
    ),
    in_home=False,
)
"""The money that moved within what a digest tells of."""
