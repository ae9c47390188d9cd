"""What Slack's answer to a drawing means for what is done next."""

from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from socket import gaierror
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.worker.claims import LONGEST_REST

NEEDS_MENDING = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_not_in_channel",
        "user_not_found",
        "user_disabled",
        "messages_tab_disabled",
        "cannot_dm_bot",
    }
)
"""A person has to do something before this message can be shown."""

GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "not_enabled",
        "thread_not_found",
        "cannot_reply_to_message",
    }
)
"""Nothing is there to be redrawn or answered, and nobody needs to do anything."""

MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable"})
"""Slack says of these that a part of what was asked may have been done."""

TOKEN_AWAY = frozenset(
    {
        "accesslimited",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Slack does not take the token: someone has to do something."""

AWAY = TOKEN_AWAY | {"request_timeout", "team_added_to_org"}
"""Slack or the token is away: that says nothing of what was asked, which waits for it."""

NO_ANSWER = (OSError, HTTPException, SlackClientError)
"""The call failed on its way: whether Slack did it is not known."""

BROKEN = 500
"""From this HTTP status on the server could not, whatever was asked."""

LEAST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """An error of Slack's, by what it asks for."""

    error: str
    done_by_slack_unknown: bool = False
    is_away: bool = False
    """Whether Slack, the token or the way there is away, whatever was asked."""

    @property
    def is_trouble(self) -> bool:
        """Whether Slack is in trouble: with all it is asked, or only with this."""
        return self.is_away or self.error in MAYBE_DONE

    retry_after: timedelta | None = None

    @property
    def needs_mending(self) -> bool:
        """Whether a person has to do something first."""
        return self.error in NEEDS_MENDING

    @property
    def gone(self) -> bool:
        """Whether there is nothing left to draw on."""
        return self.error in GONE

    @property
    def is_final(self) -> bool:
        """Whether it is no use to ask again."""
        return self.needs_mending or self.gone


def reply_of(error: Exception) -> Reply:
    """Read the error a Web API call raised."""
    if not isinstance(error, SlackApiError):
        said = f"{type(error).__name__}: {error}"
        is_away = not isinstance(error, SlackClientError)
        return Reply(said, done_by_slack_unknown=not _never_left(error), is_away=is_away)
    response = error.response
    name = str(response.get("error") or f"status {response.status_code}")
    if response.status_code == 429 or name in {"ratelimited", "rate_limited"}:
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Reply("ratelimited", retry_after=_retry_after(headers))
    is_broken = response.status_code >= BROKEN or not name.isidentifier()
    if not name.isidentifier():
        name = f"status {response.status_code}"
    return Reply(name, is_broken or name in MAYBE_DONE, is_broken or name in AWAY)


def _never_left(error: Exception) -> bool:
    """Whether there was no connection to ask over."""
    reason = error.reason if isinstance(error, URLError) else None
    return isinstance(reason, ConnectionRefusedError | gaierror)


def _retry_after(headers: dict[str, str | list[str]]) -> timedelta:
    given = headers.get("retry-after", "1")
    seconds = given if isinstance(given, str) else given[0]
    wait = timedelta(seconds=float(seconds)) if seconds.strip().isdecimal() else LEAST_WAIT
    return min(max(wait, LEAST_WAIT), LONGEST_REST)
