"""Looking up what an epic's card says beside the epic."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.card import Card
from models.epic import Epic, Transition

STEPS_SHOWN = 40


def card(session: Session, epic: Epic, now: datetime) -> Card:
    """The epic with its last change."""
    return Card(epic, _steps(session, epic, 1)[0], now)


def history(session: Session, epic: Epic) -> tuple[list[Transition], int]:
    """The newest steps of the epic's way, the newest first, and how many there are in all."""
    total = session.scalar(select(func.count(Transition.id)).where(Transition.epic_id == epic.id))
    return _steps(session, epic, STEPS_SHOWN), total or 0


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
