"""Linking epics to projects that already run: found by typing, several in one go."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, or_, select

from bot.workflows.epics.moving import locked
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check, may
from bot.workflows.pointing import hold
from bot.workflows.projects.keeping import PROJECTS
from bot.workflows.redrawing import redraw_epic
from bot.workflows.seeing import visible_to
from models.epics import belonging
from models.epics.belonging import ClosedProject, LinkedElsewhere, OtherPortfolio
from models.epics.column import ENDED
from models.epics.epic import Epic
from models.epics.listing import UnknownEpic
from models.errors import FieldMistakes
from models.fields import plain_key, tidy
from models.people.role import Right
from models.portfolio.portfolio import State
from models.projects.project import Project


def suggest_epics(act: Act, project_id: int, typed: str, limit: int) -> Sequence[Epic]:
    """The epics that can be linked to the project: those of its portfolio without one.

    With what was typed in their key or title; those of its value streams and those still open
    come first. Only what the viewer may see.
    """
    project = PROJECTS.seen(act, project_id)
    streams = [share.value_stream_id for share in project.shares]
    rows = (
        select(Epic)
        .join(Epic.state)
        .where(
            Epic.portfolio_id == project.portfolio_id,
            Epic.project_id.is_(None),
            visible_to(act.actor),
            *(
                or_(
                    Epic.key.icontains(plain_key(word), autoescape=True),
                    Epic.title.icontains(word, autoescape=True),
                )
                for word in tidy(typed).split()
            ),
        )
    )
    nearness = case((Epic.value_stream_id.in_(streams), 0), else_=1)
    ended = case((State.kind.in_(ENDED), 1), else_=0)
    return act.session.scalars(rows.order_by(nearness, ended, Epic.id.desc()).limit(limit)).all()


def link(act: Act, wishes: Mapping[str, tuple[int, int]]) -> Sequence[Epic]:
    """Have epics point to projects, all of the wishes or none: by a field's name each two's ids.

    Who may change an epic may link it, and who may change projects in its value stream. Raises
    FieldMistakes by those names, Gone and NotAllowed.
    """
    errors: dict[str, str] = {}
    linked = []
    for name, (epic_id, project_id) in sorted(wishes.items(), key=lambda wish: wish[1]):
        try:
            linked.append(_link(act, epic_id, project_id))
        except (UnknownEpic, ClosedProject, LinkedElsewhere, OtherPortfolio) as mistake:
            errors[name] = mistake.sentence
    if errors:
        raise FieldMistakes(errors)
    for epic in linked:
        redraw_epic(act.session, epic, act.at)
    return linked


def unlink(act: Act, epic_id: int, project_id: int) -> Epic:
    """Have an epic point to the project no more. Raises UnknownEpic, Gone and NotAllowed."""
    project = PROJECTS.seen(act, project_id)
    epic = _to_link(act, epic_id)
    if belonging.unlink(epic, project):
        redraw_epic(act.session, epic, act.at)
    return epic


def _link(act: Act, epic_id: int, project_id: int) -> Epic:
    project = PROJECTS.seen(act, project_id)
    epic = _to_link(act, epic_id)
    hold(act.session, Project, [project_id])
    belonging.link(epic, project)
    return epic


def _to_link(act: Act, epic_id: int) -> Epic:
    epic = locked(act.session, act.workspace_id, act.actor, epic_id)
    if not may(act.session, act.actor, Right.EDIT_PROJECT, Place.of_stream(epic.value_stream)):
        check(act.session, act.actor, Right.EDIT, Place.of_epic(epic))
    return epic
