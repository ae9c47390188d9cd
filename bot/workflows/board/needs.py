"""Needing someone: what a digest asks for, as everybody may see it, until it is solved."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.workflows.board.changes import limits_of
from bot.workflows.board.content import Crowd, Needs, OnTheirDates, Waiting
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.register import BALLOT
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.quiet import last_heard, news_of, quiet_epics
from bot.workflows.flow.scope import Scope
from bot.workflows.needs import Need, T
from bot.workflows.paging import Pile
from bot.workflows.projects.slips import Slip, is_off_its_date, slips_of
from bot.workflows.seeing import EVERYBODY, seen_by
from models.epics.belonging import StreamMove
from models.epics.epic import Epic, Transition
from models.epics.obstacles import Override
from models.flow.flow import History, Load, Move, StreamChange, over_since
from models.portfolio.portfolio import FIRST_STATE, ValueStream
from models.projects.project import Milestone, Project, ProjectShare

NEEDS: Sequence[Need[Any]] = (BALLOT, BLOCKED, SHIFTS)
"""What Home, the digest and its thread ask for as it is declared, each by the name of its field."""

LONGEST = 10
"""How many of a kind are named; the others are counted."""


def needs(
    session: Session, scope: Scope, since: datetime, until: datetime, at: datetime, now: datetime
) -> Needs:
    """All of it: as it was at `at`, without what was solved by `now`."""
    return Needs(
        answers=waiting_for_an_answer(session, scope, at),
        quiet=quiet_for_long(session, scope, at),
        overrides=overrides(session, scope, since, until),
        unowned=unowned(session, scope, at),
        slips=slips(session, scope, at),
        crowds=crowds(session, scope, now),
        **{need.name: pile_of(session, scope, need, at) for need in NEEDS},
    )


def pile_of(session: Session, scope: Scope, need: Need[T], at: datetime) -> Pile[T]:
    """What waited at the moment and still does."""
    return need.for_channel(session, scope.portfolio, scope.value_stream, at, LONGEST)


def waiting_for_an_answer(session: Session, scope: Scope, at: datetime) -> Waiting:
    """The ideas without a first answer; none is late while the portfolio is new."""
    zone = ZoneInfo(scope.portfolio.time_zone)
    funnel = scope.portfolio.state(FIRST_STATE)
    rows = select(Epic).where(
        scope.epics,
        Epic.state_id == funnel.id,
        Epic.answered_at.is_(None),
        Epic.state_entered_at <= at,
    )
    due = scope.portfolio.calendar.late_if_entered_before(at.astimezone(zone).date())
    entered_before = datetime(due.year, due.month, due.day, tzinfo=zone)
    late = 0
    if scope.portfolio.calls_late(at):
        late = _count(session, rows.where(Epic.state_entered_at < entered_before))
    longest = rows.order_by(Epic.state_entered_at, Epic.id).limit(LONGEST)
    return Waiting(_epics(session, longest), _count(session, rows), late)


def quiet_for_long(session: Session, scope: Scope, at: datetime) -> Pile[tuple[Epic, datetime]]:
    """The epics of which nothing was heard by the moment for as long as their state allows.

    What was heard since takes them out again, so that a question once answered is gone.
    """
    rows = select(Epic).where(scope.epics, quiet_epics(scope.portfolio, scope.portfolio.states, at))
    named = session.execute(
        rows.add_columns(*last_heard())
        .options(joinedload(Epic.value_stream), joinedload(Epic.state))
        .order_by(Epic.state_entered_at, Epic.id)
        .limit(LONGEST)
    ).all()
    heard = [(epic, news_of(epic, (confirmed, freed))) for epic, confirmed, freed in named]
    return Pile(sorted(heard, key=lambda each: (each[1], each[0].id)), _count(session, rows))


def overrides(session: Session, scope: Scope, since: datetime, until: datetime) -> Pile[Override]:
    """Moves past a limit or a policy within `(since, until]`, the newest first."""
    rows = (
        select(Override)
        .join(Override.epic)
        .where(scope.epics, Override.at > since, Override.at <= until)
    )
    newest = rows.options(contains_eager(Override.epic).joinedload(Epic.value_stream))
    named = session.scalars(newest.order_by(Override.at.desc(), Override.id).limit(LONGEST)).all()
    total = session.scalar(rows.with_only_columns(func.count(Override.id)))
    return Pile(named, total or 0)


def unowned(session: Session, scope: Scope, at: datetime) -> Pile[Epic]:
    """The open epics that nobody owned at the moment and still nobody does."""
    rows = select(Epic).where(
        scope.epics, Epic.owner_user_id.is_(None), Epic.created_at <= at, _is_open(scope)
    )
    longest = rows.order_by(Epic.state_entered_at, Epic.id).limit(LONGEST)
    return Pile(_epics(session, longest), _count(session, rows))


def slips(session: Session, scope: Scope, at: datetime) -> Pile[Slip]:
    """The milestones yet to come, later than agreed; none is called late in a new portfolio."""
    if not scope.portfolio.calls_late(at):
        return Pile()
    today = at.astimezone(ZoneInfo(scope.portfolio.time_zone)).date()
    return slips_of(session, _milestones(scope), today, EVERYBODY, LONGEST)


def on_their_dates(session: Session, scope: Scope, at: datetime) -> OnTheirDates:
    """Of the milestones of running projects, how many came or are to come when agreed."""
    today = at.astimezone(ZoneInfo(scope.portfolio.time_zone)).date()
    late = func.count(Milestone.id).filter(is_off_its_date(today))
    agreed = func.count(Milestone.id).filter(Milestone.baseline_on.is_not(None))
    total, off = session.execute(_milestones(scope).with_only_columns(agreed, late)).one()
    return OnTheirDates(total - off, total)


def crowds(session: Session, scope: Scope, now: datetime) -> Sequence[Crowd]:
    """The value streams over their limits now, the most crowded first."""
    committed = [state.id for state in scope.portfolio.states if state.committed]
    counted = (
        select(Epic.value_stream_id, func.count(Epic.id))
        .where(scope.epics, Epic.state_id.in_(committed))
        .group_by(Epic.value_stream_id)
    )
    counts = dict(session.execute(counted).all())
    most = limits_of(session, scope.portfolio)
    loads = [
        (stream, Load(counts.get(stream.id, 0), most.get((stream.id, None, None))))
        for stream in scope.streams
    ]
    over = sorted(
        ((stream, load) for stream, load in loads if load.over),
        key=lambda each: (-each[1].over, each[0].name),
    )
    return [_crowd(session, scope, stream, load, now) for stream, load in over]


def _crowd(session: Session, scope: Scope, stream: ValueStream, load: Load, now: datetime) -> Crowd:
    committed = frozenset(state.name for state in scope.portfolio.all_states if state.committed)
    went = _histories(session, scope, stream)
    since = over_since(went, stream.name, load.most or 0, now, committed)
    states = [state.id for state in scope.portfolio.states if state.committed]
    oldest = session.scalars(
        select(Epic)
        .where(Epic.value_stream_id == stream.id, Epic.state_id.in_(states), seen_by(EVERYBODY))
        .order_by(Epic.committed_at, Epic.id)
        .limit(1)
    ).first()
    return Crowd(stream, load, since or now, oldest)


def _histories(session: Session, scope: Scope, stream: ValueStream) -> Iterable[History]:
    """The ways of the epics that are, or once were, in the stream."""
    left = select(StreamMove.epic_id).where(StreamMove.from_stream_id == stream.id)
    here = or_(Epic.value_stream_id == stream.id, Epic.id.in_(left))
    known = [Epic.portfolio_id == scope.portfolio.id, seen_by(EVERYBODY), here]
    names = {each.id: each.name for each in scope.portfolio.value_streams}
    states = {each.id: each.name for each in scope.portfolio.all_states}
    moves: dict[int, list[Move]] = defaultdict(list)
    rows = select(Transition.epic_id, Transition.to_state_id, Transition.at).join(
        Epic, Epic.id == Transition.epic_id
    )
    for epic_id, state_id, at in session.execute(
        rows.where(*known).order_by(Transition.at, Transition.id)
    ):
        moves[epic_id].append(Move(states[state_id], at))
    went: dict[int, list[StreamChange]] = defaultdict(list)
    changes = select(StreamMove).join(Epic, Epic.id == StreamMove.epic_id).where(*known)
    for change in session.scalars(changes.order_by(StreamMove.at, StreamMove.id)):
        ends = names[change.from_stream_id], names[change.to_stream_id]
        went[change.epic_id].append(StreamChange(*ends, change.at))
    epics = session.execute(select(Epic.id, Epic.value_stream_id).where(*known))
    return [History(names[each], moves[id_], went[id_]) for id_, each in epics]


def _milestones(scope: Scope) -> Select[Milestone, Project]:
    rows = (
        select(Milestone, Project)
        .join(Project, Project.id == Milestone.project_id)
        .where(Project.portfolio_id == scope.portfolio.id, Project.closed_at.is_(None))
    )
    if scope.value_stream is None:
        return rows
    shared = select(ProjectShare.project_id).where(
        ProjectShare.value_stream_id == scope.value_stream.id
    )
    return rows.where(Project.id.in_(shared))


def _is_open(scope: Scope) -> ColumnElement[bool]:
    return Epic.state_id.in_([state.id for state in scope.portfolio.states if state.is_open])


def _count(session: Session, rows: Select[Epic]) -> int:
    return session.scalar(rows.with_only_columns(func.count(Epic.id)).order_by(None)) or 0


def _epics(session: Session, rows: Select[Epic]) -> Sequence[Epic]:
    options = (joinedload(Epic.value_stream), joinedload(Epic.state), joinedload(Epic.blocking))
    return session.scalars(rows.options(*options)).all()
