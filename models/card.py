"""What an epic's card is drawn from, and the one next step it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.calendar import days_between
from models.column import Column, next_column
from models.digest import asked_if_silent_since
from models.epic import Answer, AnswerKind, Epic, Transition
from models.limit import FullPlace
from models.policy import Requirement, lacks_before
from models.portfolio import FIRST_STATE, StateKind


class NextStep(StrEnum):
    """What an epic waits for."""

    OUTCOME = "outcome"
    """It is done."""
    STOPPED = "stopped"
    UNBLOCK = "unblock"
    ANSWER = "answer"
    """Its first answer, or one after "not now"."""
    REPLY = "reply"
    """The proposer's, to a question."""
    FILL = "fill"
    """Answers its state asks for."""
    PLACE = "place"
    """A place where it goes next."""
    NEWS = "news"
    """Nothing was heard of it for long."""
    JUDGE = "judge"
    """Whether it is worth going on with after its MVP."""
    MOVE = "move"
    DECIDE = "decide"
    """The board leads no further from here."""


@dataclass(frozen=True, slots=True)
class Card:
    """An epic, its last change, what surrounds it, and the moment it is looked at."""

    epic: Epic
    last: Transition
    now: datetime
    answer: Answer | None = None
    """The last answer to it, while it is an idea."""
    news_at: datetime | None = None
    """When it was heard of last."""
    full: Sequence[FullPlace] = ()
    """The places that are full where it goes next."""
    place: int | None = None
    """Its place in the line of those that are ready, from 1."""

    @property
    def to(self) -> Column | None:
        """Where it usually goes from here."""
        return next_column(self.epic)

    @property
    def lacks(self) -> Sequence[Requirement]:
        """What it lacks to go there."""
        to = self.to
        if to is None:
            return []
        return lacks_before(self.epic, self.epic.portfolio.states, to.state, scales=to.scales)

    @property
    def answer_at(self) -> datetime | None:
        """When it has its first answer at the latest; None where none is waited for."""
        epic = self.epic
        if epic.state.name != FIRST_STATE or epic.answered_at is not None:
            return None
        zone = ZoneInfo(epic.portfolio.time_zone)
        return epic.portfolio.calendar.answer_due_at(epic.state_entered_at, zone)

    @property
    def is_late(self) -> bool:
        """Whether the first answer is; nothing is in the first weeks of a portfolio."""
        due = self.answer_at
        return due is not None and due < self.now and self.epic.portfolio.calls_late(self.now)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was heard of it for as long as its state allows."""
        since = asked_if_silent_since(self.epic.state, self.epic.portfolio, self.now)
        return since is not None and self.news_at is not None and self.news_at <= since

    @property
    def blocked_days(self) -> int | None:
        """For how many days it is blocked by the portfolio's calendar, 0 for since today."""
        if self.epic.blocking is None:
            return None
        zone = ZoneInfo(self.epic.portfolio.time_zone)
        return days_between(self.epic.blocking.at, self.now, zone)

    @property
    def next(self) -> NextStep:
        """The one thing it waits for."""
        epic = self.epic
        if epic.state.kind is StateKind.DONE:
            return NextStep.OUTCOME
        if epic.state.kind is StateKind.STOPPED:
            return NextStep.STOPPED
        if epic.blocking is not None:
            return NextStep.UNBLOCK
        if epic.state.name == FIRST_STATE and epic.accepted_at is None:
            asked = self.answer is not None and self.answer.kind is AnswerKind.QUESTION
            return NextStep.REPLY if asked else NextStep.ANSWER
        return self._onward()

    def _onward(self) -> NextStep:
        if self.to is None:
            return NextStep.DECIDE
        if self.lacks:
            return NextStep.FILL
        if self.full:
            return NextStep.PLACE
        if self.is_quiet:
            return NextStep.NEWS
        return NextStep.JUDGE if self.to.scales else NextStep.MOVE
