"""The blocks: where each may stand, what it carries and how much of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.blockkit.charts import DATA_VISUALIZATION
from sandbox.blockkit.elements import (
    ACTIONS_ELEMENTS,
    CONTEXT_BUTTONS,
    ELEMENTS,
    IMAGE,
    IMAGE_FIELDS,
    INPUT_ELEMENTS,
    ONE_IMAGE,
    SECTION_ACCESSORIES,
)
from sandbox.blockkit.kinds import Choice, Flag, Items, Text, Words, plain
from sandbox.blockkit.objects import URL
from sandbox.blockkit.place import Place
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.rich_text import A_RICH_TEXT, RICH_TEXT
from sandbox.blockkit.shapes import (
    EVERYWHERE,
    HOME,
    MESSAGE,
    MODAL,
    NOWHERE,
    REFERENCE,
    Finding,
    Law,
    Shape,
    Variant,
    at_least_one,
    block,
    by_name,
    may,
    need,
)
from sandbox.blockkit.tables import DATA_TABLE, TABLE

AN_IMAGE = Variant("an image", {"image": IMAGE})


class TextOrImage:
    """An element of a context block."""

    def __str__(self) -> str:
        return "a text object or an image"

    def check(self, value: Any, at: Place) -> None:
        """Report what is neither, or is a wrong one."""
        is_image = isinstance(value, dict) and value.get("type") == "image"
        kind = AN_IMAGE if is_image else Text()
        kind.check(value, at)


def _dispatching_file(block: Mapping[str, Any]) -> Iterable[Finding]:
    if "dispatch_action" in block and block["element"]["type"] == "file_input":
        yield "dispatch_action", "dispatch_action is not allowed with a file_input"


def _collapsed_only(container: Mapping[str, Any]) -> Iterable[Finding]:
    if "default_collapsed" in container and not container.get("is_collapsible"):
        yield "default_collapsed", "default_collapsed needs is_collapsible"


def _divided_only(container: Mapping[str, Any]) -> Iterable[Finding]:
    if "has_header_divider" in container and "is_collapsible" in container:
        yield "has_header_divider", "has_header_divider excludes is_collapsible"


def _pending(task: Mapping[str, Any]) -> Iterable[Finding]:
    if task["status"] == "pending":
        yield "status", "pending is only allowed in a plan"


URL_SOURCE = Shape(
    "url",
    {"url": need(URL, GUESSED), "text": need(Words(1, 3000), GUESSED)},
    source=f"{REFERENCE}/block-elements",
)
TASK_FIELDS = {
    "task_id": need(Words(1, 255), GUESSED),
    "title": need(Words(1, 3000), GUESSED),
    "details": may(A_RICH_TEXT),
    "output": may(A_RICH_TEXT),
    "sources": may(Items(Variant("a source", by_name(URL_SOURCE)), 0, 50), GUESSED),
    "status": need(Choice("pending", "in_progress", "complete", "error")),
}
TASK_IN_PLAN = block("task_card", MESSAGE, TASK_FIELDS)

BLOCKS: dict[str, Shape] = {}
CHILDREN = (
    "actions",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
)

BLOCKS.update(
    by_name(
        block(
            "section",
            EVERYWHERE,
            {
                "text": may(Text(3000)),
                "fields": may(Items(Text(2000), 1, 10)),
                "accessory": may(Variant("an accessory", ELEMENTS, *SECTION_ACCESSORIES)),
                "expand": may(Flag()),
            },
            at_least_one("content", "text", "fields"),
        ),
        block("header", EVERYWHERE, {"text": need(plain(150))}),
        block("divider", EVERYWHERE, {}),
        block("context", EVERYWHERE, {"elements": need(Items(TextOrImage(), 1, 10))}),
        block(
            "actions",
            EVERYWHERE,
            {"elements": need(Items(Variant("an element", ELEMENTS, *ACTIONS_ELEMENTS), 1, 25))},
        ),
        block("image", EVERYWHERE, {**IMAGE_FIELDS, "title": may(plain(2000))}, ONE_IMAGE),
        block(
            "input",
            EVERYWHERE,
            {
                "label": need(plain(2000)),
                "element": need(Variant("an input element", ELEMENTS, *INPUT_ELEMENTS)),
                "hint": may(plain(2000)),
                "optional": may(Flag()),
                "dispatch_action": may(Flag()),
            },
            Law("dispatch", "dispatch_action not with a file_input", _dispatching_file),
        ),
        RICH_TEXT,
        block(
            "video",
            EVERYWHERE,
            {
                "title": need(plain(200)),
                "title_url": may(Words(1, 2000)),
                "video_url": need(URL),
                "thumbnail_url": need(URL),
                "alt_text": need(Words(1, 2000)),
                "description": may(plain(200)),
                "author_name": may(Words(1, 50)),
                "provider_name": may(Words(1, 50)),
                "provider_icon_url": may(URL, GUESSED),
            },
        ),
        block("markdown", MESSAGE, {"text": need(Words(1, 12_000))}),
        TABLE,
        DATA_TABLE,
        DATA_VISUALIZATION,
        block(
            "alert",
            MODAL,
            {
                "text": need(Text(200)),
                "level": may(Choice("default", "info", "warning", "error", "success")),
            },
        ),
        block(
            "card",
            MESSAGE | HOME,
            {
                "hero_image": may(AN_IMAGE),
                "icon": may(AN_IMAGE),
                "title": may(Text(150)),
                "subtitle": may(Text(150)),
                "body": may(Text(200)),
                "subtext": may(Text(200)),
                "actions": may(Items(Variant("a button", ELEMENTS, "button"), 1, 3)),
            },
            at_least_one("content", "hero_image", "title", "actions", "body"),
            surface_status=GUESSED,
        ),
        block(
            "carousel",
            MESSAGE | HOME,
            {"elements": need(Items(Variant("a card", BLOCKS, "card"), 1, 10))},
        ),
        block(
            "container",
            MESSAGE,
            {
                "title": may(plain(150)),
                "rich_text_title": may(A_RICH_TEXT),
                "subtitle": may(Text(150)),
                "icon": may(AN_IMAGE),
                "child_blocks": need(Items(Variant("a block", BLOCKS, *CHILDREN), 1, 10)),
                "width": may(Choice("narrow", "standard", "wide", "full")),
                "is_collapsible": may(Flag()),
                "default_collapsed": may(Flag()),
                "has_header_divider": may(Flag()),
            },
            at_least_one("heading", "title", "rich_text_title"),
            Law("collapsed", "default_collapsed needs is_collapsible", _collapsed_only),
            Law("divided", "has_header_divider excludes is_collapsible", _divided_only),
            surface_status=GUESSED,
        ),
        block(
            "context_actions",
            MESSAGE,
            {"elements": need(Items(Variant("an element", ELEMENTS, *CONTEXT_BUTTONS), 1, 5))},
        ),
        block(
            "task_card",
            MESSAGE,
            TASK_FIELDS,
            Law("not_pending", "status pending only in a plan", _pending),
        ),
        block(
            "plan",
            MESSAGE,
            {
                "title": need(Words(1, 3000), GUESSED),
                "tasks": may(Items(Variant("a task", by_name(TASK_IN_PLAN)), 1, 50)),
            },
        ),
        Shape("file", {}, on=NOWHERE, source=f"{REFERENCE}/blocks"),
        Shape("auth_provider", {}, on=NOWHERE, source=f"{REFERENCE}/blocks"),
    )
)
