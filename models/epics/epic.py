"""An epic and the history of its states."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import days_between, spell_day, spell_days
from models.epics.answer import Answer, AnswerKind, IdeaAnswer, NoQuestion, NotAnIdea
from models.epics.blocking import (
    LONGEST,
    MISSING,
    AlreadyBlocked,
    AlreadyEnded,
    Blocking,
    NotBlocked,
)
from models.epics.stop import CannotStop, Stop
from models.errors import AlreadyThere, FieldMistakes, MovedMeanwhile
from models.fields import parse_reason
from models.money import format_amount
from models.portfolio.policy import FRESH_DAYS, Requirement
from models.portfolio.portfolio import (
    FIRST_STATE,
    PHASE_LABELS,
    Phase,
    Portfolio,
    State,
    StateKind,
    ValueStream,
)
from models.projects.project import Project
from models.themes.theme import Objective, Theme

LONGEST_TITLE = 80

KEPT_BY_SUCCESSOR = (
    "workspace_id",
    "portfolio",
    "value_stream",
    "type",
    "restricted",
    "for_whom",
    "indicator",
    "baseline",
    "target",
    "owner_user_id",
    "theme",
    "theme_none_because",
    "objective",
    "project",
)

NOT_OPEN = "That {} is not open any more. Choose another one."
"""Said of a theme, an objective or a project that was chosen and has closed meanwhile."""


class EpicType(StrEnum):
    """Whom an epic serves first."""

    BUSINESS = "business"
    ENABLER = "enabler"


class Epic(Base):
    """A change worth a decision: a hypothesis that moves through the portfolio's states.

    A restricted one is seen by its circle only, on every surface.
    """

    unaudited_columns = frozenset(
        {"version", "state_entered_at", "imported_at", "evidence_on", "evidence_at"}
    )
    __tablename__ = "epics"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        UniqueConstraint("portfolio_id", "source", "source_id"),
        Index(None, "portfolio_id", "state_id", "state_entered_at"),
        Index(None, "portfolio_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"), index=True)
    state_id: Mapped[int] = mapped_column(ForeignKey("states.id"))
    key: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(Text)
    type: Mapped[EpicType] = mapped_column(stored_by_value(EpicType), default=EpicType.BUSINESS)
    hypothesis: Mapped[str | None] = mapped_column(Text)
    for_whom: Mapped[str | None] = mapped_column(Text)
    indicator: Mapped[str | None] = mapped_column(Text)
    baseline: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    target_on: Mapped[date | None]
    kill_threshold: Mapped[str | None] = mapped_column(Text)
    mvp_cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    full_cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    horizon: Mapped[int | None]
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)
    theme_none_because: Mapped[str | None] = mapped_column(Text)
    objective_id: Mapped[int | None] = mapped_column(ForeignKey("objectives.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    restricted: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[Phase | None] = mapped_column(stored_by_value(Phase))
    answered_at: Mapped[datetime | None]
    """When it had its first answer, of whatever kind."""
    accepted_at: Mapped[datetime | None]
    """When the answer was yes."""
    go_at: Mapped[datetime | None]
    """Since when it is decided to go for its MVP; None where it is not, or not any more."""
    persevere_at: Mapped[datetime | None]
    """Since when it is decided to persevere after its MVP."""
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    proposed_by: Mapped[str | None] = mapped_column(String(32))
    state_entered_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    """When it came in from a file; None where it did not."""
    evidence_on: Mapped[date | None]
    """The day of its newest item of evidence; None without one."""
    evidence_at: Mapped[datetime | None]
    """When evidence was added last."""
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(String(200))
    origin_url: Mapped[str | None] = mapped_column(Text)
    """The message in Slack it was proposed from."""
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """The one that ended as a pivot, and goes on with this."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"))
    """The one with which it goes on after a pivot."""

    portfolio: Mapped[Portfolio] = relationship()
    value_stream: Mapped[ValueStream] = relationship()
    state: Mapped[State] = relationship()
    theme: Mapped[Theme | None] = relationship()
    objective: Mapped[Objective | None] = relationship()
    project: Mapped[Project | None] = relationship()
    predecessor: Mapped["Epic | None"] = relationship(
        foreign_keys=predecessor_id, remote_side=id, viewonly=True
    )
    successor: Mapped["Epic | None"] = relationship(
        foreign_keys=successor_id, remote_side=id, viewonly=True
    )
    blocking: Mapped[Blocking | None] = relationship(
        primaryjoin="and_(Blocking.epic_id == Epic.id, Blocking.ended_at.is_(None))",
        viewonly=True,
        uselist=False,
    )
    """What blocks it now."""

    @property
    def column_label(self) -> str:
        """The column of the board it stands in: the state, or one of implementing's two."""
        return PHASE_LABELS[self.phase] if self.phase else self.state.label

    @property
    def entered_label(self) -> str:
        """What it is in since `state_entered_at`: its column, or the state if it moved on in it."""
        return self.state.label if self.phase is Phase.DELIVERING else self.column_label

    def calls_late(self, now: datetime) -> bool:
        """Whether it can be late by now: not in the first weeks it, or its portfolio, is here."""
        return self.portfolio.calls_late(now, self.imported_at)

    def lacks(self, at: datetime) -> Sequence[Requirement]:
        """What it needs to leave its state forward and does not have by then."""
        return self.missing(self.state.requirements, at)

    def missing(
        self, asked: Iterable[Requirement], at: datetime | None = None
    ) -> Sequence[Requirement]:
        """What it lacks of what is asked, in that order.

        `at` is the moment for what is judged by the day, which is evidence alone.
        """
        return [each for each in asked if not self._has(each, at)]

    def has_fresh_evidence(self, at: datetime) -> bool:
        """Whether its newest item of evidence is not old by then."""
        fresh_from = self.portfolio.day_of(at) - timedelta(days=FRESH_DAYS)
        return self.evidence_on is not None and self.evidence_on >= fresh_from

    def _has(self, requirement: Requirement, at: datetime | None) -> bool:
        if requirement is Requirement.EVIDENCE:
            assert at is not None, "fresh as of when?"
            return self.has_fresh_evidence(at)
        if requirement is Requirement.ANSWER:
            return self.accepted_at is not None
        if requirement is Requirement.MVP_JUDGED:
            return self.phase is Phase.DELIVERING
        if requirement is Requirement.GO:
            return self.go_at is not None
        if requirement is Requirement.PERSEVERE:
            return self.persevere_at is not None or self.phase is Phase.DELIVERING
        if requirement is Requirement.THEME:
            said = self.theme_id is not None or bool(self.theme_none_because)
            return said or not self.portfolio.has_themes
        column = {"owner": "owner_user_id", "project": "project_id"}.get(requirement)
        column = column or (
            f"{requirement}_minor" if requirement.endswith("_cost") else requirement
        )
        return getattr(self, column) not in (None, "")

    def enter(self, state: State, at: datetime, actor: str | None) -> "Transition":
        """Stand in its first state."""
        self.state, self.state_entered_at, self.created_at = state, at, at
        self.phase = Phase.TESTING if state.phased else None
        self._start_clocks(state, at)
        return self._transition(None, state, at, actor, None)

    def check_goes_to(self, to: State, phase: Phase | None = None) -> None:
        """Raise AlreadyThere where it stands there; a state in two is meant in either column."""
        if to is self.state and phase in (None, self.phase):
            raise AlreadyThere(self.key, self.column_label)

    def move(
        self,
        to: State,
        actor: str | None,
        reason: str | None,
        at: datetime,
        phase: Phase | None = None,
    ) -> "Transition":
        """Move to another state, or column of it, and say so in an appended event.

        Implementing begins with testing the MVP. Of the clocks the first ever
        commitment and the first ever done count, and no later move changes them; from one
        column to the other is one stay. What blocked it ends with its way. Raises AlreadyThere.
        """
        self.check_goes_to(to, phase)
        phase = (phase or Phase.TESTING) if to.phased else None
        left, self.state, self.phase = self.state, to, phase
        if left is not to:
            self.state_entered_at = at
        if to.kind is StateKind.STOPPED:
            self.go_at = self.persevere_at = None
        if not to.is_open and self.blocking is not None:
            self._end_blocking(self.blocking, actor, at)
        self.version += 1
        self._start_clocks(to, at)
        return self._transition(left, to, at, actor, reason)

    def check_can_stop(self) -> None:
        """Raise CannotStop where it has ended already."""
        if not self.state.is_open:
            raise CannotStop(self.key, self.column_label)

    def stop(self, to: State, why: Stop, by: str | None, at: datetime) -> "Transition":
        """End as stopped, by someone or by a vote. Raises CannotStop."""
        self.check_can_stop()
        transition = self.move(to, by, why.reason, at)
        transition.learned = why.learned
        return transition

    def succeed(self, key: str, at: datetime) -> "Epic":
        """The epic with which it goes on after a pivot: accepted, and as yet without a belief.

        It has its value stream, owner, theme and indicator, and is as restricted.
        """
        title = f"Pivot of {self.key}: {self.title}"
        return Epic(
            **{name: getattr(self, name) for name in KEPT_BY_SUCCESSOR},
            key=key,
            title=title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…",
            proposed_by=self.owner_user_id or self.proposed_by,
            answered_at=at,
            accepted_at=at,
            predecessor_id=self.id,
        )

    def go_on_as(self, successor: "Epic") -> None:
        """Point to the epic with which it goes on."""
        self.successor_id = successor.id
        self.version += 1

    def check_seen(self, version: int | None) -> None:
        """Raise MovedMeanwhile where it has changed since that version; None saw none."""
        if version not in (None, self.version):
            raise MovedMeanwhile(self.key, self.column_label)

    def check_is_idea(self) -> None:
        """Raise NotAnIdea where it does not wait for an answer."""
        if self.state.name != FIRST_STATE:
            raise NotAnIdea(self.key, self.column_label)

    def answer(self, said: IdeaAnswer, theme: Theme | None, by: str, at: datetime) -> Answer:
        """Keep an answer to the idea; with a yes come its owner and its theme.

        `theme` is the one that the answer names, as it is now. Raises FieldMistakes and NotAnIdea.
        """
        self.check_is_idea()
        if said.kind is AnswerKind.YES:
            self._accept(said, theme, at)
        self.answered_at = self.answered_at or at
        self.version += 1
        return Answer(
            workspace_id=self.workspace_id,
            epic_id=self.id,
            kind=said.kind,
            words=(said.words or "").strip() or None,
            by_user_id=by,
            at=at,
        )

    @property
    def waits_with_a_yes(self) -> bool:
        """Whether it is an idea that was said yes to, and still lacks something."""
        return self.state.name == FIRST_STATE and self.accepted_at is not None

    def check_is_asked(self, last: Answer | None) -> Answer:
        """The question that was said to the idea last. Raises NotAnIdea and NoQuestion."""
        self.check_is_idea()
        if last is None or last.kind is not AnswerKind.QUESTION:
            raise NoQuestion(self.key)
        return last

    def reply(self, to: Answer | None, words: str, by: str, at: datetime) -> Answer:
        """Say something to the question; whoever asked answers then. Raises as above."""
        self.check_is_asked(to)
        self.version += 1
        kind = AnswerKind.REPLY
        here = {"workspace_id": self.workspace_id, "epic_id": self.id}
        return Answer(**here, kind=kind, words=words.strip(), by_user_id=by, at=at)

    def _accept(self, said: IdeaAnswer, theme: Theme | None, at: datetime) -> None:
        if said.theme_id is not None:
            is_ours = theme is not None and theme.portfolio_id == self.portfolio_id
            if theme is None or not is_ours or theme.closed_at is not None:
                raise FieldMistakes({"theme_id": NOT_OPEN.format("theme")})
            self.theme, self.theme_id, self.theme_none_because = theme, theme.id, None
        elif said.theme_none_because:
            self.theme, self.theme_id = None, None
            self.theme_none_because = said.theme_none_because.strip()
        self.accepted_at = self.accepted_at or at
        self.owner_user_id = said.owner_user_id or self.owner_user_id

    def check_can_be_blocked(self) -> None:
        """Raise AlreadyBlocked or AlreadyEnded where it cannot be."""
        if not self.state.is_open:
            since = self.state_entered_at.astimezone(ZoneInfo(self.portfolio.time_zone)).date()
            raise AlreadyEnded(self.key, self.column_label, spell_day(since))
        if self.blocking is not None:
            raise AlreadyBlocked(self.key, self.blocking.reason)

    def block(self, reason: str, by: str, at: datetime) -> Blocking:
        """Wait for something. Raises AlreadyBlocked, AlreadyEnded and FieldMistakes."""
        self.check_can_be_blocked()
        self.blocking = Blocking(
            workspace_id=self.workspace_id,
            epic_id=self.id,
            reason=parse_reason(reason, MISSING, LONGEST),
            by_user_id=by,
            at=at,
        )
        return self.blocking

    def unblock(self, by: str, at: datetime) -> None:
        """Go on. Raises NotBlocked."""
        if self.blocking is None:
            raise NotBlocked(self.key)
        self._end_blocking(self.blocking, by, at)

    def _end_blocking(self, blocking: Blocking, by: str | None, at: datetime) -> None:
        blocking.end(by, at)
        self.blocking = None

    def _start_clocks(self, state: State, at: datetime) -> None:
        if state.committed and self.committed_at is None:
            self.committed_at = at
        if state.kind is StateKind.DONE and self.done_at is None:
            self.done_at = at

    def _transition(
        self, left: State | None, to: State, at: datetime, actor: str | None, reason: str | None
    ) -> "Transition":
        return Transition(
            workspace_id=self.workspace_id,
            epic=self,
            from_state=left,
            to_state=to,
            at=at,
            actor_user_id=actor,
            reason=reason,
            phase=self.phase,
        )


class Transition(Base):
    """One entry into a state; appended, never changed."""

    unaudited_columns = frozenset({"left_phase"})
    __tablename__ = "transitions"
    __table_args__ = (Index(None, "epic_id", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    from_state_id: Mapped[int | None] = mapped_column(ForeignKey("states.id"))
    to_state_id: Mapped[int] = mapped_column(ForeignKey("states.id"))
    at: Mapped[datetime]
    actor_user_id: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(Text)
    phase: Mapped[Phase | None] = mapped_column(stored_by_value(Phase))
    """The column it entered, where the state has two."""
    left_phase: ClassVar[Any]
    """The column of the state that it left, where that has two; read where it is asked."""
    learned: Mapped[str | None] = mapped_column(Text)
    """What was learned, where it was stopped and someone said so."""
    released_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What was left of the money committed to it and went back, where it ended."""

    epic: Mapped[Epic] = relationship()
    from_state: Mapped[State | None] = relationship(foreign_keys=[from_state_id])
    to_state: Mapped[State] = relationship(foreign_keys=[to_state_id])

    @property
    def in_flight_days(self) -> int:
        """For how many days its epic had been in flight; 0 on the first, and where it never was."""
        since = self.epic.committed_at
        zone = ZoneInfo(self.epic.portfolio.time_zone)
        return max(0, days_between(since, self.at, zone)) if since is not None else 0

    @property
    def came_back(self) -> str:
        """ "€19,000 went back to Payments"; empty where nothing did."""
        if not self.released_minor:
            return ""
        back = format_amount(self.released_minor, self.epic.portfolio.currency)
        return f"{back} went back to {self.epic.value_stream.name}"

    @property
    def ended(self) -> str:
        """How a stopped one ended: "after 74 days in flight; €19,000 went back to Payments"."""
        flew = f"after {spell_days(self.in_flight_days)} in flight" if self.in_flight_days else ""
        return "; ".join(filter(None, (flew, self.came_back)))

    @property
    def to_label(self) -> str:
        """The column it entered, in words."""
        return PHASE_LABELS[self.phase] if self.phase else self.to_state.label

    @property
    def from_label(self) -> str | None:
        """The column it left, in words."""
        if self.from_state is None:
            return None
        if self.phase is not None and self.from_state is self.to_state:
            others = [phase for phase in Phase if phase is not self.phase]
            return PHASE_LABELS[others[0]]
        left = self.left_phase if self.from_state.phased else None
        return PHASE_LABELS[left] if left else self.from_state.label


_EARLIER = Base.metadata.tables[Transition.__tablename__].alias()
Transition.left_phase = column_property(
    select(_EARLIER.c.phase)
    .where(
        _EARLIER.c.epic_id == Transition.epic_id,
        or_(
            _EARLIER.c.at < Transition.at,
            and_(_EARLIER.c.at == Transition.at, _EARLIER.c.id < Transition.id),
        ),
    )
    .order_by(_EARLIER.c.at.desc(), _EARLIER.c.id.desc())
    .limit(1)
    .scalar_subquery(),
    deferred=True,
)


class CircleMember(Base):
    """Someone named to see a restricted epic, besides its owners and the council."""

    __tablename__ = "circle_members"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    added_by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
