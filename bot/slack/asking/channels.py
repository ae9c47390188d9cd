"""Channels that someone chose: whether they are there, and whether Tack may post in them."""

from collections.abc import Iterable, Sequence
from http.client import HTTPException

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from models.errors import FieldMistakes

GONE = frozenset({"channel_not_found", "is_archived"})

log = structlog.get_logger(__name__)


def is_outside(client: WebClient, channel_id: str, field: str) -> bool:
    """Whether Tack is not in the channel yet; not, where Slack does not say.

    Raises FieldMistakes for a channel that is archived, or is not there for Tack.
    """
    try:
        channel = client.conversations_info(channel=channel_id)["channel"]
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            said = (
                "Tack cannot find that channel: it was deleted, or is private without Tack in it. "
                "Choose another one, or leave it empty, invite Tack there, and choose it later."
            )
            raise FieldMistakes({field: said}) from error
        log.info("not told of the channel", error=str(error)[:200])
        return False
    except (OSError, HTTPException) as error:
        log.info("not told of the channel", error=str(error)[:200])
        return False
    if channel.get("is_archived"):
        said = "That channel is archived. Restore it in Slack, or choose another one."
        raise FieldMistakes({field: said})
    return not channel.get("is_member", True)


def without_tack(client: WebClient, channel_ids: Iterable[str | None]) -> Sequence[str]:
    """Those of the channels that Tack is not in, or that it cannot find; each once."""
    found = []
    for channel_id in dict.fromkeys(each for each in channel_ids if each is not None):
        try:
            outside = is_outside(client, channel_id, "")
        except FieldMistakes:
            outside = True
        if outside:
            found.append(channel_id)
    return found
