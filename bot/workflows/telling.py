"""Telling of a stretch of time: what changed, what is in flight, what waits and what is quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.seeing import EVERYBODY, seen_by
from models.confirmation import Confirmation
from models.digest import QUIET_AFTER, Changes, Quiet, Waiting
from models.epic import Epic, Transition
from models.portfolio import FIRST_STATE, Portfolio, State, StateKind, ValueStream

LONGEST = 10
"""How many epics of a kind are named; the others are counted."""

QUARTER = timedelta(weeks=13)


@dataclass(frozen=True, slots=True)
class Scope:
    """A portfolio, or one value stream of it."""

    portfolio: Portfolio
    value_stream: ValueStream | None = None

    @property
    def epics(self) -> ColumnElement[bool]:
        """The epics in it that everybody may see: it is told in a channel."""
        inside = and_(Epic.portfolio_id == self.portfolio.id, seen_by(EVERYBODY))
        if self.value_stream is None:
            return inside
        return and_(inside, Epic.value_stream_id == self.value_stream.id)

    @property
    def states(self) -> Mapping[int, State]:
        """The portfolio's states by their ids."""
        return {state.id: state for state in self.portfolio.states}


def changes_between(session: Session, scope: Scope, since: datetime, until: datetime) -> Changes:
    """What became of the epics that moved within `(since, until]`."""
    moved = select(Transition.epic_id).where(Transition.at > since, Transition.at <= until)
    rows = session.execute(
        select(Transition.epic_id, Transition.to_state_id, Transition.at, Transition.reason)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(scope.epics, Transition.at <= until, Transition.epic_id.in_(moved))
        .order_by(Transition.epic_id, Transition.at, Transition.id)
    ).all()
    states = scope.states
    found: dict[str, list[int]] = {}
    reasons: dict[int, str | None] = {}
    for epic_id, steps in groupby(rows, key=lambda row: row.epic_id):
        ways = [(states[step.to_state_id], step.at, step.reason) for step in steps]
        before = [state for state, at, _ in ways if at <= since]
        now, _, reasons[epic_id] = ways[-1]
        for became in _became(before[-1] if before else None, now):
            found.setdefault(became, []).append(epic_id)
    epics = _epics(session, [id_ for ids in found.values() for id_ in ids])

    def listed(became: str) -> list[Epic]:
        return [epics[id_] for id_ in found.get(became, ())]

    return Changes(
        new_ideas=len(found.get("new idea", ())),
        came_in=listed("came in"),
        reopened=listed("reopened"),
        finished=listed("finished"),
        stopped=[(epic, reasons[epic.id]) for epic in listed("stopped")],
        back=listed("back"),
        declined=listed("declined"),
    )


def _became(before: State | None, now: State) -> list[str]:
    """What an epic became between two moments, from where it stood then to where it stands."""
    was, is_ = _stands(before), _stands(now)
    if was == is_:
        return []
    if was in {"unknown", "outside"}:
        return {
            "outside": ["new idea"],
            "in flight": ["came in"],
            "done": ["came in", "finished"],
            "stopped": ["declined"],
        }[is_]
    if was == "in flight":
        return {"outside": ["back"], "done": ["finished"], "stopped": ["stopped"]}[is_]
    return ["reopened"] if is_ == "in flight" else []


def _stands(state: State | None) -> str:
    if state is None:
        return "unknown"
    if state.kind in (StateKind.DONE, StateKind.STOPPED):
        return state.kind.value
    return "in flight" if state.committed else "outside"


def in_flight(
    session: Session, scope: Scope, moment: datetime
) -> tuple[dict[State, int], dict[str, int]]:
    """How many epics stood between commitment and done at the moment, by state and by stream."""
    newest = func.row_number().over(
        partition_by=Transition.epic_id, order_by=(Transition.at.desc(), Transition.id.desc())
    )
    standing = (
        select(Transition.to_state_id, Epic.value_stream_id, newest.label("place"))
        .join(Epic, Epic.id == Transition.epic_id)
        .where(scope.epics, Transition.at <= moment)
        .subquery()
    )
    committed = [state for state in scope.portfolio.states if state.committed]
    per_state = dict.fromkeys(committed, 0)
    per_stream: dict[str, int] = {}
    names = {stream.id: stream.name for stream in scope.portfolio.value_streams}
    states = scope.states
    counted = (
        select(standing.c.to_state_id, standing.c.value_stream_id, func.count())
        .where(standing.c.place == 1, standing.c.to_state_id.in_([s.id for s in committed]))
        .group_by(standing.c.to_state_id, standing.c.value_stream_id)
    )
    for state_id, stream_id, count in session.execute(counted):
        per_state[states[state_id]] += count
        per_stream[names[stream_id]] = per_stream.get(names[stream_id], 0) + count
    return per_state, per_stream


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
    return Waiting(_with_streams(session, longest), _count(session, rows), late)


def quiet_for_long(session: Session, scope: Scope, at: datetime) -> Quiet:
    """The epics in flight of which nothing has been heard for long by the moment.

    What was heard since takes them out again, so that a question once answered is gone.
    """
    committed = [state.id for state in scope.portfolio.states if state.committed]
    heard = select(func.max(Confirmation.at)).where(Confirmation.epic_id == Epic.id)
    confirmed_since = heard.where(Confirmation.at > Epic.state_entered_at).scalar_subquery()
    news = func.coalesce(confirmed_since, Epic.state_entered_at)
    rows = select(Epic).where(scope.epics, Epic.state_id.in_(committed), news <= at - QUIET_AFTER)
    named = session.execute(
        rows.add_columns(news)
        .options(joinedload(Epic.value_stream))
        .order_by(news, Epic.id)
        .limit(LONGEST)
    ).all()
    return Quiet([(epic, last_news) for epic, last_news in named], _count(session, rows))


def finished_within(session: Session, scope: Scope, until: datetime) -> tuple[int, int]:
    """How many epics were done in the 13 weeks up to the moment, and in the 13 before."""

    def done(since: datetime, before: datetime) -> int:
        rows = select(Epic).where(scope.epics, Epic.done_at > since, Epic.done_at <= before)
        return _count(session, rows)

    middle = until - QUARTER
    return done(middle, until), done(middle - QUARTER, middle)


def _count(session: Session, rows: Select[Epic]) -> int:
    return session.scalar(rows.with_only_columns(func.count(Epic.id)).order_by(None)) or 0


def _with_streams(session: Session, rows: Select[Epic]) -> Sequence[Epic]:
    return session.scalars(rows.options(joinedload(Epic.value_stream))).all()


def _epics(session: Session, ids: Sequence[int]) -> dict[int, Epic]:
    rows = select(Epic).where(Epic.id.in_(set(ids)))
    return {epic.id: epic for epic in _with_streams(session, rows)}
