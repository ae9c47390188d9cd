"""What crossed the line within a digest's time, until something is heard of it."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from bot.workflows.epics.waiting import last_heard, stuck_since, with_news
from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.paging import NONE, Top
from models.epics.epic import Epic

Crossed = tuple[Epic, datetime, int]
"""An epic, its last news, and the day of the line that it crossed."""


def _crossed(asked: Asked) -> Top[Crossed]:
    """The oldest first."""
    if asked.aged is None or not asked.aged.crossed_ids:
        return NONE
    found = _ROWS.found(asked, *last_heard())
    some = [(*with_news(row), asked.aged.day) for row in found]
    return Top(some, found[0].total if found else 0)


_ROWS = Rows(
    noun=Epic,
    rows=select(Epic),
    order=(Epic.committed_at, Epic.id),
    when=lambda asked: and_(
        Epic.id.in_(asked.aged.crossed_ids if asked.aged else ()), stuck_since(asked.at)
    ),
    loads=(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking)),
)

CROSSED = Need("crossed", _crossed, in_home=False)
"""Epics that a digest told of as past the line since the one before, and still in flight."""
