"""What people type as Slack passes it on: escaped, and where it is asked for with ids."""

import re
from collections.abc import Iterable
from typing import TypeVar

from sandbox.nouns import Channel, User, UserGroup
from sandbox.state import Workspace

TYPED = re.compile(r"(?<![^\s(,;])([@#])([\w.-]*\w)")
Named = TypeVar("Named", User, Channel, UserGroup)


def escape(text: str) -> str:
    """Escape what people type as Slack does."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def with_ids(workspace: Workspace, text: str) -> str:
    """Put ids in place of typed @names, #channels and @handles; what is unknown stays as it is."""

    def mention(match: re.Match[str]) -> str:
        sign, word = match.groups()
        if sign == "#":
            channel = _called(workspace.channels.values(), "name", word)
            return f"<#{channel.id}|{channel.name}>" if channel else match[0]
        people = workspace.users.values()
        user = _called(people, "name", word) or _called(people, "real_name", word)
        if user:
            return f"<@{user.id}|{user.name}>"
        groups = (each for each in workspace.user_groups.values() if not each.disabled_at)
        group = _called(groups, "handle", word)
        return f"<!subteam^{group.id}|@{group.handle}>" if group else match[0]

    return TYPED.sub(mention, text)


def _called(all_of_them: Iterable[Named], attribute: str, word: str) -> Named | None:
    wanted = word.casefold()
    return next((one for one in all_of_them if getattr(one, attribute).casefold() == wanted), None)
