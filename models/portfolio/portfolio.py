"""A portfolio, the states of its Kanban and its value streams."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    column,
    exists,
    table,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import MONDAY_TO_FRIDAY, WorkCalendar
from models.errors import ChangedSince, Mistake
from models.fields import did_you_mean, folded
from models.money import minor_digits
from models.portfolio.policy import Requirement


class StateKind(StrEnum):
    """What standing in a state means for an epic."""

    WAIT = "wait"
    ACTIVE = "active"
    DONE = "done"
    STOPPED = "stopped"


class Phase(StrEnum):
    """Which of the two columns of implementing an epic stands in."""

    TESTING = "testing"
    DELIVERING = "delivering"


PHASE_LABELS = {Phase.TESTING: "Testing the MVP", Phase.DELIVERING: "Delivering"}


class Stage(StrEnum):
    """How a value stream is funded on its way from projects to capacity."""

    PROJECT_FUNDED = "project-funded"
    HYBRID = "hybrid"
    CAPACITY_FUNDED = "capacity-funded"


NOT_LATE_FOR = timedelta(days=28)
"""After a portfolio went live nothing in it is called late for so long."""

STALE_AFTER_DAYS = 14
"""After so long without a word an epic in flight is asked about, until a state says otherwise."""

USUAL_LINE = 250_000
"""From which full cost on the council decides, in major units, until a portfolio says otherwise."""

ABOUT_MVP = frozenset({Requirement.MVP_JUDGED, Requirement.PERSEVERE})

FIRST_STATE = "funnel"
"""Where every idea begins."""


class UnknownPortfolio(Mistake):
    """A portfolio that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That portfolio is not there any more.")


class UnknownStream(Mistake):
    """A value stream that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That value stream is not there any more. Choose another one.")


class NothingToGoLiveWith(Mistake):
    """A portfolio without a value stream is to go live."""

    def __init__(self) -> None:
        super().__init__(
            "There is no value stream yet, so nobody could propose anything. Add one, then go live."
        )


class SameStream(Mistake):
    """A stream merged into itself, or into one of another portfolio."""

    def __init__(self) -> None:
        super().__init__("Choose another value stream of the same portfolio.")


class NothingToSplit(Mistake):
    """A split that would leave the new stream empty."""

    def __init__(self) -> None:
        super().__init__("Choose at least one epic for the new value stream.")


THEMES = table("themes", column("portfolio_id"), column("closed_at"))
"""What is asked of the themes here, where they are not known yet."""


class Portfolio(Base):
    """A set of value streams that share a currency, a time zone and a board."""

    unaudited_columns = frozenset({"has_themes"})
    __tablename__ = "portfolios"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    channel_id: Mapped[str | None] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(16), default="en-GB")
    fiscal_year_starts_in: Mapped[int] = mapped_column(default=1)
    working_days: Mapped[str] = mapped_column(String(7), default=MONDAY_TO_FRIDAY)
    holidays: Mapped[list[str]] = mapped_column(JSON, default=list)
    decision_days_before: Mapped[int | None]
    """How many working days a steering decision took before Tack: the baseline for later."""
    line_days: Mapped[int | None]
    """Within so many days 85 of 100 epics finish, as people said: used while too few have."""
    council_line_minor: Mapped[int | None] = mapped_column(BigInteger)
    """From which full cost on the council decides; None for the usual line."""
    open_to_all: Mapped[bool] = mapped_column(default=True)
    """Whether every member may see it and propose; else only who has a role in it."""
    has_themes: Mapped[bool] = column_property(
        exists().where(THEMES.c.portfolio_id == id, THEMES.c.closed_at.is_(None))
    )
    """Whether there is an open theme that epics can serve, as of when the portfolio was read."""
    live_at: Mapped[datetime | None]
    books_closed_to: Mapped[date | None]
    """The last day of the months whose books are closed."""
    version: Mapped[int] = mapped_column(default=1)

    states: Mapped[list["State"]] = relationship(
        primaryjoin="and_(State.portfolio_id == Portfolio.id, State.retired_at.is_(None))",
        order_by="State.position",
    )
    """Those in use, in board order."""
    all_states: Mapped[list["State"]] = relationship(order_by="State.position", viewonly=True)
    """Those that were given up as well: history still stands in them."""
    value_streams: Mapped[list["ValueStream"]] = relationship(
        order_by="ValueStream.name", back_populates="portfolio"
    )

    @property
    def commitment_point(self) -> "State":
        """The state whose leaving commits."""
        before = [s for s in self.states if s.is_open and not s.committed]
        return before[-1] if before else self.states[0]

    @property
    def calendar(self) -> WorkCalendar:
        holidays = frozenset(date.fromisoformat(day) for day in self.holidays)
        return WorkCalendar(self.working_days, holidays)

    def day_of(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def council_line(self) -> int:
        """From which full cost on the council decides, in minor units."""
        usual = USUAL_LINE * 10 ** minor_digits(self.currency)
        return usual if self.council_line_minor is None else self.council_line_minor

    @property
    def open_streams(self) -> Sequence["ValueStream"]:
        """The value streams that take epics: those not merged into another one."""
        return [stream for stream in self.value_streams if stream.ended_at is None]

    def go_live(self, at: datetime) -> None:
        """Let it speak from now on. Raises NothingToGoLiveWith."""
        if not self.open_streams:
            raise NothingToGoLiveWith
        self.live_at = at
        self.version += 1

    @property
    def is_for_everybody(self) -> bool:
        """Whether every member sees it and may propose; nobody without a role before it is live."""
        return self.open_to_all and self.live_at is not None

    def is_silent(self, now: datetime) -> bool:
        """Whether nothing is posted yet: it has not gone live."""
        return self.live_at is None or now < self.live_at

    def calls_late(self, now: datetime, imported_at: datetime | None = None) -> bool:
        """Whether things are called late by now: not before it is live, nor four weeks after.

        What came in from a file is not either, four weeks after that.
        """
        if self.live_at is None:
            return False
        return now >= max(self.live_at, imported_at or self.live_at) + NOT_LATE_FOR

    def state(self, name: str) -> "State":
        """The state of that name; KeyError where there is none."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)


class State(Base):
    """A column of the portfolio's Kanban."""

    __tablename__ = "states"
    __table_args__ = (UniqueConstraint("portfolio_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(40))
    kind: Mapped[StateKind] = mapped_column(stored_by_value(StateKind))
    position: Mapped[int]
    committed: Mapped[bool]
    phased: Mapped[bool] = mapped_column(default=False)
    """Whether it is shown as two columns, testing the MVP and delivering."""
    stale_after_days: Mapped[int | None]
    """After so many days without a word an epic here is asked about; None for never."""
    exit_requires: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What an epic must have to leave it forward, as values of Requirement."""
    retired_at: Mapped[datetime | None]
    """Since when it is not used any more, though history stands in it."""

    @property
    def is_open(self) -> bool:
        """Whether an epic in it is neither done nor stopped."""
        return self.kind in (StateKind.WAIT, StateKind.ACTIVE)

    @property
    def is_in_the_middle(self) -> bool:
        """Whether it can be dropped: ideas begin in the first one, and end done or stopped."""
        return self.is_open and self.name != FIRST_STATE

    @property
    def requirements(self) -> Sequence[Requirement]:
        """What an epic must have to leave it forward.

        What is about its MVP is asked only where that shows: in two columns.
        """
        asked = [Requirement(each) for each in self.exit_requires]
        return [each for each in asked if self.phased or each not in ABOUT_MVP]


class ValueStream(Base):
    """A flow of value with an owner, a channel and keys of its own.

    One that was merged into another has ended; its history and its keys stay.
    """

    unaudited_columns = frozenset({"next_number"})
    __tablename__ = "value_streams"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key_prefix"),
        UniqueConstraint("portfolio_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    name: Mapped[str] = mapped_column(String(80))
    key_prefix: Mapped[str] = mapped_column(String(10))
    owner_user_id: Mapped[str | None] = mapped_column(String(32))
    channel_id: Mapped[str | None] = mapped_column(String(32))
    next_number: Mapped[int] = mapped_column(default=1)
    stage: Mapped[Stage] = mapped_column(stored_by_value(Stage), default=Stage.PROJECT_FUNDED)
    created_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    version: Mapped[int] = mapped_column(default=1)

    portfolio: Mapped[Portfolio] = relationship(back_populates="value_streams")
    merged_into: Mapped["ValueStream | None"] = relationship(remote_side=id)

    @property
    def successor(self) -> "ValueStream":
        """Where its work is today: itself, or what it was merged into at last."""
        return self if self.merged_into is None else self.merged_into.successor

    def check_merges_into(self, target: "ValueStream") -> None:
        """Raise SameStream where it cannot: both are of one portfolio, and two."""
        if self is target or self.portfolio is not target.portfolio:
            raise SameStream

    def merge_into(self, target: "ValueStream", at: datetime) -> None:
        """End it, with the other one as its successor; its name and letters stay taken.

        Raises SameStream.
        """
        self.check_merges_into(target)
        self.ended_at, self.merged_into = at, target
        self.version += 1
        target.version += 1

    def check_splits(self, epics: int) -> None:
        """Raise NothingToSplit where so many would go to a new one."""
        if not epics:
            raise NothingToSplit

    def take_key(self) -> str:
        """The stream's next key, given once; the stream's row must be locked."""
        return self.take_keys(1)[0]

    def take_keys(self, count: int) -> Sequence[str]:
        """The same, so many at once."""
        first = self.next_number
        self.next_number += count
        return [f"{self.key_prefix}-{number}" for number in range(first, self.next_number)]


class WipLimit(Base):
    """How many epics may stand somewhere at once: one that is over is shown, not undone.

    Without a stream it is of the whole portfolio; without a state, of all in flight; a phase is
    one of the two columns of implementing.
    """

    __tablename__ = "wip_limits"
    __table_args__ = (Index(None, "portfolio_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    value_stream_id: Mapped[int | None] = mapped_column(ForeignKey("value_streams.id"))
    state_id: Mapped[int | None] = mapped_column(ForeignKey("states.id"))
    phase: Mapped[Phase | None] = mapped_column(stored_by_value(Phase))
    most: Mapped[int]


class NoPortfolioCalled(Mistake):
    """A name that no portfolio has, where one is meant that is there."""

    def __init__(self, name: str, there: Sequence[str], *, may_create: bool = False) -> None:
        known = f"Choose from {', '.join(there)}." if there else "There is none yet."
        make = " To make a new one, add --create." if may_create else ""
        guess = did_you_mean(name, there)
        super().__init__(f'There is no portfolio "{name}".{guess} {known}{make}')


def called(name: str, portfolios: Iterable[Portfolio]) -> Portfolio | None:
    """The one of that name, else the only one whose name differs in how it is written alone."""
    alike = [each for each in portfolios if folded(each.name) == folded(name)]
    same = next((each for each in alike if each.name == name), None)
    return same or (alike[0] if len(alike) == 1 else None)


def stream_called(name: str, streams: Iterable[ValueStream]) -> ValueStream | None:
    """The one of that name or key prefix, else the only one whose name begins so."""
    wanted, there = folded(name), list(streams)
    same = [each for each in there if wanted in (folded(each.name), folded(each.key_prefix))]
    alike = same or [each for each in there if wanted and folded(each.name).startswith(wanted)]
    return alike[0] if len(alike) == 1 else None


def of_workspace(found: Portfolio | None, workspace_id: int) -> Portfolio:
    """The portfolio that was found. Raises UnknownPortfolio where it is none of the workspace."""
    if found is None or found.workspace_id != workspace_id:
        raise UnknownPortfolio
    return found


def in_use(found: ValueStream | None, workspace_id: int) -> ValueStream:
    """The stream that was found. Raises UnknownStream where it ended, or is none of these."""
    if found is None or found.workspace_id != workspace_id or found.ended_at is not None:
        raise UnknownStream
    return found


def check_unchanged(shown: Portfolio | ValueStream, version: int) -> None:
    """Raise ChangedSince where a form showed another version."""
    if shown.version != version:
        raise ChangedSince(shown.name)


def derive_prefix(name: str, taken: Collection[str]) -> str:
    """Three letters of the name, with a number where another stream has them already."""
    letters = "".join(c for c in name.upper() if c.isascii() and c.isalpha())[:3] or "VS"
    if letters not in taken:
        return letters
    return next(p for n in range(2, len(taken) + 3) if (p := f"{letters}{n}") not in taken)
