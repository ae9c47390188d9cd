"""What is never told, wherever it would be said: tokens, passwords, and addresses that let in."""

import re

HIDDEN = "…"

SECRET = re.compile(
    r"""
    (?:xox[a-z.]*|xapp)-[\w%][\w%.-]*             # tokens of Slack's
    | (?<=://)[^\s/?\#]*:\S*(?=@)                 # user and password in an address
    | (?<=Bearer\ )[^\s'"]+
    | (?<=Authorization:\ Basic\ )[^\s'"]+
    | (?<=hooks\.slack\.com/)[^\s'"]+             # where whoever knows it may post
    | (?<=ticket=)[^\s&'"]+
    | (?<=password[=:])\s*[^\s&,;]+
    | (?<=secret[=:])\s*[^\s&,;]+
    | (?<=token[=:])\s*[^\s&,;]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


def hidden(text: str) -> str:
    """The text without what nobody may read."""
    return SECRET.sub(HIDDEN, text)
