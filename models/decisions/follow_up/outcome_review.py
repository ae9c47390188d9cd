"""What became of an epic's indicator: asked of its owner on some days, and said at any time."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.epics.epic import Epic
from models.errors import Mistake
from models.form import Choice, Form, OneOf, Paragraph
from models.portfolio.portfolio import Phase, StateKind

FOUR_WEEKS, TWELVE_WEEKS = timedelta(weeks=4), timedelta(weeks=12)
"""So long after it was done its owner is asked."""

USUAL_LOOK = timedelta(weeks=12)
"""When a decision is looked at again, where nobody chose a day."""


class Became(StrEnum):
    """What became of the indicator."""

    REACHED = "reached"
    """At the target, or past it."""
    PARTLY = "partly"
    """At least half of the way."""
    NO = "no"
    NOT_MEASURED = "not measured"


SETTLED = frozenset({Became.REACHED, Became.NO})
"""After these nobody is asked once more: it was reached, or given up."""


class Occasion(StrEnum):
    """Why it is asked."""

    DECISION = "decision"
    """The day on which a decision is looked at again."""
    FOUR_WEEKS = "four weeks"
    """After it was done."""
    TWELVE_WEEKS = "twelve weeks"
    UNASKED = "unasked"
    """It was not: someone said so by themselves."""


class NoOutcomeYet(Mistake):
    """An outcome of what is not delivered yet, or was stopped."""

    def __init__(self, epic: Epic) -> None:
        is_stopped = epic.state.kind is StateKind.STOPPED
        super().__init__(
            f"{epic.key} is in {epic.column_label}"
            + (
                ", so no outcome is expected. What was learned is on its card."
                if is_stopped
                else ". Its outcome can be recorded once it is in Delivering."
            )
        )


class OutcomeForm(Form):
    """What became of it; `question` asks in the words of its indicator."""

    became: Annotated[
        Became,
        Choice(
            label="{question}",
            among=(
                OneOf("Reached", Became.REACHED, "At the target, or past it"),
                OneOf("Partly", Became.PARTLY, "At least half of the way"),
                OneOf("No", Became.NO, "Less than that"),
                OneOf("Not measured", Became.NOT_MEASURED, "Nobody can say"),
            ),
            of=Became,
            missing="What became of it?",
        ),
    ]
    note: Annotated[
        str | None,
        Paragraph(
            label="What was learned?",
            example="Returning customers use it twice as often as new ones",
            hint="It is shown on the card. Up to 500 characters.",
        ),
    ] = None


class OutcomeReview(Base):
    """One look at what became of an epic's indicator, from its day on; answered once."""

    __tablename__ = "outcome_reviews"
    __table_args__ = (Index(None, "epic_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The decision that is looked at again."""
    occasion: Mapped[Occasion] = mapped_column(stored_by_value(Occasion))
    due_on: Mapped[date]
    """From this day on it is asked."""
    became: Mapped[Became | None] = mapped_column(stored_by_value(Became))
    note: Mapped[str | None] = mapped_column(Text)
    by_user_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime | None]
    """When it was answered."""

    epic: Mapped[Epic] = relationship()

    @classmethod
    def of(
        cls, epic: Epic, occasion: Occasion, due_on: date, decision_id: int | None = None
    ) -> "OutcomeReview":
        """Ask what became of the epic from the day on."""
        return cls(
            workspace_id=epic.workspace_id,
            epic=epic,
            epic_id=epic.id,
            occasion=occasion,
            due_on=due_on,
            decision_id=decision_id,
        )

    def answer(self, said: OutcomeForm, by: str, at: datetime) -> None:
        """Keep what became of it."""
        assert self.became is None, "answered already"
        self.became, self.note = said.became, said.note
        self.by_user_id, self.at = by, at

    def is_due(self, today: date) -> bool:
        """Whether it is asked now."""
        return self.became is None and self.due_on <= today

    def is_answered_by(self, became: Became, today: date) -> bool:
        """Whether the answer of today says all that it asks.

        What is not due yet is asked then all the same, but for what has been reached.
        """
        return self.became is None and (self.due_on <= today or became is Became.REACHED)


def check_has_outcome(epic: Epic) -> None:
    """Raise NoOutcomeYet where nobody can have seen one."""
    if epic.state.kind is not StateKind.DONE and epic.phase is not Phase.DELIVERING:
        raise NoOutcomeYet(epic)


def asked_after_done(
    done_on: date, today: date, before: Collection[OutcomeReview]
) -> tuple[Occasion, date] | None:
    """Which question has become due since it was done, and since when; None for none.

    It waits for one that is still open. What was reached is not asked after again, nor what was
    given up since it was done; a question that nobody asked for four weeks is dropped.
    """
    is_settled = any(
        each.became is Became.REACHED or (each.became is Became.NO and each.due_on >= done_on)
        for each in before
    )
    asked = {each.occasion for each in before}
    is_open = any(each.is_due(today) for each in before)
    second, first = done_on + TWELVE_WEEKS, done_on + FOUR_WEEKS
    if is_open or is_settled or today >= second + FOUR_WEEKS:
        return None
    if today >= second:
        return None if Occasion.TWELVE_WEEKS in asked else (Occasion.TWELVE_WEEKS, second)
    if today >= first and Occasion.FOUR_WEEKS not in asked and today < first + FOUR_WEEKS:
        return Occasion.FOUR_WEEKS, first
    return None


def proposed(
    baseline: Decimal | None, target: Decimal | None, last: Decimal | None
) -> Became | None:
    """What the last reading says: reached at the target or past it, partly from half of the way on.

    None where there is no reading, or no way from one figure to another.
    """
    if baseline is None or target is None or last is None or baseline == target:
        return None
    way, whole = last - baseline, target - baseline
    if whole < 0:
        way, whole = -way, -whole
    if way >= whole:
        return Became.REACHED
    return Became.PARTLY if 2 * way >= whole else Became.NO
