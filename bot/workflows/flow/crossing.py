"""What crossed the line within a digest's time, until it is updated."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from bot.workflows.epics.waiting import last_updates, stuck_since, with_update
from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.paging import NONE, Top
from models.epics.epic import Epic

Crossed = tuple[Epic, datetime, int]
"""An epic, its last update, and the day of the line that it crossed."""


def _crossed(asked: Asked) -> Top[Crossed]:
    """The oldest first."""
    if asked.aged is None or not asked.aged.crossed_ids:
        return NONE
    found = _ROWS.found(asked, *last_updates())
    some = [(*with_update(row), asked.aged.day) for row in found]
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
