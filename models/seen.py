"""Requests that were seen, so that one delivered twice has one effect."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.work import insert_into


class Seen(Base):
    """One request, and what came of it."""

    audited = False
    __tablename__ = "seen_requests"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime]
    subject_id: Mapped[int | None]


def first_time(session: Session, workspace_id: int, request_id: str, at: datetime) -> bool:
    """Remember the request; whether it is new. Waits for a transaction that remembers the same."""
    statement = insert_into(session, Seen).values(
        workspace_id=workspace_id, request_id=request_id, at=at
    )
    inserted = statement.on_conflict_do_nothing().returning(Seen.request_id)
    return session.execute(inserted).first() is not None


def was_seen(session: Session, workspace_id: int, request_id: str) -> bool:
    """Whether the request was remembered before."""
    return session.get(Seen, (workspace_id, request_id)) is not None
