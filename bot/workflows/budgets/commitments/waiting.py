"""What lacks its money: epics that came to a stream without it, and promises that are due."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.paging import Top
from models.budgets.commitments.commitment import Commitment
from models.budgets.ledger import AccountKind, TransferSum
from models.budgets.period import FundingPeriod
from models.budgets.shift import Shift
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.portfolio.portfolio import ValueStream

IS_ASKED_FOR = and_(Shift.outcome.is_(None), Shift.to_stream_id == Epic.value_stream_id)
"""Of the request for what an epic lacks: it is open, and for the stream that the epic is in."""


class Uncovered(NamedTuple):
    """An epic, what it lacks, and how much of that its stream is short of; in minor units."""

    epic: Epic
    lacks: int
    short: int
    asked: int | None = None
    """The request for it, by its id, as long as it is open."""


def _period(asked: Asked) -> ScalarSelect[int]:
    """The funding period of the day."""
    today = asked.portfolio.day_of(asked.at)
    return (
        select(FundingPeriod.id)
        .where(
            FundingPeriod.portfolio_id == asked.portfolio.id,
            FundingPeriod.starts_on <= today,
            FundingPeriod.ends_on >= today,
        )
        .scalar_subquery()
    )


def _promise_is_due(asked: Asked) -> ColumnElement[bool]:
    """Where another period than that in which it was promised has begun."""
    return and_(Commitment.promised_minor > 0, Commitment.promised_period_id != _period(asked))


def _lacks(asked: Asked) -> ScalarSelect[int]:
    due = case((_promise_is_due(asked), Commitment.promised_minor), else_=0)
    return (
        select(Commitment.uncovered_minor + due)
        .where(Commitment.epic_id == Epic.id)
        .scalar_subquery()
    )


def _available(asked: Asked) -> ScalarSelect[int]:
    """What the epic's stream has free in the period of the day."""
    its = Epic.value_stream_id
    into = and_(TransferSum.to_kind == AccountKind.FREE, TransferSum.to_stream_id == its)
    out = and_(TransferSum.from_kind == AccountKind.FREE, TransferSum.from_stream_id == its)
    change = case((into, 1), else_=0) - case((out, 1), else_=0)
    return (
        select(func.coalesce(func.sum(TransferSum.amount_minor * change), 0))
        .where(TransferSum.period_id == _period(asked), or_(into, out))
        .correlate(Epic)
        .scalar_subquery()
    )


def _open_request() -> ScalarSelect[int]:
    """The id of the request for what the epic lacks."""
    asked = select(Shift.id).join(Commitment, Commitment.asked_shift_id == Shift.id)
    return (
        asked.where(Commitment.epic_id == Epic.id, IS_ASKED_FOR).correlate(Epic).scalar_subquery()
    )


def _of_their_streams(user_id: str) -> ColumnElement[bool]:
    return Epic.value_stream_id.in_(
        select(ValueStream.id).where(ValueStream.owner_user_id == user_id)
    )


_GIVEN_AT = select(func.max(StreamMove.at)).where(StreamMove.epic_id == Epic.id).scalar_subquery()

_ROWS = Rows(
    noun=Epic,
    rows=select(Epic).join(Commitment, Commitment.epic_id == Epic.id),
    when=lambda asked: or_(Commitment.uncovered_minor > 0, _promise_is_due(asked)),
    order=(func.coalesce(_GIVEN_AT, Epic.state_entered_at), Epic.id),
    since=func.coalesce(_GIVEN_AT, Epic.state_entered_at),
    theirs=_of_their_streams,
    loads=(joinedload(Epic.state), joinedload(Epic.value_stream)),
)


def _of(row: Row[Any]) -> Uncovered:
    beside: Sequence[Any] = row[1:4]
    lacks, available, asked = beside
    return Uncovered(row[0], lacks, max(0, lacks - available), asked)


def _uncovered(asked: Asked) -> Top[Uncovered]:
    """The longest first."""
    found = _ROWS.found(asked, _lacks(asked), _available(asked), _open_request())
    some = [_of(row) for row in found]
    return Top(some, found[0].total if found else 0)


UNCOVERED = Need("uncovered", _uncovered)
"""Epics that lack money that was decided; each waits for who owns its value stream."""
