"""What the page shows one member: the workspace as they see it, and what only Slack knows."""

from dataclasses import asdict
from typing import Any

from sandbox import faults
from sandbox.files import is_picture, kind_of
from sandbox.methods.messages import permalink
from sandbox.nouns import Channel, File, Message, User, View
from sandbox.payloads import view_object
from sandbox.stage import Stage
from sandbox.state import Workspace


def everything(slack: Stage, me: User) -> dict[str, Any]:
    """Return all but the messages."""
    return _of_workspace(slack.workspace, me) | _of_member(slack.workspace, me) | _of_slack(slack)


def _of_workspace(workspace: Workspace, me: User) -> dict[str, Any]:
    channels = [channel for channel in workspace.channels.values() if not channel.im_user]
    sees_all = not me.guest and me.team_id == workspace.team_id
    visible = [c for c in channels if me.id in c.members or (sees_all and not c.private)]
    return {
        "team": {"id": workspace.team_id, "name": "Sandbox"},
        "hints": workspace.hints,
        "app": {"id": workspace.app_id, "name": workspace.manifest.name, "icon": None},
        "users": [_person(user) for user in workspace.users.values() if not user.bot],
        "channels": [_place(workspace, channel, me) for channel in visible],
        "user_groups": [
            {"handle": group.handle, "name": group.name}
            for group in workspace.user_groups.values()
            if not group.disabled_at
        ],
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in workspace.manifest.commands.values()
        ],
        "shortcuts": [asdict(shortcut) for shortcut in workspace.manifest.shortcuts.values()],
    }


def _of_member(workspace: Workspace, me: User) -> dict[str, Any]:
    home = workspace.homes.get(me.id)
    direct = workspace.direct_messages(me.id)
    return {
        "me": _person(me),
        "dms": [{"id": direct.id, "user": workspace.bot.id, "unread": _unread(direct, me)}],
        "forms": [_view(workspace, view) for view in workspace.modals.get(me.id, ())],
        "home": _view(workspace, home) if home else None,
    }


def _of_slack(slack: Stage) -> dict[str, Any]:
    return {
        "clock": {"now": slack.clock.now().isoformat(), "frozen": slack.clock.frozen},
        "findings": [asdict(finding) for finding in slack.findings],
        "delivery": slack.delivers_over,
        "connected": slack.connected,
        "faults": faults.described(),
        "active_faults": slack.active_faults,
    }


def shown(workspace: Workspace, message: Message, channel: Channel) -> dict[str, Any]:
    author = workspace.users[message.user]
    replies = [m for m in channel.messages if m.thread_ts == message.ts and m is not message]
    return {
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": {"id": author.id, "name": author.name, "real_name": author.real_name},
        "bot": message.bot,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [_file(file) for file in message.files],
        "ephemeral": message.only_for is not None,
        "edited": message.updates > 0,
        "reply_count": len(replies),
        "permalink": permalink(workspace, message),
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "alt_text": file.alt_text,
        "size": len(file.content),
        "kind": kind_of(file).pretty,
        "is_picture": is_picture(file),
    }


def _view(workspace: Workspace, view: View) -> dict[str, Any]:
    return view_object(workspace, view) | {"errors": view.errors}


def _place(workspace: Workspace, channel: Channel, me: User) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "member": me.id in channel.members,
        "bot_is_member": workspace.bot.id in channel.members,
        "unread": _unread(channel, me),
    }


def _unread(channel: Channel, me: User) -> int:
    read = channel.read.get(me.id, 0)
    return sum(m.order > read and m.user != me.id for m in channel.visible_to(me.id))


def _person(user: User) -> dict[str, Any]:
    known = {"id": user.id, "name": user.name, "real_name": user.real_name, "tz": user.tz}
    return known | {"team_id": user.team_id, "guest": user.guest, "deleted": user.deleted}
