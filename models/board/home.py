"""What someone chose to see of App Home."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.message import home_key
from models.portfolio.portfolio import Phase


class Home(Base):
    """One person's App Home: what they chose to see, and when they last looked."""

    audited = False
    __tablename__ = "homes"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    portfolio_id: Mapped[int | None] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    state_id: Mapped[int | None] = mapped_column(ForeignKey("states.id"))
    phase: Mapped[Phase | None] = mapped_column(stored_by_value(Phase))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    no_theme: Mapped[bool] = mapped_column(default=False)
    mine: Mapped[bool] = mapped_column(default=False)
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    """Whose epics they see, where not everyone's."""
    text: Mapped[str | None] = mapped_column(String(80))
    page: Mapped[int] = mapped_column(default=1)
    chosen_at: Mapped[datetime | None]
    """When they last chose; before that they see the stream that is theirs."""
    opened_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def work_key(self) -> str:
        return home_key(self.id)
