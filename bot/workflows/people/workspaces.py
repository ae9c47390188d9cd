"""Knowing a Slack workspace when it speaks, and who its admins are."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people.granting import remove
from bot.workflows.permitting import Place, holders, lock_roles
from bot.workflows.redrawing import redraw_homes
from bot.workflows.seeing import sight_changed
from models.audit.trail import insert_new
from models.errors import Mistake
from models.people.role import FROM_SETTINGS, Role, RoleGrant, of_admin
from models.people.workspace import LOCAL, Workspace


def workspace_of(session: Session, team_id: str) -> Workspace:
    """The workspace of a Slack team; the first one adopts what was made without Slack."""
    known = session.scalars(select(Workspace).where(Workspace.team_id == team_id)).first()
    if known is not None:
        return known
    local = session.scalars(
        select(Workspace).where(Workspace.team_id == LOCAL).with_for_update(key_share=True)
    ).first()
    if local is not None:
        local.team_id = team_id
        session.flush()
        return local
    insert_new(session, Workspace, team_id=team_id)
    return session.scalars(select(Workspace).where(Workspace.team_id == team_id)).one()


def grant_admin(
    session: Session, workspace_id: int, user_id: str, by: str | None, at: datetime
) -> None:
    """Make the person an admin of the workspace; once more changes nothing."""
    lock_roles(session, workspace_id)
    if user_id in (grant.user_id for grant in admin_grants(session, workspace_id)):
        return
    session.add(
        RoleGrant(
            workspace_id=workspace_id,
            user_id=user_id,
            role=Role.ADMIN,
            granted_by=by,
            granted_at=at,
        )
    )
    session.flush()


def revoke_admin(session: Session, workspace_id: int, user_id: str, at: datetime) -> None:
    """Take the role of admin from the person. Raises NoAdmin, AdminBySettings and LastAdmin."""
    lock_roles(session, workspace_id)
    for given in of_admin(admin_grants(session, workspace_id), user_id):
        remove(session, given)
    redraw_homes(session, workspace_id, at)
    sight_changed(session, workspace_id, [user_id], at)


def settle_admins(
    session: Session, workspace_id: int, user_ids: Iterable[str], at: datetime
) -> None:
    """Have exactly those be admins by the settings; what was granted by people stays."""
    wanted, gone = set(user_ids), []
    for grant in admin_grants(session, workspace_id):
        if grant.granted_by == FROM_SETTINGS and grant.user_id not in wanted:
            session.delete(grant)
            gone.append(grant.user_id)
    sight_changed(session, workspace_id, gone, at)
    for user_id in sorted(wanted):
        grant_admin(session, workspace_id, user_id, FROM_SETTINGS, at)


def admin_ids(session: Session, workspace_id: int) -> list[str]:
    """The admins of the workspace, in the order they became it."""
    return holders(session, [Role.ADMIN], Place(workspace_id))


def admin_grants(session: Session, workspace_id: int) -> Sequence[RoleGrant]:
    """The grants that make people and user groups admins of the whole workspace."""
    return session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.workspace_id == workspace_id,
            RoleGrant.role == Role.ADMIN,
            RoleGrant.portfolio_id.is_(None),
            RoleGrant.value_stream_id.is_(None),
        )
        .order_by(RoleGrant.id)
    ).all()


def workspace_id(session: Session, team_id: str | None) -> int:
    """The workspace that is meant, or the only one, made where there is none yet."""
    found = session.scalars(select(Workspace).order_by(Workspace.id)).all()
    if team_id is not None:
        return _of_team(found, team_id).id
    if len(found) > 1:
        raise Mistake(f"Which workspace? Add --workspace, one of: {_teams(found)}.")
    if found:
        return found[0].id
    local = Workspace(team_id=LOCAL)
    session.add(local)
    session.flush()
    return local.id


def _of_team(workspaces: Sequence[Workspace], team_id: str) -> Workspace:
    for workspace in workspaces:
        if workspace.team_id == team_id:
            return workspace
    raise Mistake(f"There is no workspace {team_id}. {_choose(workspaces)}")


def _choose(workspaces: Sequence[Workspace]) -> str:
    return f"Choose from {_teams(workspaces)}." if workspaces else "There is none yet."


def _teams(workspaces: Sequence[Workspace]) -> str:
    return ", ".join(workspace.team_id for workspace in workspaces)
