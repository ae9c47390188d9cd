"""A table to be given away: its columns with their types, and cells no spreadsheet computes."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Types = Mapping[str, str]
"""The type of each column: text, integer, decimal, yes or no, day, moment or list."""

NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
BEGINS = "=+\\-@＝＋－＠"
MARK = "'\u00a0"
"""What Tack puts before what a spreadsheet may compute: an apostrophe, and a space that does not
break, which every encoding has, by which it is known from the apostrophes of others."""

MARKED = f"(?:{MARK})*"
FORMULA = re.compile(
    f"^(?={MARKED}[\t\r\n{BEGINS}])"
    f"|(?<=[;\t])(?={MARKED} *[{BEGINS}])(?! *[+-]?\\d+(?:[.,]\\d+)* *(?:[;\t]|$))"
    f"|(?<=[,\r\n])(?={MARKED} *[=@＝＠]|{MARKED} *[+\\-＋－][^\\s\\d])"
)
"""Where a formula may begin: a cell, and what is a cell where another separator is believed in."""

SUSPECT = re.compile(f"^[{BEGINS}{MARK[0]}]|[;,\t\r\n]")
"""Without such a sign there is no formula: most cells have none, and there are millions."""

GUARDED = re.compile(f"(?:^|(?<=[;,\t\r\n])){MARK}(?={MARKED} *[\t\r\n{BEGINS}])")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, the type of each column, and its rows in that order, made as asked."""

    name: str
    types: Types
    rows: Iterable[Sequence[Any]]


def guarded(cell: str) -> str:
    """The cell with a marked apostrophe wherever a spreadsheet would find a formula."""
    if not SUSPECT.search(cell) or NUMBER.fullmatch(cell):
        return cell
    return FORMULA.sub(MARK, cell)


def unguarded(cell: str) -> str:
    """The cell as it was before it was guarded; the apostrophes of others stay."""
    return GUARDED.sub("", cell)


def as_cell(value: Any) -> str:
    """A value as a guarded cell; what is not known is empty."""
    if value is None:
        return ""
    kind = type(value)
    if kind is int or kind is datetime:  # never a formula
        return str(as_json(value))
    return guarded(value if kind is str else _as_text(value))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    if isinstance(value, dict):
        return json_line(value)
    return str(as_json(value))


def as_json(value: Any) -> Any:
    """A value as JSON has it: days and moments as ISO 8601, exact decimals as text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value


def json_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=as_json)
