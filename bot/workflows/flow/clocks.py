"""The clocks of a portfolio's epics as of a moment: read in one pass, however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.driver.columns import columns_of, microseconds_of
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.flow.figures import (
    NEVER,
    Clocks,
    Commitments,
    Entries,
    Ints,
    Meaning,
    Stays,
    clocks_at,
)
from models.portfolio.portfolio import Portfolio, State, StateKind


@dataclass(frozen=True, slots=True)
class Flow:
    """The clocks of a portfolio's epics, and the value stream each was in at the moment."""

    clocks: Clocks
    stream: Ints
    """The stream's id, by the epic's place."""
    known_since: datetime | None
    """When the first epic that is seen came in, also of those that had ended before."""


def flow_at(
    session: Session,
    portfolio: Portfolio,
    moment: datetime,
    seen: ColumnElement[bool],
    since: datetime | None = None,
) -> Flow:
    """The clocks of the epics that are seen, from what had happened by the moment.

    What a state means is what it means today, also of those that were given up; when an epic was
    committed is as it was recorded. With `since` those are left out that had ended by then and
    stayed so: no figure of what was in flight or finished after it knows them.
    """
    epics = [Epic.portfolio_id == portfolio.id, seen]
    if since is not None:
        open_ = [state.id for state in portfolio.all_states if state.is_open]
        epics.append(or_(Epic.state_id.in_(open_), Epic.state_entered_at > since))
    recorded, streams = _recorded(session, moment, epics)
    clocks = clocks_at(
        moment,
        _entries(session, moment, epics),
        meaning_of(portfolio.all_states),
        _blocked(session, moment, epics),
        recorded,
    )
    streams = streams[np.searchsorted(recorded.epic, clocks.epic)]
    return Flow(clocks, streams, first_known(session, portfolio, seen))


def first_known(
    session: Session, portfolio: Portfolio, seen: ColumnElement[bool]
) -> datetime | None:
    """When the first of the epics that are seen came in; one step along an index."""
    rows = (
        select(Transition.at)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(Epic.portfolio_id == portfolio.id, seen)
    )
    return session.scalar(rows.order_by(Transition.at).limit(1))


def stream_at(moment: datetime) -> ColumnElement[int]:
    """The stream an epic was in: the one it first left since, else today's."""
    left = (
        select(StreamMove.from_stream_id)
        .where(StreamMove.epic_id == Epic.id, StreamMove.at > moment)
        .order_by(StreamMove.at, StreamMove.id)
        .limit(1)
        .correlate(Epic)
        .scalar_subquery()
    )
    return func.coalesce(left, Epic.value_stream_id)


def meaning_of(states: Sequence[State]) -> Meaning:
    return Meaning(
        committed=frozenset(state.id for state in states if state.committed),
        active=frozenset(state.id for state in states if state.kind is StateKind.ACTIVE),
        done=frozenset(state.id for state in states if state.kind is StateKind.DONE),
    )


def columns_at(session: Session, ids: Sequence[int], moment: datetime) -> Mapping[int, str]:
    """In which column of the board each of these epics stood, by its label."""
    entries = select(Transition).where(Transition.epic_id.in_(ids), Transition.at <= moment)
    entries = entries.options(joinedload(Transition.to_state))
    entered = session.scalars(entries.order_by(Transition.at, Transition.id))
    return {each.epic_id: Column.entered(each.to_state, each.phase).label for each in entered}


def columns_in_flight(
    session: Session, portfolio: Portfolio, clocks: Clocks, seen: ColumnElement[bool]
) -> Mapping[int, str]:
    """In which column each epic in flight stood by the clocks' moment, by its label."""
    states = {state.id: state for state in portfolio.all_states}
    entered = (
        select(Transition.epic_id, Transition.phase)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(
            Epic.portfolio_id == portfolio.id,
            seen,
            Transition.at <= clocks.as_of,
            Transition.to_state_id.in_([id_ for id_, state in states.items() if state.phased]),
        )
        .order_by(Transition.at, Transition.id)
    )
    phases = dict(session.execute(entered).all())
    places = np.flatnonzero(clocks.in_flight)
    stood = zip(clocks.epic[places].tolist(), clocks.state[places].tolist(), strict=True)
    return {epic: Column.entered(states[state], phases.get(epic)).label for epic, state in stood}


def _recorded(
    session: Session, moment: datetime, epics: Sequence[ColumnElement[bool]]
) -> tuple[Commitments, Ints]:
    """When each was committed, and the stream it was in."""
    committed = func.coalesce(microseconds_of(Epic.committed_at), NEVER)
    rows = select(Epic.id, committed, stream_at(moment)).where(*epics).order_by(Epic.id)
    epic, at_us, streams = columns_of(session, rows)
    return Commitments(epic, at_us), streams


def _entries(session: Session, moment: datetime, epics: Sequence[ColumnElement[bool]]) -> Entries:
    at_us = microseconds_of(Transition.at)
    rows = (
        select(Transition.epic_id, Transition.to_state_id, at_us, Transition.id)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(*epics, Transition.at <= moment)
    )
    return Entries(*columns_of(session, rows))


def _blocked(session: Session, moment: datetime, epics: Sequence[ColumnElement[bool]]) -> Stays:
    ended_us = func.coalesce(microseconds_of(Blocking.ended_at), NEVER)
    rows = (
        select(Blocking.epic_id, microseconds_of(Blocking.at), ended_us)
        .join(Epic, Epic.id == Blocking.epic_id)
        .where(*epics, Blocking.at <= moment)
    )
    return Stays(*columns_of(session, rows))
