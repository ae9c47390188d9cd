"""A Slack workspace: the owner of every other row."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

LOCAL = "LOCAL"
"""The team id of a workspace that no Slack has claimed yet."""


class Workspace(Base):
    """One Slack workspace, by its team id."""

    __tablename__ = "workspaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[str] = mapped_column(String(32), unique=True)
