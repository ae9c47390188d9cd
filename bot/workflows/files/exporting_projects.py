"""Giving programs, projects, milestones and snapshots back as they can come in again.

Each row is a dict of texts by the import's own column names; what is not known is None.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.errors import Mistake
from models.files.days import spell_moment
from models.files.figures import spell_minor
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Program, Project, ProjectShare, ProjectSnapshot
from models.projects.shares import Share, parse_shares, spell_shares

AT_ONCE = 500
Row = dict[str, str | None]


def program_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """The portfolio's programs, the first added first."""
    rows = select(Program).where(Program.portfolio_id == portfolio.id).order_by(Program.id)
    for program in session.scalars(rows.execution_options(yield_per=AT_ONCE)):
        owner = program.owner_user_id or program.owner_name
        yield {"code": program.code, "name": program.name, "owner": owner}


def project_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """The portfolio's projects, the first added first."""
    rows = (
        select(Project)
        .where(Project.portfolio_id == portfolio.id)
        .options(
            joinedload(Project.program),
            selectinload(Project.shares).joinedload(ProjectShare.value_stream),
        )
        .order_by(Project.id)
    )
    for project in session.scalars(rows.execution_options(yield_per=AT_ONCE)):
        yield {
            "code": project.code,
            "name": project.name,
            "program": project.program.code if project.program else None,
            "owner": project.owner_user_id or project.owner_name,
            "value_stream": _shares(project),
            "budget": _amount(project.budget_minor, portfolio),
            "cost_centre": project.cost_centre,
            "category": project.category,
            "starts": _day(project.starts_on),
            "ends": _day(project.ends_on),
            "source": project.source,
            "source_id": project.source_id,
            "created_at": _moment(project.created_at),
            "closed_at": _moment(project.closed_at),
        }


def milestone_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """The milestones of the portfolio's projects, project by project in their order."""
    rows = (
        select(Milestone, Project.code)
        .join(Project, Project.id == Milestone.project_id)
        .where(Project.portfolio_id == portfolio.id)
        .order_by(Project.id, Milestone.position, Milestone.id)
    )
    for milestone, code in session.execute(rows.execution_options(yield_per=AT_ONCE)):
        yield {
            "project": code,
            "code": milestone.code,
            "name": milestone.name,
            "kind": milestone.kind.value,
            "baseline": _day(milestone.baseline_on),
            "forecast": _day(milestone.forecast_on),
            "actual": _day(milestone.actual_on),
            "outcome": milestone.outcome,
        }


def snapshot_rows(session: Session, portfolio: Portfolio) -> Iterator[Row]:
    """The snapshots of the portfolio's projects, project by project, the oldest first."""
    rows = (
        select(ProjectSnapshot, Project.code)
        .join(Project, Project.id == ProjectSnapshot.project_id)
        .where(Project.portfolio_id == portfolio.id)
        .options(joinedload(ProjectSnapshot.value_stream))
        .order_by(Project.id, ProjectSnapshot.as_of, ProjectSnapshot.period)
    )
    for snapshot, code in session.execute(rows.execution_options(yield_per=AT_ONCE)):
        yield {
            "project": code,
            "period": snapshot.period,
            "as_of": _day(snapshot.as_of),
            "value_stream": snapshot.value_stream.name if snapshot.value_stream else None,
            "confidence": snapshot.confidence,
            "starts": _day(snapshot.starts_on),
            "ends": _day(snapshot.ends_on),
            "budget": _amount(snapshot.budget_minor, portfolio),
            "forecast": _amount(snapshot.forecast_minor, portfolio),
            "whole_life_cost": _amount(snapshot.whole_life_cost_minor, portfolio),
        }


def _shares(project: Project) -> str | None:
    """By the streams' names; by their letters where a name would be read otherwise."""
    if not project.shares:
        return None
    named = [Share(each.value_stream.name, each.percent) for each in project.shares]
    try:
        if parse_shares(spell_shares(named)) == named:
            return spell_shares(named)
    except Mistake:
        pass
    letters = [Share(each.value_stream.key_prefix, each.percent) for each in project.shares]
    return spell_shares(letters)


def _amount(minor: int | None, portfolio: Portfolio) -> str | None:
    return None if minor is None else spell_minor(minor, portfolio.currency)


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _moment(at: datetime | None) -> str | None:
    return None if at is None else spell_moment(at)
