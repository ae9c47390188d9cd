"""chat.scheduleMessage and chat.deleteScheduledMessage: messages that wait for their moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.methods.access import find_channel, writable
from sandbox.methods.messages import check_content, thread_of
from sandbox.nouns import ScheduledMessage
from sandbox.records import SlackError
from sandbox.state import Workspace

AHEAD_MOST = timedelta(days=120)
WINDOW_S = 5 * 60
WINDOW_MOST = 30
FIXED = timedelta(seconds=60)  # so shortly before its moment a message cannot be taken back
WHERE = "chat.scheduleMessage"


def schedule(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Keep a message until `post_at`; one with metadata is taken, and never posted."""
    channel = writable(workspace, args)
    post_at = _moment_of(workspace, args["post_at"], channel.id)
    content = check_content(workspace, WHERE, args)
    content["thread_ts"] = thread_of(workspace, channel, args)
    waiting = ScheduledMessage(workspace.new_id("Q"), channel.id, post_at, content)
    workspace.scheduled[waiting.id] = waiting
    if content.pop("metadata", None):
        workspace.find_fault(WHERE, "metadata_not_posted", "with metadata it is never posted")
    else:
        at = datetime.fromtimestamp(post_at, UTC)
        workspace.timetable.put(at, lambda: _post(workspace, waiting))
    return {
        "channel": channel.id,
        "scheduled_message_id": waiting.id,
        "post_at": post_at,
        "message": {"type": "delayed_message", "text": content.get("text", "")},
    }


def cancel(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Take a message back that is not to be posted within a minute."""
    channel = find_channel(workspace, args)
    waiting = workspace.scheduled.get(args["scheduled_message_id"])
    soon = (workspace.clock.now() + FIXED).timestamp()
    if waiting is None or waiting.channel_id != channel.id or waiting.post_at <= soon:
        raise SlackError("invalid_scheduled_message_id")
    del workspace.scheduled[waiting.id]
    return {}


def _moment_of(workspace: Workspace, given: Any, channel_id: str) -> int:
    try:
        post_at = int(given)
    except (TypeError, ValueError):
        raise SlackError("invalid_time") from None
    now = workspace.clock.now()
    if post_at <= now.timestamp():
        raise SlackError("time_in_past")
    if post_at > (now + AHEAD_MOST).timestamp():
        raise SlackError("time_too_far")
    beside = [
        other
        for other in workspace.scheduled.values()
        if other.channel_id == channel_id and other.post_at // WINDOW_S == post_at // WINDOW_S
    ]
    if len(beside) >= WINDOW_MOST:
        raise SlackError("restricted_too_many")
    return post_at


def _post(workspace: Workspace, waiting: ScheduledMessage) -> None:
    with workspace.lock:
        channel = workspace.channels.get(waiting.channel_id)
        is_kept = workspace.scheduled.pop(waiting.id, None) is not None
        if channel and is_kept and workspace.bot.id in channel.members and not channel.archived:
            content = dict(waiting.content)
            text = content.pop("text", "")
            workspace.post(channel, workspace.bot.id, text, bot=True, **content)
