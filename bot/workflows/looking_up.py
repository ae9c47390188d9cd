"""Looking up what an epic's card says beside the epic."""

from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.answering import answer_of
from bot.workflows.limiting import full_places
from bot.workflows.seeing import EVERYBODY, seen_by
from bot.workflows.waiting import last_heard, news_of
from models.card import Card
from models.column import ENDED, next_column
from models.epic import Epic, StreamMove, Transition
from models.portfolio import FIRST_STATE, StateKind

STEPS_SHOWN = 40

HEARD = select(*last_heard()).select_from(Epic).where(Epic.id == bindparam("epic_id"))
"""Built once: every card asks it."""


def card(session: Session, epic: Epic, now: datetime) -> Card:
    """The epic with its last change, and what it waits for; others it names everybody may see."""
    last = _steps(session, epic, 1)[0]
    if epic.state.kind in ENDED:
        return Card(epic, last, now)
    to = next_column(epic)
    states = {state.id: state for state in epic.portfolio.states}
    return Card(
        epic,
        last,
        now,
        answer=answer_of(session, epic) if _is_answered_idea(epic) else None,
        news_at=_news_at(session, epic, last),
        full=full_places(session, epic, to, states) if to is not None else (),
        place=_place_in_line(session, epic),
    )


def history(session: Session, epic: Epic) -> tuple[list[Transition | StreamMove], int]:
    """The newest steps of the epic's way, the newest first, and how many there are in all.

    A step is from state to state, or from one value stream to another.
    """
    total = session.scalar(select(func.count(Transition.id)).where(Transition.epic_id == epic.id))
    moves = session.scalars(
        select(StreamMove)
        .where(StreamMove.epic_id == epic.id)
        .options(joinedload(StreamMove.from_stream), joinedload(StreamMove.to_stream))
        .order_by(StreamMove.at.desc(), StreamMove.id.desc())
    ).all()
    steps: list[Transition | StreamMove] = [*_steps(session, epic, STEPS_SHOWN), *moves]
    newest = sorted(steps, key=lambda step: step.at, reverse=True)[:STEPS_SHOWN]
    return newest, (total or 0) + len(moves)


def _is_answered_idea(epic: Epic) -> bool:
    return epic.state.name == FIRST_STATE and epic.answered_at is not None


def _news_at(session: Session, epic: Epic, last: Transition) -> datetime | None:
    """When an epic in flight was heard of last; to have come to its second column is news."""
    if not epic.state.committed:
        return None
    return max(last.at, news_of(epic, session.execute(HEARD, {"epic_id": epic.id}).one()))


def _place_in_line(session: Session, epic: Epic) -> int | None:
    """Which place the epic has among those of its stream that are ready; None for others."""
    if not (epic.state.committed and epic.state.kind is StateKind.WAIT):
        return None
    earlier = select(func.count(Epic.id)).where(
        Epic.value_stream_id == epic.value_stream_id,
        Epic.state_id == epic.state_id,
        seen_by(EVERYBODY),
        or_(
            Epic.state_entered_at < epic.state_entered_at,
            and_(Epic.state_entered_at == epic.state_entered_at, Epic.id < epic.id),
        ),
    )
    return (session.scalar(earlier) or 0) + 1


def _steps(session: Session, epic: Epic, limit: int) -> list[Transition]:
    return list(
        session.scalars(
            select(Transition)
            .where(Transition.epic_id == epic.id)
            .options(joinedload(Transition.from_state), joinedload(Transition.to_state))
            .order_by(Transition.at.desc(), Transition.id.desc())
            .limit(limit)
        )
    )
