"""What is shown of projects: a page of a list, and one project with all that belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.epic import Epic
from models.portfolio import Portfolio
from models.project import Milestone, Program, Project, ProjectSnapshot


class Which(StrEnum):
    """Which projects of a portfolio are listed."""

    OPEN = "open"
    LATE = "late"
    """Those with a milestone off its date."""
    UNLINKED = "unlinked"
    """Those no epic points to, as far as one sees."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """What narrows the list of projects."""

    stream_id: int | None = None
    program_id: int | None = None
    which: Which = Which.OPEN
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many milestones with an agreed date there are, and how many are on it."""

    on_their_date: int
    agreed: int


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """A page of a portfolio's projects; pages count from 1, and an empty list has one."""

    portfolio: Portfolio
    programs: Sequence[Program]
    projects: Sequence[Project]
    newest: Mapping[int, ProjectSnapshot]
    """The newest snapshot by project, where there is one."""
    linked: Mapping[int, int]
    """How many epics point to each project, as far as the viewer may see."""
    plan: Plan
    today: date
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """A project with its plan, what was told of it, and the epics the viewer may see."""

    portfolio: Portfolio
    project: Project
    milestones: Sequence[Milestone]
    """Those of the page."""
    number: int
    pages: int
    snapshots: Sequence[ProjectSnapshot]
    """What was told of it, the newest first."""
    epics: Sequence[Epic]
    epics_in_all: int
    today: date


def plan_of(project: Project, today: date) -> Plan:
    """The project's own."""
    slips = [each.slip_days(today) for each in project.milestones]
    agreed = [slip for slip in slips if slip is not None]
    return Plan(sum(slip <= 0 for slip in agreed), len(agreed))


def latest_slip(project: Project, today: date) -> Milestone | None:
    """The milestone that is late the most and has not come yet; None where none is."""
    open_ = [each for each in project.milestones if each.actual_on is None]
    late = [each for each in open_ if (each.slip_days(today) or 0) > 0]
    return max(late, key=lambda each: each.slip_days(today) or 0, default=None)
