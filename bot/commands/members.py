"""Who may use Tack at all: members of the workspace, neither strangers nor guests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from models.errors import Mistake

KNOWN_FOR = timedelta(minutes=10)
MOST_KNOWN = 10_000

log = structlog.get_logger(__name__)


class Stranger(Mistake):
    """Someone of another workspace, in a channel shared with it."""

    def __init__(self) -> None:
        super().__init__("Only members of this workspace can use Tack here. Ask one of them.")


class Guest(Mistake):
    """A guest of the workspace, who sees some of its channels only."""

    def __init__(self) -> None:
        super().__init__(
            "Guests of this workspace cannot use Tack, which shows more than their channels. "
            "Ask a member to do it for you."
        )


class Members:
    """Remembers for a while who is a guest, so that Slack is asked once and not at every click."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[datetime, bool]] = {}
        self._lock = Lock()

    def check(self, client: WebClient, body: Mapping[str, Any], team_id: str, at: datetime) -> None:
        """Raise Stranger for people of another workspace, Guest for guests of this one."""
        user = body.get("user")
        theirs = user.get("team_id") if isinstance(user, Mapping) else body.get("team_id")
        if theirs and theirs != team_id:
            raise Stranger
        user_id = _user_id(body)
        if user_id and self._is_guest(client, team_id, user_id, at):
            raise Guest

    def _is_guest(self, client: WebClient, team_id: str, user_id: str, at: datetime) -> bool:
        with self._lock:
            asked_at, guest = self._known.get((team_id, user_id), (None, False))
        if asked_at is not None and abs(at - asked_at) < KNOWN_FOR:
            return guest
        try:
            user = client.users_info(user=user_id)["user"]
        except (SlackApiError, OSError, HTTPException) as error:
            log.info("taken for a member", error=str(error)[:200])
            return False
        guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
        with self._lock:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[team_id, user_id] = at, guest
        return guest


def _user_id(body: Mapping[str, Any]) -> str | None:
    """Who did it, as commands, interactions and events say it."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return user.get("id")
    return body.get("user_id") or (body.get("event") or {}).get("user")
