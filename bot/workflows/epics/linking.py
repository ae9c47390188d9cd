"""Linking epics to projects that already run: found by typing, several in one go."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from bot.workflows.epics.moving import locked
from bot.workflows.permitting import Place, check, may
from bot.workflows.projects.projects import seen_project
from bot.workflows.redrawing import redraw_epic
from bot.workflows.seeing import seen_by
from models.epics import belonging
from models.epics.belonging import LinkedElsewhere, OtherPortfolio
from models.epics.column import ENDED
from models.epics.epic import Epic
from models.epics.listing import UnknownEpic
from models.errors import FieldMistakes
from models.people.role import Right
from models.portfolio.portfolio import State

MOST_AT_ONCE = 20


def suggest_epics(
    session: Session, workspace_id: int, viewer: str, project_id: int, typed: str, limit: int
) -> Sequence[Epic]:
    """The epics that can be linked to the project: those of its portfolio without one.

    With what was typed in their key or title; those of its value streams and those still open
    come first. Only what the viewer may see.
    """
    project = seen_project(session, workspace_id, viewer, project_id)
    streams = [share.value_stream_id for share in project.shares]
    rows = (
        select(Epic)
        .join(Epic.state)
        .where(
            Epic.portfolio_id == project.portfolio_id,
            Epic.project_id.is_(None),
            seen_by(viewer),
            *(
                or_(
                    Epic.key.icontains(word, autoescape=True),
                    Epic.title.icontains(word, autoescape=True),
                )
                for word in typed.split()
            ),
        )
    )
    nearness = case((Epic.value_stream_id.in_(streams), 0), else_=1)
    ended = case((State.kind.in_(ENDED), 1), else_=0)
    return session.scalars(rows.order_by(nearness, ended, Epic.id.desc()).limit(limit)).all()


def link(
    session: Session,
    workspace_id: int,
    actor: str,
    wishes: Mapping[int, int],
    at: datetime,
) -> Sequence[Epic]:
    """Have epics point to projects, all of the wishes or none: epics' ids to projects' ids.

    Who may change an epic may link it, and who may change projects in its value stream. Raises
    FieldMistakes by the epic's id, UnknownProject and NotAllowed.
    """
    errors: dict[str, str] = {}
    linked = []
    for epic_id, project_id in sorted(wishes.items())[:MOST_AT_ONCE]:
        try:
            linked.append(_link(session, workspace_id, actor, epic_id, project_id))
        except (UnknownEpic, LinkedElsewhere, OtherPortfolio) as mistake:
            errors[str(epic_id)] = mistake.sentence
    if errors:
        raise FieldMistakes(errors)
    session.flush()
    for epic in linked:
        redraw_epic(session, epic, at)
    return linked


def unlink(
    session: Session, workspace_id: int, actor: str, epic_id: int, project_id: int, at: datetime
) -> Epic:
    """Have an epic point to the project no more; unlinked already, it stays so.

    Raises UnknownEpic, UnknownProject and NotAllowed.
    """
    project = seen_project(session, workspace_id, actor, project_id)
    epic = locked(session, workspace_id, actor, epic_id)
    _check_may_link(session, actor, epic)
    if belonging.unlink(epic, project):
        session.flush()
        redraw_epic(session, epic, at)
    return epic


def _link(session: Session, workspace_id: int, actor: str, epic_id: int, project_id: int) -> Epic:
    project = seen_project(session, workspace_id, actor, project_id)
    epic = locked(session, workspace_id, actor, epic_id)
    _check_may_link(session, actor, epic)
    belonging.link(epic, project)
    return epic


def _check_may_link(session: Session, actor: str, epic: Epic) -> None:
    if not may(session, actor, Right.EDIT_PROJECT, Place.of_stream(epic.value_stream)):
        check(session, actor, Right.EDIT, Place.of_epic(epic))
