"""A decision: a question about a subject, put to electors who vote until it closes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import spell_day
from models.decisions.case import Case
from models.decisions.opening import OpenAlready
from models.decisions.question import (
    ABSTAINED,
    Asked,
    Choice,
    NotAnOption,
    Option,
    Question,
    Subject,
)
from models.decisions.tally import Tally, quorum_of
from models.epics.epic import Epic
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio

AFTER_THE_LAST = timedelta(minutes=10)
"""When all have voted, it closes so long after the last press."""

USUAL_DAYS = 5
"""How many working days a decision is open."""


class Way(StrEnum):
    """How a decision is taken."""

    VOTE = "vote"
    """Electors vote until it closes."""
    ALONE = "alone"
    """One of its electors decides, and that ends it: no ballot, no quorum, no waiting."""
    ROOM = "room"
    """It was taken elsewhere, and is recorded."""


class Method(StrEnum):
    """What a vote needs to be decided."""

    MORE_THAN_HALF = "more than half"
    TWO_THIRDS = "two thirds"
    CONSENT = "consent"


AVAILABLE = (Method.MORE_THAN_HALF,)
"""The methods that can be chosen."""


class Ending(StrEnum):
    """How a decision ended."""

    DECIDED = "decided"
    """With one of its options."""
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
        super().__init__(f"Only those who were asked when {key} was opened vote on it.")


class Decided(Mistake):
    """A decision of one person that was taken already."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is decided already. /decision show {key} shows how.")


class NotADecider(Mistake):
    """A decision of one person, taken by another."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Only who was asked decides {key}. /decision show {key} names them.")


@dataclass(frozen=True, slots=True)
class About:
    """What a decision is about, with its case; `epic` where that is one, or belongs to one."""

    workspace_id: int
    portfolio_id: int
    subject: Subject
    subject_id: int
    case: Case
    epic_id: int | None = None

    @classmethod
    def of_epic(cls, epic: Epic, at: datetime) -> "About":
        """The epic as it is known at the moment."""
        here = (epic.workspace_id, epic.portfolio_id)
        return cls(*here, Subject.EPIC, epic.id, Case.of(epic, at), epic.id)

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "workspace_id": self.workspace_id,
            "portfolio_id": self.portfolio_id,
            "subject": self.subject,
            "subject_id": self.subject_id,
            "epic_id": self.epic_id,
            "frozen_case": self.case.kept,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who decides, how, and until when."""

    electors: Sequence[str]
    electors_are: str = "the council"
    closes_at: datetime
    way: Way = Way.VOTE
    method: Method = Method.MORE_THAN_HALF
    quorum: int | None = None
    """None for half of the electors, rounded down, plus one."""
    reason_required: bool = False


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
    asks: Mapped[str] = mapped_column(Text)
    """The question in words."""
    frozen_options: Mapped[dict[str, str]] = mapped_column(JSON)
    """What it can be answered with: the label of each by what is stored of it, in their order."""
    way: Mapped[Way] = mapped_column(stored_by_value(Way))
    method: Mapped[Method] = mapped_column(stored_by_value(Method))
    reason_required: Mapped[bool]
    """Whether who votes says why."""
    recommended: Mapped[str | None] = mapped_column(String(16))
    because: Mapped[str | None] = mapped_column(Text)
    """Why, in the words of who opened it."""
    frozen_case: Mapped[dict[str, Any]] = mapped_column(JSON)
    electorate: Mapped[list[str]] = mapped_column(JSON)
    electors_are: Mapped[str] = mapped_column(String(200))
    """Who they are in words: "the council"."""
    quorum: Mapped[int]
    opened_by: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The latest it closes; earlier where all have voted."""
    closed_at: Mapped[datetime | None]
    ending: Mapped[Ending | None] = mapped_column(stored_by_value(Ending))
    outcome: Mapped[str | None] = mapped_column(String(16))
    """The option it was decided for."""
    decided_by: Mapped[str | None] = mapped_column(String(32))
    """Who decided alone, or recorded what was decided in the room."""
    why: Mapped[str | None] = mapped_column(Text)
    """Why, in the words of who decided alone or recorded it."""
    present: Mapped[str | None] = mapped_column(Text)
    """Who was in the room."""
    link: Mapped[str | None] = mapped_column(Text)
    """Where more is written about what was decided in the room."""
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
        about: About,
        asked: Asked,
        terms: Terms,
        *,
        by: str,
        at: datetime,
        recommended: str | None = None,
        because: str | None = None,
    ) -> "Decision":
        """Put a question about something to its electors, with its case as it is now."""
        electorate = list(dict.fromkeys(terms.electors))
        assert electorate, "nobody to decide"
        assert terms.closes_at > at, "it would be closed already"
        assert terms.quorum is None or 0 < terms.quorum <= len(electorate)
        usual = 1 if terms.way is Way.ALONE else quorum_of(len(electorate))
        return cls(
            **about.columns,
            **_said(asked),
            key=key,
            way=terms.way,
            method=terms.method,
            reason_required=terms.reason_required,
            recommended=recommended,
            because=because,
            electorate=electorate,
            electors_are=terms.electors_are,
            quorum=terms.quorum or usual,
            opened_by=by,
            opened_at=at,
            closes_at=terms.closes_at,
            version=1,
        )

    @property
    def options(self) -> tuple[Option, ...]:
        """What its question can be answered with."""
        return tuple(Option(*each) for each in self.frozen_options.items())

    def label(self, value: str) -> str:
        """What the button of a choice says."""
        return self.frozen_options.get(value, ABSTAINED.label)

    def check_offers(self, value: str) -> None:
        """Raise NotAnOption where its question cannot be answered so."""
        if value not in self.frozen_options:
            raise NotAnOption(self.key)

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

    def tally(self, choices: Iterable[str]) -> Tally:
        """What each elector's last choice adds up to."""
        chosen = list(choices)
        return Tally(
            {option.value: chosen.count(option.value) for option in self.options},
            chosen.count(Choice.ABSTAIN),
            len(self.electorate),
            self.quorum,
        )

    def close(self, tally: Tally, closed_at: datetime) -> Ending:
        """End it with what was counted; what comes of it is for its subject to say."""
        assert self.is_open, "closed already"
        lost = Ending.NO_MAJORITY if tally.has_quorum else Ending.NO_QUORUM
        self.ending = Ending.DECIDED if tally.winner else lost
        self.outcome = tally.winner
        self.closed_at = closed_at
        self.votes = {**tally.votes, Choice.ABSTAIN.value: tally.abstained}
        self.version += 1
        return self.ending

    def check_decides(self, user_id: str) -> None:
        """Raise Decided or NotADecider for who cannot decide it alone now."""
        if not self.is_open:
            raise Decided(self.key)
        if self.way is not Way.ALONE or user_id not in self.electorate:
            raise NotADecider(self.key)

    def decide(self, outcome: str, why: str, by: str, at: datetime) -> None:
        """End one that a person decides alone. Raises Decided, NotADecider and NotAnOption."""
        self.check_decides(by)
        self.check_offers(outcome)
        self.ending, self.outcome = Ending.DECIDED, outcome
        self.decided_by, self.why, self.closed_at = by, why, at
        self.version += 1

    @property
    def result(self) -> Tally | None:
        """What was counted; None while it is open, and where nobody voted on it here."""
        if self.votes is None or self.way is not Way.VOTE:
            return None
        votes = {option.value: self.votes.get(option.value, 0) for option in self.options}
        abstained = self.votes.get(Choice.ABSTAIN, 0)
        return Tally(votes, abstained, len(self.electorate), self.quorum)

    @property
    def decided(self) -> str | None:
        """What was decided, in words: "persevere", "not yet"; None where nothing was."""
        if self.outcome is None:
            return None
        label = self.label(self.outcome)
        return label if self.question is Question.FREE else label.lower()

    @property
    def against(self) -> str | None:
        """What stood against it, where it was not decided for its first option."""
        if self.outcome == self.options[0].value or self.is_open:
            return None
        if (tally := self.result) is None:
            return self.why
        if not tally.has_quorum:
            return f"{tally.cast:,} of {tally.electors:,} voted, at least {tally.quorum:,} must"
        counted = (f"{tally.votes[each.value]:,} {each.label.lower()}" for each in self.options)
        return ", ".join(counted)

    @property
    def score(self) -> str | None:
        """The votes for what was decided, to those for anything else: "6 to 1"."""
        tally = self.result
        if tally is None or tally.winner is None:
            return None
        won = tally.votes[tally.winner]
        return f"{won:,} to {tally.chosen - won:,}"


def _said(asked: Asked) -> dict[str, Any]:
    options = dict(asked.options)
    return {"question": asked.question, "asks": asked.words, "frozen_options": options}


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
    choice: Mapped[str] = mapped_column(String(16))
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
    chosen: str | None
    """What they chose before."""
    options: Mapping[str, str]
    """What can be chosen, with the label of each."""

    @property
    def closing_at(self) -> datetime:
        """When it closes as things stand."""
        return self.closed_at or closing_at(self.closes_at, self.waiting, self.last_at)

    def label(self, choice: str) -> str:
        """What the button of a choice says."""
        return self.options.get(choice, ABSTAINED.label)

    def is_late(self, at: datetime) -> bool:
        return self.closed_at is not None or at >= self.closing_at

    def cast(self, choice: str, at: datetime) -> "Cast | None":
        """The vote of a press at the moment; None where it says what the last one said.

        The moment is read after what it is judged by. Raises Closed, NotAnElector, NotAnOption.
        """
        if self.elector is None:
            raise NotAnElector(self.key)
        if self.is_late(at):
            raise Closed(self.key, self.closing_at, ZoneInfo(self.time_zone))
        if choice != Choice.ABSTAIN and choice not in self.options:
            raise NotAnOption(self.key)
        return None if choice == self.chosen else Cast(self.elector, choice, at)


class Cast(NamedTuple):
    """A vote that counts, to be put into the box."""

    user_id: str
    choice: str
    at: datetime
