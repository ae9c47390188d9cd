"""A workspace: people, channels, messages, views, and what may be used only once."""

import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.elements import every_block, interactive
from sandbox.manifest import Manifest
from sandbox.nouns import (
    Channel,
    File,
    Message,
    ResponseUrl,
    ScheduledMessage,
    Trigger,
    User,
    UserGroup,
    View,
)
from sandbox.records import Finding, SlackError
from sandbox.timetable import Timetable

TRIGGER_LIVES = timedelta(seconds=3)
RESPONSE_URL_LIVES = timedelta(minutes=30)
RESPONSE_URL_USES = 5
FILES_TAKE = timedelta(seconds=0.2)  # until Slack has looked through an uploaded file
TRIGGER_ERRORS = {
    "methods": {
        "unknown": "invalid_trigger_id",
        "used": "exchanged_trigger_id",
        "old": "expired_trigger_id",
    },
    "guide": {
        "unknown": "invalid_trigger_id",
        "used": "trigger_exchanged",
        "old": "trigger_expired",
    },
}
"""Slack's pages on methods and its guide name the same refusals differently."""


class Workspace:
    """Everything Slack remembers. Hold `lock` while reading or changing more than one thing."""

    def __init__(self, manifest: Manifest, clock: SandboxClock) -> None:
        self.manifest = manifest
        self.clock = clock
        self.lock = threading.RLock()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.modals: dict[str, list[View]] = {}
        self.closed_views: set[str] = set()
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.findings: list[Finding] = []
        self.user_groups: dict[str, UserGroup] = {}
        self.scheduled: dict[str, ScheduledMessage] = {}
        self.files: dict[str, File] = {}
        self.files_take = FILES_TAKE
        self.address = ""
        self.hints: list[str] = []
        self.timetable = Timetable(clock)
        self.free_plan = False
        self.trigger_errors = "methods"
        self.trigger_lives = TRIGGER_LIVES
        self.last_act: dict[str, int] = {}
        self.watchers: list[Callable[[str], None]] = []
        self._count = 0
        self._last_micros = 0
        self.team_id = self.new_id("T")
        self.team_domain = "sandbox"
        self.app_id = self.new_id("A")
        self.bot_id = self.new_id("B")
        self.bot = self.add_user(manifest.name.lower(), manifest.name, "UTC", bot=True)
        for complaint in manifest.complaints():
            self.find_fault("manifest", "invalid_manifest", complaint)

    def count(self) -> int:
        """Return the next number of the workspace's own order of things."""
        with self.lock:
            self._count += 1
            return self._count

    def new_id(self, prefix: str) -> str:
        """Return an id in Slack's form."""
        return f"{prefix}0{self.count():08d}"

    def new_ts(self) -> str:
        """Return the moment it is as a ts, later than every one before."""
        with self.lock:
            micros = round(self.clock.now().timestamp() * 1_000_000)
            self._last_micros = max(micros, self._last_micros + 1)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def changed(self, topic: str) -> None:
        """Tell whoever watches that something looks different now."""
        for watcher in list(self.watchers):
            watcher(topic)

    def find_fault(self, where: str, error: str, detail: str, *, warning: bool = False) -> None:
        """Write down what a real Slack would refuse or ignore."""
        self.findings.append(Finding(where, error, detail, warning))
        self.changed("state")

    def need_scope(self, scope: str) -> None:
        """Raise missing_scope unless the manifest asks for the scope."""
        scopes = self.manifest.scopes
        if scope not in scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(scopes)))

    # people and places

    def add_user(
        self, name: str, real_name: str, tz: str, *, team_id: str | None = None, **traits: bool
    ) -> User:
        """Add a member, or with another `team_id` somebody of a connected workspace."""
        with self.lock:
            user = User(self.new_id("U"), name, real_name, tz, team_id or self.team_id, **traits)
            self.users[user.id] = user
        self.changed("state")
        return user

    def add_channel(self, name: str, members: set[str], *, private: bool) -> Channel:
        """Add a channel with these user ids in it."""
        with self.lock:
            channel = Channel(self.new_id("C"), name, private, members)
            self.channels[channel.id] = channel
        self.changed("state")
        return channel

    def deactivate(self, user: User) -> None:
        """Delete a user, who leaves every channel but the direct messages."""
        with self.lock:
            user.deleted = True
            for channel in self.channels.values():
                if not channel.im_user:
                    channel.members.discard(user.id)
        self.changed("state")

    def add_user_group(self, handle: str, users: list[str], *, disabled: bool) -> UserGroup:
        """Add a handle that stands for these user ids."""
        now = self.clock.now()
        disabled_at = now if disabled else None
        group = UserGroup(self.new_id("S"), handle, handle.title(), users, now, now, disabled_at)
        self.user_groups[group.id] = group
        self.changed("state")
        return group

    def user_group_named(self, handle: str) -> UserGroup:
        for group in self.user_groups.values():
            if handle.removeprefix("@") == group.handle:
                return group
        raise LookupError(f"There is no user group {handle!r} in this workspace.")

    def user_named(self, name: str) -> User:
        """Find somebody by name, real name or id."""
        for user in self.users.values():
            if name.removeprefix("@") in (user.name, user.id, user.real_name):
                return user
        raise LookupError(f"There is no user {name!r} in this workspace.")

    def channel_named(self, name: str) -> Channel:
        """Find a channel by name or id."""
        for channel in self.channels.values():
            if name.removeprefix("#") in (channel.name, channel.id) and name:
                return channel
        raise LookupError(f"There is no channel {name!r} in this workspace.")

    def direct_messages(self, user_id: str) -> Channel:
        """Return the direct messages of a user and the bot, opened if need be."""
        with self.lock:
            for channel in self.channels.values():
                if channel.im_user == user_id:
                    return channel
            members = {user_id, self.bot.id}
            channel = Channel(self.new_id("D"), "", True, members, im_user=user_id)
            self.channels[channel.id] = channel
            return channel

    # messages

    def post(self, channel: Channel, user: str, text: str, **parts: Any) -> Message:
        with self.lock:
            message = Message(self.new_ts(), channel.id, user, text, self.count(), **parts)
            channel.all_messages.append(message)
        self.changed(f"messages:{channel.id}")
        return message

    def message(self, channel: Channel, ts: str) -> Message | None:
        """Find a message by its ts, an ephemeral one too."""
        return next((m for m in channel.all_messages if m.ts == ts), None)

    # what may be used once

    def new_trigger(self, user_id: str) -> str:
        trigger_id = f"{self.count()}.{secrets.token_hex(8)}"
        self.triggers[trigger_id] = Trigger(user_id, self.clock.now())
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Use a trigger up, or raise what Slack says to a stale one."""
        trigger = self.triggers.get(trigger_id)
        errors = TRIGGER_ERRORS[self.trigger_errors]
        if trigger is None:
            raise SlackError(errors["unknown"])
        if trigger.used:
            raise SlackError(errors["used"])
        if self.clock.now() - trigger.at > self.trigger_lives:
            raise SlackError(errors["old"])
        trigger.used = True
        return trigger

    def new_response_url(self, user_id: str, channel_id: str, message_ts: str | None) -> str:
        """Give out the secret part of a response_url."""
        secret = secrets.token_urlsafe(16)
        self.response_urls[secret] = ResponseUrl(user_id, channel_id, self.clock.now(), message_ts)
        return secret

    def use_response_url(self, secret: str) -> ResponseUrl:
        """Use a response_url once, or raise what Slack says to a worn one."""
        use = self.response_urls.get(secret)
        if use is None or self.clock.now() - use.at > RESPONSE_URL_LIVES:
            raise SlackError("expired_url")
        if use.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        use.uses += 1
        return use

    # views

    def open_views(self) -> Iterator[View]:
        """Yield every modal that is open and every Home."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def view(self, view_id: str) -> View | None:
        """Find an open view by id."""
        return next((view for view in self.open_views() if view.id == view_id), None)

    def top_view(self, user_id: str) -> View | None:
        """Return the modal in front of a user."""
        stack = self.modals.get(user_id)
        return stack[-1] if stack else None

    def new_hash(self) -> str:
        """Return a version of a view."""
        return f"{self.new_ts().split('.')[0]}.{secrets.token_hex(4)}"

    def named(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give blocks and elements without an id one, as Slack does."""
        for block in every_block(blocks):
            block.setdefault("block_id", secrets.token_urlsafe(4))
        for placed in interactive(blocks):
            placed.element.setdefault("action_id", secrets.token_urlsafe(4))
        return blocks
