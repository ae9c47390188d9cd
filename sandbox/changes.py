"""The events that tell an app of changes beside what people say: groups, people, channels."""

from datetime import datetime
from typing import Any

from sandbox.methods.people import described as described_user
from sandbox.methods.user_groups import described as described_group
from sandbox.nouns import Channel, User, UserGroup
from sandbox.state import Workspace

MOST_USERS_NAMED = 500


def group_updated(workspace: Workspace, group: UserGroup) -> dict[str, Any]:
    """Return the event that a user group is another now, as a whole."""
    subteam = described_group(workspace, group)
    subteam |= {"users": group.users[:MOST_USERS_NAMED], "user_count": len(group.users)}
    return {"type": "subteam_updated", "subteam": subteam, "event_ts": workspace.new_ts()}


def members_changed(
    workspace: Workspace, group: UserGroup, before: list[str], updated_before: datetime
) -> dict[str, Any]:
    """Return the event that a user group has other people now than before."""
    added = [user for user in group.users if user not in before]
    removed = [user for user in before if user not in group.users]
    return {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": workspace.team_id,
        "date_previous_update": int(updated_before.timestamp()),
        "date_update": int(group.updated_at.timestamp()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": workspace.new_ts(),
    }


def user_changed(workspace: Workspace, user: User) -> dict[str, Any]:
    """Return the event that a user is described otherwise now."""
    return {
        "type": "user_change",
        "user": described_user(workspace, user),
        "cache_ts": int(workspace.clock.now().timestamp()),
        "event_ts": workspace.new_ts(),
    }


def channel_changed(workspace: Workspace, channel: Channel, what: str, by: User) -> dict[str, Any]:
    """Return the event that somebody archived, restored or deleted a channel."""
    family = "group" if channel.private else "channel"
    return {
        "type": f"{family}_{what}",
        "channel": channel.id,
        "user": by.id,
        "event_ts": workspace.new_ts(),
    }
