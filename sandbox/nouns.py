"""What there is in a workspace: people, channels, messages, views, and rights to be used up."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.elements import PRESSED, Placed, Values, interactive
from sandbox.words import words_in


@dataclass
class User:
    """A member of the workspace, the app's own bot user, or somebody of a connected workspace."""

    id: str
    name: str
    real_name: str
    tz: str
    team_id: str
    admin: bool = False
    bot: bool = False
    guest: bool = False
    deleted: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this person reads dates."""
        return ZoneInfo(self.tz)


@dataclass
class File:
    """A file of somebody's, private until it is shared; `shares` are the messages it is in.

    It is announced, then received, completed, and ready once Slack has looked through it.
    """

    id: str
    name: str
    length: int
    owner: str
    created_at: datetime
    secret: str = ""
    title: str = ""
    alt_text: str = ""
    content: bytes = b""
    received: bool = False
    completed: bool = False
    ready: bool = False
    given_to: set[str] = field(default_factory=set)
    shares: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Message:
    """A message of a channel; one with `only_for` is ephemeral."""

    ts: str
    channel_id: str
    user: str
    text: str
    order: int
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    bot: bool = False
    only_for: str | None = None
    updates: int = 0
    typed: Values = field(default_factory=dict)

    @property
    def elements(self) -> list[Placed]:
        return list(interactive(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons and overflow menus."""
        return [p.label for p in self.elements if p.element["type"] in PRESSED]

    @property
    def texts(self) -> list[str]:
        """Every word it shows, its fallback text first."""
        of_files = [w for f in self.files for w in (f.name, f.title, f.alt_text) if w]
        return [self.text, *words_in(self.blocks), *of_files]

    def shows(self, words: str) -> bool:
        return any(words in text for text in self.texts)


@dataclass
class Channel:
    """A channel, or the direct messages of one user and the bot (`im_user`)."""

    id: str
    name: str
    private: bool = False
    members: set[str] = field(default_factory=set)
    im_user: str | None = None
    archived: bool = False
    all_messages: list[Message] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        """What every member sees, oldest first."""
        return [message for message in self.all_messages if message.only_for is None]

    def visible_to(self, user_id: str) -> list[Message]:
        """Return what one member sees, oldest first."""
        return [m for m in self.all_messages if m.only_for in (None, user_id)]


@dataclass
class View:
    """A modal on a user's screen, or a user's App Home."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    published: int = 0

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.content["blocks"]
        return blocks


@dataclass
class Trigger:
    """The right to open one modal within three seconds."""

    user: str
    at: datetime
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer where someone acted, five times within half an hour."""

    user: str
    channel_id: str
    at: datetime
    message_ts: str | None = None
    uses: int = 0


@dataclass
class UserGroup:
    """A handle that stands for several people."""

    id: str
    handle: str
    name: str
    users: list[str]
    created_at: datetime
    updated_at: datetime
    disabled_at: datetime | None = None


@dataclass
class ScheduledMessage:
    """A message that waits for its moment."""

    id: str
    channel_id: str
    post_at: int
    content: dict[str, Any]
