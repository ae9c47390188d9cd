"""Programs, projects and their milestones: what runs beside the value streams, and stays."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Closing, stored_by_value
from models.calendar import spell_day
from models.errors import Mistake
from models.portfolio.portfolio import ValueStream
from models.projects.shares import Shares


class Owned:
    """What someone owns, who may be nobody here."""

    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    owner_name: Mapped[str | None] = mapped_column(String(120))
    """Who owns it where that is nobody here, as its source names them."""

    @property
    def owner(self) -> str | None:
        """Who owns it here; with one, the name of who did elsewhere is not kept."""
        return self.owner_user_id

    @owner.setter
    def owner(self, user_id: str | None) -> None:
        self.owner_user_id = user_id
        if user_id is not None:
            self.owner_name = None

    @property
    def until_now(self) -> str:
        """Who owns it that is nobody here; nothing where that is not so."""
        if self.owner_user_id or not self.owner_name:
            return ""
        return f"Until now it is {self.owner_name}, who is not a member here."


class Coded:
    """What has a code, which is also its name where it has no other."""

    code: Mapped[str]
    name: Mapped[str]

    @property
    def label(self) -> str:
        """Its code and its name."""
        return self.code if self.code == self.name else f"{self.code} {self.name}"


class Program(Coded, Owned, Base):
    """Projects that are steered together."""

    __tablename__ = "programs"
    __table_args__ = (UniqueConstraint("portfolio_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many milestones with an agreed date there are, and how many are on it."""

    on_their_date: int
    agreed: int


class Project(Coded, Owned, Closing, Base):
    """A project with its plan and budget; an epic can point to it.

    Amounts are whole minor units of the portfolio's currency. What is not known is None, never 0.
    """

    unaudited_columns = frozenset({"imported_at"})
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
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    cost_centre: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    """When it came in from a file; None where it did not."""
    version: Mapped[int] = mapped_column(default=1)

    program: Mapped[Program | None] = relationship()
    shares: Mapped[list["ProjectShare"]] = relationship(
        order_by="ProjectShare.id", cascade="all, delete-orphan"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        order_by="Milestone.position", cascade="all, delete-orphan", back_populates="project"
    )

    @property
    def shared(self) -> Shares:
        """Which value streams have how much of it; a share that stays is the same row."""
        return tuple((share.value_stream_id, share.percent) for share in self.shares)

    @shared.setter
    def shared(self, wanted: Shares) -> None:
        rows = {share.value_stream_id: share for share in self.shares}
        here = {"workspace_id": self.workspace_id}
        new = {id_: ProjectShare(value_stream_id=id_, **here) for id_, _ in wanted}
        self.shares = [rows.get(id_, new[id_]) for id_, _ in wanted]
        for share, (_, percent) in zip(self.shares, wanted, strict=True):
            share.percent = percent

    @property
    def main_stream(self) -> ValueStream | None:
        """The value stream with the largest share; of equal ones the first."""
        share = max(self.shares, key=lambda each: each.percent, default=None)
        return share.value_stream if share is not None else None

    def plan(self, today: date) -> Plan:
        """How its milestones stand."""
        agreed = [each for each in self.milestones if each.baseline_on is not None]
        off = sum(each.is_off_its_date(today) for each in agreed)
        return Plan(len(agreed) - off, len(agreed))

    def latest_slip(self, today: date) -> "Milestone | None":
        """The milestone that is late the most and has not come yet; None where none is."""
        late = [each for each in self.milestones if each.is_late(today)]
        return max(late, key=lambda each: each.slip_days(today) or 0, default=None)

    def new_milestone(self) -> "Milestone":
        """One more, after the others, with nothing in it yet."""
        last = max((each.position for each in self.milestones), default=0)
        return Milestone(
            workspace_id=self.workspace_id,
            project_id=self.id,
            project=self,
            kind=MilestoneKind.MILESTONE,
            position=last + 1,
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


class Passing(StrEnum):
    """What can be decided on a checkpoint."""

    PASS = "pass"
    CONDITIONS = "conditions"
    NOT_YET = "not yet"


PASSING = {
    Passing.PASS: "Pass",
    Passing.CONDITIONS: "Pass with conditions",
    Passing.NOT_YET: "Not yet",
}
"""The same in words."""


class NotACheckpoint(Mistake):
    """A decision on a milestone that is none."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is not a checkpoint, so it cannot be decided. Change it can make it one."
        )


class Concluded(Mistake):
    """A decision on a checkpoint that has come, with its outcome."""

    def __init__(self, code: str, outcome: str) -> None:
        super().__init__(f"{code} already has its outcome: {outcome[:200]}")


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

    project: Mapped[Project] = relationship(back_populates="milestones")

    @property
    def version(self) -> int:
        """That of its project, whose plan it is a part of."""
        return self.project.version

    @version.setter
    def version(self, version: int) -> None:
        self.project.version = version

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

    @property
    def can_be_decided(self) -> bool:
        """Whether it is a checkpoint that has not come with an outcome."""
        has_come = self.actual_on is not None and bool(self.outcome)
        return self.kind is MilestoneKind.CHECKPOINT and not has_come

    def check_can_be_decided(self) -> None:
        """Raise NotACheckpoint, or Concluded where it has come with an outcome."""
        if self.kind is not MilestoneKind.CHECKPOINT:
            raise NotACheckpoint(self.code)
        if not self.can_be_decided:
            raise Concluded(self.code, self.outcome or "")

    def conclude(self, passing: Passing, key: str, on: date) -> None:
        """Keep what the decision of that key said on the day; it has come where it passes."""
        passes = passing is not Passing.NOT_YET
        self.outcome = f"{PASSING[passing]}{'' if passes else ', ' + spell_day(on)} ({key})"
        if passes:
            self.actual_on = self.actual_on or on
        self.version += 1

    def is_off_its_date(self, today: date) -> bool:
        """Whether it came, or is to come, later than agreed; where nothing was, it is not."""
        return (self.slip_days(today) or 0) > 0

    @classmethod
    def off_their_dates(cls, today: date) -> ColumnElement[bool]:
        """Which are: the same asked of the database."""
        expected = func.coalesce(cls.actual_on, cls.forecast_on, cls.baseline_on)
        overdue = and_(cls.actual_on.is_(None), cls.baseline_on < today)
        return and_(cls.baseline_on.is_not(None), or_(expected > cls.baseline_on, overdue))

    def is_late(self, today: date) -> bool:
        """Whether it has not come yet, and comes later than agreed."""
        return self.actual_on is None and self.is_off_its_date(today)


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
