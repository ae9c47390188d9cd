"""Which channel is meant, and whether the bot may be there."""

from typing import Any

from sandbox.nouns import Channel
from sandbox.records import SlackError
from sandbox.state import Workspace


def find_channel(workspace: Workspace, args: dict[str, Any]) -> Channel:
    """Return the channel the bot can see by this id; a user's id means the direct messages."""
    given = str(args["channel"])
    user = workspace.users.get(given)
    if user is not None and not user.bot:
        if user.deleted:
            raise SlackError("user_not_found")
        return workspace.direct_messages(user.id)
    channel = workspace.channels.get(given)
    if channel is None or (channel.private and workspace.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def writable(workspace: Workspace, args: dict[str, Any]) -> Channel:
    """Return a channel the bot may post to."""
    channel = find_channel(workspace, args)
    if channel.archived:
        raise SlackError("is_archived")
    if channel.im_user and not workspace.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    is_member = workspace.bot.id in channel.members
    if not is_member and "chat:write.public" not in workspace.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def readable(workspace: Workspace, args: dict[str, Any], right: str) -> Channel:
    """Return a channel the bot may read; `right` is history or read."""
    channel = find_channel(workspace, args)
    family = "im" if channel.im_user else "groups" if channel.private else "channels"
    workspace.need_scope(f"{family}:{right}")
    return channel
