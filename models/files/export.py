"""An export that someone asked for in Slack, from the asking to the file in their messages."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio


class NoSuchExport(Mistake):
    """An export that is not there, or somebody else's."""

    def __init__(self) -> None:
        super().__init__("That export is not there any more. Type /portfolio export once more.")


class ExportFormat(StrEnum):
    """How tables are written, or that the decisions alone are, as a document."""

    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


class Export(Base):
    """Everything of a portfolio that one person may see; `restricted` where epics of a circle are.

    The file is made and given to Slack by the worker. `slack_file_id` is Slack's name of one that
    it has and may not have shown yet; `problem` is why there is none.
    """

    unaudited_columns = frozenset({"ready_at", "slack_file_id", "problem"})
    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    format: Mapped[ExportFormat] = mapped_column(stored_by_value(ExportFormat))
    restricted: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    slack_file_id: Mapped[str | None] = mapped_column(String(32))
    problem: Mapped[str | None] = mapped_column(Text)

    portfolio: Mapped[Portfolio] = relationship(lazy="joined", innerjoin=True)

    @property
    def work_key(self) -> str:
        return f"export:{self.id}"


def of_person(found: Export | None, workspace_id: int, user_id: str) -> Export:
    """The export that was found. Raises NoSuchExport where it is not the person's."""
    if found is None or (found.workspace_id, found.user_id) != (workspace_id, user_id):
        raise NoSuchExport
    return found
