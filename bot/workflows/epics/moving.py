"""Moving an epic to another state, as its policy and the limits allow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from bot.workflows.epics.limits import full_places
from bot.workflows.permitting import Place, check, may
from bot.workflows.portfolio.streams import hold_successor
from bot.workflows.redrawing import notify, post, redraw_facts, redraw_message
from bot.workflows.seeing import may_see
from models.audit import rows
from models.board.digest import STALE_AFTER
from models.epics.belonging import StreamMove
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.epics.listing import found
from models.epics.obstacles import Move, NotYet, Obstacles, Override
from models.epics.policy import lacks_before
from models.message import Message, MessageKind
from models.people.role import Right, Role
from models.portfolio.board import UnknownState
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase, State, StateKind, ValueStream, WipLimit

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
HELD = select(State).where(State.id == bindparam("to_id")).with_for_update(read=True).cte("held")
BESIDE_HELD = (
    select(HELD)
    .union_all(
        select(State).where(
            State.portfolio_id == select(HELD.c.portfolio_id).scalar_subquery(),
            State.id != bindparam("to_id"),
            State.retired_at.is_(None),
        )
    )
    .subquery()
)
STATES_WITH_HELD = select(
    aliased(State, BESIDE_HELD),
    exists().where(WipLimit.portfolio_id == BESIDE_HELD.c.portfolio_id),
).execution_options(populate_existing=True)
"""All states beside one that is held, which comes as it is once nobody else changes it."""

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


End = Callable[[Session, Epic, Transition], None]
ENDS: list[End] = []
"""What is done when an epic ends, filled by `when_it_ends`."""

Gift = Callable[[Session, StreamMove], None]
GIFTS: list[Gift] = []
"""What is done when an epic goes to another value stream, filled by `when_given`."""


def when_it_ends(end: End) -> End:
    """Have a later room do its part when an epic is done or stopped.

    The step is not stored yet; what the room says of it is stored with it.
    """
    ENDS.append(end)
    return end


def when_given(gift: Gift) -> Gift:
    """Have a later room do its part when one epic goes to another value stream."""
    GIFTS.append(gift)
    return gift


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
    override: bool = False,
) -> Epic:
    """Move the epic, and redraw wherever it is shown.

    `version` is what the person saw, None when they named the epic by its key. `anyway` passes
    over what is missing, for those who may and with a reason; it is kept as an override. One that
    comes back from its end goes on where its value stream was merged into. Its owner hears of a
    move by others. Raises AlreadyThere, MovedMeanwhile, NotAllowed, NotYet, ReasonMissing,
    UnknownEpic, UnknownState.
    """
    states, limited = hold_state(session, to_state_id)
    epic = locked(session, workspace_id, actor, epic_id)
    state = states.get(to_state_id)
    if state is None or state.portfolio_id != epic.portfolio_id:
        raise UnknownState
    is_back = state.is_open and not epic.state.is_open
    stream = hold_successor(session, epic.value_stream) if is_back else epic.value_stream
    place = Place(workspace_id, epic.portfolio, stream, epic)
    check(session, actor, Right.STOP if state.kind is StateKind.STOPPED else Right.MOVE, place)
    epic.check_goes_to(state, phase)
    epic.check_seen(version)
    to = Column.entered(state, phase)
    lacks = lacks_before(epic, states.values(), state, at, scales=to.scales)
    full = full_places(session, epic, to, states, stream, lock=True) if limited else []
    asked = Move(epic, to, reason, Obstacles(lacks, full))
    role = _overriding_role(session, actor, asked, override=override)
    if asked.perseveres:
        check(session, actor, Right.PERSEVERE, place)
    asked.check_reason()
    if stream is not epic.value_stream:
        change_stream(session, epic, stream, actor, None, at)
    moved = apply_move(session, epic, to, actor, reason, at)
    if role is not None:
        session.add(Override.of(asked, moved.transition, role))
    redraw_moved(session, epic, moved, states, at)
    notify_owner(session, epic, MessageKind.MOVED, moved.transition.id, actor, at)
    return epic


def undecided(session: Session, actor: str, epic: Epic, to: Column, at: datetime) -> NotYet | None:
    """Why it does not persevere yet, where that takes a decision."""
    lacks = lacks_before(epic, epic.portfolio.states, to.state, at, scales=to.scales)
    if Requirement.PERSEVERE not in lacks:
        return None
    may_override = may(session, actor, Right.OVERRIDE, Place.of_epic(epic))
    return NotYet(Move(epic, to, None, Obstacles(lacks)), may_override=may_override)


def not_yet(session: Session, actor: str, epic: Epic, to: Column, at: datetime) -> NotYet | None:
    """What keeps it from going there, looked at before it is asked to. Raises UnknownState."""
    states, limited = states_of(session, epic.portfolio_id)
    if to.state.id not in states:
        raise UnknownState
    lacks = lacks_before(epic, states.values(), to.state, at, scales=to.scales)
    full = full_places(session, epic, to, states, epic.value_stream) if limited else []
    asked = Move(epic, to, None, Obstacles(lacks, full))
    may_override = may(session, actor, Right.OVERRIDE, Place.of_epic(epic))
    return NotYet(asked, may_override=may_override) if asked.obstacles else None


def locked(session: Session, workspace_id: int, actor: str, epic_id: int) -> Epic:
    """The epic with nobody else changing it meanwhile. Raises UnknownEpic."""
    epic = taken(session, workspace_id, epic_id)
    return found(epic if epic is not None and may_see(session, actor, epic) else None)


def taken(session: Session, workspace_id: int, epic_id: int) -> Epic | None:
    """The same for Tack itself, which sees all of them."""
    return session.scalars(LOCKED, {"workspace_id": workspace_id, "epic_id": epic_id}).first()


def states_of(session: Session, portfolio_id: int) -> tuple[Mapping[int, State], bool]:
    """The portfolio's states by their ids, and whether it has limits at all."""
    return _by_id(session.execute(STATES, {"portfolio_id": portfolio_id}).all())


def hold_state(session: Session, state_id: int) -> tuple[Mapping[int, State], bool]:
    """The same of the portfolio that has this state, which nobody changes meanwhile."""
    return _by_id(session.execute(STATES_WITH_HELD, {"to_id": state_id}).all())


def _by_id(rows: Iterable[Row[State, bool]]) -> tuple[Mapping[int, State], bool]:
    there = [(state, limited) for state, limited in rows if state.retired_at is None]
    return {state.id: state for state, _ in there}, any(limited for _, limited in there)


def apply_move(
    session: Session, epic: Epic, to: Column, actor: str | None, reason: str | None, at: datetime
) -> Moved:
    """Move without checks; what blocked it ends when it is done or stopped."""
    in_digests = may_be_in_digests(epic, to.state, at)
    transition = epic.move(to.state, actor, reason, at, to.phase)
    return store_move(session, epic, transition, in_digests=in_digests)


def overridden(session: Session, step: Transition) -> Sequence[str]:
    """What a move passed over, each in words; nothing for most."""
    found = session.scalars(select(Override.passed).where(Override.transition_id == step.id))
    return found.first() or ()


def notify_owner(
    session: Session,
    epic: Epic,
    kind: MessageKind,
    subject_id: int,
    actor: str | None,
    at: datetime,
) -> None:
    """Put a direct message to who owns it, unless they did it, or nothing is posted yet."""
    if not epic.portfolio.is_silent(at):
        notify(session, epic.workspace_id, kind, subject_id, [epic.owner_user_id], actor, at)


def change_stream(
    session: Session, epic: Epic, to: ValueStream, actor: str, reason: str | None, at: datetime
) -> StreamMove:
    """Have the epic belong to the stream, and its card stand in the stream's channel.

    Raises SameStream.
    """
    move = StreamMove.of(epic, to, actor, reason, at)
    session.add(move)
    session.flush()
    for gift in GIFTS:
        gift(session, move)
    cards = session.scalars(
        select(Message)
        .where(
            Message.workspace_id == epic.workspace_id,
            Message.kind == MessageKind.EPIC_CARD,
            Message.subject_id == epic.id,
            Message.channel_id != (to.channel_id or ""),
        )
        .order_by(Message.id)
    ).all()
    for card in cards:
        card.kind, card.subject_id = MessageKind.STREAM_MOVE, move.id
    session.flush()
    show_in_channel(session, epic, at)
    for card in cards:
        redraw_message(session, card, at)
    return move


def show_in_channel(session: Session, epic: Epic, at: datetime) -> None:
    """Put a card into the channel of its value stream, where none is; of a restricted one none."""
    channel_id = epic.value_stream.channel_id
    if channel_id is None or epic.restricted:
        return
    there = select(Message.id).where(
        Message.workspace_id == epic.workspace_id,
        Message.kind == MessageKind.EPIC_CARD,
        Message.subject_id == epic.id,
        Message.channel_id == channel_id,
    )
    if session.scalar(there.limit(1)) is None:
        post(session, epic.workspace_id, MessageKind.EPIC_CARD, epic.id, channel_id, at)


def may_be_in_digests(epic: Epic, to: State, at: datetime) -> bool:
    """Whether digests may have asked about what a move there changes."""
    stays_in_flight = epic.state.committed and to.committed
    asked_about = epic.blocking is not None or epic.owner_user_id is None
    long = at - epic.state_entered_at >= STALE_AFTER
    return not stays_in_flight or asked_about or long


def store_move(session: Session, epic: Epic, transition: Transition, *, in_digests: bool) -> Moved:
    """Store where the epic stands now, and how it came there."""
    rows.save(session, epic)
    if not epic.state.is_open:
        for end in ENDS:
            end(session, epic, transition)
    rows.append(session, transition)
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


def _overriding_role(session: Session, actor: str, move: Move, *, override: bool) -> Role | None:
    """In which role its obstacles are passed; None where there are none.

    Raises NotYet, and for who passes them NotAllowed.
    """
    if not move.obstacles:
        return None
    place = Place.of_epic(move.epic)
    if not override:
        raise NotYet(move, may_override=may(session, actor, Right.OVERRIDE, place))
    return check(session, actor, Right.OVERRIDE, place)
