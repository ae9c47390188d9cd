"""Governance as flow: decisions with how long they took, and money that moved, told in a digest."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.flow.scope import Scope
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import days_between
from models.decisions.decision import NOT_COUNTED, Decision, Way
from models.decisions.votes import Elector
from models.epics.epic import Epic, Transition
from models.flow.days import whole_weeks
from models.flow.finishing import QUARTER_WEEKS
from models.flow.percentiles import nearest_rank
from models.flow.told import DecisionsTold, MoneyTold
from models.portfolio.portfolio import StateKind

FEWEST = 3
"""Of fewer votes no duration is told."""


def decisions_told(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> DecisionsTold:
    """What closed within `(since, until]`, how long votes took lately, and what is open then.

    How long is in working days from opening to close, of votes in the last 13 whole weeks.
    """
    portfolio = scope.portfolio
    zone = ZoneInfo(portfolio.time_zone)
    lately = whole_weeks(until, zone, QUARTER_WEEKS)[0]
    about = select(Decision.way, Decision.opened_at, Decision.closed_at, Decision.ending)
    if scope.value_stream is None:
        seen = or_(
            Decision.epic_id.is_(None), Decision.epic_id.in_(select(Epic.id).where(scope.epics))
        )
    else:
        seen = Decision.epic_id.in_(select(Epic.id).where(scope.epics))
    rows = session.execute(
        about.where(
            Decision.portfolio_id == portfolio.id,
            Decision.opened_at <= until,
            or_(Decision.closed_at.is_(None), Decision.closed_at > min(since, lately)),
            seen,
        )
    ).all()
    took, closed, alone, open_since = [], 0, 0, []
    for way, opened_at, closed_at, ending in rows:
        if closed_at is None or closed_at > until:
            open_since.append(opened_at)
            continue
        if ending in NOT_COUNTED:
            continue
        is_vote, is_new = way is Way.VOTE, closed_at > since
        closed += is_vote and is_new
        alone += not is_vote and is_new
        if is_vote and closed_at > lately:
            days = (each.astimezone(zone).date() for each in (opened_at, closed_at))
            took.append(portfolio.calendar.days_until(*days))
    return DecisionsTold(
        closed=closed,
        alone=alone,
        half_days=int(nearest_rank(took, 50)) if len(took) >= FEWEST else None,
        timed=len(took),
        days_before=portfolio.decision_days_before,
        open=len(open_since),
        oldest_days=days_between(min(open_since), until, zone) if open_since else 0,
        most_asked=_most_asked(session, scope, since, until),
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
    """What moved without a vote within `(since, until]`, and what was asked for and open then."""
    here = [Shift.portfolio_id == scope.portfolio.id]
    if scope.value_stream is not None:
        ends = (Shift.from_stream_id, Shift.to_stream_id)
        here.append(or_(*(each == scope.value_stream.id for each in ends)))
    asked_nobody = ~select(Approval.id).where(Approval.shift_id == Shift.id).exists()
    sums = select(func.count(Shift.id), func.coalesce(func.sum(Shift.amount_minor), 0)).where(*here)
    moved = sums.where(
        Shift.outcome == Outcome.MOVED,
        Shift.ended_at > since,
        Shift.ended_at <= until,
        asked_nobody,
    )
    asked = sums.where(
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
    )


def _returned(session: Session, scope: Scope, since: datetime, until: datetime) -> int:
    """What stops gave back, also of restricted epics: it is a sum."""
    here = [Epic.portfolio_id == scope.portfolio.id]
    if scope.value_stream is not None:
        here.append(Epic.value_stream_id == scope.value_stream.id)
    stopped = [id_ for id_, state in scope.states.items() if state.kind is StateKind.STOPPED]
    rows = (
        select(func.sum(Transition.released_minor))
        .join(Epic, Epic.id == Transition.epic_id)
        .where(*here, Transition.to_state_id.in_(stopped))
        .where(Transition.at > since, Transition.at <= until)
    )
    return int(session.scalar(rows) or 0)
