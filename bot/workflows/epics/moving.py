"""Moving an epic to another state, as its policy and the limits allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.epics.limits import full_places
from bot.workflows.permitting import Place, check, may
from bot.workflows.redrawing import redraw_facts
from bot.workflows.seeing import may_see
from models.audit import rows
from models.board.digest import QUIET_AFTER
from models.epics.column import ENDED, Column
from models.epics.epic import Epic, Override, Transition
from models.epics.obstacles import NotYet, Obstacles
from models.epics.policy import lacks_before
from models.errors import AlreadyThere, FieldMistakes, Mistake, MovedMeanwhile
from models.people.role import Right, Role
from models.portfolio.board import UnknownState
from models.portfolio.portfolio import Phase, State, StateKind, WipLimit

LOCKED = (
    select(Epic)
    .where(Epic.workspace_id == bindparam("workspace_id"), Epic.id == bindparam("epic_id"))
    .options(
        joinedload(Epic.portfolio, innerjoin=True),
        joinedload(Epic.value_stream, innerjoin=True),
        joinedload(Epic.blocking),
    )
    .with_for_update(of=Epic)
    .execution_options(populate_existing=True)
)
STATES = select(State, exists().where(WipLimit.portfolio_id == bindparam("portfolio_id"))).where(
    State.portfolio_id == bindparam("portfolio_id"), State.retired_at.is_(None)
)
SHARED_LIMIT = exists().where(
    WipLimit.portfolio_id == bindparam("portfolio_id"), WipLimit.value_stream_id.is_(None)
)
LINE = (
    select(Epic.id)
    .where(
        Epic.portfolio_id == bindparam("portfolio_id"),
        Epic.state_id.in_(bindparam("state_ids", expanding=True)),
        or_(Epic.value_stream_id == bindparam("stream_id"), SHARED_LIMIT),
    )
    .order_by(Epic.state_entered_at, Epic.id)
    .limit(20)
)
"""Who is in line: in the stream, or in all of them where they wait for the same places.

Built once: to build a statement takes longer than to ask it, and moves are clicked often."""


class UnknownEpic(Mistake):
    """An epic that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That epic is not there any more.")


class ReasonMissing(FieldMistakes):
    """A move that others will want to understand, without a word why."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"reason": sentence})


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that was carried out, and whether digests may have asked about what it changed."""

    transition: Transition
    in_digests: bool


def move(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    to_state_id: int,
    version: int | None,
    reason: str | None,
    at: datetime,
    *,
    phase: Phase | None = None,
    anyway: bool = False,
) -> Epic:
    """Move the epic, and redraw wherever it is shown.

    `version` is what the person saw, None when they named the epic by its key. `anyway` passes
    over what is missing, for those who may and with a reason; it is kept as an override. Raises
    AlreadyThere, MovedMeanwhile, NotAllowed, NotYet, ReasonMissing, UnknownEpic, UnknownState.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    states, limited = states_of(session, epic.portfolio_id)
    if (state := states.get(to_state_id)) is None:
        raise UnknownState
    place = Place.of_epic(epic)
    check(session, actor, Right.STOP if state.kind is StateKind.STOPPED else Right.MOVE, place)
    if state is epic.state and phase in (None, epic.phase):
        raise AlreadyThere(epic.key, epic.column_label)
    if version is not None and version != epic.version:
        raise MovedMeanwhile(epic.key, epic.column_label)
    to = Column.entered(state, phase)
    obstacles = Obstacles(
        lacks_before(epic, states.values(), state, scales=to.scales),
        full_places(session, epic, to, states, lock=True) if limited else [],
    )
    role = _passing_role(session, actor, epic, to, obstacles, reason, anyway=anyway)
    if to.scales and epic.state.kind is not StateKind.DONE:
        check(session, actor, Right.PERSEVERE, place)
        if not (reason or "").strip():
            raise ReasonMissing("Say in a sentence why it goes on after its MVP.")
    moved = carry_out(session, epic, to, actor, reason, at)
    if role is not None:
        session.add(_override(moved.transition, obstacles.told(to), role))
    redraw_moved(session, epic, moved, states, at)
    return epic


def locked(session: Session, workspace_id: int, actor: str, epic_id: int) -> Epic:
    """The epic with nobody else changing it meanwhile. Raises UnknownEpic."""
    epic = taken(session, workspace_id, epic_id)
    if epic is None or not may_see(session, actor, epic):
        raise UnknownEpic
    return epic


def taken(session: Session, workspace_id: int, epic_id: int) -> Epic | None:
    """The same for Tack itself, which sees all of them."""
    return session.scalars(LOCKED, {"workspace_id": workspace_id, "epic_id": epic_id}).first()


def states_of(session: Session, portfolio_id: int) -> tuple[Mapping[int, State], bool]:
    """The portfolio's states by their ids, and whether it has limits at all."""
    rows = session.execute(STATES, {"portfolio_id": portfolio_id}).all()
    return {state.id: state for state, _ in rows}, any(limited for _, limited in rows)


def carry_out(
    session: Session, epic: Epic, to: Column, actor: str | None, reason: str | None, at: datetime
) -> Moved:
    """Have the epic stand there; what blocked it ends with its way. Nothing is asked any more."""
    stays_in_flight = epic.state.committed and to.state.committed
    asked_about = epic.blocking is not None or epic.owner_user_id is None
    long = at - epic.state_entered_at >= QUIET_AFTER
    in_digests = not stays_in_flight or asked_about or long
    ends = epic.blocking if to.state.kind in ENDED else None
    if ends is not None:
        ends.ended_at, ends.ended_by = at, actor
    transition = epic.move(to.state, actor, reason, at, to.phase)
    rows.save(session, epic)
    rows.append(session, transition)
    if ends is not None:
        session.flush()
        session.expire(epic, ["blocking"])
    return Moved(transition, in_digests)


def redraw_moved(
    session: Session, epic: Epic, moved: Moved, states: Mapping[int, State], at: datetime
) -> None:
    """Redraw what the move changed: the questions about it, its cards, and who waits in line."""
    waits = [s.id for s in states.values() if s.committed and s.kind is StateKind.WAIT]
    line = {
        "portfolio_id": epic.portfolio_id,
        "stream_id": epic.value_stream_id,
        "state_ids": waits,
    }
    others = session.scalars(LINE, line).all() if waits and _moves_the_line(moved) else ()
    redraw_facts(session, epic, at, others, in_digests=moved.in_digests)


def _moves_the_line(moved: Moved) -> bool:
    """Whether those who are ready have another place now, or more room before them."""
    left, to = moved.transition.from_state, moved.transition.to_state
    if left is None or not left.committed:
        return False
    return StateKind.WAIT in (left.kind, to.kind) or left.phased


def _passing_role(
    session: Session,
    actor: str,
    epic: Epic,
    to: Column,
    obstacles: Obstacles,
    reason: str | None,
    *,
    anyway: bool,
) -> Role | None:
    """In which role the obstacles are passed; None where there are none.

    Raises NotYet, and for who passes them NotAllowed and ReasonMissing.
    """
    if not (obstacles.lacks or obstacles.full):
        return None
    place = Place.of_epic(epic)
    if not anyway:
        may_pass = may(session, actor, Right.OVERRIDE, place)
        raise NotYet(epic, to, obstacles, may_pass=may_pass)
    role = check(session, actor, Right.OVERRIDE, place)
    if not (reason or "").strip():
        raise ReasonMissing("Say why it moves all the same: the next digest tells it.")
    return role


def _override(transition: Transition, passed: list[str], role: Role) -> Override:
    return Override(
        workspace_id=transition.workspace_id,
        epic_id=transition.epic.id,
        transition_id=transition.id,
        passed=passed,
        role=role.value,
        reason=transition.reason or "",
        by_user_id=transition.actor_user_id or "",
        at=transition.at,
    )
