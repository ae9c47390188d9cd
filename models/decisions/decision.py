"""A decision: a question about a subject, put to electors who vote until it closes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.decisions.case import Case
from models.decisions.opening import COUNCIL, OpenAlready
from models.decisions.question import (
    ALWAYS,
    CONSENTING,
    Asked,
    Choice,
    NotAnOption,
    Option,
    Question,
    Subject,
)
from models.decisions.question import Way as Way  # it is part of a decision
from models.decisions.tally import Ends, Tally, Verdict, quorum_of
from models.decisions.votes import BallotBox, Closed, closing_at, waits_for
from models.epics.epic import Epic
from models.errors import FieldMistakes, Mistake
from models.evidence.known import Evidence
from models.portfolio.portfolio import Portfolio

USUAL_DAYS = 5
"""How many working days a decision is open."""


NO_VOTES: Mapping[str, int] = MappingProxyType({})


class Method(StrEnum):
    """What a vote needs to be decided."""

    MORE_THAN_HALF = "more than half"
    TWO_THIRDS = "two thirds"
    CONSENT = "consent"


METHODS: Mapping[Question, tuple[Method, ...]] = {
    Question.GO: (Method.CONSENT, Method.MORE_THAN_HALF, Method.TWO_THIRDS),
    Question.MVP: (Method.MORE_THAN_HALF,),
    Question.FREE: (Method.MORE_THAN_HALF, Method.TWO_THIRDS, Method.CONSENT),
}
"""The methods that each question can be decided by, the usual one first."""


class Advice(NamedTuple):
    """What who opens a decision says of it."""

    recommended: str | None = None
    because: str | None = None
    confidence: int | None = None
    """In percent: how sure they are that the target is reached."""
    look_again_on: date | None = None
    this_period_minor: int | None = None
    """What of the rest persevering commits in this period; None for all of it."""


NO_ADVICE = Advice()

GOES_ON = frozenset({(Question.GO, Choice.YES.value), (Question.MVP, Choice.PERSEVERE.value)})
"""After these an epic goes on."""


class Ending(StrEnum):
    """How a decision ended."""

    DECIDED = "decided"
    """With one of its options."""
    NO_MAJORITY = "no majority"
    """No option had more than half."""
    NO_QUORUM = "no quorum"
    """Too few voted."""
    WITHDRAWN = "withdrawn"
    """It was taken back, and nothing was counted."""
    REPLACED = "replaced"
    """It was changed, and everyone is asked again by another."""


ENDS_IT = frozenset({Choice.PIVOT.value, Choice.STOP.value})
"""After these an epic has ended."""

STAYS = frozenset({Subject.EPIC, Subject.CHECKPOINT})
"""What is still there after a decision about it lapsed; a request ends with it."""

LEFT = "left"
"""What those are counted as who left Slack without a vote."""

NOT_COUNTED = (Ending.WITHDRAWN, Ending.REPLACED)
"""The votes cast until then stay sealed."""


def check_method(method: Method, options: Collection[Option]) -> None:
    """Raise NotForThese where the method is not for so many options."""
    if method is not Method.MORE_THAN_HALF and len(options) > 2:
        raise NotForThese


class Decided(Mistake):
    """A decision of one person that was taken already."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is already decided. /decision show {key} shows how.")


class Ended(Mistake):
    """Something to be done with a decision that has ended."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} has already ended. /decision show {key} shows how.")


class NoTieBreaker(Mistake):
    """What is for the tie-breaker, done by someone else."""

    def __init__(self, key: str, ask: Sequence[str] = ()) -> None:
        super().__init__(f"Only the tie-breaker named on the ballot of {key} can do that.")
        self.ask = ask


class NotForThese(FieldMistakes):
    """A method that is for yes or no, where there is more to choose from."""

    def __init__(self) -> None:
        super().__init__(
            {"method": "Two thirds and consent only work for a yes or no. Choose another method."}
        )


class HasAPart(FieldMistakes):
    """A tie-breaker who owns or proposed what is voted on."""

    def __init__(self, key: str) -> None:
        super().__init__({"tie_breaker": f"They own or proposed {key}. Choose someone else."})


class NotTheirs(Mistake):
    """Changing or withdrawing what someone else has opened."""

    def __init__(self, key: str, ask: Sequence[str]) -> None:
        super().__init__(
            f"Only the person who opened {key}, the owner of its value stream or an admin can "
            f"change or "
            "withdraw it."
        )
        self.ask = ask


class NotItsOwner(Mistake):
    """What is for the owner of an epic who hears first how a decision ended."""

    def __init__(self, key: str, owner: str | None) -> None:
        super().__init__(f"Only the owner of {key}'s epic can do that.")
        self.ask = (owner,) if owner else ()


class NotLapsed(Mistake):
    """Opening a decision again that did not lapse."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} did not lapse, so it cannot be opened again. /decision open opens a new one."
        )


class AskedForAnew(Mistake):
    """Opening a lapsed decision again whose request has ended with it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The request that {key} was about has ended. To ask again, make a new request."
        )


class NotTheirsToOpen(Mistake):
    """Opening a lapsed decision again that someone else has opened."""

    def __init__(self, key: str, ask: Sequence[str]) -> None:
        super().__init__(f"Only the person who opened {key} and its tie-breaker can open it again.")
        self.ask = tuple(ask)


class ResultIsOut(Mistake):
    """Telling a result that everybody sees."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The result of {key} is already out. /decision show {key} shows it.")


class NothingWaits(Mistake):
    """Trying again what was done."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} no longer waits for anything. /decision show {key} shows where it stands."
        )


class VotedAlready(Mistake):
    """Changing the words of what someone has voted on."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Someone has voted on {key} in the meantime, so its words stay as they are. Change "
            f"and ask again puts it to everyone again."
        )


class NotADecider(Mistake):
    """A decision of one person, taken by another."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Only the people who were asked can decide {key}. /decision show {key} names them."
        )


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
    def of_epic(cls, epic: Epic, at: datetime, evidence: Evidence | None = None) -> "About":
        """The epic as it is known at the moment, with its evidence by then."""
        here = (epic.workspace_id, epic.portfolio_id)
        return cls(*here, Subject.EPIC, epic.id, Case.of(epic, at, evidence), epic.id)

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
    electors_are: str = COUNCIL
    closes_at: datetime
    way: Way = Way.VOTE
    method: Method = Method.MORE_THAN_HALF
    quorum: int | None = None
    """None for half of the electors, rounded down, plus one."""
    reason_required: bool = False
    tie_breaker: str | None = None


class Decision(Base):
    """One question put to a frozen list of electors; counts and choices stay sealed until it ends.

    The case is what was known of the subject when it was opened.
    """

    unaudited_columns = frozenset({"version", "reminded_at", "learned_early"})
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
    offered: Mapped[dict[str, str]] = mapped_column(JSON)
    """What can be pressed now, besides abstaining: a second round leaves some of it, and consent
    asks for objections."""
    round: Mapped[int] = mapped_column(default=1)
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
    tie_breaker: Mapped[str | None] = mapped_column(String(32))
    """Who decides between equals, and sets objections aside."""
    tied_at: Mapped[datetime | None]
    """When the vote ended in a tie, which the tie-breaker is to break."""
    put_off_at: Mapped[datetime | None]
    """When an objection on the last day moved the close; it does so once."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The one that was changed and is asked again by this."""
    link: Mapped[str | None] = mapped_column(Text)
    """Where more is written about what was decided in the room."""
    votes: Mapped[dict[str, int] | None] = mapped_column(JSON)
    """How many chose what, once it has closed."""
    ballots_end: Mapped[str | None] = mapped_column(String(80))
    """How many ballots there were at the close, and the hash of the last: "4:9f8a...".

    The audit log has it from then on, so that no others take their place."""
    effect: Mapped[str | None] = mapped_column(Text)
    """What came of it, as the end of a sentence, once it has closed."""
    waiting_for: Mapped[str | None] = mapped_column(Text)
    """What it waits for, where what was decided could not be done."""
    extended_at: Mapped[datetime | None]
    """When it was extended for want of a quorum; it is once."""
    reminded_at: Mapped[datetime | None]
    """When those who had not voted were reminded; they are once."""
    told_first: Mapped[str | None] = mapped_column(String(32))
    """Who owned the epic that ends by it, and heard of it first."""
    result_at: Mapped[datetime | None]
    """When everybody sees the result, where an owner hears it first."""
    learned: Mapped[str | None] = mapped_column(Text)
    """What was learned from what ended by it."""
    learned_early: Mapped[str | None] = mapped_column(Text)
    """The same, as long as the result is sealed."""
    confidence: Mapped[int | None]
    """In percent: how sure who opened it was that the target is reached."""
    look_again_on: Mapped[date | None]
    """The day on which it is asked what became of it."""
    this_period_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What of the rest persevering commits in this period, in minor units; None for all of it."""
    version: Mapped[int] = mapped_column(default=1)

    portfolio: Mapped[Portfolio] = relationship()
    epic: Mapped[Epic | None] = relationship()
    box: Mapped[BallotBox] = relationship(viewonly=True)

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
        advice: Advice = NO_ADVICE,
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
            **advice._asdict(),
            key=key,
            way=terms.way,
            method=terms.method,
            reason_required=terms.reason_required,
            electorate=electorate,
            electors_are=terms.electors_are,
            tie_breaker=terms.tie_breaker,
            offered=_offered(terms.method, asked.options),
            round=1,
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
        return {**dict(ALWAYS), **self.offered, **self.frozen_options}[value]

    def label_offered(self, value: str) -> str:
        """What the button of a choice says that can be pressed now. Raises NotAnOption."""
        if value not in {**dict(ALWAYS), **self.offered}:
            raise NotAnOption(self.key)
        return self.label(value)

    def check_offers(self, value: str) -> None:
        """Raise NotAnOption where its question cannot be answered so."""
        if value not in self.frozen_options:
            raise NotAnOption(self.key)

    @property
    def case(self) -> Case:
        """What was known when it was opened."""
        return Case.model_validate(self.frozen_case)

    @property
    def about(self) -> About:
        """What it is about, as that was known when it was opened."""
        here = (self.workspace_id, self.portfolio_id, self.subject, self.subject_id)
        return About(*here, self.case, self.epic_id)

    @property
    def asked_for_by(self) -> str | None:
        """Who asked for what it is about, where that is no epic.

        Nobody approves their own request: they have no vote in it, also not for someone else.
        """
        return None if self.subject is Subject.EPIC else self.case.owner_user_id

    @property
    def is_open(self) -> bool:
        """Whether it has not closed yet."""
        return self.closed_at is None

    @property
    def takes_votes(self) -> bool:
        """Whether a press on it can still count, as long as its time has not come."""
        return self.is_open and self.tied_at is None

    @property
    def is_held(self) -> bool:
        """Whether it has closed, and only the owner of the epic has heard how."""
        return self.closed_at is not None and self.ending is None

    @property
    def advice(self) -> Advice:
        """What who opened it said of it."""
        return Advice(*(getattr(self, name) for name in Advice._fields))

    def advice_of(self, user_id: str) -> Advice:
        """The same as it reads where someone else asks: what is recommended, and why, is not
        theirs."""
        if user_id == self.opened_by:
            return self.advice
        return self.advice._replace(recommended=None, because=None, confidence=None)

    @property
    def goes_on(self) -> bool:
        """Whether its epic goes on by it."""
        return (self.question, self.outcome) in GOES_ON

    def look_again(self, usual: date, today: date) -> date:
        """Keep when it is looked at again: on the day chosen, where that is still to come."""
        chosen = self.look_again_on
        self.look_again_on = chosen if chosen is not None and chosen > today else usual
        return self.look_again_on

    def check_is_closed(self) -> None:
        """Raise OpenAlready where nobody knows yet how it ends: of what it asks another waits."""
        if self.ending is None:
            raise OpenAlready(self.key, self.case.key)

    def closing_at(self, box: BallotBox) -> datetime:
        """When it closes as things stand."""
        left = box.electors - box.recused
        waits = waits_for(box.waiting, box.objections, left, self.quorum)
        return self.closed_at or closing_at(self.closes_at, waits, box.last_at)

    def tally(self, choices: Iterable[str], left: int = 0) -> Tally:
        """What each elector's last choice of this round adds up to.

        `left` are the electors who left Slack without one.
        """
        chosen = list(choices)
        return Tally(
            {value: chosen.count(value) for value in self.offered},
            chosen.count(Choice.ABSTAIN),
            len(self.electorate),
            self.quorum,
            chosen.count(Choice.RECUSED),
            left,
        )

    def verdict(self, tally: Tally, standing: int = 0) -> Verdict:
        """What the count comes to by its method; `standing` are the objections that are left.

        A tie that nobody is named to break passes nothing.
        """
        if self.round > 1:
            verdict = tally.by_most()
            lost = verdict.ends is Ends.TIED and self.tie_breaker is None
            return Verdict(Ends.NOT_PASSED) if lost else verdict
        if self.method is Method.CONSENT:
            return tally.by_consent(Choice.NO_OBJECTION, standing)
        if self.method is Method.TWO_THIRDS:
            return tally.by_two_thirds()
        return tally.by_majority()

    def close(self, tally: Tally, closed_at: datetime, standing: int = 0) -> Ending:
        """End it with what was counted; what comes of it is for its subject to say."""
        verdict = self.verdict(tally, standing)
        assert verdict.ends not in (Ends.SECOND_ROUND, Ends.TIED), "it goes on"
        won = verdict.winner
        is_consent = self.method is Method.CONSENT and won is not None
        lost = Ending.NO_QUORUM if verdict.ends is Ends.NO_QUORUM else Ending.NO_MAJORITY
        self.outcome = self.options[0].value if is_consent else won
        self.votes = _counted(tally)
        return self._end(lost if won is None else Ending.DECIDED, closed_at)

    def can_be_extended(self, verdict: Verdict, tally: Tally) -> bool:
        """Whether too few voted who could still be enough; it is extended once."""
        few = verdict.ends is Ends.NO_QUORUM and tally.can_have_quorum
        return few and self.extended_at is None and self.way is Way.VOTE

    def extend(self, closes_at: datetime, at: datetime) -> None:
        """Go on for want of a quorum."""
        assert self.is_open, "closed already"
        assert self.extended_at is None, "extended already"
        self.closes_at, self.extended_at = closes_at, at
        self.version += 1

    def hears_first(self, verdict: Verdict) -> str | None:
        """Who hears first, and privately, that their epic ends by it; None for nobody."""
        if self.question is not Question.MVP or verdict.winner not in ENDS_IT or self.epic is None:
            return None
        return self.epic.owner_user_id if self.epic.state.is_open else None

    def hold(self, owner: str, closed_at: datetime, result_at: datetime) -> None:
        """Close it, and seal how it ended until then."""
        assert self.is_open, "closed already"
        self._keep_ballots_end()
        self.closed_at, self.told_first, self.result_at = closed_at, owner, result_at
        self.version += 1

    def learn(self, learned: str) -> None:
        """Keep what was learned, sealed as long as the result is."""
        if self.ending is None:
            self.learned_early = learned
        else:
            self.learned = learned
            self.version += 1

    def come_true(self, effect: str) -> None:
        """Keep what came of it."""
        self.effect, self.waiting_for = effect, None
        self.version += 1

    def wait_for(self, what: str) -> None:
        """Keep what it waits for, where it cannot be done now."""
        self.effect, self.waiting_for = None, what
        self.version += 1

    def ask_again(self, options: Collection[str], closes_at: datetime) -> None:
        """Begin the second round, between these options; what was voted before counts no more."""
        assert self.is_open, "closed already"
        self.offered = {value: self.offered[value] for value in self.offered if value in options}
        self.round += 1
        self.closes_at = closes_at
        self.version += 1

    def tie(self, options: Collection[str], at: datetime) -> None:
        """End the vote with equals: the tie-breaker decides between these options."""
        assert self.is_open, "closed already"
        self._keep_ballots_end()
        self.offered = {value: self.offered[value] for value in self.offered if value in options}
        self.tied_at = at
        self.version += 1

    def check_is_tied(self) -> None:
        """Raise Decided where no tie waits for someone to break it."""
        if not self.is_open or self.tied_at is None:
            raise Decided(self.key)

    def break_tie(self, tally: Tally, outcome: str, why: str, by: str, at: datetime) -> None:
        """End a tie with one of its options. Raises Decided and NotAnOption."""
        self.check_is_tied()
        if outcome not in self.offered:
            raise NotAnOption(self.key)
        self.votes = _counted(tally)
        self.outcome, self.decided_by, self.why = outcome, by, why
        self._end(Ending.DECIDED, at)

    def say(self, recommended: str | None, because: str | None, asks: str | None = None) -> None:
        """Recommend otherwise, give another reason, or ask in other words."""
        self.recommended, self.because, self.asks = recommended, because, asks or self.asks
        self.version += 1

    def withdraw(self, why: str, by: str | None, at: datetime) -> None:
        """Take it back; by nobody where what it is about has ended. Raises Ended."""
        self.check_is_open()
        self.decided_by, self.why = by, why
        self._end(Ending.WITHDRAWN, at)

    def replace(self, why: str | None, by: str, at: datetime) -> None:
        """End it for another that asks everyone again. Raises Ended."""
        self.check_is_open()
        self.decided_by, self.why = by, why
        self._end(Ending.REPLACED, at)

    @property
    def can_be_opened_again(self) -> bool:
        """Whether it lapsed, and what it was about has not ended with it."""
        return self.ending is Ending.NO_QUORUM and self.subject in STAYS

    def check_opens_again(self, by: str, people: Sequence[str]) -> None:
        """Raise AskedForAnew, NotLapsed, or NotTheirsToOpen for who is not among those who may."""
        if self.subject not in STAYS:
            raise AskedForAnew(self.key)
        if self.ending is not Ending.NO_QUORUM:
            raise NotLapsed(self.key)
        if by not in people:
            raise NotTheirsToOpen(self.key, people)

    def check_is_open(self) -> None:
        """Raise Ended where it has closed."""
        if not self.is_open:
            raise Ended(self.key)

    def check_votes(self) -> None:
        """Raise Closed where nobody votes on it any more."""
        ended_at = self.closed_at or self.tied_at
        if ended_at is not None:
            raise Closed(self.key, ended_at, ZoneInfo(self.portfolio.time_zone))

    def check_breaks_ties(self, by: str, people: Collection[str]) -> None:
        """Raise NoTieBreaker for who is not among those who break its ties."""
        if by not in people:
            raise NoTieBreaker(self.key, tuple(people))

    def put_off(self, at: datetime) -> bool:
        """Move the close by a working day for an objection of the last one; once. Whether it does.

        The last working day goes on until the close.
        """
        calendar, zone = self.portfolio.calendar, ZoneInfo(self.portfolio.time_zone)
        today, last = (each.astimezone(zone).date() for each in (at, self.closes_at))
        if self.put_off_at is not None or calendar.days_until(today, last) > 0:
            return False
        later = calendar.days_after(last, 1)
        self.closes_at = (
            self.closes_at.astimezone(zone)
            .replace(year=later.year, month=later.month, day=later.day)
            .astimezone(UTC)
        )
        self.put_off_at = at
        self.version += 1
        return True

    def _end(self, ending: Ending, at: datetime) -> Ending:
        assert self.ending is None, "closed already"
        if ending not in NOT_COUNTED:  # from the hash of a single ballot its choice can be guessed
            self._keep_ballots_end()
        self.ending, self.closed_at = ending, at
        if self.learned_early is not None:
            self.learned, self.learned_early = self.learned_early, None
        self.version += 1
        return ending

    def _keep_ballots_end(self) -> None:
        if self.way is Way.VOTE and self.box is not None:
            self.ballots_end = self.box.end

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
        self.outcome, self.decided_by, self.why = outcome, by, why
        self._end(Ending.DECIDED, at)

    @property
    def is_sealed(self) -> bool:
        """Whether nobody reads yet, or ever, who chose what."""
        return self.ending is None or self.ending in NOT_COUNTED

    def record(
        self,
        outcome: str,
        why: str,
        by: str,
        at: datetime,
        *,
        present: Iterable[str],
        votes: Mapping[str, int] = NO_VOTES,
        link: str | None = None,
    ) -> None:
        """End one that was taken in the room, with who was there. Raises NotAnOption."""
        assert self.way is Way.ROOM
        self.check_offers(outcome)
        self.ending, self.outcome = Ending.DECIDED, outcome
        self.decided_by, self.why, self.closed_at = by, why, at
        self.present, self.link = ",".join(present), link
        self.votes = dict(votes) or None
        self.version += 1

    @property
    def result(self) -> Tally | None:
        """What was counted; None while it is open, and where nothing was counted here."""
        if self.is_sealed or self.votes is None or self.way is not Way.VOTE:
            return None
        counts = dict(self.votes)
        beside = (Choice.ABSTAIN.value, Choice.RECUSED.value, LEFT)
        abstained, recused, left = (counts.pop(each, 0) for each in beside)
        return Tally(counts, abstained, len(self.electorate), self.quorum, recused, left)

    @property
    def won(self) -> str | None:
        """What those pressed by whom it was decided."""
        is_consent = self.method is Method.CONSENT and self.outcome is not None
        return Choice.NO_OBJECTION if is_consent else self.outcome

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
            return (
                f"{tally.cast:,} of {tally.electors:,} voted, at least {tally.quorum:,} were needed"
            )
        counted = (f"{tally.votes[each.value]:,} {each.label.lower()}" for each in self.options)
        return ", ".join(counted)

    @property
    def working_days(self) -> int:
        """For how many it was open, once it has closed; 0 where that was within a day."""
        if self.closed_at is None:
            return 0
        days = (self.portfolio.day_of(each) for each in (self.opened_at, self.closed_at))
        return self.portfolio.calendar.days_until(*days)

    @property
    def score(self) -> str | None:
        """The votes for what was decided, to those for anything else: "6 to 1"."""
        tally = self.result
        if tally is None or self.won is None:
            return None
        won = tally.votes[self.won]
        return f"{won:,} to {tally.chosen - won:,}"


def _counted(tally: Tally) -> dict[str, int]:
    """As it is kept."""
    more = {Choice.ABSTAIN.value: tally.abstained, Choice.RECUSED.value: tally.recused}
    more |= {LEFT: tally.left} if tally.left else {}
    return {**tally.votes, **more}


def _offered(method: Method, options: Iterable[Option]) -> dict[str, str]:
    return dict(CONSENTING if method is Method.CONSENT else options)


def _said(asked: Asked) -> dict[str, Any]:
    options = dict(asked.options)
    return {"question": asked.question, "asks": asked.words, "frozen_options": options}
