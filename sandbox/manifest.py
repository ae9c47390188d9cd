"""What an app declares of itself: only that exists in the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_RIGHTS = {
    "app_mentions": ("read",),
    "assistant": ("write",),
    "bookmarks": ("read", "write"),
    "calls": ("read", "write"),
    "canvases": ("read", "write"),
    "channels": ("history", "join", "manage", "read", "write.invites", "write.topic"),
    "chat": ("write", "write.customize", "write.public"),
    "conversations.connect": ("manage", "read", "write"),
    "dnd": ("read",),
    "emoji": ("read",),
    "files": ("read", "write"),
    "groups": ("history", "read", "write", "write.invites", "write.topic"),
    "im": ("history", "read", "write", "write.topic"),
    "links": ("read", "write"),
    "links.embed": ("write",),
    "lists": ("read", "write"),
    "metadata.message": ("read",),
    "mpim": ("history", "read", "write", "write.topic"),
    "pins": ("read", "write"),
    "reactions": ("read", "write"),
    "reminders": ("read", "write"),
    "remote_files": ("read", "share", "write"),
    "team": ("read",),
    "team.billing": ("read",),
    "team.preferences": ("read",),
    "triggers": ("read", "write"),
    "usergroups": ("read", "write"),
    "users": ("read", "read.email", "write"),
    "users.profile": ("read",),
    "workflow.steps": ("execute",),
}
BOT_SCOPES = frozenset(
    {"commands", "incoming-webhook", "tokens.basic"}
    | {f"{family}:{right}" for family, rights in _RIGHTS.items() for right in rights}
)
"""Every scope an app's bot can ask for; from memory of Slack's list, so the list may lag."""

_EVENTS = {
    "app_mentions:read": ("app_mention",),
    "channels:history": ("message.channels",),
    "channels:read": ("channel_archive", "channel_unarchive", "channel_deleted"),
    "groups:history": ("message.groups",),
    "groups:read": ("group_archive", "group_unarchive", "group_deleted"),
    "im:history": ("message.im",),
    "usergroups:read": ("subteam_updated", "subteam_members_changed"),
    "users:read": ("user_change",),
}
EVENT_SCOPES = {event: scope for scope, events in _EVENTS.items() for event in events}
"""The scope without which an event is not sent, for the events that happen here."""


@dataclass(frozen=True)
class Command:
    """A slash command of the app."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut of the app: `global`, or `message` in a message's menu."""

    name: str
    callback_id: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest.json that Slack acts on."""

    name: str
    commands: Mapping[str, Command]
    shortcuts: Mapping[str, Shortcut]
    scopes: frozenset[str]
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    takes_messages: bool
    interactive: bool

    def hears(self, event: str) -> bool:
        """Whether the app is told of an event: it asks for it and has the scope."""
        needed = EVENT_SCOPES.get(event)
        return event in self.events and (needed is None or needed in self.scopes)

    def complaints(self) -> list[str]:
        """Say what Slack would not take in it."""
        unknown = sorted(self.scopes - BOT_SCOPES)
        deaf = sorted(event for event in self.events if not self.hears(event))
        return [
            *(f"no bot has the scope {scope}" for scope in unknown),
            *(f"the event {event} needs the scope {EVENT_SCOPES[event]}" for event in deaf),
        ]

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> "Manifest":
        """Read a manifest in the form of manifest.json."""
        features = manifest.get("features", {})
        home = features.get("app_home", {})
        settings = manifest.get("settings", {})
        commands = [
            Command(
                command=declared["command"],
                description=declared.get("description", ""),
                usage_hint=declared.get("usage_hint", ""),
                should_escape=declared.get("should_escape", False),
            )
            for declared in features.get("slash_commands", ())
        ]
        shortcuts = [
            Shortcut(
                name=declared["name"],
                callback_id=declared["callback_id"],
                type=declared["type"],
                description=declared.get("description", ""),
            )
            for declared in features.get("shortcuts", ())
        ]
        return cls(
            name=manifest.get("display_information", {}).get("name", "App"),
            commands={command.command: command for command in commands},
            shortcuts={shortcut.callback_id: shortcut for shortcut in shortcuts},
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
            home_tab=home.get("home_tab_enabled", False),
            messages_tab=home.get("messages_tab_enabled", True),
            takes_messages=home.get("messages_tab_enabled", True)
            and not home.get("messages_tab_read_only_enabled", False),
            interactive=settings.get("interactivity", {}).get("is_enabled", False),
        )
