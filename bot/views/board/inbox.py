"""What waits for someone, each with its one button."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.slack.blocks import Block, Element, context, header, section
from bot.slack.mrkdwn import words
from bot.views.board.needs import line_of
from bot.views.board.pressing import (
    answer_button,
    owner_button,
    project_button,
    stream_owner_button,
)
from bot.views.epics.buttons import still_right_button
from bot.views.epics.next_step import fill_button
from bot.workflows.board.inbox import Waits
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.register import BALLOT
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.paging import Pile
from bot.workflows.projects.slips import Slip
from models.budgets.shift import Shift
from models.calendar import days_between
from models.decisions.decision import Decision
from models.epics.column import Column, next_column
from models.epics.epic import Epic
from models.epics.policy import told
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Portfolio, ValueStream

MOST = 9
"""How many things are named; the others are counted by their kind."""

OF_A_KIND = 3


def waits(found: Waits, portfolio: Portfolio, now: datetime) -> list[Block]:
    """What waits, the most pressing first; one line where nothing does."""
    if not found.count:
        return [section(words("board/inbox", "nothing"))]
    shown: list[Block] = []
    beyond: list[str] = []
    for name, pile, line in _kinds(found):
        room = max(0, MOST - len(shown))
        some = pile.some[: min(OF_A_KIND, room)]
        shown += [section(*line(each, portfolio, now)) for each in some]
        if pile.count > len(some):
            facts = {"kind": name, "count": pile.count - len(some)}
            beyond.append(words("board/inbox", "beyond", **facts))
    more = [context(f"And {', '.join(beyond)}.")] if beyond else []
    return [header("What waits for you"), *shown, *more]


def _kinds(found: Waits) -> Iterator[tuple[str, Pile[Any], Any]]:
    yield "ballots", found.ballots, _ballot
    yield "answers", found.answers, _answer
    yield "shifts", found.shifts, _shift
    yield "blocked", found.blocked, _blocked
    yield "lacking", found.lacking, _lacking
    yield "quiet", found.quiet, _quiet
    yield "unowned", found.unowned, _unowned
    yield "streams", found.streams, _stream
    yield "slips", found.slips, _slip


Line = tuple[str, Element | None]


def _ballot(decision: Decision, portfolio: Portfolio, now: datetime) -> Line:
    return line_of(BALLOT, decision, now, asks=False)


def _answer(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    zone = ZoneInfo(portfolio.time_zone)
    due_at = portfolio.calendar.answer_due_at(epic.state_entered_at, zone)
    late = due_at < now and portfolio.calls_late(now)
    days = days_between(due_at, now, zone)
    facts = {"due_at": due_at, "late": late, "days": days, "past": due_at < now}
    return _said("answer", epic, **facts), answer_button(epic)


def _blocked(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    return line_of(BLOCKED, epic, now, asks=False)


def _shift(shift: Shift, portfolio: Portfolio, now: datetime) -> Line:
    return line_of(SHIFTS, shift, now, asks=False)


def _lacking(each: tuple[Epic, Sequence[Requirement]], portfolio: Portfolio, now: datetime) -> Line:
    epic, lacks = each
    to = next_column(epic)
    assert to is not None
    phrases = told(lacks, to.state)
    return _said("lacking", epic, phrases=phrases), fill_button(epic.id, epic.key, len(lacks))


def _quiet(heard: tuple[Epic, datetime], portfolio: Portfolio, now: datetime) -> Line:
    epic, news = heard
    days = (now - news) // timedelta(days=1)
    return _said("quiet", epic, days=days), still_right_button(epic)


def _unowned(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    return _said("unowned", epic), owner_button(epic)


def _stream(stream: ValueStream, portfolio: Portfolio, now: datetime) -> Line:
    return words("board/inbox", "stream_line", stream=stream), stream_owner_button(stream)


def _slip(slip: Slip, portfolio: Portfolio, now: datetime) -> Line:
    said = words("board/inbox", "slip_line", slip=slip, keys=slip.epics[:3])
    return said, project_button(slip.project)


def _said(part: str, epic: Epic, **facts: Any) -> str:
    zone = epic.portfolio.time_zone
    column = Column.of(epic)
    return words("board/inbox", part, epic=epic, column=column, zone=zone, **facts)
