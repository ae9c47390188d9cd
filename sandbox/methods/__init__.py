"""The methods of the Web API that exist here: what each takes, needs and does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.methods import conversations, messages, people, views
from sandbox.state import Workspace

Arguments = dict[str, Any]
ANYWHERE = ("team_id",)  # the SDK adds it to every call
JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view")


@dataclass(frozen=True)
class Method:
    """One method: the call, its arguments, and the bot scope it needs whatever the arguments."""

    call: Callable[[Workspace, Arguments], dict[str, Any]]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scope: str | None = None


CONTENT = ("text", "blocks", "attachments", "metadata")
LOOKS = ("unfurl_links", "unfurl_media", "mrkdwn")
PAGE = ("cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata")

METHODS: dict[str, Method] = {
    "auth.test": Method(people.auth_test),
    "users.info": Method(people.users_info, ("user",), ("include_locale",), "users:read"),
    "chat.postMessage": Method(
        messages.post_message,
        ("channel",),
        (*CONTENT, *LOOKS, "thread_ts"),
        "chat:write",
    ),
    "chat.postEphemeral": Method(
        messages.post_ephemeral, ("channel", "user"), (*CONTENT, *LOOKS, "thread_ts"), "chat:write"
    ),
    "chat.update": Method(messages.update, ("channel", "ts"), CONTENT, "chat:write"),
    "chat.getPermalink": Method(messages.get_permalink, ("channel", "message_ts")),
    "conversations.open": Method(conversations.open_direct, ("users",)),
    "conversations.info": Method(
        conversations.info, ("channel",), ("include_locale", "include_num_members")
    ),
    "conversations.history": Method(conversations.history, ("channel",), PAGE),
    "conversations.replies": Method(conversations.replies, ("channel", "ts"), PAGE),
    "views.open": Method(views.open_view, ("trigger_id", "view")),
    "views.push": Method(views.push, ("trigger_id", "view")),
    "views.update": Method(views.update, ("view",), ("view_id", "external_id", "hash")),
    "views.publish": Method(views.publish, ("user_id", "view"), ("hash",)),
}
