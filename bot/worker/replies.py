"""What Slack's answer to a drawing means for what is done next."""

from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

NEEDS_MENDING = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "user_not_in_channel",
        "user_not_found",
        "user_disabled",
        "messages_tab_disabled",
        "cannot_dm_bot",
    }
)
"""A person has to do something before this message can be shown."""

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "not_enabled"})
"""Nothing is there to be redrawn, and nobody needs to do anything."""

NO_ANSWER = (OSError, HTTPException, SlackClientError)
"""The call failed on its way: whether Slack did it is not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An error of Slack's, by what it asks for."""

    error: str
    done_by_slack_unknown: bool = False
    retry_after: timedelta | None = None

    @property
    def needs_mending(self) -> bool:
        """Whether a person has to do something first."""
        return self.error in NEEDS_MENDING

    @property
    def gone(self) -> bool:
        """Whether there is nothing left to draw on."""
        return self.error in GONE


def reply_of(error: Exception) -> Reply:
    """Read the error a Web API call raised."""
    if not isinstance(error, SlackApiError):
        return Reply(f"{type(error).__name__}: {error}", done_by_slack_unknown=True)
    response = error.response
    name = str(response.get("error") or f"status {response.status_code}")
    if response.status_code == 429 or name in {"ratelimited", "rate_limited"}:
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Reply("ratelimited", retry_after=timedelta(seconds=_seconds(headers)))
    return Reply(name, done_by_slack_unknown=response.status_code >= 500)


def _seconds(headers: dict[str, str | list[str]]) -> float:
    given = headers.get("retry-after", "1")
    return float(given if isinstance(given, str) else given[0])
