"""How the audit log writes what a column holds, and what it calls a row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Enum, String

from bot.slack.blocks import shorten
from bot.slack.mrkdwn import channel, escape, moment, person
from bot.workflows.audit.labels import SPELLED, column_of, noun_of, refers_to
from bot.workflows.audit.log import Event, LogPage
from models.base import UtcDateTime
from models.calendar import spell_day
from models.money import format_amount

VALUE_LIMIT, REASON_LIMIT = 80, 300
REASONS = frozenset({"reason", "words", "because", "effect", "learned"})


def spelled(page: LogPage, event: Event, column: str, value: Any) -> str:
    """A value in a line; a text of several words stands in quotation marks."""
    if column.endswith("_minor") and value is not None:
        portfolio = page.rows.get(("portfolios", str(event.portfolio_id)), {})
        return format_amount(int(value), portfolio.get("currency", "EUR"))
    said = _said(page, event.noun, column, value)
    is_text = isinstance(value, str) and " " in said and _is_written(event.noun, column)
    return f"“{said}”" if is_text else said


def name_of(page: LogPage, noun: str, subject_id: object) -> str:
    """What a row is called; by its number where nothing tells its name any more."""
    columns, called = page.rows.get((noun, str(subject_id)), {}), noun_of(noun)
    parts = [
        _said(page, noun, column, columns[column])
        for column in called.name
        if columns.get(column) is not None
    ]
    named = called.between.join(dict.fromkeys(parts))
    return named or (f"no. {subject_id}" if called.name else "")


def _said(page: LogPage, noun: str, column: str, value: Any) -> str:
    """A value as it is read, with what people wrote escaped."""
    if value is None:
        return "none"
    if (table := refers_to(noun, column)) is not None:
        return name_of(page, table, value)
    if column in SPELLED:
        return escape(shorten(SPELLED[column](value), REASON_LIMIT))
    if column.endswith("channel_id"):
        return channel(value)
    if column == "electorate":
        return ", ".join(map(person, value))
    if column.endswith(("user_id", "_by")) or column == "tie_breaker":
        return person(value)
    return _by_type(page, noun, column, value)


def _by_type(page: LogPage, noun: str, column: str, value: Any) -> str:
    found = column_of(noun, column)
    kind = None if found is None else found.type
    if isinstance(kind, UtcDateTime):
        return moment(datetime.fromisoformat(value), page.time_zone)
    if isinstance(kind, Date):
        return spell_day(date.fromisoformat(value))
    if isinstance(kind, Enum):
        return str(value).replace("_", " ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or "none"
    limit = REASON_LIMIT if column in REASONS else VALUE_LIMIT
    return escape(shorten(" ".join(str(value).split()), limit))


def _is_written(noun: str, column: str) -> bool:
    """Whether a column, or a figure of a note, holds what people wrote."""
    found = column_of(noun, column)
    if found is None:
        return True
    is_text = isinstance(found.type, String) and not isinstance(found.type, Enum)
    return is_text and column not in SPELLED
