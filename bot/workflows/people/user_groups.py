"""Keeping user groups as Slack tells them, while a role is given to one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, holders, lock_roles
from bot.workflows.redrawing import redraw_message
from bot.workflows.seeing import sight_changed
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant, SlackGroup, UserGroup, UserGroupMember
from models.work import Work, put

READ_EVERY = timedelta(minutes=15)
"""Slack tells of changes; what it did not manage to tell is read so often."""

DELETED = "it was deleted in Slack"
UNREAD = "Slack does not let Tack read user groups"


def work_key(workspace_id: int) -> str:
    """The key of the work that reads the groups again."""
    return f"groups:{workspace_id}"


def read_soon(session: Session, workspace_id: int, at: datetime) -> None:
    """Have the groups read again."""
    put(session, workspace_id, work_key(workspace_id), at)


def hear_of_change(session: Session, workspace_id: int, group_id: str, at: datetime) -> None:
    """Have the groups read again where a role was given to that one."""
    if group_id in watched(session, workspace_id):
        read_soon(session, workspace_id, at)


def watched(session: Session, workspace_id: int) -> dict[str, int]:
    """The groups that roles are given to, each with its first grant."""
    grants = session.execute(
        select(RoleGrant.user_group_id, RoleGrant.id)
        .where(RoleGrant.workspace_id == workspace_id, RoleGrant.user_group_id.is_not(None))
        .order_by(RoleGrant.id.desc())
    )
    return {str(group_id): grant_id for group_id, grant_id in grants}


def keep(
    session: Session, workspace_id: int, groups: Iterable[SlackGroup], at: datetime
) -> Sequence[UserGroup]:
    """Store the groups with their people; of one that is gone nobody is left."""
    return [_keep(session, workspace_id, group, at) for group in groups]


def settle(
    session: Session, workspace_id: int, groups: Sequence[SlackGroup], at: datetime
) -> Sequence[Message]:
    """Store all groups that matter as Slack told them; one it did not tell of is gone.

    Where nobody has a role through one any more the admins hear it once. Gives the messages to be
    drawn: those, and older ones whose group has people again.
    """
    lock_roles(session, workspace_id)
    grants = watched(session, workspace_id)
    known = {group.group_id: group for group in groups}
    messages: list[Message] = []
    for group_id in sorted(grants):
        found = known.get(group_id) or _gone(session, workspace_id, group_id, DELETED)
        group = _keep(session, workspace_id, found, at)
        has_nobody = found.gone is not None or not found.user_ids
        if has_nobody and group.warned_at is None:
            group.warned_at = at
            messages += _warn(session, workspace_id, grants[group_id])
        elif not has_nobody and group.warned_at is not None:
            group.warned_at = None
            messages += warned(session, workspace_id, grants[group_id])
    session.flush()
    return messages


def read_again_later(session: Session, workspace_id: int, at: datetime) -> None:
    """Read the groups again in a while, as long as a role is given to any.

    Where it was put meanwhile, because Slack told of a change, it stays due at once.
    """
    key = work_key(workspace_id)
    put_meanwhile = select(Work.key).where(Work.workspace_id == workspace_id, Work.key == key)
    if session.scalar(put_meanwhile) is None and watched(session, workspace_id):
        read_soon(session, workspace_id, at + READ_EVERY)


def all_gone(session: Session, workspace_id: int, why: str) -> Sequence[SlackGroup]:
    """The groups that roles are given to, as if none of them were there."""
    found = sorted(watched(session, workspace_id))
    return [_gone(session, workspace_id, group_id, why) for group_id in found]


def redraw(session: Session, messages: Iterable[Message], at: datetime) -> None:
    """Put the drawing of those messages."""
    for message in messages:
        redraw_message(session, message, at)


def warned(session: Session, workspace_id: int, grant_id: int) -> list[Message]:
    """What the admins were told about the group of that grant."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.workspace_id == workspace_id,
                Message.kind == MessageKind.USER_GROUP,
                Message.subject_id == grant_id,
            )
            .order_by(Message.id)
        )
    )


def _keep(session: Session, workspace_id: int, found: SlackGroup, at: datetime) -> UserGroup:
    group = session.get(UserGroup, (workspace_id, found.group_id))
    if group is None:
        group = UserGroup(workspace_id=workspace_id, group_id=found.group_id)
        session.add(group)
    group.handle, group.name = found.handle[:80], found.name[:120]
    group.seen_at, group.gone = at, found.gone
    session.flush()
    members = _members(session, workspace_id, found.group_id)
    wanted = set() if found.gone else set(found.user_ids)
    if left := sorted(members - wanted):
        session.execute(
            delete(UserGroupMember).where(
                UserGroupMember.workspace_id == workspace_id,
                UserGroupMember.group_id == found.group_id,
                UserGroupMember.user_id.in_(left),
            )
        )
    for user_id in sorted(wanted - members):
        session.add(
            UserGroupMember(workspace_id=workspace_id, group_id=found.group_id, user_id=user_id)
        )
    sight_changed(session, workspace_id, members ^ wanted, at)
    return group


def people_of(session: Session, given: RoleGrant) -> Sequence[str]:
    """Who has a role by the grant: a person, or those in a user group."""
    if given.user_group_id is not None:
        return sorted(_members(session, given.workspace_id, given.user_group_id))
    return [given.user_id] if given.user_id is not None else []


def _members(session: Session, workspace_id: int, group_id: str) -> set[str]:
    return set(
        session.scalars(
            select(UserGroupMember.user_id).where(
                UserGroupMember.workspace_id == workspace_id,
                UserGroupMember.group_id == group_id,
            )
        )
    )


def _gone(session: Session, workspace_id: int, group_id: str, why: str) -> SlackGroup:
    known = session.get(UserGroup, (workspace_id, group_id))
    handle, name = (known.handle, known.name) if known else (group_id, group_id)
    return SlackGroup(group_id, handle, name, gone=why)


def _warn(session: Session, workspace_id: int, grant_id: int) -> list[Message]:
    """A word to each admin; a mended group's older word is used again."""
    found = {message.channel_id: message for message in warned(session, workspace_id, grant_id)}
    for admin in holders(session, [Role.ADMIN], Place(workspace_id)):
        if admin not in found:
            found[admin] = Message(
                workspace_id=workspace_id,
                channel_id=admin,
                user_id=admin,
                kind=MessageKind.USER_GROUP,
                subject_id=grant_id,
            )
            session.add(found[admin])
    session.flush()
    return list(found.values())
