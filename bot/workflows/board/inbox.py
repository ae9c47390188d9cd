"""Waiting: what waits for one person, in as many queries however many epics there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.board.needs import NEEDS
from bot.workflows.epics.quiet import last_heard, news_of
from bot.workflows.paging import NONE, Pile
from bot.workflows.projects.slips import Slip, slips_of
from bot.workflows.seeing import seen_by
from models.board.digest import asked_if_silent_since
from models.budgets.shift import Shift
from models.decisions.decision import Decision
from models.epics.column import next_column
from models.epics.epic import Epic
from models.epics.policy import fields_of, lacks_before
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import FIRST_STATE, Portfolio, State, ValueStream
from models.projects.project import Milestone, Project

T = TypeVar("T")

FEW = 5
"""How many of a kind are named."""

MOST_OWNED = 100
"""Of so many epics of one person that can go on it is looked what they lack."""

MOST_UNOWNED = 40
"""How many epics without an owner fit into one form."""


Heard = tuple[datetime | None, datetime | None]
"""When an epic was last confirmed, and last unblocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits for one person: some of each kind, the most pressing first."""

    ballots: Pile[Decision] = NONE
    answers: Pile[Epic] = NONE
    blocked: Pile[Epic] = NONE
    lacking: Pile[tuple[Epic, Sequence[Requirement]]] = NONE
    """Epics with what their next state asks and a form can still say."""
    quiet: Pile[tuple[Epic, datetime]] = NONE
    unowned: Pile[Epic] = NONE
    streams: Pile[ValueStream] = NONE
    slips: Pile[Slip] = NONE
    shifts: Pile[Shift] = NONE

    @property
    def count(self) -> int:
        """How many things wait."""
        piles = (
            self.ballots,
            self.answers,
            self.blocked,
            self.lacking,
            self.quiet,
            self.unowned,
            self.streams,
            self.slips,
            self.shifts,
        )
        return sum(pile.count for pile in piles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at a portfolio, and what they are to it."""

    user_id: str
    is_admin: bool = False
    may_propose: bool = True
    has_part: bool = True
    """Whether they own something in it, or have a role."""


def what_waits(session: Session, portfolio: Portfolio, reader: Reader, now: datetime) -> Waits:
    """What waits for the reader in the portfolio; each kind with a few of its epics."""
    states = [state for state in portfolio.states if state.is_open]
    mine = _can_go_on(session, portfolio, reader.user_id, states)
    lacking = [(epic, found) for epic, _ in mine if (found := _lacks(epic))]
    quiet = [(epic, news_of(epic, heard)) for epic, heard in mine]
    silent = [
        (epic, news)
        for epic, news in quiet
        if (since := asked_if_silent_since(epic.state, portfolio, now)) and news <= since
    ]
    ownerless = portfolio.open_streams if reader.is_admin else ()
    streams = [stream for stream in ownerless if stream.owner_user_id is None]
    return Waits(
        answers=_answers(session, portfolio, reader.user_id),
        lacking=_few(lacking),
        quiet=_few(sorted(silent, key=lambda each: each[1])),
        unowned=_unowned(session, portfolio, reader.user_id, states),
        streams=_few(streams),
        slips=_slips(session, portfolio, reader.user_id, now),
        **{need.name: need.for_person(session, portfolio, reader.user_id, FEW) for need in NEEDS},
    )


def without_owner(
    session: Session, portfolio: Portfolio, value_stream_id: int | None, viewer: str
) -> Pile[Epic]:
    """The open epics without an owner that the viewer may see, in a stream or in all."""
    open_ = [state.id for state in portfolio.states if state.is_open]
    rows = select(Epic).where(
        Epic.portfolio_id == portfolio.id,
        Epic.state_id.in_(open_),
        Epic.owner_user_id.is_(None),
        seen_by(viewer),
    )
    if value_stream_id is not None:
        rows = rows.where(Epic.value_stream_id == value_stream_id)
    return _counted(session, rows, MOST_UNOWNED)


def _can_go_on(
    session: Session, portfolio: Portfolio, user_id: str, states: Sequence[State]
) -> Sequence[tuple[Epic, Heard]]:
    """Their open epics that can go on; one that is blocked waits as that alone."""
    rows = (
        select(Epic, *last_heard())
        .where(
            Epic.portfolio_id == portfolio.id,
            Epic.owner_user_id == user_id,
            Epic.state_id.in_([state.id for state in states]),
            ~Epic.blocking.has(),
            seen_by(user_id),
        )
        .options(joinedload(Epic.state), joinedload(Epic.value_stream))
        .order_by(Epic.state_entered_at, Epic.id)
        .limit(MOST_OWNED)
    )
    return [(epic, (confirmed, freed)) for epic, confirmed, freed in session.execute(rows).all()]


def _answers(session: Session, portfolio: Portfolio, user_id: str) -> Pile[Epic]:
    funnel = next((state.id for state in portfolio.states if state.name == FIRST_STATE), None)
    mine = [each.id for each in portfolio.value_streams if each.owner_user_id == user_id]
    rows = select(Epic).where(
        Epic.value_stream_id.in_(mine),
        Epic.state_id == funnel,
        Epic.answered_at.is_(None),
        seen_by(user_id),
    )
    return _counted(session, rows)


def _unowned(
    session: Session, portfolio: Portfolio, user_id: str, states: Sequence[State]
) -> Pile[Epic]:
    mine = [each.id for each in portfolio.value_streams if each.owner_user_id == user_id]
    rows = select(Epic).where(
        Epic.value_stream_id.in_(mine),
        Epic.state_id.in_([state.id for state in states]),
        Epic.owner_user_id.is_(None),
        seen_by(user_id),
    )
    return _counted(session, rows)


def _lacks(epic: Epic) -> Sequence[Requirement]:
    """What a form of the epic can still say of what its next state asks; of ideas only after yes.

    Until then the idea waits for another.
    """
    to = next_column(epic)
    if to is None or (epic.state.name == FIRST_STATE and epic.accepted_at is None):
        return []
    return fields_of(lacks_before(epic, epic.portfolio.states, to.state, scales=to.scales))


def _slips(session: Session, portfolio: Portfolio, user_id: str, now: datetime) -> Pile[Slip]:
    rows = (
        select(Milestone, Project)
        .join(Project, Project.id == Milestone.project_id)
        .where(
            Project.portfolio_id == portfolio.id,
            Project.owner_user_id == user_id,
            Project.closed_at.is_(None),
        )
    )
    today = now.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return slips_of(session, rows, today, user_id, FEW)


def _counted(session: Session, rows: Select[Epic], few: int = FEW) -> Pile[Epic]:
    """The longest of them and how many they are, in one query that sorts nothing but their ids."""
    order = (Epic.state_entered_at, Epic.id)
    picked = rows.with_only_columns(Epic.id, func.count().over().label("total"))
    longest = picked.order_by(*order).limit(few).subquery()
    found = session.execute(
        select(Epic, longest.c.total)
        .join(longest, longest.c.id == Epic.id)
        .options(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking))
        .order_by(*order)
    ).all()
    return Pile([epic for epic, _ in found], found[0][1] if found else 0)


def _few(found: Sequence[T]) -> Pile[T]:
    return Pile(found[:FEW], len(found))
