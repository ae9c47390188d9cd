"""The user groups of a workspace, as Slack tells them; not every plan has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from models.people.role import SlackGroup

KNOWN_FOR = timedelta(minutes=1)
"""Slack takes this call twenty times a minute; a form asks at each letter typed."""

NOT_HERE = frozenset({"plan_upgrade_required", "missing_scope", "not_allowed_token_type"})
"""Slack will not tell of user groups, however often it is asked."""

PLAN = "plan_upgrade_required"
SWITCHED_OFF = "it is switched off in Slack"

NONE_BECAUSE = {
    PLAN: "This Slack plan has no user groups, so roles go to people only.",
    "missing_scope": "Slack does not let Tack read user groups until the app is reinstalled, "
    "so roles go to people only for now.",
}
UNREAD = "Slack did not say which user groups there are: people only for now."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UserGroupsFound:
    """The user groups there are; or why Slack told of none, in its own word."""

    groups: Sequence[SlackGroup] = ()
    error: str | None = None

    @property
    def why_none(self) -> str | None:
        """Why a form has no field for user groups; None where it has one."""
        return None if self.error is None else NONE_BECAUSE.get(self.error, UNREAD)

    @property
    def usable(self) -> Sequence[SlackGroup]:
        """Those a role can be given to, by handle."""
        there = [group for group in self.groups if group.gone is None]
        return sorted(there, key=lambda group: group.handle)


def read_user_groups(client: WebClient) -> Sequence[SlackGroup]:
    """Every group with its people, those switched off as well. Raises what the client raises."""
    found = client.usergroups_list(include_users=True, include_disabled=True)
    return [_group(each) for each in found["usergroups"]]


class UserGroups:
    """Remembers the groups for a moment."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, UserGroupsFound]] = {}
        self._lock = Lock()

    def found(self, client: WebClient, team_id: str, at: datetime) -> UserGroupsFound:
        """What Slack tells; where it does not, why."""
        with self._lock:
            known = self._known.get(team_id)
        if known is not None and abs(at - known[0]) < KNOWN_FOR:
            return known[1]
        try:
            found = UserGroupsFound(read_user_groups(client))
        except SlackApiError as error:
            found = UserGroupsFound(error=str(error.response.get("error")))
        except (OSError, HTTPException) as error:
            log.info("user groups not read", error=str(error)[:200])
            return UserGroupsFound(error="not reached")
        with self._lock:
            self._known[team_id] = at, found
        return found


def _group(found: Mapping[str, Any]) -> SlackGroup:
    return SlackGroup(
        group_id=str(found["id"]),
        handle=str(found.get("handle") or found.get("name") or found["id"]),
        name=str(found.get("name") or found.get("handle") or found["id"]),
        user_ids=tuple(found.get("users") or ()),
        gone=SWITCHED_OFF if found.get("date_delete") else None,
    )
