"""Shaping the board: its states, what each asks for, and the point from which epics count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.workflows.portfolio.basics import portfolio_to_change
from bot.workflows.redrawing import redraw_cards, redraw_homes
from models.audit.trail import note
from models.board.home import Home
from models.epics.epic import Epic, Transition
from models.errors import FieldMistakes, Mistake
from models.portfolio.forms import LONGEST_LABEL
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase, Portfolio, State, StateKind, WipLimit
from models.portfolio.preset import Preset
from models.portfolio.setup import tidy

MOST_STATES = 20
"""More columns than anybody can look along."""


class StateInUse(Mistake):
    """A state in which epics stand is to be dropped."""

    def __init__(self, state: State) -> None:
        super().__init__(
            f"Epics still stand in {state.label}. Move them on first; "
            f"/epic list {state.name} shows them."
        )


class NeededState(Mistake):
    """A state without which no board works is to be dropped."""

    def __init__(self, state: State) -> None:
        why = {
            StateKind.DONE: "epics are done there",
            StateKind.STOPPED: "epics that are stopped go there",
        }.get(state.kind, "every idea begins there")
        super().__init__(f"{state.label} stays: {why}. You can give it another name.")


class NothingInFlight(Mistake):
    """A board on which no epic would ever be in flight."""

    def __init__(self) -> None:
        super().__init__(
            "Something has to be in flight: one state at least stands between the commitment "
            "point and done."
        )


class BoardInUse(Mistake):
    """A preset for a board on which epics stand already."""

    def __init__(self) -> None:
        super().__init__(
            "Epics stand on this board already, so it is not exchanged as a whole. Rename, add "
            "and drop its states one by one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateShape:
    """What a state is to be."""

    label: str
    kind: StateKind = StateKind.ACTIVE
    """Wait or active; where ideas begin and where epics end it stays what it is."""
    phased: bool = False
    stale_after_days: int | None = None
    requires: Sequence[Requirement] = ()


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
    if is_in_use(session, portfolio):
        raise BoardInUse
    known = {state.name: state for state in portfolio.all_states}
    kept = {each.name for each in preset.states}
    for state in known.values():
        if state.name not in kept:
            _forget(session, state)
            session.delete(state)
    for position, each in enumerate(preset.states):
        state = known.get(each.name) or State(workspace_id=workspace_id, portfolio_id=portfolio.id)
        each.give(state, position)
        session.add(state)
    _arranged(session, portfolio, at)
    return portfolio


def is_in_use(session: Session, portfolio: Portfolio) -> bool:
    """Whether an epic stands on the portfolio's board, or ever did."""
    here = select(Epic.id).where(Epic.portfolio_id == portfolio.id)
    return session.scalar(here.limit(1)) is not None


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
    after = state_of(portfolio, after_id)
    if len(portfolio.states) >= MOST_STATES:
        raise FieldMistakes({"label": f"{MOST_STATES} states are as many as fit on a board."})
    label = _free_label(portfolio, shape.label, None)
    following = next((s for s in portfolio.states if s.position > after.position), None)
    commits = after.committed or (following is not None and following.committed)
    if not after.is_open:
        raise FieldMistakes({"after_id": f"What stands behind {after.label} is not on the way."})
    for state in portfolio.all_states:
        if state.position > after.position:
            state.position += 1
    known = {state.label.casefold(): state for state in portfolio.all_states if state.retired_at}
    new = known.get(label.casefold())
    if new is None:
        new = State(workspace_id=workspace_id, portfolio_id=portfolio.id)
        new.name = _free_name(portfolio, label)
        session.add(new)
    new.position, new.committed, new.retired_at = after.position + 1, commits, None
    new.phased = False
    _give(session, new, shape, label)
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
    state = state_of(portfolio, state_id)
    label = _free_label(portfolio, shape.label, state)
    renamed = label != state.label
    _give(session, state, shape, label)
    standing = select(Epic.id).where(Epic.state_id == state.id)
    _arranged(session, portfolio, at)
    if renamed and state.is_open:
        redraw_cards(session, workspace_id, standing, at)
    return state


def drop_state(
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
    state = state_of(portfolio, state_id)
    if not state.is_in_the_middle:
        raise NeededState(state)
    if session.scalar(select(Epic.id).where(Epic.state_id == state.id).limit(1)) is not None:
        raise StateInUse(state)
    if not any(each.committed for each in portfolio.states if each is not state):
        raise NothingInFlight
    _forget(session, state)
    stood = or_(Transition.from_state_id == state.id, Transition.to_state_id == state.id)
    if session.scalar(select(Transition.id).where(stood).limit(1)) is None:
        session.delete(state)
    else:
        state.retired_at = at
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
    point = state_of(portfolio, state_id)
    if not any(s.is_open and s.position > point.position for s in portfolio.states):
        raise NothingInFlight
    portfolio.commit_on_leaving(point)
    session.flush()
    committed = [state.id for state in portfolio.states if state.committed]
    begun = session.execute(
        update(Epic)
        .where(Epic.state_id.in_(committed), Epic.committed_at.is_(None), Epic.done_at.is_(None))
        .values(committed_at=Epic.state_entered_at)
    )
    told = {"commitment_point": point.name, "epics_begun": begun.rowcount}  # type: ignore[attr-defined]
    note(session, workspace_id, "commitment_points", portfolio.id, told, portfolio_id=portfolio.id)
    _arranged(session, portfolio, at)
    return point


def _give(session: Session, state: State, shape: StateShape, label: str) -> None:
    state.label = label
    is_new = state.kind is None
    if is_new or state.is_in_the_middle:
        state.kind = shape.kind
    state.stale_after_days = shape.stale_after_days
    state.exit_requires = [each.value for each in shape.requires]
    session.flush()
    if shape.phased != state.phased:
        _split_in_two(session, state, phased=shape.phased)


def _split_in_two(session: Session, state: State, *, phased: bool) -> None:
    """Show the state as two columns, or as one; what stands there begins with testing its MVP."""
    state.phased = phased
    stands = update(Epic).where(Epic.state_id == state.id)
    changed = session.execute(stands.values(phase=Phase.TESTING if phased else None))
    if not phased:
        session.execute(
            delete(WipLimit).where(WipLimit.state_id == state.id, WipLimit.phase.is_not(None))
        )
    told = {"two_columns": phased, "epics": changed.rowcount}  # type: ignore[attr-defined]
    here = state.portfolio_id
    note(session, state.workspace_id, "columns", state.id, told, portfolio_id=here)


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


def state_of(portfolio: Portfolio, state_id: int) -> State:
    """A state of its board. Raises UnknownState."""
    state = next((each for each in portfolio.states if each.id == state_id), None)
    if state is None:
        raise UnknownState
    return state


def _free_label(portfolio: Portfolio, typed: str, own: State | None) -> str:
    label = tidy(typed)
    if not 0 < len(label) <= LONGEST_LABEL:
        raise FieldMistakes({"label": f"Give it a name of up to {LONGEST_LABEL} characters."})
    others = [each for each in portfolio.states if each is not own]
    if label.casefold() in {word for s in others for word in (s.name, s.label.casefold())}:
        raise FieldMistakes({"label": f"There is a state {label} already."})
    return label


def _free_name(portfolio: Portfolio, label: str) -> str:
    """A name to be typed, made of the label."""
    taken: Collection[str] = {state.name for state in portfolio.all_states}
    words = "".join(c if c.isalnum() else " " for c in label.casefold()).split()
    name = "-".join(words)[:36] or "state"
    if name not in taken:
        return name
    return next(n for number in range(2, 1_000) if (n := f"{name}-{number}") not in taken)


class UnknownState(Mistake):
    """A state that the epic's portfolio does not have."""

    def __init__(self) -> None:
        super().__init__("This portfolio has no such state any more. Choose another one.")
