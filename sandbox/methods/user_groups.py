"""usergroups.*: handles that stand for several people, on paid plans only."""

from typing import Any

from sandbox.nouns import UserGroup
from sandbox.records import SlackError
from sandbox.state import Workspace


def _need_paid_plan(workspace: Workspace) -> None:
    if workspace.free_plan:
        raise SlackError("plan_upgrade_required")


def list_all(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """List the groups, disabled ones only when asked for."""
    _need_paid_plan(workspace)
    shown = [
        _described(workspace, group, args)
        for group in workspace.user_groups.values()
        if args.get("include_disabled") or not group.disabled_at
    ]
    return {"usergroups": shown}


def list_users(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """List the ids of a group's people; a disabled group is found only when asked for."""
    _need_paid_plan(workspace)
    group = workspace.user_groups.get(args["usergroup"])
    if group is None or (group.disabled_at and not args.get("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _described(workspace: Workspace, group: UserGroup, args: dict[str, Any]) -> dict[str, Any]:
    shown = described(workspace, group)
    if args.get("include_count"):
        shown["user_count"] = len(group.users)
    return shown | ({"users": list(group.users)} if args.get("include_users") else {})


def described(workspace: Workspace, group: UserGroup) -> dict[str, Any]:
    """Return a group as lists and events tell of it, without its people."""
    disabled_at = group.disabled_at
    return {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "is_external": False,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_create": int(group.created_at.timestamp()),
        "date_update": int(group.updated_at.timestamp()),
        "date_delete": int(disabled_at.timestamp()) if disabled_at else 0,
    }
