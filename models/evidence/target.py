"""Asking an epic's owner first, where its target's day went by short of the target."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.calendar import spell_day
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.errors import Mistake
from models.evidence.known import is_reached
from models.form import Form, Paragraph

DAYS_TO_ANSWER = 3
"""After so many working days without an answer it waits where everybody sees it."""


class AnsweredAlready(Mistake):
    """A second answer to the same question."""

    def __init__(self, key: str) -> None:
        super().__init__(f"That was answered already: /epic show {key} says where it stands.")


class NotYetForm(Form):
    """Why it is not to be decided on yet."""

    because: Annotated[
        str,
        Paragraph(
            label="Not yet, because …",
            example="Two of the three markets began in August",
            missing="Say in a sentence what speaks for waiting.",
        ),
    ]


class TargetCheck(Base):
    """Whether to ask for a decision, asked once for each day that an epic's target had."""

    unaudited_columns = frozenset({"version"})
    __tablename__ = "target_checks"
    __table_args__ = (UniqueConstraint("epic_id", "target_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    target_on: Mapped[date]
    value: Mapped[Decimal]
    """What was read last when it was asked."""
    asked_at: Mapped[datetime]
    needed_on: Mapped[date]
    """From this day on it waits where everybody sees it."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(32))
    because: Mapped[str | None] = mapped_column(Text)
    """Why it is not decided on yet; None where it was put to a decision."""
    version: Mapped[int] = mapped_column(default=1)

    epic: Mapped[Epic] = relationship()

    @classmethod
    def of(cls, epic: Epic, value: Decimal, at: datetime) -> "TargetCheck":
        assert is_short(epic, value, at)
        today = epic.portfolio.day_of(at)
        return cls(
            workspace_id=epic.workspace_id,
            epic_id=epic.id,
            epic=epic,
            target_on=epic.target_on,
            value=value,
            asked_at=at,
            needed_on=epic.portfolio.calendar.days_after(today, DAYS_TO_ANSWER),
            version=1,
        )

    def check_is_open(self) -> None:
        """Raise AnsweredAlready where it was answered."""
        if self.answered_at is not None:
            raise AnsweredAlready(self.epic.key)

    def answer(self, because: str | None, by: str, at: datetime) -> None:
        """Wait, for a reason, or None where it is put to a decision. Raises AnsweredAlready."""
        self.check_is_open()
        self.because, self.answered_by, self.answered_at = because, by, at
        self.version += 1


def is_short(epic: Epic, value: Decimal, at: datetime) -> bool:
    """Whether the target's day has gone by, and the figure is not there."""
    if epic.target_on is None or epic.portfolio.day_of(at) <= epic.target_on:
        return False
    return is_reached(epic.baseline, epic.target, value) is False


def short_because(epic: Epic, value: Decimal, target_on: date) -> str:
    """Why it is asked for, in a sentence."""
    figure, unit = named(epic.indicator or "The figure")
    target = f"at {epic.target:f}{unit}" if epic.target is not None else "there"
    return f"{figure} was to be {target} by {spell_day(target_on)}, and is at {value:f}{unit}."
