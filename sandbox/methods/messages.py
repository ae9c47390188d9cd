"""chat.*: posting, updating and pointing at messages."""

from typing import Any

from sandbox import slack_files
from sandbox.blockkit import check_message
from sandbox.methods.access import find_channel, writable
from sandbox.nouns import Channel, Message
from sandbox.payloads import posted
from sandbox.records import SlackError
from sandbox.screens import refuse
from sandbox.state import Workspace

UPDATE_MOST = 4_000
TEXT_MOST = 40_000
CONTENT = ("text", "blocks", "attachments", "metadata")


def check_content(workspace: Workspace, where: str, args: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a message Slack would take, its blocks with ids."""
    content = {key: args[key] for key in CONTENT if args.get(key) is not None}
    if len(content.get("text", "")) > TEXT_MOST:
        workspace.find_fault(where, "text_truncated", f"cut after {TEXT_MOST} characters")
        content["text"] = content["text"][:TEXT_MOST]
    refuse(workspace, where, check_message(content))
    refuse(workspace, where, slack_files.check(workspace, content, "invalid_blocks"))
    if "blocks" in content:
        content["blocks"] = workspace.named(content["blocks"])
    return content


def thread_of(workspace: Workspace, channel: Channel, args: dict[str, Any]) -> str | None:
    """Return the ts of the message that is answered, which has to be there."""
    thread_ts = args.get("thread_ts")
    if thread_ts and workspace.message(channel, thread_ts) is None:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def post_message(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    channel = writable(workspace, args)
    content = check_content(workspace, "chat.postMessage", args)
    message = workspace.post(
        channel,
        workspace.bot.id,
        content.get("text", ""),
        blocks=content.get("blocks", []),
        attachments=content.get("attachments", []),
        metadata=content.get("metadata") or None,
        thread_ts=thread_of(workspace, channel, args),
        bot=True,
    )
    return {"channel": channel.id, "ts": message.ts, "message": posted(workspace, message)}


def post_ephemeral(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Show a message to one member of a channel."""
    channel = writable(workspace, args)
    user = workspace.users.get(args["user"])
    if user is None or user.deleted or user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = check_content(workspace, "chat.postEphemeral", args)
    message = workspace.post(
        channel,
        workspace.bot.id,
        content.get("text", ""),
        blocks=content.get("blocks", []),
        attachments=content.get("attachments", []),
        thread_ts=thread_of(workspace, channel, args),
        bot=True,
        only_for=args["user"],
    )
    return {"message_ts": message.ts}


def _posted_message(workspace: Workspace, channel: Channel, ts: str) -> Message:
    message = workspace.message(channel, ts)
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    return message


def update(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Replace a message of the app; without blocks its blocks go, its metadata stays."""
    channel = find_channel(workspace, args)
    message = _posted_message(workspace, channel, args["ts"])
    if not message.bot:
        raise SlackError("cant_update_message")
    if channel.archived:
        raise SlackError("is_archived")
    if len(args.get("text") or "") > UPDATE_MOST:
        raise SlackError("msg_too_long")
    clears_metadata = args.get("metadata") == {}
    content = check_content(
        workspace, "chat.update", args | ({"metadata": None} if clears_metadata else {})
    )
    message.text = content.get("text", message.text)
    message.blocks = content.get("blocks", [])
    message.attachments = content.get("attachments", [])
    if clears_metadata or "metadata" in content:
        message.metadata = content.get("metadata")
    message.updates += 1
    workspace.changed(f"messages:{channel.id}")
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": posted(workspace, message),
    }


def delete(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Take a message of the app out of its channel."""
    channel = find_channel(workspace, args)
    message = _posted_message(workspace, channel, args["ts"])
    if not message.bot:
        raise SlackError("cant_delete_message")
    channel.all_messages.remove(message)
    workspace.changed(f"messages:{channel.id}")
    return {"channel": channel.id, "ts": message.ts}


def permalink(workspace: Workspace, message: Message) -> str:
    """Return the address of a message."""
    place = f"{message.channel_id}/p{message.ts.replace('.', '')}"
    return f"https://{workspace.team_domain}.slack.com/archives/{place}"


def get_permalink(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Say where a message is."""
    channel = find_channel(workspace, args)
    message = _posted_message(workspace, channel, args["message_ts"])
    return {"channel": channel.id, "permalink": permalink(workspace, message)}
