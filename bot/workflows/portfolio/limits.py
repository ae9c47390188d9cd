"""Setting limits: how many epics may stand somewhere at once, by whom it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, check
from bot.workflows.portfolio.basics import lock_portfolio
from bot.workflows.portfolio.streams import lock_stream
from bot.workflows.redrawing import redraw_digests, redraw_homes
from models.epics.epic import Epic
from models.people.role import Right
from models.portfolio.portfolio import (
    PHASE_LABELS,
    Phase,
    Portfolio,
    State,
    ValueStream,
    WipLimit,
    check_unchanged,
)
from models.portfolio.setup import Change

ALL = "all"
"""The name of the place where all stand that are in flight."""


@dataclass(frozen=True, slots=True)
class LimitedPlace:
    """Somewhere a limit can hold: all in flight, a state, or one of its two columns."""

    state: State | None = None
    phase: Phase | None = None

    @property
    def name(self) -> str:
        if self.state is None:
            return ALL
        return f"{self.state.id}.{self.phase}" if self.phase else str(self.state.id)

    @property
    def label(self) -> str:
        """What people call it."""
        if self.phase is not None:
            return PHASE_LABELS[self.phase]
        return self.state.label if self.state is not None else "All in flight"


def places(portfolio: Portfolio) -> Sequence[LimitedPlace]:
    """Everywhere a limit can hold, all in flight first, then in board order."""
    found = [LimitedPlace()]
    for state in portfolio.states:
        if state.is_open:
            found.append(LimitedPlace(state))
            found += [LimitedPlace(state, phase) for phase in Phase if state.phased]
    return found


def limits_of(
    session: Session, portfolio: Portfolio, stream: ValueStream | None
) -> Mapping[str, int]:
    """The limits of the portfolio as a whole, or of one of its streams, by their places' names."""
    return {_name(limit): limit.most for limit in _limits(session, portfolio, stream)}


def standing(
    session: Session, portfolio: Portfolio, stream: ValueStream | None
) -> Mapping[str, int]:
    """How many epics stand in each place now, restricted ones included: limits are of all."""
    inside: ColumnElement[bool] = Epic.portfolio_id == portfolio.id
    if stream is not None:
        inside = inside & (Epic.value_stream_id == stream.id)
    rows = session.execute(
        select(Epic.state_id, Epic.phase, func.count(Epic.id))
        .where(inside)
        .group_by(Epic.state_id, Epic.phase)
    )
    states = {state.id: state for state in portfolio.states}
    found = {place.name: 0 for place in places(portfolio)}
    for state_id, phase, count in rows:
        state = states.get(state_id)
        if state is None or not state.is_open:
            continue
        found[str(state_id)] += count
        if state.phased:
            found[f"{state_id}.{phase or Phase.TESTING}"] += count
        if state.committed:
            found[ALL] += count
    return found


def set_limits(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    stream_id: int | None,
    version: int,
    wanted: Mapping[str, int | None],
    at: datetime,
) -> Sequence[Change]:
    """Have those limits hold in the portfolio, or in one stream of it; what is another now.

    A place that is not named keeps its limit. Raises UnknownPortfolio, UnknownStream, NotAllowed
    and ChangedSince.
    """
    portfolio = lock_portfolio(session, workspace_id, portfolio_id)
    stream = lock_stream(session, workspace_id, stream_id) if stream_id is not None else None
    place = Place.of_portfolio(portfolio) if stream is None else Place.of_stream(stream)
    check(session, actor, Right.SET_LIMITS, place)
    shown = portfolio if stream is None else stream
    check_unchanged(shown, version)
    shown.version += 1
    held = {_name(limit): limit for limit in _limits(session, portfolio, stream)}
    changes = []
    for each in places(portfolio):
        if each.name not in wanted:
            continue
        limit, most = held.get(each.name), wanted[each.name]
        before = limit.most if limit is not None else None
        if before != most:
            _set(session, portfolio, stream, each, limit, most)
            changes.append(Change(each.label, _spelled(before), _spelled(most)))
    redraw_digests(session, workspace_id, portfolio.id, at)
    redraw_homes(session, workspace_id, at)
    return changes


def set_to_what_is_in_flight(session: Session, portfolio: Portfolio) -> int:
    """Let each stream have as many in flight as it has today, so that none is over; how many did.

    A stream with nothing in flight has no limit yet: nobody knows its pace.
    """
    given = 0
    for stream in portfolio.open_streams:
        most = standing(session, portfolio, stream)[ALL]
        if most:
            _set(session, portfolio, stream, LimitedPlace(), None, most)
            given += 1
    session.flush()
    return given


def count(session: Session, portfolio: Portfolio) -> int:
    """How many limits there are in the portfolio and its streams."""
    rows = select(func.count(WipLimit.id)).where(WipLimit.portfolio_id == portfolio.id)
    return session.scalar(rows) or 0


def _limits(
    session: Session, portfolio: Portfolio, stream: ValueStream | None
) -> Sequence[WipLimit]:
    of_stream = WipLimit.value_stream_id.is_not_distinct_from(stream.id if stream else None)
    rows = select(WipLimit).where(WipLimit.portfolio_id == portfolio.id, of_stream)
    return session.scalars(rows.order_by(WipLimit.id)).all()


def _set(
    session: Session,
    portfolio: Portfolio,
    stream: ValueStream | None,
    place: LimitedPlace,
    limit: WipLimit | None,
    most: int | None,
) -> None:
    if most is None:
        session.delete(limit)
    elif limit is not None:
        limit.most = most
    else:
        session.add(
            WipLimit(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                value_stream_id=stream.id if stream is not None else None,
                state_id=place.state.id if place.state is not None else None,
                phase=place.phase,
                most=most,
            )
        )


def _name(limit: WipLimit) -> str:
    if limit.state_id is None:
        return ALL
    return f"{limit.state_id}.{limit.phase}" if limit.phase else str(limit.state_id)


def _spelled(most: int | None) -> str | None:
    return None if most is None else f"{most:,}"
