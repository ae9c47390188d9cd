"""A decision: a question about a subject, put to electors who vote until it closes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import spell_day
from models.decisions.case import Case
from models.decisions.opening import OpenAlready, check_can_open
from models.decisions.tally import Tally, quorum_of
from models.epics.epic import Epic
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio

AFTER_THE_LAST = timedelta(minutes=10)
"""When all have voted, it closes so long after the last press."""

USUAL_DAYS = 5
"""How many working days a decision is open."""


class Subject(StrEnum):
    """What a decision is about; what comes of it is found by this."""

    EPIC = "epic"


class Question(StrEnum):
    """What is asked."""

    MVP = "mvp"
    """Persevere, pivot or stop?"""


class Choice(StrEnum):
    """What an elector can press."""

    PERSEVERE = "persevere"
    PIVOT = "pivot"
    STOP = "stop"
    ABSTAIN = "abstain"

    @property
    def label(self) -> str:
        """What its button says."""
        return self.value.capitalize()


OPTIONS: Mapping[Question, tuple[Choice, ...]] = {
    Question.MVP: (Choice.PERSEVERE, Choice.PIVOT, Choice.STOP)
}
"""What each question can be answered with, besides abstaining."""


class Outcome(StrEnum):
    """How a decision ended: with one of its options, or with none."""

    PERSEVERE = "persevere"
    PIVOT = "pivot"
    STOP = "stop"
    NO_MAJORITY = "no majority"
    """No option had more than half."""
    NO_QUORUM = "no quorum"
    """Too few voted."""


def closing_at(closes_at: datetime, waiting: int, last_at: datetime | None) -> datetime:
    """When a decision closes: at its time, or soon after the last press where nobody is waited for.

    `last_at` is when the last ballot came.
    """
    if waiting or last_at is None:
        return closes_at
    return min(closes_at, last_at + AFTER_THE_LAST)


class Closed(Mistake):
    """A press after the close."""

    def __init__(self, key: str, closed_at: datetime, zone: ZoneInfo) -> None:
        local = closed_at.astimezone(zone)
        super().__init__(
            f"{key} closed at {local:%H:%M:%S} on {spell_day(local.date())}, so this press does "
            f"not count. /decision show {key} shows how it ended."
        )


class NotAnElector(Mistake):
    """A press by someone who is not asked."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Only those who were the council when {key} was opened vote on it.")


class Decision(Base):
    """One question put to a frozen list of electors; counts and choices stay sealed until it ends.

    The case is what was known of the subject when it was opened.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index(None, "subject", "subject_id"),
        Index(None, "portfolio_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    key: Mapped[str] = mapped_column(String(16))
    subject: Mapped[Subject] = mapped_column(stored_by_value(Subject))
    subject_id: Mapped[int]
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"), index=True)
    """The epic it is about: who may not see that one does not see the decision."""
    question: Mapped[Question] = mapped_column(stored_by_value(Question))
    recommended: Mapped[Choice | None] = mapped_column(stored_by_value(Choice))
    because: Mapped[str | None] = mapped_column(Text)
    frozen_case: Mapped[dict[str, Any]] = mapped_column(JSON)
    electorate: Mapped[list[str]] = mapped_column(JSON)
    quorum: Mapped[int]
    opened_by: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The latest it closes; earlier where all have voted."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(stored_by_value(Outcome))
    votes: Mapped[dict[str, int] | None] = mapped_column(JSON)
    """How many chose what, once it has closed."""
    effect: Mapped[str | None] = mapped_column(Text)
    """What came of it, as the end of a sentence, once it has closed."""
    version: Mapped[int] = mapped_column(default=1)

    portfolio: Mapped[Portfolio] = relationship()
    epic: Mapped[Epic | None] = relationship()
    box: Mapped["BallotBox"] = relationship(viewonly=True)

    @classmethod
    def open(
        cls,
        key: str,
        epic: Epic,
        electors: Iterable[str],
        *,
        by: str,
        at: datetime,
        closes_at: datetime,
        recommended: Choice | None = None,
        because: str | None = None,
    ) -> "Decision":
        """Ask whether the epic perseveres, pivots or stops, with its case as it is now.

        Raises NotLive, NotTesting and NowhereToPost.
        """
        check_can_open(epic, at)
        electorate = list(dict.fromkeys(electors))
        assert electorate, "nobody to vote"
        assert closes_at > at, "it would be closed already"
        return cls(
            workspace_id=epic.workspace_id,
            portfolio_id=epic.portfolio_id,
            key=key,
            subject=Subject.EPIC,
            subject_id=epic.id,
            epic_id=epic.id,
            question=Question.MVP,
            recommended=recommended,
            because=because,
            frozen_case=Case.of(epic, at).kept,
            electorate=electorate,
            quorum=quorum_of(len(electorate)),
            opened_by=by,
            opened_at=at,
            closes_at=closes_at,
            version=1,
        )

    @property
    def options(self) -> tuple[Choice, ...]:
        """What its question can be answered with."""
        return OPTIONS[self.question]

    @property
    def case(self) -> Case:
        """What was known when it was opened."""
        return Case.model_validate(self.frozen_case)

    @property
    def is_open(self) -> bool:
        """Whether it has not closed yet."""
        return self.closed_at is None

    def check_is_closed(self) -> None:
        """Raise OpenAlready where it is still open: of what it is about another one waits."""
        if self.is_open:
            raise OpenAlready(self.key, self.case.key)

    def closing_at(self, box: "BallotBox") -> datetime:
        """When it closes as things stand."""
        return self.closed_at or closing_at(self.closes_at, box.waiting, box.last_at)

    def tally(self, choices: Iterable[Choice]) -> Tally:
        """What each elector's last choice adds up to."""
        chosen = list(choices)
        return Tally(
            {option.value: chosen.count(option) for option in self.options},
            chosen.count(Choice.ABSTAIN),
            len(self.electorate),
            self.quorum,
        )

    def close(self, tally: Tally, closed_at: datetime) -> Outcome:
        """End it with what was counted; what comes of it is for its subject to say."""
        assert self.is_open, "closed already"
        lost = Outcome.NO_MAJORITY if tally.has_quorum else Outcome.NO_QUORUM
        self.outcome = Outcome(tally.winner) if tally.winner else lost
        self.closed_at = closed_at
        self.votes = {**tally.votes, Choice.ABSTAIN.value: tally.abstained}
        self.version += 1
        return self.outcome

    @property
    def result(self) -> Tally | None:
        """What was counted; None while it is open."""
        if self.votes is None:
            return None
        votes = {option.value: self.votes.get(option, 0) for option in self.options}
        abstained = self.votes.get(Choice.ABSTAIN, 0)
        return Tally(votes, abstained, len(self.electorate), self.quorum)

    @property
    def score(self) -> str | None:
        """The votes for what was decided, to those for anything else: "6 to 1"."""
        tally = self.result
        if tally is None or tally.winner is None:
            return None
        won = tally.votes[tally.winner]
        return f"{won:,} to {tally.chosen - won:,}"


class Elector(Base):
    """Someone who is asked to vote; the list is frozen when the decision is opened."""

    audited = False
    __tablename__ = "electors"
    __table_args__ = (Index(None, "workspace_id", "user_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))


class BallotBox(Base):
    """The end of a decision's chain of ballots, and how many electors have none in it yet."""

    audited = False
    __tablename__ = "ballot_boxes"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    electors: Mapped[int]
    waiting: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))
    last_at: Mapped[datetime | None]
    """When the last ballot came."""

    @property
    def voted(self) -> int:
        """How many electors have voted."""
        return self.electors - self.waiting


class Ballot(Base):
    """One press of an elector; appended, never changed: the last of each counts.

    It holds the hash of the one before it, and is told in no log before the decision has closed.
    """

    audited = False
    __tablename__ = "ballots"
    __table_args__ = (Index(None, "decision_id", "user_id", "number"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    choice: Mapped[Choice] = mapped_column(stored_by_value(Choice))
    at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(String(64))


class Paper(NamedTuple):
    """What a press on a decision is judged by, read while the decision cannot close."""

    decision_id: int
    workspace_id: int
    key: str
    closes_at: datetime
    closed_at: datetime | None
    waiting: int
    last_at: datetime | None
    ballots: int
    """How many are in the box, and the hash of the last."""
    hash: str
    time_zone: str
    elector: str | None
    """Who presses, where they are asked."""
    chosen: Choice | None
    """What they chose before."""

    @property
    def closing_at(self) -> datetime:
        """When it closes as things stand."""
        return self.closed_at or closing_at(self.closes_at, self.waiting, self.last_at)

    def is_late(self, at: datetime) -> bool:
        return self.closed_at is not None or at >= self.closing_at

    def cast(self, choice: Choice, at: datetime) -> "Cast | None":
        """The vote of a press at the moment; None where it says what the last one said.

        The moment is read after what it is judged by. Raises Closed and NotAnElector.
        """
        if self.elector is None:
            raise NotAnElector(self.key)
        if self.is_late(at):
            raise Closed(self.key, self.closing_at, ZoneInfo(self.time_zone))
        return None if choice is self.chosen else Cast(self.elector, choice, at)


class Cast(NamedTuple):
    """A vote that counts, to be put into the box."""

    user_id: str
    choice: Choice
    at: datetime
