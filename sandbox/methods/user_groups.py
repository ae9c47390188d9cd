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
        if args.get("include_disabled") or not group.disabled
    ]
    return {"usergroups": shown}


def list_users(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """List the ids of a group's people; a disabled group is found only when asked for."""
    _need_paid_plan(workspace)
    group = workspace.user_groups.get(args["usergroup"])
    if group is None or (group.disabled and not args.get("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _described(workspace: Workspace, group: UserGroup, args: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_external": False,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": int(workspace.clock.now().timestamp()) if group.disabled else 0,
    }
    if args.get("include_count"):
        shown["user_count"] = len(group.users)
    return shown | ({"users": list(group.users)} if args.get("include_users") else {})
