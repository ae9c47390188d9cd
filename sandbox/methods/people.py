"""auth.test, users.info and users.list."""

from typing import Any

from sandbox.nouns import User
from sandbox.records import SlackError
from sandbox.state import Workspace


def auth_test(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Say whose token it is."""
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": "Sandbox",
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Describe one member; the locale only when asked for."""
    user = workspace.users.get(args["user"])
    if user is None:
        raise SlackError("user_not_found")
    has_locale = args.get("include_locale") and not user.deleted
    return {"user": described(workspace, user) | ({"locale": "en-US"} if has_locale else {})}


def users_list(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Describe every member page by page, bots and deleted ones among them."""
    everybody = [described(workspace, user) for user in workspace.users.values()]
    start = int(args.get("cursor") or 0)
    end = start + int(args.get("limit") or len(everybody))
    following = str(end) if end < len(everybody) else ""
    return {
        "members": everybody[start:end],
        "cache_ts": int(workspace.clock.now().timestamp()),
        "response_metadata": {"next_cursor": following},
    }


def described(workspace: Workspace, user: User) -> dict[str, Any]:
    """Return a user as Slack tells of them."""
    known: dict[str, Any] = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "is_bot": user.bot,
        "profile": {"real_name": user.real_name, "display_name": user.name},
    }
    return known if user.deleted else known | _of_the_living(workspace, user)


def _of_the_living(workspace: Workspace, user: User) -> dict[str, Any]:
    """Return what Slack no longer tells of deleted users."""
    offset = workspace.clock.now().astimezone(user.zone).utcoffset()
    return {
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": user.admin,
        "is_owner": False,
        "is_restricted": user.guest,
        "is_ultra_restricted": False,
    }
