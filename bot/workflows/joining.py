"""Knowing a Slack workspace when it speaks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.role import ADMIN, RoleGrant
from models.work import insert_into
from models.workspace import LOCAL, Workspace


def workspace_of(session: Session, team_id: str) -> Workspace:
    """The workspace of a Slack team; the first one adopts what was made without Slack."""
    known = session.scalars(select(Workspace).where(Workspace.team_id == team_id)).first()
    if known is not None:
        return known
    local = session.scalars(
        select(Workspace).where(Workspace.team_id == LOCAL).with_for_update()
    ).first()
    if local is not None:
        local.team_id = team_id
        session.flush()
        return local
    new = insert_into(session, Workspace).values(team_id=team_id)
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(select(Workspace).where(Workspace.team_id == team_id)).one()


def grant_admin(session: Session, workspace_id: int, user_id: str) -> None:
    """Make the person an admin; once more changes nothing."""
    grant = insert_into(session, RoleGrant).values(
        workspace_id=workspace_id, user_id=user_id, role=ADMIN
    )
    session.execute(grant.on_conflict_do_nothing())


def admin_ids(session: Session, workspace_id: int) -> list[str]:
    """The people who are admins, in the order they became it."""
    admins = select(RoleGrant.user_id).where(
        RoleGrant.workspace_id == workspace_id, RoleGrant.role == ADMIN
    )
    return list(session.scalars(admins.order_by(RoleGrant.id)))
