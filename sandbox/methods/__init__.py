"""The methods of the Web API that exist here: what each takes, needs and does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.methods import conversations, files, messages, people, scheduling, user_groups, views
from sandbox.state import Workspace

Arguments = dict[str, Any]
ANYWHERE = ("team_id",)  # the SDK adds it to every call
JSON_ARGUMENTS = ("blocks", "attachments", "files", "metadata", "view")


@dataclass(frozen=True)
class Method:
    """One method: the call, its arguments, the bot scope it needs whatever the arguments, its tier.

    A method without a tier has a limit of its own, or one too wide to be met here.
    """

    call: Callable[[Workspace, Arguments], dict[str, Any]]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scope: str | None = None
    tier: int | None = None


CONTENT = ("text", "blocks", "attachments", "metadata")
LOOKS = ("unfurl_links", "unfurl_media", "mrkdwn")
POSTED = (*CONTENT, *LOOKS, "thread_ts")
PAGE = ("cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata")
SHARED = ("channel_id", "channels", "thread_ts", "initial_comment", "blocks")
OLD_UPLOAD = ("channels", "content", "file", "filename", "filetype", "initial_comment", "title")
COUNTED = ("include_count", "include_disabled", "include_users")

METHODS: dict[str, Method] = {
    "auth.test": Method(people.auth_test),
    "users.info": Method(people.users_info, ("user",), ("include_locale",), "users:read", 4),
    "users.list": Method(
        people.users_list, (), ("cursor", "limit", "include_locale"), "users:read", 2
    ),
    "usergroups.list": Method(user_groups.list_all, (), COUNTED, "usergroups:read", 2),
    "usergroups.users.list": Method(
        user_groups.list_users, ("usergroup",), ("include_disabled",), "usergroups:read", 2
    ),
    "chat.postMessage": Method(messages.post_message, ("channel",), POSTED, "chat:write"),
    "chat.postEphemeral": Method(
        messages.post_ephemeral, ("channel", "user"), POSTED, "chat:write", 4
    ),
    "chat.update": Method(messages.update, ("channel", "ts"), CONTENT, "chat:write", 3),
    "chat.delete": Method(messages.delete, ("channel", "ts"), (), "chat:write", 3),
    "chat.scheduleMessage": Method(
        scheduling.schedule, ("channel", "post_at"), POSTED, "chat:write", 3
    ),
    "chat.deleteScheduledMessage": Method(
        scheduling.cancel, ("channel", "scheduled_message_id"), (), "chat:write", 3
    ),
    "chat.getPermalink": Method(messages.get_permalink, ("channel", "message_ts")),
    "conversations.open": Method(conversations.open_direct, ("users",), tier=3),
    "conversations.info": Method(
        conversations.info, ("channel",), ("include_locale", "include_num_members"), tier=3
    ),
    "conversations.members": Method(
        conversations.members, ("channel",), ("cursor", "limit"), tier=4
    ),
    "conversations.history": Method(conversations.history, ("channel",), PAGE, tier=3),
    "conversations.replies": Method(conversations.replies, ("channel", "ts"), PAGE, tier=3),
    "files.getUploadURLExternal": Method(
        files.announce, ("filename", "length"), ("alt_txt", "snippet_type"), "files:write", 4
    ),
    "files.completeUploadExternal": Method(files.complete, ("files",), SHARED, "files:write", 4),
    "files.info": Method(files.info, ("file",), ("cursor", "limit"), "files:read", 4),
    "files.delete": Method(files.delete, ("file",), (), "files:write", 3),
    "files.upload": Method(files.refuse_old_upload, (), (*OLD_UPLOAD, "thread_ts"), tier=2),
    "views.open": Method(views.open_view, ("trigger_id", "view"), tier=4),
    "views.push": Method(views.push, ("trigger_id", "view"), tier=4),
    "views.update": Method(views.update, ("view",), ("view_id", "external_id", "hash"), tier=4),
    "views.publish": Method(views.publish, ("user_id", "view"), ("hash",), tier=4),
}
