"""The picture of ageing: what is drawn, what it says in words, and its place in a window."""

import json
from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import Block, context, shorten
from bot.slack.mrkdwn import bare_words, words
from bot.workflows.flow.summary import Aging
from models.flow.line import PERCENT, Line, whole
from models.flow.picture import Picture, Sketch

TEMPLATE = "flow/picture"
PERCENTS = (50, 70, 85)
PLACE = "picture"
"""The block in which it comes."""
ALT_LIMIT = 1_000
NAME = "ageing.png"
PERMISSION = frozenset({"missing_scope", "not_allowed_token_type"})
TOO_LONG, NOT_DRAWN, NOT_TAKEN = "too_long", "not_drawn", "not_taken"
"""Why there is none, where Slack has no word for it."""


def sketch(found: Aging) -> Sketch | None:
    """What is drawn; None where nothing is in flight."""
    if not found.oldest:
        return None
    line = found.line if isinstance(found.line, Line) else None
    facts = {"found": found, "look": found.look, "line": line, "bands": _bands(line)}
    content = {
        "title": bare_words(TEMPLATE, "title", **facts),
        "about": bare_words(TEMPLATE, "about", **facts),
        "basis": bare_words(TEMPLATE, "basis", **facts),
        "bands": [[bare_words(TEMPLATE, "band", p=p, day=d), d] for p, d in _bands(line).items()],
        "states": [
            {"label": f"{each.label} · {each.count:,}", "days": sorted(each.days.items())}
            for each in found.columns
        ],
        "oldest": [
            {"key": each.key, "title": each.title, "day": each.day, "state": place}
            for place, each in found.oldest
        ],
    }
    alt = shorten(bare_words(TEMPLATE, "alt", **facts), ALT_LIMIT)
    return Sketch(json.dumps(content, ensure_ascii=False), alt)


def _bands(line: Line | None) -> Mapping[int, int]:
    if line is None:
        return {}
    if line.by_hand:
        return {PERCENT: line.day}
    return {percent: whole(line.sample.days, percent) for percent in PERCENTS}


def pictured(picture: Picture) -> Block:
    """The picture, or in words that it is drawn now, or why there is none."""
    if picture.ready_at is None:
        is_refused = picture.problem in PERMISSION
        return without(
            words(TEMPLATE, "no_picture", problem=picture.problem, is_refused=is_refused)
        )
    return {
        "type": "image",
        "block_id": PLACE,
        "slack_file": {"id": picture.file_id},
        "alt_text": picture.alt,
    }


def on_its_way() -> Block:
    return without(words(TEMPLATE, "on_its_way"))


def not_shown() -> Block:
    """Where Slack has it and does not show it."""
    return without(words(TEMPLATE, "no_picture", problem=NOT_TAKEN, is_refused=False))


def without(said: str) -> Block:
    """What stands in its place."""
    return {**context(said), "block_id": PLACE}


def view_with(view: Mapping[str, Any], block: Block) -> Mapping[str, Any]:
    """The window with this in the picture's place."""
    blocks = [block if each.get("block_id") == PLACE else each for each in view["blocks"]]
    return {**view, "blocks": blocks}
