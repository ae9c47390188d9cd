"""Who is called what: the members of a workspace by their names, as a file may name them."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk import WebClient

from models.fields import folded

AT_ONCE = 500
MOST_PAGES = 40
METHOD = "users.list"


def read_member_names(client: WebClient, team_id: str | None = None) -> Mapping[str, str]:
    """Ids by real name, shown name and handle, in lower case; a name of two people is nobody's.

    Without guests, bots, people of other workspaces and those who left. Raises what the client
    raises.
    """
    ids: dict[str, set[str]] = {}
    for member in _members(client):
        if _is_fit(member, team_id):
            for name in _names(member):
                ids.setdefault(name, set()).add(str(member["id"]))
    return {name: next(iter(found)) for name, found in ids.items() if len(found) == 1}


def _members(client: WebClient) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    for _ in range(MOST_PAGES):
        page = client.users_list(limit=AT_ONCE, cursor=cursor or None)
        yield from page["members"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _is_fit(member: Mapping[str, Any], team_id: str | None) -> bool:
    unfit = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
    return not any(member.get(each) for each in unfit) and (
        team_id is None or member.get("team_id") in {None, team_id}
    )


def _names(member: Mapping[str, Any]) -> set[str]:
    profile = member.get("profile") or {}
    names = (
        member.get("real_name"),
        profile.get("real_name"),
        profile.get("display_name"),
        member.get("name"),
    )
    return {folded(str(name)) for name in names if name and str(name).strip()}
