"""Looking up what an epic's card says beside the epic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, undefer
from sqlalchemy.orm.attributes import set_committed_value

from bot.workflows.budgets.commitments.carrying import lacks_of, open_request
from bot.workflows.decisions.follow_up.reviewing import last_review
from bot.workflows.decisions.register import newest_about
from bot.workflows.epics.answering import answer_of
from bot.workflows.epics.limits import full_places
from bot.workflows.epics.waiting import last_updates, update_of
from bot.workflows.evidence.known import case_evidence
from bot.workflows.flow.forecasting import Ahead, ahead_of
from bot.workflows.seeing import EVERYBODY, visible_to
from models.board.digest import stale_since
from models.budgets.shift import Shift
from models.calendar import days_between
from models.decisions.decision import Decision
from models.decisions.follow_up.outcome_review import SETTLED, OutcomeReview
from models.epics.answer import Answer, AnswerKind
from models.epics.belonging import StreamMove
from models.epics.column import ENDED, Column, next_column
from models.epics.epic import Epic, Transition
from models.epics.limit import FullPlace
from models.epics.policy import lacks_before
from models.evidence.items import today_of
from models.evidence.known import Evidence
from models.portfolio.policy import DECISIONS, Requirement
from models.portfolio.portfolio import FIRST_STATE, StateKind


class NextStep(StrEnum):
    """What an epic waits for."""

    OUTCOME = "outcome"
    """It is done."""
    STOPPED = "stopped"
    VOTE = "vote"
    """A decision about it is open."""
    RESULT = "result"
    """Of a decision that has closed, and is told to its owner first."""
    WAITS = "waits"
    """What was decided, for a place or something else."""
    COVER = "cover"
    """Money that its value stream has not committed to it."""
    UNBLOCK = "unblock"
    ANSWER = "answer"
    """Its first answer, or one after "not now"."""
    REPLY = "reply"
    """The proposer's, to a question."""
    FILL = "fill"
    """Answers its state asks for."""
    ASK = "ask"
    """A decision that its state asks for."""
    PLACE = "place"
    """A place where it goes next."""
    STALE = "stale"
    """It was not updated for as long as its state allows."""
    PERSEVERE = "persevere"
    """Whether it perseveres after its MVP."""
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
    updated_at: datetime | None = None
    """When it was updated last."""
    full: Sequence[FullPlace] = ()
    """The places that are full where it goes next."""
    place: int | None = None
    """Its place in the line of those that are ready, from 1."""
    decision: Decision | None = None
    """The newest about it, open or not."""
    review: OutcomeReview | None = None
    """What became of it, as it was said last."""
    evidence: Evidence | None = None
    lacks_minor: int = 0
    """What is to be committed to it and is not, in minor units."""
    short_minor: int = 0
    """How much of it its stream has not available."""
    asked: Shift | None = None
    """The open request for it."""
    ahead: Ahead | None = None
    """What past epics say of it, while it is in flight."""

    @property
    def known(self) -> Evidence:
        """What is known of its effect by now."""
        known = self.evidence
        return Evidence(today=today_of(self.epic, self.now)) if known is None else known

    @property
    def reading(self) -> Decimal | None:
        """The last of its indicator."""
        return self.known.last.value if self.known.last else None

    predecessor: Epic | None = None
    """What it goes on from, and what goes on from it, after a pivot."""
    successor: Epic | None = None

    @property
    def to(self) -> Column | None:
        """Where it usually goes from here."""
        return next_column(self.epic)

    @property
    def lacks(self) -> Sequence[Requirement]:
        to = self.to
        if to is None:
            return []
        states = self.epic.portfolio.states
        return lacks_before(self.epic, states, to.state, self.now, scales=to.scales)

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
        return due is not None and due < self.now and self.epic.calls_late(self.now)

    @property
    def is_stale(self) -> bool:
        """Whether it was not updated for as long as its state allows."""
        since = stale_since(self.epic.state, self.epic.portfolio, self.now)
        return since is not None and self.updated_at is not None and self.updated_at <= since

    @property
    def stale_days(self) -> int | None:
        """How many days ago it was updated last, by the portfolio's calendar."""
        zone = ZoneInfo(self.epic.portfolio.time_zone)
        return days_between(self.updated_at, self.now, zone) if self.updated_at else None

    @property
    def blocked_days(self) -> int | None:
        """For how many days it is blocked by the portfolio's calendar, 0 for since today."""
        if self.epic.blocking is None:
            return None
        zone = ZoneInfo(self.epic.portfolio.time_zone)
        return days_between(self.epic.blocking.at, self.now, zone)

    @property
    def waits(self) -> bool:
        """Whether what was decided could not be done, and it has not moved since."""
        decision = self.decision
        if decision is None or decision.waiting_for is None or decision.closed_at is None:
            return False
        return self.last.at <= decision.closed_at

    @property
    def asks_outcome(self) -> bool:
        """Whether what became of its indicator is still to be said."""
        settled = self.review is not None and self.review.became in SETTLED
        return self.next is NextStep.OUTCOME and bool(self.epic.indicator) and not settled

    @property
    def next(self) -> NextStep:
        """The one thing it waits for."""
        epic = self.epic
        if epic.state.kind is StateKind.DONE:
            return NextStep.OUTCOME
        if epic.state.kind is StateKind.STOPPED:
            return NextStep.STOPPED
        if self.decision is not None and self.decision.is_open:
            return NextStep.VOTE
        if self.decision is not None and self.decision.is_held:
            return NextStep.RESULT
        if self.waits:
            return NextStep.WAITS
        if self.lacks_minor:
            return NextStep.COVER
        if epic.blocking is not None:
            return NextStep.UNBLOCK
        if epic.state.name == FIRST_STATE and epic.accepted_at is None:
            asked = self.answer is not None and self.answer.kind is AnswerKind.QUESTION
            return NextStep.REPLY if asked else NextStep.ANSWER
        return self._onward()

    def _onward(self) -> NextStep:
        if self.to is None:
            return NextStep.DECIDE
        if not DECISIONS.issuperset(self.lacks):
            return NextStep.FILL
        if self.lacks:
            return NextStep.STALE if self.is_stale else NextStep.ASK
        if self.full:
            return NextStep.PLACE
        if self.is_stale:
            return NextStep.STALE
        return NextStep.PERSEVERE if self.to.scales else NextStep.MOVE


STEPS_SHOWN = 40

HEARD = select(*last_updates()).select_from(Epic).where(Epic.id == bindparam("epic_id"))
"""Built once: every card asks it."""


def card(session: Session, epic: Epic, now: datetime) -> Card:
    """The epic with its last change, and what it waits for; others it names everybody may see."""
    last = _steps(session, epic, 1)[0]
    set_committed_value(last, "epic", epic)  # of which it says how it ended, with no session left
    decision, evidence = newest_about(session, epic), case_evidence(session, epic, now)
    shown = Card(
        epic,
        last,
        now,
        decision=decision,
        evidence=evidence,
        predecessor=epic.predecessor,
        successor=epic.successor,
    )
    if epic.state.kind is StateKind.DONE:
        return replace(shown, review=last_review(session, epic))
    if epic.state.kind in ENDED:
        return shown
    to = next_column(epic)
    states = {state.id: state for state in epic.portfolio.states}
    lacks_minor, short_minor = lacks_of(session, epic, now)
    return replace(
        shown,
        lacks_minor=lacks_minor,
        short_minor=short_minor,
        asked=open_request(session, epic.id) if short_minor else None,
        answer=answer_of(session, epic) if _is_answered_idea(epic) else None,
        updated_at=_updated_at(session, epic, last),
        full=full_places(session, epic, to, states, epic.value_stream) if to else (),
        place=_place_in_line(session, epic),
        ahead=ahead_of(session, epic, now),
    )


def history(session: Session, epic: Epic) -> tuple[list[Transition | StreamMove], int]:
    """The newest steps of the epic's way, the newest first, and how many there are in all.

    A step is from state to state, or from one value stream to another.
    """
    total = session.scalar(select(func.count(Transition.id)).where(Transition.epic_id == epic.id))
    moves = session.scalars(
        select(StreamMove)
        .where(StreamMove.epic_id == epic.id)
        .options(joinedload(StreamMove.from_stream), joinedload(StreamMove.to_stream))
        .order_by(StreamMove.at.desc(), StreamMove.id.desc())
    ).all()
    steps: list[Transition | StreamMove] = [*_steps(session, epic, STEPS_SHOWN), *moves]
    newest = sorted(steps, key=lambda step: step.at, reverse=True)[:STEPS_SHOWN]
    return newest, (total or 0) + len(moves)


def _is_answered_idea(epic: Epic) -> bool:
    return epic.state.name == FIRST_STATE and epic.answered_at is not None


def _updated_at(session: Session, epic: Epic, last: Transition) -> datetime | None:
    """When an epic in flight was updated last; coming to its second column is an update."""
    if not epic.state.committed:
        return None
    return max(last.at, update_of(epic, session.execute(HEARD, {"epic_id": epic.id}).one()))


def _place_in_line(session: Session, epic: Epic) -> int | None:
    """Which place the epic has among those of its stream that are ready; None for others."""
    if not (epic.state.committed and epic.state.kind is StateKind.WAIT):
        return None
    earlier = select(func.count(Epic.id)).where(
        Epic.value_stream_id == epic.value_stream_id,
        Epic.state_id == epic.state_id,
        visible_to(EVERYBODY),
        or_(
            Epic.state_entered_at < epic.state_entered_at,
            and_(Epic.state_entered_at == epic.state_entered_at, Epic.id < epic.id),
        ),
    )
    return (session.scalar(earlier) or 0) + 1


def _steps(session: Session, epic: Epic, limit: int) -> list[Transition]:
    return list(
        session.scalars(
            select(Transition)
            .where(Transition.epic_id == epic.id)
            .options(
                joinedload(Transition.from_state),
                joinedload(Transition.to_state),
                undefer(Transition.left_phase),
            )
            .order_by(Transition.at.desc(), Transition.id.desc())
            .limit(limit)
        )
    )
