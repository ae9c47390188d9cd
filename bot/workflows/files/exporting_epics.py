"""Giving epics and their moves back as `tack import epics` takes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.files.exporting import AT_ONCE, Scope, epics_of
from models.epics.epic import Epic, Transition
from models.files.sheet import Sheet
from models.portfolio.portfolio import State, StateKind, ValueStream
from models.portfolio.preset import USUAL_BOARD

Asked = Select[*tuple[Any, ...]]


def import_sheets(session: Session, scope: Scope) -> Iterator[Sheet]:
    """The two tables that `tack import epics` takes, beside the states it is to know."""
    doubled = _doubled_ids(session, scope)
    yield Sheet(
        "items",
        dict.fromkeys(("source", "id", "title", "value_stream"), "text"),
        _items(session, scope, doubled),
    )
    yield Sheet(
        "transitions",
        {"id": "text", "to_status": "text", "at": "moment"},
        _moves(session, scope, doubled),
    )


def mapping(session: Session, scope: Scope) -> Mapping[str, Any]:
    """Which of the usual states each of the portfolio's is, as `tack import epics` asks for it."""
    states = select(State).where(State.portfolio_id == scope.portfolio.id).order_by(State.position)
    mapped = {state.name: {"state": _usual(state)} for state in session.scalars(states)}
    return {"status_to_state": mapped}


def _items(session: Session, scope: Scope, doubled: frozenset[str]) -> Iterator[Sequence[Any]]:
    asked = (
        select(Epic.source, Epic.source_id, Epic.key, Epic.title, ValueStream.name)
        .join(ValueStream, ValueStream.id == Epic.value_stream_id)
        .where(epics_of(scope))
        .order_by(Epic.id)
    )
    for source, source_id, key, title, stream in _streamed(session, asked):
        yield source or "tack", _id(source_id, key, doubled), title, stream


def _moves(session: Session, scope: Scope, doubled: frozenset[str]) -> Iterator[Sequence[Any]]:
    asked = (
        select(Epic.source_id, Epic.key, State.name, Transition.at)
        .select_from(Transition)
        .join(Epic, Epic.id == Transition.epic_id)
        .join(State, State.id == Transition.to_state_id)
        .where(epics_of(scope))
        .order_by(Epic.id, Transition.at, Transition.id)
    )
    for source_id, key, state, at in _streamed(session, asked):
        yield _id(source_id, key, doubled), state, at


def _streamed(session: Session, asked: Asked) -> Iterator[Any]:
    return iter(session.execute(asked.execution_options(yield_per=AT_ONCE)))


def _id(source_id: str | None, key: str, doubled: frozenset[str]) -> str:
    return key if source_id is None or source_id in doubled else source_id


def _doubled_ids(session: Session, scope: Scope) -> frozenset[str]:
    """Ids that would name two epics: of two sources, or the key of another one.

    Told from lists made once, so that the work grows with the epics and not with their square.
    """
    here = and_(Epic.portfolio_id == scope.portfolio.id, Epic.source_id.is_not(None))
    twice = select(Epic.source_id).where(here).group_by(Epic.source_id).having(func.count() > 1)
    keys = select(Epic.key).where(Epic.portfolio_id == scope.portfolio.id)
    is_key_of_another = and_(Epic.source_id != Epic.key, Epic.source_id.in_(keys))
    asked = select(Epic.source_id).where(
        epics_of(scope), or_(Epic.source_id.in_(twice), is_key_of_another)
    )
    return frozenset(found for found in session.scalars(asked) if found is not None)


def _usual(state: State) -> str:
    """The state itself where it is a usual one, else the usual one most like it."""
    if state.name in {each.name for each in USUAL_BOARD.states}:
        return state.name
    if state.kind in (StateKind.DONE, StateKind.STOPPED):
        return state.kind.value
    if not state.committed:
        return "funnel"
    return "ready" if state.kind is StateKind.WAIT else "analyzing"
