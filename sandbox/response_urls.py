"""response_url: answers where someone acted, five within half an hour."""

from typing import Any

from sandbox.methods.messages import check_content
from sandbox.nouns import Channel, Message, ResponseUrl
from sandbox.records import Request, SlackError
from sandbox.state import Workspace

WHERE = "response_url"
KNOWN = {
    *("text", "blocks", "attachments", "metadata", "thread_ts", "mrkdwn"),
    *("response_type", "replace_original", "delete_original", "unfurl_links", "unfurl_media"),
}


def respond(workspace: Workspace, secret: str, args: dict[str, Any]) -> Request:
    """Take an answer, or say as Slack does why not."""
    record = Request(WHERE, args, workspace.clock.now(), {"ok": True}, workspace.count())
    with workspace.lock:
        try:
            use = workspace.use_response_url(secret)
            answer(workspace, use, args)
        except SlackError as refusal:
            record.response = {"ok": False, "error": refusal.error, **refusal.extra}
            workspace.find_fault(WHERE, refusal.error, "refused")
    return record


def answer(workspace: Workspace, use: ResponseUrl, args: dict[str, Any]) -> None:
    """Post, replace or delete, as the arguments of a response_url say."""
    for name in sorted(set(args) - KNOWN):
        workspace.find_fault(WHERE, "unknown_argument", f"{name} is not an argument")
    channel = workspace.channels.get(use.channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    source = workspace.message(channel, use.message_ts) if use.message_ts else None
    if args.get("delete_original") and source:
        channel.all_messages.remove(source)
        workspace.changed(f"messages:{channel.id}")
        return
    content = check_content(workspace, WHERE, args)
    if args.get("replace_original") and source:
        _replace(workspace, channel, source, content)
        return
    is_public = args.get("response_type") == "in_channel"
    workspace.post(
        channel,
        workspace.bot.id,
        content.get("text", ""),
        blocks=content.get("blocks", []),
        attachments=content.get("attachments", []),
        thread_ts=args.get("thread_ts"),
        bot=True,
        only_for=None if is_public else use.user,
    )


def _replace(
    workspace: Workspace, channel: Channel, source: Message, content: dict[str, Any]
) -> None:
    source.text = content.get("text", "")
    source.blocks = content.get("blocks", [])
    source.attachments = content.get("attachments", [])
    source.updates += 1
    workspace.changed(f"messages:{channel.id}")
