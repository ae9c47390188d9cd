"""The shapes in which Slack tells an app about people, messages and views."""

from typing import Any

from sandbox.elements import Placed, Values, held_values
from sandbox.files import file_object
from sandbox.manifest import Command, Shortcut
from sandbox.nouns import Channel, Message, User, View
from sandbox.state import Workspace

TOKEN = "deprecated"  # Slack still sends a verification token; nothing reads it


TOLD = ("text", "value", "style")


def message_object(message: Message, *, metadata: bool = True) -> dict[str, Any]:
    """Return a message as history and payloads show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
    }
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.metadata and metadata:
        shown["metadata"] = message.metadata
    return shown


def message_event(message: Message, channel: Channel, author: User) -> dict[str, Any]:
    """Return the event that someone wrote a message."""
    where = {"channel": channel.id, "event_ts": message.ts}
    return message_object(message) | where | {"team": author.team_id, "user_team": author.team_id}


def posted(workspace: Workspace, message: Message, *, metadata: bool = True) -> dict[str, Any]:
    """Return a message with what only the app's own messages have."""
    shown = message_object(message, metadata=metadata)
    if message.bot:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
        shown["team"] = workspace.team_id
    if message.files:
        shown["files"] = [file_object(workspace, file) for file in message.files]
    if message.updates:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    return shown


def view_object(workspace: Workspace, view: View) -> dict[str, Any]:
    """Return a view with everything Slack adds to it."""
    content = view.content
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": content["type"],
        "title": content.get("title"),
        "submit": content.get("submit"),
        "close": content.get("close"),
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "state": {"values": held_values(view.blocks, view.typed)},
        "hash": view.hash,
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }


def acted(workspace: Workspace, user: User, kind: str, trigger_id: str | None) -> dict[str, Any]:
    """Return what every interaction begins with."""
    payload: dict[str, Any] = {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": workspace.app_id,
        "token": TOKEN,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return payload | ({"trigger_id": trigger_id} if trigger_id else {})


def channel_name(channel: Channel) -> str:
    """Return a channel's name as Slack tells it to an app."""
    if channel.im_user:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def slash_command(
    workspace: Workspace,
    user: User,
    channel: Channel,
    command: Command,
    text: str,
    response_url: str,
) -> dict[str, Any]:
    """Return a slash command, its text as Slack sends it."""
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command.command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(user.id),
    }


def in_view(workspace: Workspace, view: View) -> dict[str, Any]:
    """Say that something happened in a view."""
    return of_view(workspace, view) | {
        "container": {"type": "view", "view_id": view.id},
    }


def of_view(workspace: Workspace, view: View) -> dict[str, Any]:
    """Name a view, and as `team` the workspace of whoever has it on the screen."""
    team_id = workspace.users[view.user].team_id
    domain = workspace.team_domain if team_id == workspace.team_id else team_id.lower()
    return {
        "view": view_object(workspace, view),
        "team": {"id": team_id, "domain": domain},
    }


def in_message(
    workspace: Workspace, channel: Channel, message: Message, response_url: str
) -> dict[str, Any]:
    """Say that something happened in a message."""
    return {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": posted(workspace, message),
        "state": {"values": held_values(message.blocks, message.typed)},
        "response_url": response_url,
    }


def action(workspace: Workspace, placed: Placed, value: dict[str, Any]) -> dict[str, Any]:
    """Return one entry of a block_actions' `actions`."""
    told = {key: part for key, part in placed.element.items() if key in TOLD}
    return {
        "type": placed.element["type"],
        "action_id": placed.element["action_id"],
        "block_id": placed.block["block_id"],
        **told,
        **value,
        "action_ts": workspace.new_ts(),
    }


def shortcut(
    workspace: Workspace, user: User, declared: Shortcut, trigger_id: str
) -> dict[str, Any]:
    """Return a global shortcut, or the beginning of a message shortcut."""
    kind = "message_action" if declared.type == "message" else "shortcut"
    return acted(workspace, user, kind, trigger_id) | {
        "callback_id": declared.callback_id,
        "action_ts": workspace.new_ts(),
    }


def event_callback(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    """Wrap an event as the Events API does."""
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock.now().timestamp()),
        "is_ext_shared_channel": _is_shared(workspace, event.get("channel")),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def _is_shared(workspace: Workspace, channel_id: str | None) -> bool:
    """Whether people of another workspace are in this channel."""
    channel = workspace.channels.get(channel_id or "")
    members = channel.members if channel else ()
    return any(workspace.users[member].team_id != workspace.team_id for member in members)


def set_value(typed: Values, placed: Placed, value: dict[str, Any]) -> None:
    """Remember what someone typed or chose."""
    entry = placed.state(**value)
    typed.setdefault(placed.block["block_id"], {})[placed.element["action_id"]] = entry
