"""Still right: someone says that an epic stands as Tack shows it, when asked or unasked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Confirmation(Base):
    """One such word about an epic; appended, never changed."""

    __tablename__ = "confirmations"
    __table_args__ = (Index(None, "epic_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class FactCheck(Base):
    """One person is asked, once an ISO week and all at once, whether their epics still stand so."""

    audited = False
    __tablename__ = "fact_checks"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    week: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
