"""What the audit log tells as people ask for it: who did what, with all that it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date

from models.base import Base, DecimalText, UtcDateTime
from models.epics.epic import Epic

CALLED = {
    "portfolios": ("name",),
    "states": ("label",),
    "value_streams": ("name",),
    "themes": ("name",),
    "objectives": ("title",),
    "key_results": ("title",),
    "programs": ("code", "name"),
    "projects": ("code", "name"),
    "milestones": ("code", "name"),
    "epics": ("key", "title"),
    "decisions": ("key",),
    "subscriptions": ("channel_id",),
    "departures": ("user_id",),
}
"""The columns by which the rows of a table are called."""

ABOUT = {"imports": "portfolios", "commitment_points": "portfolios", "columns": "states"}
"""What the number of a happening is of, where that is no row of its own."""

NAMELESS = frozenset({"wip_limits", "project_shares"})
"""Nouns whose rows are known by what they point to."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What became of one row."""

    number: int
    verb: str
    noun: str
    subject_id: str
    epic_id: int | None
    portfolio_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    made: Mapping[str, Any] = field(default_factory=dict)
    """What the row held when it was made, where it has no name of its own."""

    @property
    def changed(self) -> Mapping[str, Any]:
        """What it tells of, as it is, and as it was where it is no more."""
        return {**self.before, **self.after}

    @property
    def held(self) -> Mapping[str, Any]:
        """All that is known of the row."""
        return {**self.made, **self.changed}


@dataclass(frozen=True, slots=True)
class Deed:
    """What someone did at one moment; `more` where it changed more than is told here."""

    at: datetime
    actor: str | None
    source: str
    happenings: Sequence[Happening]
    more: bool


@dataclass(frozen=True, slots=True)
class Names:
    """What the things are called that a log tells of by number, also those that are gone."""

    called: Mapping[tuple[str, str], str]
    currencies: Mapping[int, str]

    def of(self, noun: str, subject_id: object) -> str:
        """What a row is called; by its number where nothing tells its name any more."""
        found = self.called.get((noun, str(subject_id)))
        return found or f"no. {subject_id}"


@dataclass(frozen=True, slots=True)
class Query:
    """What of the log is asked for: of one epic, or of all with a person or a word in it.

    `before` is the number up to which it was seen; without it the newest are meant.
    """

    epic_id: int | None = None
    person: str | None = None
    word: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class DeedPage:
    """Some deeds, the newest first; `older` is where the next page begins, None at the end."""

    query: Query
    epic: Epic | None
    deeds: Sequence[Deed]
    names: Names
    time_zone: str
    older: int | None


def called(noun: str, columns: Mapping[str, Any]) -> str | None:
    """What a row is called by its columns, None where they do not say it."""
    parts = [str(columns[name]) for name in CALLED.get(noun, ()) if columns.get(name)]
    return " ".join(dict.fromkeys(parts)) or None


def refers_to(noun: str, column: str) -> str | None:
    """The table that a column points to, None where it points to none."""
    found = _column(noun, column)
    if found is None or not found.foreign_keys:
        return None
    return next(iter(found.foreign_keys)).column.table.name


def kind_of(noun: str, column: str) -> str:
    """What a column holds, as it is to be shown."""
    if refers_to(noun, column):
        return "name"
    if column.endswith("_minor"):
        return "money"
    if column in PEOPLE or column.endswith(("user_id", "_by")):
        return "person"
    if column.endswith("channel_id"):
        return "channel"
    found = _column(noun, column)
    for type_, kind in KINDS:
        if found is not None and isinstance(found.type, type_):
            return kind
    return "text" if found is not None else "any"


PEOPLE = frozenset({"ended_by", "added_by"})
KINDS = (
    (UtcDateTime, "moment"),
    (Date, "day"),
    (Boolean, "yes or no"),
    (JSON, "list"),
    (DecimalText, "number"),
)


@cache
def _column(noun: str, column: str) -> Column[Any] | None:
    table = Base.metadata.tables.get(noun)
    return None if table is None else table.columns.get(column)
