"""Bringing programs, projects, their milestones and snapshots in, and nothing twice.

Rows are read and checked, and what follows from them is worked out and staged, before anything is
locked; then it is taken over in parts, each project with all that is of it. What is known already
stays as it is here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.workflows.files.importing import staging_projects as staging
from bot.workflows.files.importing.creating import ensure_streams
from bot.workflows.files.importing.parts import ROWS_AT_ONCE, Part, Parts
from bot.workflows.pointing import hold
from models.audit.trail import note
from models.database import Database
from models.files.names import NOBODY
from models.files.plans.projects import (
    KnownProject,
    KnownProjects,
    ProjectPlan,
    Rows,
    plan_of_projects,
)
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Milestone, Program, Project, ProjectShare, ProjectSnapshot

STORED = (Program, Project, ProjectShare, Milestone, ProjectSnapshot)


@dataclass(slots=True)
class Report:
    """How many of each came in, and how many were known before, by the table's name."""

    added: Mapping[str, int]
    known: Mapping[str, int]
    new_streams: Sequence[str]
    named_owners: Sequence[str]


def plan(
    session: Session,
    portfolio: Portfolio | None,
    rows: Rows,
    *,
    may_found: bool = True,
    people: Mapping[str, str] = NOBODY,
) -> ProjectPlan:
    """Work out what the rows come to in the portfolio, as `plan_of_projects` does."""
    known = KnownProjects() if portfolio is None else _known(session, portfolio)
    return plan_of_projects(portfolio, known, rows, may_found=may_found, people=people)


def _known(session: Session, portfolio: Portfolio) -> KnownProjects:
    programs = select(Program.code).where(Program.portfolio_id == portfolio.id)
    projects = select(Project.code, Project.source, Project.source_id, Project.name)
    there = session.execute(projects.where(Project.portfolio_id == portfolio.id))
    return KnownProjects(session.scalars(programs).all(), [KnownProject(*row) for row in there])


def parts_of(plan: ProjectPlan, most: int = ROWS_AT_ONCE) -> Parts[staging.Group]:
    """What the plan brings, in parts, by how many rows they have."""
    return Parts(staging.groups_of(plan.rows), "project", most, len)


@contextmanager
def staged_projects(database: Database, plan: ProjectPlan) -> Iterator[Connection]:
    """A connection that holds the plan's rows, to write them by with `load_projects`."""
    groups = staging.groups_of(plan.rows)
    with database.staging() as connection, staging.staged(connection, groups):
        yield connection
    database.refresh_statistics(*STORED)


def load_projects(
    session: Session,
    portfolio: Portfolio,
    plan: ProjectPlan,
    part: Part[staging.Group],
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    """Add what of the part is not there yet; the session is of the connection that holds the plan
    staged.

    The audit log tells of it as one event, with `about`, such as the hashes of the files.
    """
    hold(session, ValueStream, [stream.id for stream in portfolio.value_streams])
    ensure_streams(session, portfolio, plan.new_streams, at)
    added = staging.take_over(session, portfolio, at, part.places)
    noted = {**added, **about, **part.noted}
    here = portfolio.workspace_id
    note(session, here, "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    owners = sorted(plan.named_owners)
    return Report(added, dict(plan.known), plan.new_streams, owners)
