"""The words a person sees in blocks."""

from collections.abc import Iterator
from typing import Any

SHOWN = ("text", "alt_text", "raw_text")
HIDDEN = ("value", "url", "confirm", "block_id", "action_id", "accessibility_label")
CLOSED = ("static_select", "multi_static_select", "overflow")

NO_BREAK = "\u00a0"
"""Seen as any other space."""


def words_in(part: Any) -> Iterator[str]:
    """Yield every text of blocks in reading order; menus are closed and dialogs not open."""
    if isinstance(part, list):
        for item in part:
            yield from words_in(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in HIDDEN or (part.get("type") in CLOSED and key.startswith("option")):
                continue
            if isinstance(value, str):
                if key in SHOWN or (key == "title" and part.get("type") == "data_visualization"):
                    yield value.replace(NO_BREAK, " ")
            else:
                yield from words_in(value)
