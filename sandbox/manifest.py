"""What an app declares of itself: only that exists in the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
    interactive: bool

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> "Manifest":
        """Read a manifest in the form of manifest.json."""
        features = manifest.get("features", {})
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
            home_tab=features.get("app_home", {}).get("home_tab_enabled", False),
            interactive=settings.get("interactivity", {}).get("is_enabled", False),
        )
