"""What crosses the line: its owner is asked, once, whether it is time to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.workflows.decisions.signals.asking import ask, to_ask
from bot.workflows.flow.forecasting import line_now
from models.decisions.signal import Signal, has_crossed, past_line
from models.epics.epic import Epic
from models.flow.line import Line
from models.portfolio.portfolio import Portfolio

CLOCKS = (
    Epic.id,
    Epic.value_stream_id,
    Epic.committed_at,
    Epic.state_entered_at,
    Epic.imported_at,
)


def ask_about_line(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Ask the owners of epics that crossed the line while their MVP is tested or delivered.

    Those that were past it when they came in are not asked about; where there is no line none is.
    """
    live_at = portfolio.live_at
    if live_at is None or portfolio.is_silent(at):
        return
    if not (lines := _lines(session, portfolio, at)):
        return
    zone = ZoneInfo(portfolio.time_zone)
    soonest = at - timedelta(days=min(line.day for line in lines.values()))
    old = to_ask(portfolio, Signal.LINE, at).where(Epic.committed_at < soonest)
    crossed = [
        id_
        for id_, stream_id, committed_at, entered_at, came_at in session.execute(
            old.with_only_columns(*CLOCKS)
        )
        if stream_id in lines
        and committed_at is not None
        and has_crossed(
            lines[stream_id].day,
            committed_at,
            max(live_at, entered_at, came_at or live_at),
            at,
            zone,
        )
    ]
    for epic in session.scalars(to_ask(portfolio, Signal.LINE, at).where(Epic.id.in_(crossed))):
        line = lines[epic.value_stream_id]
        ask(session, epic, past_line(epic, line.day, _drawn_from(line), at), at)


def _lines(session: Session, portfolio: Portfolio, at: datetime) -> Mapping[int, Line]:
    """The line of each value stream that has one, by its id."""
    read: dict[int, Sequence[tuple[Any, ...]]] = {}
    found = {
        stream.id: line_now(session, portfolio, stream.id, at, read)
        for stream in portfolio.open_streams
    }
    return {id_: line for id_, line in found.items() if isinstance(line, Line)}


def _drawn_from(line: Line) -> str:
    whose = "its value stream" if line.of_stream else "all streams"
    return f"drawn from the {line.n:,} that {whose} finished in {line.weeks} weeks"
