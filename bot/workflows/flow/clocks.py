"""The clocks of a portfolio's epics as of a moment: read in one pass, however many there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

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
    clocks_recorded,
)
from models.portfolio.portfolio import Portfolio, State, StateKind

UNKNOWN = -1
"""The state of an epic that had not come in yet."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The clocks of a portfolio's epics, and the value stream each was in at the moment."""

    clocks: Clocks
    stream: Ints
    """The stream's id, by the epic's place."""
    first: Callable[[], datetime | None]
    """Asks the database when the first epic that is seen came in, also of those that had ended."""

    @property
    def known_since(self) -> datetime | None:
        return self.first()


def flow_at(
    session: Session, portfolio: Portfolio, moment: datetime, seen: ColumnElement[bool]
) -> Flow:
    """The clocks of the epics that are seen, from all that had happened by the moment.

    What a state means is what it means today, also of those that were given up; when an epic was
    committed is as it was recorded.
    """
    epics = (Epic.portfolio_id == portfolio.id, seen)
    committed = func.coalesce(microseconds_of(Epic.committed_at), NEVER)
    rows = select(Epic.id, committed, stream_at(moment)).where(*epics).order_by(Epic.id)
    epic, committed_us, streams = columns_of(session, rows)
    clocks = clocks_at(
        moment,
        _entries(session, moment, epics),
        meaning_of(portfolio.all_states),
        _blocked(session, moment, epics),
        Commitments(epic, committed_us),
    )
    streams = streams[np.searchsorted(epic, clocks.epic)]
    return Flow(clocks, streams, partial(first_known, session, portfolio, seen))


def flow_recorded(
    session: Session,
    portfolio: Portfolio,
    moment: datetime,
    seen: ColumnElement[bool],
    since: datetime,
) -> Flow:
    """The same from what is recorded of each epic, one row each: no time in active states.

    Those are left out that had ended by `since` and stayed so: no figure of what was in flight or
    finished after it knows them.
    """
    open_ = [state.id for state in portfolio.all_states if state.is_open]
    stood = (
        select(Transition.to_state_id)
        .where(Transition.epic_id == Epic.id, Transition.at <= moment)
        .order_by(Transition.at.desc(), Transition.id.desc())
        .limit(1)
        .correlate(Epic)
        .scalar_subquery()
    )
    moments = (
        func.coalesce(microseconds_of(each), NEVER) for each in (Epic.committed_at, Epic.done_at)
    )
    rows = (
        select(Epic.id, func.coalesce(stood, UNKNOWN), *moments, stream_at(moment))
        .where(Epic.portfolio_id == portfolio.id, seen)
        .where(or_(Epic.state_id.in_(open_), Epic.state_entered_at > since))
        .order_by(Epic.id)
    )
    columns = columns_of(session, rows)
    epic, state, committed_us, done_us, streams = (each[columns[1] != UNKNOWN] for each in columns)
    meaning = meaning_of(portfolio.all_states)
    clocks = clocks_recorded(moment, meaning, epic, state, committed_us, done_us)
    return Flow(clocks, streams, partial(first_known, session, portfolio, seen))


def first_known(
    session: Session, portfolio: Portfolio, seen: ColumnElement[bool]
) -> datetime | None:
    """When the first of the epics that are seen came in."""
    rows = (
        select(func.min(Transition.at))
        .join(Epic, Epic.id == Transition.epic_id)
        .where(Epic.portfolio_id == portfolio.id, seen)
    )
    return session.scalar(rows)


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
