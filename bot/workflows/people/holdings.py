"""Holding: all that is one person's, as another may see it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, contains_eager

from bot.workflows.people import roster as rostering
from bot.workflows.seeing import EVERYBODY, portfolio_visible_to, visible_to
from models.epics.epic import Epic
from models.people.handover import Holding, Holdings, Kind
from models.people.role import RoleGrant
from models.portfolio.portfolio import State, StateKind, ValueStream
from models.projects.project import Program, Project
from models.themes.theme import Objective


def holdings(
    session: Session, workspace_id: int, user_id: str, viewer: str | None = EVERYBODY
) -> Holdings:
    """What the person owns and is, without what has ended; for everybody without restricted epics.

    Roles come by grants: what comes by owning goes with what is owned.
    """
    epics = _epics(session, workspace_id, user_id, viewer)
    found = {
        Kind.EPICS: [_epic(epic) for epic in epics if epic.state.committed],
        Kind.IDEAS: [_epic(epic) for epic in epics if not epic.state.committed],
        Kind.STREAMS: _streams(session, workspace_id, user_id, viewer),
        Kind.PROJECTS: _projects(session, workspace_id, user_id, viewer),
        Kind.OBJECTIVES: _objectives(session, workspace_id, user_id, viewer),
        Kind.ROLES: _roles(session, workspace_id, user_id),
    }
    return Holdings(user_id, {kind: held for kind, held in found.items() if held})


def _epics(session: Session, workspace_id: int, user_id: str, viewer: str | None) -> Sequence[Epic]:
    rows = (
        select(Epic)
        .join(Epic.state)
        .where(
            Epic.workspace_id == workspace_id,
            Epic.owner_user_id == user_id,
            State.kind.not_in([StateKind.DONE, StateKind.STOPPED]),
            visible_to(viewer),
        )
        .options(contains_eager(Epic.state))
        .order_by(Epic.id)
    )
    return session.scalars(rows).all()


def _epic(epic: Epic) -> Holding:
    return Holding(epic.id, epic.key, f"{epic.title} ({epic.column_label})")


def _streams(
    session: Session, workspace_id: int, user_id: str, viewer: str | None
) -> Sequence[Holding]:
    rows = (
        select(ValueStream)
        .where(
            ValueStream.workspace_id == workspace_id,
            ValueStream.owner_user_id == user_id,
            ValueStream.ended_at.is_(None),
            _seen(viewer, ValueStream.portfolio_id),
        )
        .order_by(ValueStream.id)
    )
    return [Holding(stream.id, stream.name) for stream in session.scalars(rows)]


def _projects(
    session: Session, workspace_id: int, user_id: str, viewer: str | None
) -> Sequence[Holding]:
    """Programs have the ids of projects below zero, so that one list holds both."""
    projects = session.scalars(
        select(Project)
        .where(
            Project.workspace_id == workspace_id,
            Project.owner_user_id == user_id,
            Project.closed_at.is_(None),
            _seen(viewer, Project.portfolio_id),
        )
        .order_by(Project.id)
    )
    programs = session.scalars(
        select(Program)
        .where(
            Program.workspace_id == workspace_id,
            Program.owner_user_id == user_id,
            _seen(viewer, Program.portfolio_id),
        )
        .order_by(Program.id)
    )
    found = [Holding(project.id, project.code, project.name) for project in projects]
    return found + [Holding(-program.id, program.code, program.name) for program in programs]


def _objectives(
    session: Session, workspace_id: int, user_id: str, viewer: str | None
) -> Sequence[Holding]:
    rows = (
        select(Objective)
        .where(
            Objective.workspace_id == workspace_id,
            Objective.owner_user_id == user_id,
            Objective.closed_at.is_(None),
            _seen(viewer, Objective.portfolio_id),
        )
        .order_by(Objective.id)
    )
    return [Holding(each.id, f"“{each.title}”") for each in session.scalars(rows)]


def _roles(session: Session, workspace_id: int, user_id: str) -> Sequence[Holding]:
    rows = (
        select(RoleGrant)
        .where(RoleGrant.workspace_id == workspace_id, RoleGrant.user_id == user_id)
        .order_by(RoleGrant.id)
    )
    seats = rostering.seats(session, session.scalars(rows).all())
    return [
        Holding(seat.grant.id, seat.name)
        for seat in seats
        if seat.grant is not None and seat.can_be_taken
    ]


def _seen(viewer: str | None, column: object) -> ColumnElement[bool]:
    return true() if viewer is EVERYBODY else portfolio_visible_to(viewer, column)
