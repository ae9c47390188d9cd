"""The rich_text block: sections, lists, quotes and preformatted text made of small inline parts."""

from sandbox.blockkit.kinds import Choice, Flag, Items, Number, Words
from sandbox.blockkit.objects import URL
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.shapes import (
    EVERYWHERE,
    REFERENCE,
    Field,
    Shape,
    Variant,
    block,
    by_name,
    composition,
    may,
    need,
)

SOURCE = f"{REFERENCE}/blocks/rich-text-block"
NAME = Words(1, 255)

STYLE = composition(
    "rich_text_style",
    {
        key: may(Flag())
        for key in (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        )
    },
)


def _inline(name: str, /, **fields: Field) -> Shape:
    return Shape(name, {**fields, "style": may(STYLE)}, source=SOURCE)


INLINE = by_name(
    _inline("text", text=need(Words(1, 40_000), GUESSED)),
    _inline("link", url=need(URL, GUESSED), text=may(Words(1, 3000), GUESSED), unsafe=may(Flag())),
    _inline("user", user_id=need(NAME, GUESSED)),
    _inline("usergroup", usergroup_id=need(NAME, GUESSED)),
    _inline("channel", channel_id=need(NAME, GUESSED)),
    _inline(
        "emoji",
        name=need(NAME, GUESSED),
        unicode=may(NAME, GUESSED),
        skin_tone=may(Number(1, 6), GUESSED),
    ),
    _inline("broadcast", range=need(Choice("here", "channel", "everyone"))),
    _inline("color", value=need(NAME, GUESSED)),
    _inline(
        "date",
        timestamp=need(Number(0), GUESSED),
        format=need(NAME, GUESSED),
        url=may(URL, GUESSED),
        fallback=may(NAME, GUESSED),
    ),
)

PARTS: dict[str, Shape] = {}
_WORDS = Items(Variant("an inline part", INLINE), 0, 1000)
_BORDER = may(Number(0, 1))
_SECTION = Shape("rich_text_section", {"elements": need(_WORDS, GUESSED)}, source=SOURCE)
PARTS.update(
    by_name(
        _SECTION,
        Shape(
            "rich_text_list",
            {
                "elements": need(
                    Items(Variant("a section", PARTS, _SECTION.name), 1, 1000), GUESSED
                ),
                "style": need(Choice("bullet", "ordered")),
                "indent": may(Number(0, 8)),
                "offset": may(Number(0)),
                "border": _BORDER,
            },
            source=SOURCE,
        ),
        Shape(
            "rich_text_quote", {"elements": need(_WORDS, GUESSED), "border": _BORDER}, source=SOURCE
        ),
        Shape(
            "rich_text_preformatted",
            {"elements": need(_WORDS, GUESSED), "border": _BORDER, "language": may(NAME, GUESSED)},
            source=SOURCE,
        ),
    )
)

RICH_TEXT = block(
    "rich_text",
    EVERYWHERE,
    {"elements": need(Items(Variant("a part", PARTS), 1, 1000), GUESSED)},
)
A_RICH_TEXT = Variant("a rich_text block", by_name(RICH_TEXT))
