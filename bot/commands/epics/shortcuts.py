"""Shortcuts: proposing an epic from a message, or from anywhere."""

import re
from http.client import HTTPException

import structlog
from slack_sdk.errors import SlackApiError

from bot.commands.epics import proposal
from bot.commands.readiness import check_is_set_up
from bot.slack.blocks import shorten
from bot.slack.hearing import Call
from models.epics.proposal import MAX_LENGTHS

LINK = re.compile(r"<(https?://[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>")
MENTION = re.compile(r"<([@#!])([^|>]*)(?:\|([^>]*))?>")
PERMALINK = re.compile(r"https://[^\s<>|\"]{1,500}")
MARKS = re.compile(r"(?<!\w)[*_~](?=\S)|(?<=\S)[*_~](?!\w)")

log = structlog.get_logger(__name__)


def propose(call: Call) -> None:
    """Open the form from anywhere: the other door where /epic is taken."""
    check_is_set_up(call)
    proposal.open_proposal(call)


def propose_from_message(call: Call) -> None:
    """Open the form with the message's text as the hypothesis, and a link back to it."""
    check_is_set_up(call)
    text = plain_text(str(call.body["message"].get("text") or ""))
    first, _, _ = text.partition("\n")
    texts = {"hypothesis": shorten(text, MAX_LENGTHS["hypothesis"])}
    if len(first) <= MAX_LENGTHS["title"]:
        texts["title"] = first
    proposal.open_filled(call, {k: v for k, v in texts.items() if v}, permalink(call))


def plain_text(marked: str) -> str:
    """A message's text as people read it: links by their words, mentions by their names."""
    text = LINK.sub(lambda found: found[2] or found[1], marked)
    text = MENTION.sub(_mentioned, text)
    text = MARKS.sub("", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.strip()


def _mentioned(found: re.Match[str]) -> str:
    """Such as "@ben", "#payments" or "@here"; who has no name in it is someone."""
    sign, id_, name = found[1], found[2], found[3]
    if name:
        return name if name.startswith("@") else f"{'#' if sign == '#' else '@'}{name}"
    if sign == "!":
        return f"@{id_.partition('^')[0]}"
    return "someone" if sign == "@" else "a channel"


def permalink(call: Call) -> str | None:
    """The link to the message; None where Slack gives none, as in channels without Tack."""
    try:
        reply = call.client.chat_getPermalink(
            channel=call.body["channel"]["id"], message_ts=call.body["message_ts"]
        )
    except (SlackApiError, OSError, HTTPException) as error:
        log.info("no link to the message", error=str(error)[:200])
        return None
    link = str(reply.get("permalink") or "")
    return link if PERMALINK.fullmatch(link) else None
