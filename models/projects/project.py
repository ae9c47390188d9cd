"""Programs, projects and their milestones: what runs beside the value streams, and stays."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.portfolio.portfolio import ValueStream


class Program(Base):
    """Projects that are steered together."""

    __tablename__ = "programs"
    __table_args__ = (UniqueConstraint("portfolio_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    owner_name: Mapped[str | None] = mapped_column(String(120))
    """Who owns it where that is nobody here, as its source names them."""
    version: Mapped[int] = mapped_column(default=1)


class Project(Base):
    """A project with its plan and budget; an epic can point to it.

    Amounts are whole minor units of the portfolio's currency. What is not known is None, never 0.
    """

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "code"),
        UniqueConstraint("portfolio_id", "source", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    program_id: Mapped[int | None] = mapped_column(ForeignKey("programs.id"))
    code: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(300))
    category: Mapped[str | None] = mapped_column(String(120))
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    owner_name: Mapped[str | None] = mapped_column(String(120))
    """Who owns it where that is nobody here, as its source names them."""
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    cost_centre: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    program: Mapped[Program | None] = relationship()
    shares: Mapped[list["ProjectShare"]] = relationship(
        order_by="ProjectShare.id", cascade="all, delete-orphan"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        order_by="Milestone.position", cascade="all, delete-orphan"
    )


class ProjectShare(Base):
    """How much of a project is a value stream's, in percent; all shares of one add up to 100."""

    __tablename__ = "project_shares"
    __table_args__ = (UniqueConstraint("project_id", "value_stream_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"), index=True)
    percent: Mapped[Decimal]

    value_stream: Mapped[ValueStream] = relationship()


class MilestoneKind(StrEnum):
    """What a date of a project's plan is."""

    MILESTONE = "milestone"
    CHECKPOINT = "checkpoint"
    """A governance checkpoint; what came of it is its outcome."""


class Milestone(Base):
    """A date of a project's plan: as it was agreed, as it is expected, and as it came."""

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("project_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[MilestoneKind] = mapped_column(
        stored_by_value(MilestoneKind), default=MilestoneKind.MILESTONE
    )
    position: Mapped[int] = mapped_column(default=0)
    baseline_on: Mapped[date | None]
    forecast_on: Mapped[date | None]
    actual_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(Text)

    @property
    def expected_on(self) -> date | None:
        """The day it came, else is expected, else was agreed."""
        return self.actual_on or self.forecast_on or self.baseline_on

    def slip_days(self, today: date) -> int | None:
        """By how many days it is behind what was agreed; None where nothing was.

        One that has not come yet and is expected in the past is at least as late as today.
        """
        expected = self.expected_on
        if self.baseline_on is None or expected is None:
            return None
        if self.actual_on is None:
            expected = max(expected, today)
        return (expected - self.baseline_on).days


class ProjectSnapshot(Base):
    """What was told of a project at a moment, such as a yearly report; appended, never changed.

    Its value stream is the one it was reported under then.
    """

    __tablename__ = "project_snapshots"
    __table_args__ = (
        UniqueConstraint("project_id", "as_of", "period"),
        Index(None, "value_stream_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    period: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[date]
    confidence: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    forecast_minor: Mapped[int | None] = mapped_column(BigInteger)
    whole_life_cost_minor: Mapped[int | None] = mapped_column(BigInteger)

    project: Mapped[Project] = relationship()
    value_stream: Mapped[ValueStream | None] = relationship()
