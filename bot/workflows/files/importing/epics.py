"""Bringing epics in from a table: each begins in its state, and none comes in twice.

Epics with a history of moves come in by `importing`; here each has one entry, into its state.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, exists, insert, literal, select
from sqlalchemy.orm import Session

from bot.workflows.files.importing import staging_epics as staging
from bot.workflows.files.importing.creating import ensure_streams
from bot.workflows.pointing import hold
from bot.workflows.themes.keeping import redraw_demand
from models.audit.trail import note
from models.database import Database
from models.epics.epic import Epic, Transition
from models.fields import folded
from models.files.matching import GoodRow
from models.files.names import NOBODY
from models.files.plans.epics import EpicPlan, KnownEpics, Name, plan_of_epics
from models.portfolio.board import UnknownState
from models.portfolio.portfolio import Portfolio, State, StateKind, ValueStream
from models.projects.project import Project
from models.themes.theme import Theme

TRANSITIONS = Transition.metadata.tables[Transition.__tablename__]


@dataclass(frozen=True, slots=True)
class EpicReport:
    """How many came in, and how many were known before."""

    added: int
    known: int
    new_streams: Sequence[str]
    new_themes: Sequence[str]
    named_owners: Sequence[str]


def plan_epics(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[GoodRow],
    *,
    may_found: bool = True,
    people: Mapping[str, str] = NOBODY,
) -> EpicPlan:
    """Work out what the rows come to in the portfolio, as `plan_of_epics` does."""
    here = Project.portfolio_id == portfolio.id
    projects = session.execute(select(Project.code, Project.id).where(here))
    themes = session.scalars(select(Theme.name).where(Theme.portfolio_id == portfolio.id))
    known = KnownEpics(
        {code: id_ for code, id_ in projects}, themes.all(), _there(session, portfolio)
    )
    return plan_of_epics(portfolio, known, rows, may_found=may_found, people=people)


@contextmanager
def staged_epics(database: Database, plan: EpicPlan, at: datetime) -> Iterator[Connection]:
    """A connection that holds the plan's epics, to write them by with `load_epics`.

    They begin at the moment the row says, else then.
    """
    rows = [_row(planned, at) for planned in plan.epics]
    with database.staging() as connection, staging.staged(connection, rows):
        yield connection


def load_epics(
    session: Session,
    portfolio: Portfolio,
    plan: EpicPlan,
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> EpicReport:
    """Add the epics that are not there yet, each with one entry into its state.

    The session is of the connection that holds the plan staged. The audit log tells of it as one
    event, with `about`, such as the hash of the file.
    """
    _lock(session, portfolio, plan)
    streams = ensure_streams(session, portfolio, _streams_of(plan), at, plan.prefixes)
    _found_themes(session, portfolio, plan, at)
    numbers = plan.numbers
    for stream in streams.values():
        stream.next_number = max(stream.next_number, numbers.get(stream.key_prefix, 0) + 1)
    staging.name_successors(session, streams)
    added = staging.take_over(session, portfolio, streams)
    _enter(session, portfolio)
    noted = {"epics": added, **about}
    here = portfolio.workspace_id
    note(session, here, "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    known = plan.known + len(plan.epics) - added
    return EpicReport(added, known, plan.new_streams, plan.new_themes, sorted(plan.named_owners))


def _there(session: Session, portfolio: Portfolio) -> set[Name]:
    """What the workspace's epics are known by: keys in all of it, sources in the portfolio."""
    query = select(Epic.key, Epic.portfolio_id, Epic.source, Epic.source_id)
    there: set[Name] = set()
    for key, portfolio_id, source, source_id in session.execute(
        query.where(Epic.workspace_id == portfolio.workspace_id)
    ):
        there.add(("", key))
        if portfolio_id == portfolio.id and source and source_id:
            there.add((source, source_id))
    return there


def _streams_of(plan: EpicPlan) -> Iterator[str]:
    return (epic["stream"] for epic in plan.epics)


def _found_themes(session: Session, portfolio: Portfolio, plan: EpicPlan, at: datetime) -> None:
    query = select(Theme.name).where(Theme.portfolio_id == portfolio.id)
    there = {folded(name) for name in session.scalars(query)}
    here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
    new = [name for name in plan.new_themes if folded(name) not in there]
    session.add_all([Theme(**here, name=name, created_at=at) for name in new])
    if new and not there:
        redraw_demand(session, portfolio, at)


def _row(planned: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A planned epic as it is staged."""
    row = {**planned, **_clocks(planned["state"], planned["created_at"] or at), "imported_at": at}
    row |= {"own_key": row.pop("key"), "stream_name": row.pop("stream")}
    row |= {"theme_name": row.pop("theme")}
    del row["state"]
    return row


def _clocks(state: State, at: datetime) -> dict[str, Any]:
    return {
        "state_id": state.id,
        "created_at": at,
        "state_entered_at": at,
        "committed_at": at if state.committed else None,
        "done_at": at if state.kind is StateKind.DONE else None,
    }


def _lock(session: Session, portfolio: Portfolio, plan: EpicPlan) -> None:
    """Hold the value streams, whose keys are given, and the states until the end.

    Raises UnknownState where one of them was removed since the plan was made.
    """
    rows = select(ValueStream).where(ValueStream.portfolio_id == portfolio.id)
    rows = rows.order_by(ValueStream.id).with_for_update()
    session.scalars(rows.execution_options(populate_existing=True)).all()
    wanted = {planned["state"].id for planned in plan.epics}
    there = hold(session, State, wanted)
    if any(id_ not in there or there[id_].retired_at is not None for id_ in wanted):
        raise UnknownState


def _enter(session: Session, portfolio: Portfolio) -> None:
    """Have every epic that has no entry yet enter its state."""
    entered = exists().where(Transition.epic_id == Epic.id)
    columns = {
        "workspace_id": literal(portfolio.workspace_id),
        "epic_id": Epic.id,
        "to_state_id": Epic.state_id,
        "at": Epic.state_entered_at,
        "actor_user_id": Epic.proposed_by,
        "phase": Epic.phase,
    }
    rows = select(*columns.values()).where(Epic.portfolio_id == portfolio.id, ~entered)
    session.flush()
    statement = insert(TRANSITIONS).inline().from_select(list(columns), rows.order_by(Epic.id))
    session.connection().execute(statement)
