"""The app's manifest, made from what Tack hears."""

from typing import Any

from bot.commands import COMMANDS, EVENTS, SHORTCUTS
from bot.settings import Mode

SCOPES = {
    "commands": "to be spoken to",
    "chat:write": "to show cards and answers",
    "im:write": "to tell someone alone",
    "users:read": "to know guests, bots and who has left, and the time zone of who sets Tack up",
    "usergroups:read": "to give a role to a user group",
    "channels:read": "to see whether Tack is in a channel someone chose",
    "groups:read": "the same of private channels",
    "channels:history": "to find a card again whose posting was not confirmed",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages",
    "files:read": "to read a file that someone attaches to be brought in",
    "files:write": "to give a file to who asked for it, such as rows that could not come in",
}
"""Each scope the bot asks for, and why."""

REQUEST_URL = "https://tack.example.com/slack/events"


def manifest(mode: Mode, prefix: str = "") -> dict[str, Any]:
    """The manifest for one way of being reached; a prefix keeps two Tacks apart: `/dev-epic`."""
    settings: dict[str, Any] = {
        "event_subscriptions": {"bot_events": sorted(EVENTS)},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": mode == "socket",
        "token_rotation_enabled": False,
    }
    commands = [
        {
            "command": f"/{prefix}{command.name.removeprefix('/')}",
            "description": command.description,
            "usage_hint": command.usage_hint,
            "should_escape": True,
        }
        for command in COMMANDS
    ]
    if mode == "http":
        settings["event_subscriptions"]["request_url"] = REQUEST_URL
        settings["interactivity"]["request_url"] = REQUEST_URL
        settings["interactivity"]["message_menu_options_url"] = REQUEST_URL
        for command in commands:
            command["url"] = REQUEST_URL
    return {
        "display_information": {
            "name": f"Tack {prefix.rstrip('-')}".strip(),
            "description": "Propose, decide and follow epics where you talk",
            "background_color": "#1d3b53",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Tack", "always_online": True},
            "shortcuts": [
                {
                    "name": shortcut.name,
                    "type": shortcut.type,
                    "callback_id": shortcut.callback_id,
                    "description": shortcut.description,
                }
                for shortcut in SHORTCUTS
            ],
            "slash_commands": commands,
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": settings,
    }
