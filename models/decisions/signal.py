"""Signals: what was measured speaks for a decision, and the epic's owner is asked first."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import days_between, spell_day
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.errors import Mistake
from models.evidence.known import is_reached
from models.form import Form, Paragraph
from models.money import format_amount
from models.portfolio.portfolio import Phase

DAYS_TO_ANSWER = 3
"""After so many working days without an answer it waits where everybody sees it."""


class Signal(StrEnum):
    """What speaks for a decision."""

    TARGET = "target"
    """The target's day went by short of it."""
    SPEND = "spend"
    """As much is spent as the MVP was to cost."""
    LINE = "line"
    """It takes longer than 85 of 100 epics."""


class Measured(NamedTuple):
    """What was measured of an epic."""

    signal: Signal
    mark: str
    """What it is asked once for: the target's day, what the MVP was to cost; of the line nothing,
    which is crossed once."""
    value: Decimal
    """The reading, what was spent in minor units, or the day since commitment."""
    says: str
    """The same in a sentence."""


class AnsweredAlready(Mistake):
    """A second answer to the same question."""

    def __init__(self, key: str) -> None:
        super().__init__(f"That was already answered. /epic show {key} shows where it stands.")


class NotYetForm(Form):
    """Why it is not to be decided on yet."""

    because: Annotated[
        str,
        Paragraph(
            label="Not yet, because …",
            example="Two of the three markets began in August",
            missing="Say in a sentence why it should wait.",
        ),
    ]


class SignalCheck(Base):
    """Whether to ask for a decision: asked of an epic's owner, once for each mark of a signal."""

    unaudited_columns = frozenset({"version"})
    __tablename__ = "signal_checks"
    __table_args__ = (UniqueConstraint("epic_id", "signal", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    signal: Mapped[Signal] = mapped_column(stored_by_value(Signal))
    mark: Mapped[str] = mapped_column(String(40))
    value: Mapped[Decimal]
    says: Mapped[str] = mapped_column(Text)
    """What was measured when it was asked, in a sentence."""
    asked_at: Mapped[datetime]
    needed_on: Mapped[date]
    """From this day on it waits where everybody sees it."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(32))
    """None where it came to nothing by itself."""
    because: Mapped[str | None] = mapped_column(Text)
    """Why it is not decided on, or not yet; None where it was put to a decision."""
    version: Mapped[int] = mapped_column(default=1)

    epic: Mapped[Epic] = relationship()

    @classmethod
    def of(cls, epic: Epic, found: Measured, at: datetime) -> "SignalCheck":
        today = epic.portfolio.day_of(at)
        return cls(
            **found._asdict(),
            workspace_id=epic.workspace_id,
            epic_id=epic.id,
            epic=epic,
            asked_at=at,
            needed_on=epic.portfolio.calendar.days_after(today, DAYS_TO_ANSWER),
            version=1,
        )

    def check_is_open(self) -> None:
        """Raise AnsweredAlready where it was answered."""
        if self.answered_at is not None:
            raise AnsweredAlready(self.epic.key)

    def answer(self, because: str | None, by: str | None, at: datetime) -> None:
        """Wait, for a reason, or None where it is put to a decision. Raises AnsweredAlready.

        By nobody, where what was measured since has answered it.
        """
        self.check_is_open()
        self.because, self.answered_by, self.answered_at = because, by, at
        self.version += 1


def short_of_target(epic: Epic, value: Decimal, at: datetime) -> Measured | None:
    """The target's day went by, and the figure is not there; None where that is not so."""
    target_on = epic.target_on
    if target_on is None or epic.portfolio.day_of(at) <= target_on:
        return None
    if is_reached(epic.baseline, epic.target, value) is not False:
        return None
    figure, unit = named(epic.indicator or "The figure")
    was_to_be = f"{figure} was to be at {epic.target:f}{unit} by {spell_day(target_on)}"
    says = f"{was_to_be}, and is at {value:f}{unit}."
    return Measured(Signal.TARGET, target_on.isoformat(), value, says)


def used_up(epic: Epic, spent: int) -> Measured | None:
    """As much is spent as its MVP was to cost, while that is tested; None where it is not.

    `spent` is in minor units.
    """
    cost, currency = epic.mvp_cost_minor, epic.portfolio.currency
    if not cost or spent < cost or epic.phase is not Phase.TESTING:
        return None
    planned = format_amount(cost, currency, short=True)
    is_spent = "all of it" if spent == cost else format_amount(spent, currency, short=True)
    says = f"The MVP was to cost {planned}, and {is_spent} has been spent."
    return Measured(Signal.SPEND, str(cost), Decimal(spent), says)


def has_crossed(
    line_day: int, committed_at: datetime, here_since: datetime, at: datetime, zone: ZoneInfo
) -> bool:
    """Whether it takes longer than 85 of 100 epics, and did not when it came to where it is.

    That is the latest of when it came in, when its portfolio went live, and when its MVP began.
    """
    before, now = (days_between(committed_at, each, zone) for each in (here_since, at))
    return before <= line_day < now


def past_line(epic: Epic, line_day: int, drawn_from: str, at: datetime) -> Measured:
    """On which day it is; `drawn_from` are the epics by which the line is drawn, in words."""
    assert epic.committed_at is not None
    day = days_between(epic.committed_at, at, ZoneInfo(epic.portfolio.time_zone))
    says = f"It is on day {day:,}, and 85 of 100 epics finish by day {line_day:,} ({drawn_from})."
    return Measured(Signal.LINE, "", Decimal(day), says)
