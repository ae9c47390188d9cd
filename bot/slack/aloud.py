"""What a message says to a screen reader and in a notification: its blocks in plain words."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.blocks import CHART, Block, shorten_marked
from bot.slack.mrkdwn import GUARD, MARK, escape

LONGEST = 2_000
"""In characters; escaped words may be most of them, and Slack takes 4,000."""

TOKEN = re.compile(r"<(?:!date|https?:)[^|>]*\|([^>]*)>")
"""A date or a link, and how it reads where Slack does not draw it."""

MARKS = re.compile(f"({GUARD}[*_~]{GUARD})|`|{MARK.pattern}")
"""Marks of templates; what people typed is guarded and stays."""


def aloud(blocks: Sequence[Block]) -> str:
    """Headers, text, fields and the numbers of charts, a line each; no buttons."""
    said = (part for block in blocks for part in _parts(block))
    return shorten_marked("\n".join(said), LONGEST)


def _parts(block: Block) -> Iterator[str]:
    if block["type"] == CHART:
        yield from _numbers(block)
        return
    small = block["elements"] if block["type"] == "context" else ()
    texts = [block.get("text"), *block.get("fields", ()), *small]
    yield from (_unmarked(text) for text in texts if text)


def _unmarked(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        return escape(text["text"])
    return MARKS.sub(lambda mark: mark[1] or "", TOKEN.sub(r"\1", text["text"]))


def _numbers(block: Block) -> Iterator[str]:
    """The title, and a line for each series: "In flight: Payments 5, Claims 4"."""
    yield escape(block["title"])
    for series in block["chart"]["series"]:
        points = ", ".join(f"{each['label']} {each['value']:,}" for each in series["data"])
        yield escape(f"{series['name']}: {points}")
