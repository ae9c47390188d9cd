"""The board as it stood at a moment: counted by the database, however many epics there are."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.flow.clocks import stream_at
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.flow.flow import Board, Standing
from models.portfolio.portfolio import Portfolio


def board_as_of(session: Session, portfolio: Portfolio, moment: datetime) -> Board:
    """Where the portfolio's epics stood at the moment, restricted ones as well.

    Of each, one walk along an index finds its last entry by then; those that had none are not
    known. Its stream is the one it first left since, else today's.
    """
    last = (
        select(Transition.id)
        .where(Transition.epic_id == Epic.id, Transition.at <= moment)
        .order_by(Transition.at.desc(), Transition.id.desc())
        .limit(1)
        .correlate(Epic)
        .scalar_subquery()
    )
    stood = (
        select(Transition.to_state_id, Transition.phase, stream_at(moment).label("stream_id"))
        .select_from(Epic)
        .join(Transition, Transition.id == last)
        .where(Epic.portfolio_id == portfolio.id)
        .subquery()
    )
    per = (stood.c.to_state_id, stood.c.phase, stood.c.stream_id)
    counted = select(*per, func.count()).group_by(*per)
    states = {state.id: state for state in portfolio.all_states}
    streams = {each.id: each.name for each in portfolio.value_streams}
    standing = []
    for state_id, phase, stream_id, count in session.execute(counted):
        column = Column.entered(states[state_id], phase)
        standing.append(Standing(column.state.name, column.phase, streams[stream_id], count))
    in_flight = {state.name for state in states.values() if state.committed}
    return Board.of(moment, standing, [state.name for state in portfolio.all_states], in_flight)
