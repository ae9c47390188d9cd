"""Who may use Tack at all: members of the workspace, neither strangers nor guests."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
ASKED_AT_ONCE = 8
MOST_ASKED = 50
"""Slack tells of a hundred people a minute, and a form is answered within three seconds."""

SLACKBOT = "USLACKBOT"
"""Not a bot by Slack's own telling."""

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


class NotKnownYet(Mistake):
    """Someone of whom Slack never told whether they are a guest."""

    def __init__(self) -> None:
        super().__init__(
            "Slack cannot say right now whether you are a guest, and guests cannot use Tack. "
            "Nothing was changed; try again in a minute."
        )


class CannotSay(Mistake):
    """Slack did not tell who someone is."""

    def __init__(self) -> None:
        super().__init__("Slack did not say who that is. Nothing was changed; try once more.")


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack tells of someone: a name, and why they can have no role, if they cannot."""

    name: str
    is_guest: bool = False
    unfit: str | None = None


class Members:
    """Remembers for a while who is who, so that Slack is asked once and not at every click."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[datetime, Known]] = {}
        self._news: dict[tuple[str, str], tuple[datetime, Known]] = {}
        self._lock = Lock()

    def check_at_home(self, body: Mapping[str, Any], team_id: str) -> None:
        """Raise Stranger for people of another workspace, as the payload itself tells it."""
        user = body.get("user")
        theirs = user.get("team_id") if isinstance(user, Mapping) else body.get("team_id")
        if theirs and theirs != team_id:
            raise Stranger

    def check(self, client: WebClient, body: Mapping[str, Any], team_id: str, at: datetime) -> None:
        """Raise Guest for guests of the workspace, as they were last known.

        Raises NotKnownYet where Slack never told who someone is, and does not now.
        """
        if (user_id := who(body)) is None:
            return
        known = self._look(client, team_id, user_id, at)
        if known is None:
            raise NotKnownYet
        if known.is_guest:
            raise Guest

    def unfit(
        self, client: WebClient, team_id: str, user_ids: Iterable[str], at: datetime
    ) -> str | None:
        """Why someone of them can have no role, in a sentence; None where all can.

        Raises CannotSay.
        """
        for known in self._look_at_all(client, team_id, user_ids, at):
            if known is None:
                raise CannotSay
            if known.unfit is not None:
                return f"{known.name} {known.unfit}. Choose members of this workspace."
        return None

    def unfit_among(
        self, client: WebClient, team_id: str, user_ids: Sequence[str], at: datetime
    ) -> frozenset[str]:
        """Who of them can have no role, as far as Slack tells; of a crowd it is not asked."""
        if len(user_ids) > MOST_ASKED:
            return frozenset()
        known = self._look_at_all(client, team_id, user_ids, at)
        pairs = zip(user_ids, known, strict=True)
        return frozenset(each for each, found in pairs if found is not None and found.unfit)

    def names(
        self, client: WebClient, team_id: str, user_ids: Iterable[str], at: datetime
    ) -> list[str]:
        """What people are called, where a mention cannot stand; without those Slack hides."""
        known = self._look_at_all(client, team_id, user_ids, at)
        return [each.name for each in known if each is not None]

    def learn(self, team_id: str, user: Mapping[str, Any], at: datetime) -> Known:
        """Remember what Slack tells of someone; of too many those it told of longest ago go."""
        key, known = (team_id, str(user["id"])), _known(user, team_id)
        with self._lock:
            self._known.pop(key, None)
            if len(self._news) >= MOST_KNOWN:
                self._news.clear()
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = self._news[key] = at, known
        return known

    @property
    def has_news(self) -> bool:
        return bool(self._news)

    def take_news(self) -> Mapping[tuple[str, str], tuple[datetime, Known]]:
        """What Slack told since this was asked last, by team and person."""
        with self._lock:
            news, self._news = self._news, {}
        return news

    def _look_at_all(
        self, client: WebClient, team_id: str, user_ids: Iterable[str], at: datetime
    ) -> list[Known | None]:
        """Side by side: a council of nine asked for one by one would outlast Slack's patience."""
        with ThreadPoolExecutor(ASKED_AT_ONCE) as askers:
            return list(askers.map(lambda each: self._look(client, team_id, each, at), user_ids))

    def _look(self, client: WebClient, team_id: str, user_id: str, at: datetime) -> Known | None:
        """Who it is; while Slack does not tell, what it told last, None where it never did."""
        with self._lock:
            asked_at, known = self._known.get((team_id, user_id), (None, None))
        if asked_at is not None and abs(at - asked_at) < KNOWN_FOR:
            return known
        try:
            user = client.users_info(user=user_id)["user"]
        except (SlackApiError, OSError, HTTPException) as error:
            log.info("not told who that is", error=str(error)[:200])
            return known
        return self.learn(team_id, user, at)


def _known(user: Mapping[str, Any], team_id: str) -> Known:
    profile = user.get("profile") or {}
    name = user.get("real_name") or profile.get("real_name") or user.get("name") or user["id"]
    guest = is_guest(user)
    unfit = None
    if user.get("team_id") not in {None, team_id}:
        unfit = "is of another workspace"
    elif user.get("deleted"):
        unfit = "has left Slack"
    elif user.get("is_bot") or user["id"] == SLACKBOT:
        unfit = "is a bot"
    elif guest:
        unfit = "is a guest"
    return Known(str(name), guest, unfit)


def is_guest(user: Mapping[str, Any]) -> bool:
    """Whether someone is a guest, as Slack describes them."""
    return bool(user.get("is_restricted") or user.get("is_ultra_restricted"))


def who(body: Mapping[str, Any]) -> str | None:
    """Who did it, as commands, interactions and events say it; nobody did what befell someone."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return user.get("id")
    user_id = body.get("user_id") or (body.get("event") or {}).get("user")
    return user_id if isinstance(user_id, str) else None
