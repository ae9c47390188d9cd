"""Anchoring: once a week the admins are told how the audit log ends, to keep it elsewhere.

What is kept where Tack's database cannot be reached shows later that nothing before it was
changed, taken out or written again.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.audit import verifying
from bot.workflows.people.workspaces import admin_ids
from bot.workflows.redrawing import post
from models.audit.audit import AuditAnchor
from models.calendar import next_slot, week_of
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio
from models.work import Work, insert_into, put

FRIDAY, MINUTE_OF_DAY = 4, 9 * 60


def begin(session: Session, workspace_id: int, at: datetime) -> None:
    """Tell the admins from the next Friday on; once begun it goes on as it is."""
    if session.get(Work, (workspace_id, work_key(workspace_id))) is None:
        put(session, workspace_id, work_key(workspace_id), _slot_after(session, workspace_id, at))


def work_key(workspace_id: int) -> str:
    """The key of the work that tells the admins of the workspace."""
    return f"audit:{workspace_id}"


def anchor_due(session: Session, workspace_id: int, at: datetime) -> None:
    """Keep how the log ends, and tell each admin of it; once an ISO week."""
    week = week_of(at.astimezone(_zone(session, workspace_id)).date())
    anchor_id = _anchor(session, workspace_id, week, at)
    if anchor_id is not None:
        for admin in admin_ids(session, workspace_id):
            post(session, workspace_id, MessageKind.AUDIT_HEAD, anchor_id, admin, at)
    put(session, workspace_id, work_key(workspace_id), _slot_after(session, workspace_id, at))


def _anchor(session: Session, workspace_id: int, week: str, at: datetime) -> int | None:
    """Keep the head; None where there is nothing to keep, or it was kept this week."""
    head = verifying.head(session, workspace_id)
    if not head.count:
        return None
    new = insert_into(session, AuditAnchor).values(
        workspace_id=workspace_id, week=week, count=head.count, hash=head.hash, at=at
    )
    kept: int | None = session.scalar(new.on_conflict_do_nothing().returning(AuditAnchor.id))
    return kept


def _slot_after(session: Session, workspace_id: int, at: datetime) -> datetime:
    return next_slot(at, FRIDAY, MINUTE_OF_DAY, _zone(session, workspace_id))


def _zone(session: Session, workspace_id: int) -> ZoneInfo:
    """That of the first portfolio; before there is one, UTC."""
    first = select(Portfolio.time_zone).where(Portfolio.workspace_id == workspace_id)
    return ZoneInfo(session.scalar(first.order_by(Portfolio.id).limit(1)) or "UTC")
