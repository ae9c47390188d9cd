"""Shaping the board: its states, what each asks for, and the point from which epics count."""

from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.workflows.portfolio.basics import portfolio_to_change
from bot.workflows.redrawing import redraw_cards, redraw_homes
from models.audit.trail import note
from models.board.home import Home
from models.epics.epic import Epic, Transition
from models.portfolio.board import Board, StateShape
from models.portfolio.portfolio import Phase, Portfolio, State, WipLimit
from models.portfolio.preset import Preset


def use_preset(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    preset: Preset,
    at: datetime,
) -> Portfolio:
    """Exchange the whole board, as long as no epic stands on it.

    Raises UnknownPortfolio, NotAllowed, ChangedSince and BoardInUse.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    for state in Board(portfolio).use_preset(preset, in_use=is_in_use(session, portfolio)):
        _forget(session, state)
        session.delete(state)
    _arranged(session, portfolio, at)
    return portfolio


def is_in_use(session: Session, portfolio: Portfolio) -> bool:
    """Whether an epic stands on the portfolio's board, or ever did."""
    return _any(session, select(Epic.id).where(Epic.portfolio_id == portfolio.id))


def add_state(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    after_id: int,
    shape: StateShape,
    at: datetime,
) -> State:
    """Put a state behind another one; one that was given up under that name comes back.

    Raises UnknownPortfolio, UnknownState, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    new = Board(portfolio).add_state(after_id, shape)
    session.flush()
    if new.phased:
        _in_columns(session, new)
    _arranged(session, portfolio, at)
    return new


def change_state(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    state_id: int,
    shape: StateShape,
    at: datetime,
) -> State:
    """Have the state be so; its kind stays where ideas begin and where epics end.

    Raises UnknownPortfolio, UnknownState, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    board = Board(portfolio)
    label, phased = board.state(state_id).label, board.state(state_id).phased
    state = board.change_state(state_id, shape)
    session.flush()
    if state.phased != phased:
        _in_columns(session, state)
    standing = select(Epic.id).where(Epic.state_id == state.id)
    _arranged(session, portfolio, at)
    if state.label != label and state.is_open:
        redraw_cards(session, workspace_id, standing, at)
    return state


def remove_state(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    state_id: int,
    at: datetime,
) -> State:
    """Take the state off the board; history that stands in it keeps it.

    Raises UnknownPortfolio, UnknownState, NotAllowed, ChangedSince, NeededState, StateInUse
    and NothingInFlight.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    session.execute(select(State.id).where(State.id == state_id).with_for_update())
    stood = or_(Transition.from_state_id == state_id, Transition.to_state_id == state_id)
    state = Board(portfolio).remove_state(
        state_id,
        at,
        has_epics=_any(session, select(Epic.id).where(Epic.state_id == state_id)),
        had_epics=_any(session, select(Transition.id).where(stood)),
    )
    _forget(session, state)
    if state.retired_at is None:
        session.delete(state)
    _arranged(session, portfolio, at)
    return state


def set_commitment_point(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    version: int,
    state_id: int,
    at: datetime,
) -> State:
    """Let leaving this state commit. Epics that were committed before stay so, to their moment.

    Those in flight from now on count since they entered their state. Raises UnknownPortfolio,
    UnknownState, NotAllowed, ChangedSince and NothingInFlight.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id, version)
    point = Board(portfolio).commit_on_leaving(state_id)
    session.flush()
    committed = [state.id for state in portfolio.states if state.committed]
    begun = session.execute(
        update(Epic)
        .where(Epic.state_id.in_(committed), Epic.committed_at.is_(None), Epic.done_at.is_(None))
        .values(committed_at=Epic.state_entered_at)
    )
    noted = {"commitment_point": point.name, "epics_begun": begun.rowcount}  # type: ignore[attr-defined]
    note(session, workspace_id, "commitment_points", portfolio.id, noted, portfolio_id=portfolio.id)
    _arranged(session, portfolio, at)
    return point


def _any(session: Session, rows: Select[int]) -> bool:
    return session.scalar(rows.limit(1)) is not None


def _in_columns(session: Session, state: State) -> None:
    """Show the state as two columns, or as one; what stands there begins with testing its MVP."""
    stands = update(Epic).where(Epic.state_id == state.id)
    changed = session.execute(stands.values(phase=Phase.TESTING if state.phased else None))
    if not state.phased:
        session.execute(
            delete(WipLimit).where(WipLimit.state_id == state.id, WipLimit.phase.is_not(None))
        )
    noted = {"two_columns": state.phased, "epics": changed.rowcount}  # type: ignore[attr-defined]
    here = state.portfolio_id
    note(session, state.workspace_id, "columns", state.id, noted, portfolio_id=here)


def _forget(session: Session, state: State) -> None:
    """Take away what points to a state that nobody will see any more."""
    for limit in session.scalars(select(WipLimit).where(WipLimit.state_id == state.id)):
        session.delete(limit)
    session.execute(update(Home).where(Home.state_id == state.id).values(state_id=None, page=1))
    session.flush()


def _arranged(session: Session, portfolio: Portfolio, at: datetime) -> None:
    session.flush()
    session.expire(portfolio, ["states", "all_states"])
    redraw_homes(session, portfolio.workspace_id, at)
