"""Editing an epic: what someone changed in its form, and to whom it is handed over."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.answering import hold_way, take_effect
from bot.workflows.epics.moving import locked
from bot.workflows.epics.proposing import check_chosen
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import notify, redraw_facts, redraw_questions
from bot.workflows.seeing import sight_changed
from models.audit.audit import AuditEvent
from models.epics.belonging import check_new_owner
from models.epics.epic import Epic
from models.epics.proposal import ChangedMeanwhile, parse_changes
from models.message import MessageKind
from models.people.handover import Handover
from models.people.role import Right
from models.seen import Seen, first_time


def edit(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    answers: Mapping[str, str | None],
    shown: Mapping[str, str | None],
    at: datetime,
    *,
    version: int | None = None,
    form_id: str = "",
) -> tuple[Epic, Sequence[str]]:
    """Store what the answers change of what was shown; the epic, and the columns that changed.

    `version` is what the form showed. Raises UnknownEpic, NotAllowed, FieldMistakes, and
    ChangedMeanwhile once for each change by others that the form was not told of.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.EDIT, Place.of_epic(epic))
    today = at.astimezone(ZoneInfo(epic.portfolio.time_zone)).date()
    changes = parse_changes(epic, answers, shown, today)
    check_chosen(session, epic.portfolio_id, changes, epic)
    if changes and version not in (None, epic.version):
        _check_seen(session, epic, form_id)
    if changes:
        _store(session, epic, changes, actor, at)
        redraw_facts(session, epic, at)
    return epic, list(changes)


def note_seen(
    session: Session, workspace_id: int, form_id: str, version: int, at: datetime
) -> None:
    """Remember that who has the form was told of the epic as it is in that version."""
    first_time(session, workspace_id, _seen_key(form_id, version), at)


def hand_over(
    session: Session, workspace_id: int, actor: str, epic_id: int, to: str, at: datetime
) -> tuple[Epic, str | None]:
    """Make someone else the epic's owner, and tell both; the epic, and whose it was.

    Raises UnknownEpic, NotAllowed and OwnedAlready.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check(session, actor, Right.HAND_OVER, Place.of_epic(epic))
    check_new_owner(epic, to)
    before = epic.owner_user_id
    _store(session, epic, {"owner_user_id": to}, actor, at)
    redraw_facts(session, epic, at)
    return epic, before


def _store(
    session: Session, epic: Epic, changes: Mapping[str, Any], actor: str, at: datetime
) -> None:
    """An idea with a yes goes on by itself where nothing is missing then."""
    before = epic.owner_user_id
    hold_way(session, epic)
    if "owner_user_id" in changes:
        check(session, actor, Right.HAND_OVER, Place.of_epic(epic))
        redraw_questions(session, [epic], at, in_digests=False)
    for column, value in changes.items():
        setattr(epic, column, value)
    epic.version += 1
    session.flush()
    session.expire(epic, ["theme", "objective", "project"])
    if "owner_user_id" in changes:
        to = changes["owner_user_id"]
        _notify_both(session, epic, before, to, actor, at)
        sight_changed(session, epic.workspace_id, [before, to], at)
    take_effect(session, epic, actor, at)


def _notify_both(
    session: Session, epic: Epic, before: str | None, to: str, actor: str, at: datetime
) -> None:
    """Whoever had it and whoever gets it hear of it, unless they did it."""
    notify(session, epic.workspace_id, MessageKind.OWNER, epic.id, [to], actor, at)
    if before is None:
        return
    handover = Handover(
        workspace_id=epic.workspace_id,
        from_user_id=before,
        to_user_id=to,
        by_user_id=actor,
        at=at,
        handed=[epic.key],
    )
    session.add(handover)
    session.flush()
    notify(session, epic.workspace_id, MessageKind.HANDOVER, handover.id, [before], actor, at)


def _check_seen(session: Session, epic: Epic, form_id: str) -> None:
    """Raise ChangedMeanwhile, unless who has the form was told of the epic as it is now."""
    key = _seen_key(form_id, epic.version)
    if form_id and session.get(Seen, (epic.workspace_id, key)) is not None:
        return
    newest = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.epic_id == epic.id, AuditEvent.workspace_id == epic.workspace_id)
        .order_by(AuditEvent.number.desc())
        .limit(1)
    ).first()
    after = json.loads(newest.after) if newest is not None else {}
    raise ChangedMeanwhile(epic, newest.actor if newest is not None else None, after)


def _seen_key(form_id: str, version: int) -> str:
    return f"told:{form_id}:{version}"
