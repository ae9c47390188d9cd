"""What the portfolio is after: themes, their objectives and the key results that show them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Closing
from models.errors import FieldMistakes, Mistake


class ClosedTheme(FieldMistakes):
    """An objective is to come under a theme that is over."""

    def __init__(self, theme: "Theme") -> None:
        super().__init__({"theme_id": f"{theme.name[:60]} is closed. Choose another theme."})


class Theme(Closing, Base):
    """A direction that epics can serve; one that is over is closed and keeps its epics."""

    __tablename__ = "themes"
    __table_args__ = (UniqueConstraint("portfolio_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    objectives: Mapped[list["Objective"]] = relationship(
        order_by="Objective.id", back_populates="theme"
    )

    def check_takes(self, objective: "Objective") -> None:
        """Raise ClosedTheme where it is closed; what it has already stays."""
        kept = objective.id is not None and objective.theme_id == self.id
        if self.closed_at is not None and not kept:
            raise ClosedTheme(self)


MOST_KEY_RESULTS = 10
"""Of one objective, so that a page of objectives fits into a form."""


class EnoughKeyResults(Mistake):
    """One key result more than an objective takes."""

    def __init__(self) -> None:
        super().__init__(
            f"An objective has at most {MOST_KEY_RESULTS} key results. Remove one first, or make "
            "a second objective."
        )


class Objective(Closing, Base):
    """What is to be true by a day; under a theme, or on its own."""

    __tablename__ = "objectives"
    __table_args__ = (Index(None, "portfolio_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)

    theme: Mapped[Theme | None] = relationship(back_populates="objectives")
    key_results: Mapped[list["KeyResult"]] = relationship(order_by="KeyResult.id")

    def new_key_result(self) -> "KeyResult":
        """One more, with nothing in it yet. Raises EnoughKeyResults."""
        if len(self.key_results) >= MOST_KEY_RESULTS:
            raise EnoughKeyResults
        return KeyResult(workspace_id=self.workspace_id, objective_id=self.id)


class KeyResult(Base):
    """A figure that shows whether an objective is reached; where it stands now may be unknown."""

    __tablename__ = "key_results"
    __table_args__ = (Index(None, "objective_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    objective_id: Mapped[int] = mapped_column(ForeignKey("objectives.id"))
    title: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str | None] = mapped_column(String(40))
    baseline: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    current: Mapped[Decimal | None]
    current_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    def read(self, current: Decimal | None, on: date | None) -> None:
        """Stand there as of a day; without a figure it is not known any more, nor since when."""
        self.current, self.current_on = current, on if current is not None else None

    @property
    def percent_of_the_way(self) -> int | None:
        """How far it has come from its baseline to its target; None where a figure is missing.

        Below 0 it went the other way, above 100 it is past its target.
        """
        if self.baseline is None or self.target is None or self.current is None:
            return None
        way = self.target - self.baseline
        return round((self.current - self.baseline) / way * 100) if way else None
