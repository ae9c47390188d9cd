"""What a person may do in a workspace."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

ADMIN = "admin"


class RoleGrant(Base):
    """A role given to one person."""

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(32), default=ADMIN)
