"""Whole payloads: a message as chat.postMessage takes it, and a view."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.blockkit.blocks import BLOCKS
from sandbox.blockkit.kinds import Flag, Items, Number, Words, plain
from sandbox.blockkit.place import KNOWN_TYPES, Payload, Place
from sandbox.blockkit.problems import GUESSED, Problem, Rule
from sandbox.blockkit.shapes import Finding, Law, Shape, Variant, by_name, composition, may, need

TEXT_MOST = 40_000
TEXT_UPDATABLE = 4_000
MARKDOWN_MOST = 12_000
VIEW_BYTES = 250 * 1024
ANY_TEXT = Words(0, TEXT_MOST)
BLOCK = Variant("a block", BLOCKS)
VIEWS = "docs.slack.dev/reference/views"


def _every_block(blocks: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for block in blocks:
        yield block
        yield from block.get("child_blocks", ())


def _several_tables(message: Mapping[str, Any]) -> Iterable[Finding]:
    found = Counter(block["type"] for block in _every_block(message.get("blocks", ())))
    if found["table"] + found["data_table"] > 1:
        yield "blocks", "only one table is allowed in a message"


def _several_plans(message: Mapping[str, Any]) -> Iterable[Finding]:
    found = Counter(block["type"] for block in _every_block(message.get("blocks", ())))
    if found["plan"] > 1:
        yield "blocks", "only one plan is allowed in a message"


def _several_charts(message: Mapping[str, Any]) -> Iterable[Finding]:
    found = Counter(block["type"] for block in _every_block(message.get("blocks", ())))
    if found["data_visualization"] > 2:
        yield "blocks", "no more than 2 data_visualization blocks allowed"


def _much_markdown(message: Mapping[str, Any]) -> Iterable[Finding]:
    texts = [b["text"] for b in message.get("blocks", ()) if b["type"] == "markdown"]
    if sum(map(len, texts)) > MARKDOWN_MOST:
        yield "blocks", f"markdown must be less than {MARKDOWN_MOST + 1} characters in all"


def _nothing_to_say(message: Mapping[str, Any]) -> Iterable[Finding]:
    if not any(message.get(key) for key in ("text", "blocks", "attachments")):
        yield "", "one of text, blocks and attachments is required"


def _no_fallback(message: Mapping[str, Any]) -> Iterable[Finding]:
    shown = message.get("blocks") or message.get("attachments")
    if shown and not message.get("text", "").strip():
        yield "", "text is missing: notifications and screen readers read it instead of blocks"


def _not_updatable(message: Mapping[str, Any]) -> Iterable[Finding]:
    if len(message.get("text", "")) > TEXT_UPDATABLE:
        yield "text", f"should be less than {TEXT_UPDATABLE + 1} characters to be updatable"


def _unsubmittable(modal: Mapping[str, Any]) -> Iterable[Finding]:
    if "submit" not in modal and any(b["type"] == "input" for b in modal["blocks"]):
        yield "", "missing required field: submit"


def _large(view: Mapping[str, Any]) -> Iterable[Finding]:
    if len(json.dumps(view, ensure_ascii=False).encode(errors="surrogatepass")) > VIEW_BYTES:
        yield "", f"must be at most {VIEW_BYTES} bytes"


class FlatValues:
    """The payload of message metadata: an object without further objects in it."""

    def __str__(self) -> str:
        return "an object of strings, numbers and booleans"

    def check(self, value: Any, at: Place) -> None:
        """Report anything nested."""
        if not isinstance(value, dict):
            at.refuse("must be an object")
            return
        for key, part in value.items():
            if not isinstance(part, (str, int, float)):
                at.into(key).refuse("must be a string, a number or a boolean")


METADATA = Shape(
    "metadata",
    {
        "event_type": need(Words(1, 255, "[a-z][a-z0-9_]*"), GUESSED),
        "event_payload": need(FlatValues()),
    },
    typed=False,
    source="docs.slack.dev/messaging/message-metadata",
    code="invalid_metadata_format",
)
ATTACHMENT = composition(
    "attachment",
    {key: may(ANY_TEXT, GUESSED) for key in ("fallback", "color", "text", "pretext", "footer")}
    | {key: may(ANY_TEXT, GUESSED) for key in ("title", "title_link", "image_url", "thumb_url")}
    | {"blocks": may(Items(BLOCK, 0, 50), GUESSED), "ts": may(Number(0, whole=False), GUESSED)},
)
MESSAGE = Shape(
    "message",
    {
        "text": may(ANY_TEXT, code="msg_too_long"),
        "blocks": may(Items(BLOCK, 0, 50)),
        "attachments": may(Items(ATTACHMENT, 0, 100), code="too_many_attachments"),
        "metadata": may(METADATA, code="invalid_metadata_format"),
    },
    (
        Law("content", "text, blocks or attachments", _nothing_to_say, code="no_text"),
        Law("one_table", "one table at most", _several_tables, code="only_one_table_allowed"),
        Law("one_plan", "one plan at most", _several_plans),
        Law("two_charts", "two data_visualization at most", _several_charts),
        Law("markdown", "all markdown together at most 12,000 characters", _much_markdown),
        Law("fallback", "blocks come with a text that says it all", _no_fallback, warning=True),
        Law("updatable", "chat.update takes 4,000 characters", _not_updatable, warning=True),
    ),
    typed=False,
    source="docs.slack.dev/reference/methods/chat.postMessage",
)

VIEW_FIELDS = {
    "blocks": need(Items(BLOCK, 1, 100)),
    "private_metadata": may(Words(0, 3000)),
    "callback_id": may(Words(0, 255)),
    "external_id": may(Words(0, 255)),
}
SIZE = Law("size", "JSON of at most 250 KB", _large, code="view_too_large")
MODAL = Shape(
    "modal",
    {
        **VIEW_FIELDS,
        "title": need(plain(24)),
        "submit": may(plain(24)),
        "close": may(plain(24)),
        "clear_on_close": may(Flag()),
        "notify_on_close": may(Flag()),
        "submit_disabled": may(Flag()),
    },
    (Law("submittable", "submit is there if any input block is", _unsubmittable), SIZE),
    source=VIEWS,
)
HOME = Shape("home", VIEW_FIELDS, (SIZE,), source=VIEWS)
VIEW = Variant("a view", by_name(MODAL, HOME))

PAYLOADS = (METADATA, ATTACHMENT, MESSAGE, MODAL, HOME)
FORMAT_RULE = Rule(
    "message.format", "blocks is an array", MESSAGE.source, code="invalid_blocks_format"
)
ANSWER_RULE = Rule("answer.errors", "errors are keyed by block_ids of the view's inputs", VIEWS)
PAYLOAD_RULES = (FORMAT_RULE, ANSWER_RULE)


def check_message(payload: Mapping[str, Any]) -> list[Problem]:
    """Find what Slack would refuse in `text`, `blocks`, `attachments` and `metadata`.

    Other keys are arguments of the method and none of the validator's business. Problems that are
    a `warning` are advice of the house; Slack would take the message.
    """
    found = Payload("message", "invalid_blocks")
    place = Place(found, FORMAT_RULE)
    if not isinstance(payload.get("blocks", []), list):
        place.into("blocks").refuse("must be an array")
    else:
        MESSAGE.check({key: payload[key] for key in MESSAGE.fields if key in payload}, place)
    return found.problems


def check_view(view: Mapping[str, Any]) -> list[Problem]:
    """Find what views.open, views.update, views.push and views.publish would refuse in a view."""
    found = Payload(str(view.get("type")), "invalid_arguments")
    VIEW.check(dict(view), Place(found, KNOWN_TYPES))
    return found.problems


def check_errors(errors: Mapping[str, str], view: Mapping[str, Any]) -> list[Problem]:
    """Find what is wrong with the `errors` an app answers to the submission of a sound view."""
    found = Payload("modal", "invalid_arguments")
    inputs = {block.get("block_id") for block in view["blocks"] if block["type"] == "input"}
    answer = Place(found, ANSWER_RULE)
    for block_id, message in errors.items():
        place = answer.into("errors").into(block_id)
        if block_id not in inputs:
            place.refuse(f"no input block with block_id: {block_id}")
        Words(1, 3000).check(message, place)
    return found.problems
