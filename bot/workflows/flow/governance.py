"""Governance as flow: decisions with how long they took, and money that moved, told in a digest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.budgets.ledger import books_of, period_at
from bot.workflows.flow.scope import Scope
from bot.workflows.seeing import EVERYBODY, visible_to
from models.board.governance import Ended, Governance, half_of
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import days_between
from models.decisions.case import Case
from models.decisions.decision import NOT_COUNTED, Decision, Way
from models.decisions.question import Choice
from models.decisions.votes import Elector
from models.epics.epic import Epic, Transition
from models.flow.days import whole_weeks
from models.flow.finishing import QUARTER_WEEKS
from models.flow.told import DecisionsTold, MoneyTold
from models.portfolio.portfolio import StateKind

_ASKED_NOBODY = ~select(Approval.id).where(Approval.shift_id == Shift.id).exists()


def decisions_told(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> DecisionsTold:
    """What closed within `(since, until]`, how long votes took lately, and what is open then.

    How long is in working days from opening to close, of votes in the last 13 whole weeks.
    """
    zone = ZoneInfo(scope.portfolio.time_zone)
    lately = whole_weeks(until, zone, QUARTER_WEEKS)[0]
    rows = _decisions(session, scope, visible_to(EVERYBODY), min(since, lately), until)
    ended = [each for each in rows if _has_ended(each, until)]
    open_since = [each.opened_at for each in rows if _is_open(each, until)]
    new = [each.way is Way.VOTE for each in ended if each.closed_at > since]
    took = [
        _working_days(scope, each)
        for each in ended
        if each.way is Way.VOTE and each.closed_at > lately
    ]
    return DecisionsTold(
        closed=sum(new),
        alone=len(new) - sum(new),
        half_days=half_of(took),
        timed=len(took),
        days_before=scope.portfolio.decision_days_before,
        open=len(open_since),
        oldest_days=days_between(min(open_since), until, zone) if open_since else 0,
        most_asked=_most_asked(session, scope, since, until),
    )


def governance_at(
    session: Session, scope: Scope, moment: datetime, seen: ColumnElement[bool]
) -> Governance:
    """How decisions were taken in the last 26 whole weeks, of the epics that are seen."""
    zone = ZoneInfo(scope.portfolio.time_zone)
    bounds = whole_weeks(moment, zone, 2 * QUARTER_WEEKS)
    first, middle, last = bounds[0], bounds[QUARTER_WEEKS], bounds[-1]
    rows = _decisions(session, scope, seen, first, moment)
    open_since = [each.opened_at for each in rows if _is_open(each, moment)]
    ended = [_ended(scope, each, middle) for each in rows if _has_ended(each, last)]
    moved = _shifts(scope).where(
        Shift.outcome == Outcome.MOVED, Shift.ended_at >= middle, Shift.ended_at < last
    )
    counts = [session.execute(each).one()[0] for each in (moved, moved.where(_ASKED_NOBODY))]
    return Governance(
        ended=ended,
        open=len(open_since),
        oldest_days=days_between(min(open_since), moment, zone) if open_since else 0,
        days_before=scope.portfolio.decision_days_before,
        shifts=counts[0],
        silent=counts[1],
    )


def _decisions(
    session: Session, scope: Scope, seen: ColumnElement[bool], since: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """Those opened by `until` that were open or closed after `since`."""
    portfolio, stream_id = scope.portfolio, scope.stream_id
    epics = select(Epic.id).where(Epic.portfolio_id == portfolio.id, seen)
    about: ColumnElement[bool]
    if stream_id is not None:
        about = Decision.epic_id.in_(epics.where(Epic.value_stream_id == stream_id))
    else:
        about = or_(Decision.epic_id.is_(None), Decision.epic_id.in_(epics))
    rows = select(
        Decision.way,
        Decision.opened_at,
        Decision.closed_at,
        Decision.ending,
        Decision.outcome,
        Decision.frozen_case,
    )
    found = session.execute(
        rows.where(
            Decision.portfolio_id == portfolio.id,
            Decision.opened_at <= until,
            or_(Decision.closed_at.is_(None), Decision.closed_at > since),
            about,
        )
    )
    return found.all()


def _is_open(row: Row[Any], moment: datetime) -> bool:
    return row.closed_at is None or row.closed_at > moment


def _has_ended(row: Row[Any], moment: datetime) -> bool:
    return not _is_open(row, moment) and row.ending not in NOT_COUNTED


def _working_days(scope: Scope, row: Row[Any]) -> int:
    zone = ZoneInfo(scope.portfolio.time_zone)
    days = (each.astimezone(zone).date() for each in (row.opened_at, row.closed_at))
    return scope.portfolio.calendar.days_until(*days)


def _ended(scope: Scope, row: Row[Any], middle: datetime) -> Ended:
    evidence = Case.model_validate(row.frozen_case).evidence
    newest = evidence.newest_on if evidence else None
    return Ended(
        is_vote=row.way is Way.VOTE,
        working_days=_working_days(scope, row),
        is_lately=row.closed_at >= middle,
        has_case=evidence is not None,
        is_fresh=evidence is not None and newest is not None and not evidence.is_old(newest),
        is_decided=row.outcome is not None,
        is_stop=row.outcome == Choice.STOP,
    )


def _most_asked(session: Session, scope: Scope, since: datetime, until: datetime) -> int:
    """How many votes were opened within `(since, until]` to the one who was asked most."""
    each = (
        select(func.count().label("votes"))
        .select_from(Elector)
        .join(Decision, Decision.id == Elector.decision_id)
        .where(
            Decision.portfolio_id == scope.portfolio.id,
            Decision.way == Way.VOTE,
            Decision.opened_at > since,
            Decision.opened_at <= until,
        )
        .group_by(Elector.user_id)
        .subquery()
    )
    return session.scalar(select(func.max(each.c.votes))) or 0


def money_told(session: Session, scope: Scope, since: datetime, until: datetime) -> MoneyTold:
    """What moved without a vote within `(since, until]`, what was asked for and open then, and
    what epics that ended gave back.

    What was overspent is so by then.
    """
    moved = _shifts(scope).where(
        Shift.outcome == Outcome.MOVED,
        Shift.ended_at > since,
        Shift.ended_at <= until,
        _ASKED_NOBODY,
    )
    asked = _shifts(scope).where(
        Shift.asked_at <= until, or_(Shift.ended_at.is_(None), Shift.ended_at > until)
    )
    (moved_count, moved_minor), (asked_count, asked_minor) = (
        session.execute(each).one() for each in (moved, asked)
    )
    return MoneyTold(
        currency=scope.portfolio.currency,
        moved=moved_count,
        moved_minor=int(moved_minor),
        asked=asked_count,
        asked_minor=int(asked_minor),
        returned_minor=_returned(session, scope, since, until),
        overspent=_overspent(session, scope, until),
    )


def _returned(session: Session, scope: Scope, since: datetime, until: datetime) -> int:
    """What the stops that everybody may see gave back."""
    stopped = [id_ for id_, state in scope.states.items() if state.kind is StateKind.STOPPED]
    rows = (
        select(func.sum(Transition.released_minor))
        .join(Epic, Epic.id == Transition.epic_id)
        .where(scope.epics, Transition.to_state_id.in_(stopped))
        .where(Transition.at > since, Transition.at <= until)
    )
    return int(session.scalar(rows) or 0)


def _shifts(scope: Scope) -> Select[int, int]:
    """How many there are in the scope, and how much they are about."""
    sums = select(func.count(Shift.id), func.coalesce(func.sum(Shift.amount_minor), 0))
    sums = sums.where(Shift.portfolio_id == scope.portfolio.id)
    if scope.value_stream is None:
        return sums
    ends = (Shift.from_stream_id, Shift.to_stream_id)
    return sums.where(or_(*(each == scope.value_stream.id for each in ends)))


def _overspent(session: Session, scope: Scope, until: datetime) -> tuple[str, ...]:
    """The streams that spent more than they had in the year of the moment, by their names."""
    period = period_at(session, scope.portfolio, until)
    if period is None:
        return ()
    books = books_of(session, scope.portfolio, period, until)
    return tuple(each.name for each in scope.streams if books.balance(each.id).available < 0)
