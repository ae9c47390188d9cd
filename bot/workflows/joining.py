"""Knowing a Slack workspace when it speaks, and who its admins are."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, holders
from models.role import FROM_SETTINGS, Role, RoleGrant
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


def grant_admin(
    session: Session, workspace_id: int, user_id: str, by: str | None, at: datetime
) -> None:
    """Make the person an admin of the workspace; once more changes nothing."""
    session.scalars(select(Workspace).where(Workspace.id == workspace_id).with_for_update()).one()
    if user_id in (grant.user_id for grant in _admin_grants(session, workspace_id)):
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


def settle_admins(
    session: Session, workspace_id: int, user_ids: Iterable[str], at: datetime
) -> None:
    """Have exactly those be admins by the settings; what was granted by people stays."""
    wanted = set(user_ids)
    for grant in _admin_grants(session, workspace_id):
        if grant.granted_by == FROM_SETTINGS and grant.user_id not in wanted:
            session.delete(grant)
    session.flush()
    for user_id in sorted(wanted):
        grant_admin(session, workspace_id, user_id, FROM_SETTINGS, at)


def admin_ids(session: Session, workspace_id: int) -> list[str]:
    """The admins of the workspace, in the order they became it."""
    return holders(session, [Role.ADMIN], Place(workspace_id))


def _admin_grants(session: Session, workspace_id: int) -> Sequence[RoleGrant]:
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
