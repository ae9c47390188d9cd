"""The table and data_table blocks."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.blockkit.kinds import Choice, Flag, Items, Number, Words
from sandbox.blockkit.problems import GUESSED
from sandbox.blockkit.rich_text import RICH_TEXT
from sandbox.blockkit.shapes import (
    MESSAGE,
    REFERENCE,
    Finding,
    Law,
    Shape,
    Variant,
    block,
    by_name,
    composition,
    may,
    need,
)

SOURCE = f"{REFERENCE}/blocks/table-block"
TABLE_CHARACTERS = 10_000
DATA_TABLE_CHARACTERS = 20_000

CELLS = by_name(
    Shape("raw_text", {"text": need(Words(1, 40_000), GUESSED)}, source=SOURCE),
    Shape(
        "raw_number",
        {"value": need(Number(whole=False)), "text": need(Words(1, 40_000), GUESSED)},
        source=SOURCE,
    ),
    RICH_TEXT,
)
CELL = Variant("a cell", CELLS)
COLUMN = composition(
    "column_settings",
    {"align": may(Choice("left", "center", "right")), "is_wrapped": may(Flag())},
)


def _characters(part: Any) -> int:
    """Count the letters a reader sees in a cell, a row or a table."""
    if isinstance(part, list):
        return sum(_characters(item) for item in part)
    if "elements" in part:
        return _characters(part["elements"])
    return len(part.get("text", ""))


def _too_much_table(table: Mapping[str, Any]) -> Iterable[Finding]:
    if _characters(table["rows"]) > TABLE_CHARACTERS:
        yield "rows", f"must have less than {TABLE_CHARACTERS + 1} characters over all cells"


def _too_much_data(table: Mapping[str, Any]) -> Iterable[Finding]:
    if _characters(table["rows"]) > DATA_TABLE_CHARACTERS:
        yield "rows", f"must have less than {DATA_TABLE_CHARACTERS + 1} characters over all cells"


def _ragged(table: Mapping[str, Any]) -> Iterable[Finding]:
    width = len(table["rows"][0])
    for index, row in enumerate(table["rows"]):
        if len(row) != width:
            yield f"rows/{index}", f"must have {width} cells as the first row has"


def _rich_header(table: Mapping[str, Any]) -> Iterable[Finding]:
    for index, cell in enumerate(table["rows"][0]):
        if cell["type"] == "rich_text":
            yield f"rows/0/{index}", "header cells must not be rich_text"


TABLE = block(
    "table",
    MESSAGE,
    {
        "rows": need(Items(Items(CELL, 1, 20), 1, 100)),
        "column_settings": may(Items(COLUMN, 1, 20)),
    },
    Law("characters", "about 10,000 characters over all cells", _too_much_table, GUESSED),
    surface_status=GUESSED,
)
DATA_TABLE = block(
    "data_table",
    MESSAGE,
    {
        "caption": need(Words(1, 3000), GUESSED),
        "rows": need(Items(Items(CELL, 1, 20), 2, 201)),
        "page_size": may(Number(1, 100)),
        "row_header_column_index": may(Number(0, 19)),
    },
    Law("equal_rows", "all rows have as many cells", _ragged),
    Law("plain_header", "header cells are not rich_text", _rich_header),
    Law("characters", "20,000 characters over all cells", _too_much_data),
    surface_status=GUESSED,
)
