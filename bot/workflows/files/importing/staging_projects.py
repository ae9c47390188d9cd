"""Staging projects in temporary tables, where they hold nobody up, and taking them over.

Projects, programs and value streams are named here by code and name; taking over finds their ids
and leaves out what is there already. What belongs to one project has places that follow each
other, whatever table it is in, so that it can be taken over together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from models.base import DecimalText, UtcDateTime
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Milestone, Program, Project, ProjectShare, ProjectSnapshot

CHUNK = 5_000
STAGES = MetaData()


def _stage(name: str, *columns: Column[Any]) -> Table:
    place = Column("place", Integer, primary_key=True, autoincrement=False)
    return Table(name, STAGES, place, *columns, prefixes=["TEMPORARY"])


PROGRAMS = _stage(
    "staged_programs",
    Column("code", String(80)),
    Column("name", String(200)),
    Column("owner_user_id", String(32)),
    Column("owner_name", String(120)),
)
PROJECTS = _stage(
    "staged_projects",
    Column("code", String(120)),
    Column("name", String(300)),
    Column("program_code", String(80)),
    Column("category", String(120)),
    Column("owner_user_id", String(32)),
    Column("owner_name", String(120)),
    Column("budget_minor", BigInteger),
    Column("cost_centre", String(40)),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("source", String(80)),
    Column("source_id", String(200)),
    Column("created_at", UtcDateTime()),
    Column("closed_at", UtcDateTime()),
)
SHARES = _stage(
    "staged_shares",
    Column("project_code", String(120)),
    Column("stream_name", String(80)),
    Column("percent", DecimalText()),
)
MILESTONES = _stage(
    "staged_milestones",
    Column("project_code", String(120)),
    Column("code", String(40)),
    Column("name", String(200)),
    Column("kind", String(16)),
    Column("position", Integer),
    Column("baseline_on", Date),
    Column("forecast_on", Date),
    Column("actual_on", Date),
    Column("outcome", Text),
)
SNAPSHOTS = _stage(
    "staged_snapshots",
    Column("project_code", String(120)),
    Column("stream_name", String(80)),
    Column("period", String(16)),
    Column("as_of", Date),
    Column("confidence", String(40)),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("budget_minor", BigInteger),
    Column("forecast_minor", BigInteger),
    Column("whole_life_cost_minor", BigInteger),
)

STAGED: Mapping[str, Table] = {
    "programs": PROGRAMS,
    "projects": PROJECTS,
    "shares": SHARES,
    "milestones": MILESTONES,
    "snapshots": SNAPSHOTS,
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""What is to be staged: by stage, each row with all its columns but the place."""

Group = Sequence[tuple[str, Mapping[str, Any]]]
"""What comes in together, each with its stage: a program, or a project with what is of it."""

Places = tuple[int, int]


def groups_of(rows: Rows) -> Sequence[Group]:
    """The programs, then the projects in their order, then what is of others, with their codes."""
    programs = [[("programs", row)] for row in rows["programs"]]
    by_project: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for stage, held in rows.items():
        for row in held if stage != "programs" else ():
            code = row["code" if stage == "projects" else "project_code"]
            by_project.setdefault(code, []).append((stage, row))
    return [*programs, *by_project.values()]


@contextmanager
def staged(connection: Connection, groups: Iterable[Group]) -> Iterator[None]:
    """Hold the rows in tables that only this connection sees, until the end."""
    rows: dict[str, list[Mapping[str, Any]]] = {stage: [] for stage in STAGED}
    for place, (stage, row) in enumerate(chain.from_iterable(groups), 1):
        rows[stage].append({**row, "place": place})
    with connection.begin():
        STAGES.create_all(connection, checkfirst=False)
        for stage, held in rows.items():
            for start in range(0, len(held), CHUNK):
                connection.execute(insert(STAGED[stage]), held[start : start + CHUNK])
        if connection.dialect.name == "postgresql":  # which else takes them for nearly empty
            names = ", ".join(table.name for table in STAGED.values())
            connection.exec_driver_sql(f"ANALYZE {names}")
    try:
        yield
    finally:
        with connection.begin():
            STAGES.drop_all(connection, checkfirst=False)


def take_over(
    session: Session, portfolio: Portfolio, at: datetime, places: Places
) -> Mapping[str, int]:
    """Store what is staged there and not stored yet; how many of each, by the table's name."""
    session.flush()
    statements = (
        (Program, PROGRAMS, _programs(portfolio)),
        (Project, PROJECTS, _projects(portfolio, at)),
        (ProjectShare, SHARES, _shares(portfolio)),
        (Milestone, MILESTONES, _milestones(portfolio)),
        (ProjectSnapshot, SNAPSHOTS, _snapshots(portfolio)),
    )
    options = {"preserve_rowcount": True}
    counts = {}
    for noun, staged_in, missing in statements:
        rows = missing.where(staged_in.c.place.between(*places))
        table = noun.metadata.tables[noun.__tablename__]
        names = [str(column.key) for column in rows.selected_columns]
        statement = insert(table).inline().from_select(names, rows)
        done = session.connection().execute(statement, execution_options=options)
        counts[noun.__tablename__] = done.rowcount
    return counts


def _programs(portfolio: Portfolio) -> Select[Any]:
    there = exists().where(
        Program.portfolio_id == portfolio.id,
        func.lower(Program.code) == func.lower(PROGRAMS.c.code),
    )
    columns = ("code", "name", "owner_user_id", "owner_name")
    return (
        select(
            literal(portfolio.workspace_id).label("workspace_id"),
            literal(portfolio.id).label("portfolio_id"),
            *(PROGRAMS.c[name] for name in columns),
            literal(1).label("version"),
        )
        .where(~there)
        .order_by(PROGRAMS.c.place)
    )


def _projects(portfolio: Portfolio, at: datetime) -> Select[Any]:
    there = exists().where(
        Project.portfolio_id == portfolio.id,
        or_(
            Project.code == PROJECTS.c.code,
            and_(Project.source == PROJECTS.c.source, Project.source_id == PROJECTS.c.source_id),
        ),
    )
    own = [c for c in PROJECTS.c if c.name not in ("place", "program_code", "created_at")]
    created = func.coalesce(PROJECTS.c.created_at, literal(at, UtcDateTime()))
    return (
        select(
            literal(portfolio.workspace_id).label("workspace_id"),
            literal(portfolio.id).label("portfolio_id"),
            Program.id.label("program_id"),
            *own,
            created.label("created_at"),
            literal(at, UtcDateTime()).label("imported_at"),
            literal(1).label("version"),
        )
        .select_from(PROJECTS)
        .outerjoin(
            Program,
            and_(
                Program.portfolio_id == portfolio.id,
                func.lower(Program.code) == func.lower(PROJECTS.c.program_code),
            ),
        )
        .where(~there)
        .order_by(PROJECTS.c.place)
    )


def _shares(portfolio: Portfolio) -> Select[Any]:
    there = exists().where(
        ProjectShare.project_id == Project.id, ProjectShare.value_stream_id == ValueStream.id
    )
    return (
        select(
            literal(portfolio.workspace_id).label("workspace_id"),
            Project.id.label("project_id"),
            ValueStream.id.label("value_stream_id"),
            SHARES.c.percent,
        )
        .select_from(SHARES)
        .join(Project, _of(portfolio, SHARES))
        .join(ValueStream, _in(portfolio, SHARES))
        .where(~there)
        .order_by(SHARES.c.place)
    )


def _milestones(portfolio: Portfolio) -> Select[Any]:
    there = exists().where(Milestone.project_id == Project.id, Milestone.code == MILESTONES.c.code)
    own = [c for c in MILESTONES.c if c.name not in ("place", "project_code")]
    return (
        select(
            literal(portfolio.workspace_id).label("workspace_id"),
            Project.id.label("project_id"),
            *own,
        )
        .select_from(MILESTONES)
        .join(Project, _of(portfolio, MILESTONES))
        .where(~there)
        .order_by(MILESTONES.c.place)
    )


def _snapshots(portfolio: Portfolio) -> Select[Any]:
    there = exists().where(
        ProjectSnapshot.project_id == Project.id,
        ProjectSnapshot.as_of == SNAPSHOTS.c.as_of,
        ProjectSnapshot.period == SNAPSHOTS.c.period,
    )
    own = [c for c in SNAPSHOTS.c if c.name not in ("place", "project_code", "stream_name")]
    return (
        select(
            literal(portfolio.workspace_id).label("workspace_id"),
            Project.id.label("project_id"),
            ValueStream.id.label("value_stream_id"),
            *own,
        )
        .select_from(SNAPSHOTS)
        .join(Project, _of(portfolio, SNAPSHOTS))
        .outerjoin(ValueStream, _in(portfolio, SNAPSHOTS))
        .where(~there)
        .order_by(SNAPSHOTS.c.place)
    )


def _of(portfolio: Portfolio, table: Table) -> Any:
    return and_(Project.portfolio_id == portfolio.id, Project.code == table.c.project_code)


def _in(portfolio: Portfolio, table: Table) -> Any:
    return and_(ValueStream.portfolio_id == portfolio.id, ValueStream.name == table.c.stream_name)
