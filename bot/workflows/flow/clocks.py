"""The clocks of a portfolio's epics as of a moment: read in one pass, however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.flow.days import microseconds
from models.flow.figures import NEVER, Clocks, Entries, Ints, Meaning, Stays, clocks_at
from models.portfolio.portfolio import Portfolio, State, StateKind


@dataclass(frozen=True, slots=True)
class Flow:
    """The clocks of a portfolio's epics, and the value stream each was in at the moment."""

    clocks: Clocks
    stream: Ints
    """The stream's id, by the epic's place."""


def flow_at(
    session: Session, portfolio: Portfolio, moment: datetime, seen: ColumnElement[bool]
) -> Flow:
    """The clocks of the epics that are seen, from what had happened by the moment.

    What a state means is what it means today, also of those that were given up.
    """
    epics = (Epic.portfolio_id == portfolio.id, seen)
    clocks = clocks_at(
        moment,
        _entries(session, moment, epics),
        meaning_of(portfolio.all_states),
        _blocked(session, moment, epics),
    )
    return Flow(clocks, _streams_at(session, moment, epics, clocks.epic))


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
    rows = (
        select(Transition.epic_id, Transition.to_state_id, Transition.at, Transition.id)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(*epics, Transition.at <= moment)
    )
    found = session.execute(rows).all()
    return Entries(*_columns([(e, s, microseconds(at), id_) for e, s, at, id_ in found], 4))


def _blocked(session: Session, moment: datetime, epics: Sequence[ColumnElement[bool]]) -> Stays:
    rows = (
        select(Blocking.epic_id, Blocking.at, Blocking.ended_at)
        .join(Epic, Epic.id == Blocking.epic_id)
        .where(*epics, Blocking.at <= moment)
    )
    found = [
        (epic, microseconds(at), microseconds(ended_at) if ended_at else NEVER)
        for epic, at, ended_at in session.execute(rows)
    ]
    return Stays(*_columns(found, 3))


def _streams_at(
    session: Session, moment: datetime, epics: Sequence[ColumnElement[bool]], known: Ints
) -> Ints:
    """The stream of each known epic: of today, but for those that were given away since."""
    today = select(Epic.id, Epic.value_stream_id).where(*epics)
    streams = dict(session.execute(today).all())
    later = (
        select(StreamMove.epic_id, StreamMove.from_stream_id)
        .join(Epic, Epic.id == StreamMove.epic_id)
        .where(*epics, StreamMove.at > moment)
        .order_by(StreamMove.at.desc(), StreamMove.id.desc())
    )
    streams |= dict(session.execute(later).all())
    return np.array([streams[id_] for id_ in known.tolist()], dtype=np.int64)


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> Sequence[Ints]:
    columns = np.array(rows, dtype=np.int64).reshape(-1, count).T
    return [np.ascontiguousarray(column) for column in columns]
