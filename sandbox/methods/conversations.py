"""conversations.*: opening, describing and reading channels."""

from typing import Any, TypeVar

from sandbox.methods.access import readable
from sandbox.nouns import Channel, Message
from sandbox.payloads import posted
from sandbox.records import SlackError
from sandbox.state import Workspace

PAGE_MOST = 999
PAGE_USUAL = 100
Found = TypeVar("Found")


def open_direct(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Open the direct messages with one user."""
    workspace.need_scope("im:write")
    names = str(args["users"]).split(",")
    user = workspace.users.get(names[0])
    if len(names) != 1 or user is None:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    return {"channel": {"id": workspace.direct_messages(user.id).id}}


def info(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Describe a channel."""
    channel = readable(workspace, args, "read")
    described: dict[str, Any] = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private and not channel.im_user,
        "is_group": channel.private and not channel.im_user,
        "is_im": channel.im_user is not None,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": workspace.bot.id in channel.members,
        "is_general": False,
    }
    if args.get("include_num_members"):
        described["num_members"] = len(channel.members)
    return {"channel": described | ({"user": channel.im_user} if channel.im_user else {})}


def members(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """List the ids of everybody in a channel, the bot's among them."""
    channel = readable(workspace, args, "read")
    shown, cursor = _cut(sorted(channel.members), args)
    return {"members": shown, **cursor}


def _cut(found: list[Found], args: dict[str, Any]) -> tuple[list[Found], dict[str, Any]]:
    """Return one page of what was found, and the way to the next one."""
    limit = min(int(args.get("limit") or PAGE_USUAL), PAGE_MOST)
    start = int(args.get("cursor") or 0)
    more = start + limit < len(found)
    following = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return found[start : start + limit], following


def _page(workspace: Workspace, found: list[Message], args: dict[str, Any]) -> dict[str, Any]:
    shown, cursor = _cut(found, args)
    messages = [
        posted(workspace, message, metadata=bool(args.get("include_all_metadata")))
        for message in shown
    ]
    return {"messages": messages, "has_more": bool(cursor), **cursor}


def _within(message: Message, args: dict[str, Any]) -> bool:
    ts, oldest, latest = float(message.ts), args.get("oldest"), args.get("latest")
    if args.get("inclusive") and message.ts in (oldest, latest):
        return True
    return (not oldest or ts > float(oldest)) and (not latest or ts < float(latest))


def _member_only(workspace: Workspace, channel: Channel) -> None:
    if workspace.bot.id not in channel.members:
        raise SlackError("not_in_channel")


def history(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Return messages newest first, without the replies in threads."""
    channel = readable(workspace, args, "history")
    _member_only(workspace, channel)
    found = [m for m in channel.messages if m.thread_ts in (None, m.ts) and _within(m, args)]
    return _page(workspace, found[::-1], args)


def replies(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Return a thread, its first message first."""
    channel = readable(workspace, args, "history")
    _member_only(workspace, channel)
    parent = workspace.message(channel, args["ts"])
    if parent is None or parent.only_for is not None:
        raise SlackError("thread_not_found")
    answers = [m for m in channel.messages if m.thread_ts == parent.ts and _within(m, args)]
    return _page(workspace, [parent, *answers], args)
