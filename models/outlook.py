"""A file before it comes in: how it was read, what its first rows become, what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field that a column can be."""

    name: str
    needed: bool


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One of the first rows as it would become; or, where it cannot come in, why."""

    line: int
    becomes: Mapping[str, Any]
    """Nothing where it is known already, or cannot come in."""
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be said of a file once its columns are matched."""

    rows: int
    columns: int
    encoding: str
    """As Python names it."""
    delimiter: str
    decimal_comma: bool
    """Whether a column that is used writes 1.234,56."""
    fields: Sequence[FieldName]
    """What its columns can be, those needed first."""
    left_out: Sequence[str]
    """The columns that are no field."""
    first: Sequence[FirstRow]
    mistake: str | None
    """Why no row can be read so."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What bringing a file in comes to."""

    comes_in: int
    known: int
    bad: int
    reasons: Sequence[str]
    """Of the first rows that cannot come in, each with its line."""
    restricted: int
    """How many epics only their circle will see."""
    main_stream: str | None
    """The value stream that most of it belongs to."""
    new_streams: Sequence[str]
    new_themes: Sequence[str]
    unknown_people: Sequence[str]
    """People the file names who are no members here."""
