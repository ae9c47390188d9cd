"""Governance as flow: decisions with how long they took, and money that moved, told in a digest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.budgets.ledger import books_of, period_at
from bot.workflows.flow.clocks import stream_at
from bot.workflows.flow.scope import Scope
from bot.workflows.seeing import EVERYBODY, visible_to
from models.board.content import FrozenOutcomes
from models.board.governance import Ended, Governance, half_of
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import days_between
from models.decisions.case import Case
from models.decisions.decision import NOT_COUNTED, Decision, Way
from models.decisions.follow_up.outcome_review import Became, OutcomeReview
from models.decisions.question import Choice
from models.decisions.votes import Elector
from models.epics.epic import Epic, Transition
from models.flow.days import whole_weeks
from models.flow.finishing import QUARTER_WEEKS
from models.flow.frozen import FrozenDecisions, FrozenMoney
from models.portfolio.portfolio import StateKind, ValueStream

ASKED_NOBODY = ~select(Approval.id).where(Approval.shift_id == Shift.id).exists()


def frozen_decisions(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> FrozenDecisions:
    """What closed within `(since, until]`, how long votes took lately, and what is open then.

    How long is in working days from opening to close, of votes in the last 13 whole weeks.
    """
    zone = ZoneInfo(scope.portfolio.time_zone)
    lately = whole_weeks(until, zone, QUARTER_WEEKS)[0]
    rows = decisions_behind(session, scope, since, until)
    open_since = [each.opened_at for each in rows if is_open(each, until)]
    ended = [each for each in rows if not is_open(each, until)]
    new = [each.way is Way.VOTE for each in ended if each.closed_at > since]
    took = [
        working_days(scope, each)
        for each in ended
        if each.way is Way.VOTE and each.closed_at > lately
    ]
    return FrozenDecisions(
        closed=sum(new),
        alone=len(new) - sum(new),
        half_days=half_of(took),
        timed=len(took),
        days_before=scope.portfolio.decision_days_before,
        open=len(open_since),
        oldest_days=days_between(min(open_since), until, zone) if open_since else 0,
        most_asked=_most_asked(session, scope, since, until),
    )


def decisions_behind(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """The decisions that a digest counts, by when they were opened: those that are open, what
    closed within `(since, until]`, and the votes of the last 13 whole weeks.
    """
    lately = whole_weeks(until, ZoneInfo(scope.portfolio.time_zone), QUARTER_WEEKS)[0]
    seen = visible_to(EVERYBODY)
    return [
        each
        for each in _decisions(session, scope, seen, min(since, lately), until)
        if is_open(each, until)
        or (
            _has_ended(each, until)
            and each.closed_at > (min(since, lately) if each.way is Way.VOTE else since)
        )
    ]


def decisions_taken(
    session: Session, scope: Scope, moment: datetime, seen: ColumnElement[bool]
) -> Sequence[Row[Any]]:
    """Those that ended in the last 26 whole weeks, and those that are open, likewise."""
    bounds = _half_a_year(scope, moment)
    return [
        each
        for each in _decisions(session, scope, seen, bounds[0], moment)
        if is_open(each, moment) or _has_ended(each, bounds[-1])
    ]


def quarter_began(scope: Scope, moment: datetime) -> datetime:
    """When the last 13 whole weeks did."""
    return _half_a_year(scope, moment)[QUARTER_WEEKS]


def _half_a_year(scope: Scope, moment: datetime) -> Sequence[datetime]:
    return whole_weeks(moment, ZoneInfo(scope.portfolio.time_zone), 2 * QUARTER_WEEKS)


def governance_at(
    session: Session, scope: Scope, moment: datetime, seen: ColumnElement[bool]
) -> Governance:
    """How decisions were taken in the last 26 whole weeks, of the epics that are seen."""
    zone = ZoneInfo(scope.portfolio.time_zone)
    middle = quarter_began(scope, moment)
    rows = decisions_taken(session, scope, moment, seen)
    open_since = [each.opened_at for each in rows if is_open(each, moment)]
    ended = [ended_of(scope, each, middle) for each in rows if not is_open(each, moment)]
    moved = _sums(moved_lately(scope, moment))
    counts = [session.execute(each).one()[0] for each in (moved, moved.where(ASKED_NOBODY))]
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
        about = Decision.epic_id.in_(epics.where(stream_at(until) == stream_id))
    else:
        about = or_(Decision.epic_id.is_(None), Decision.epic_id.in_(epics))
    rows = select(
        Decision.id,
        Decision.key,
        Decision.asks,
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
        ).order_by(Decision.opened_at, Decision.id)
    )
    return found.all()


def is_open(row: Row[Any], moment: datetime) -> bool:
    """Whether a decision was open at the moment; one whose result is not out yet is."""
    return row.ending is None or row.closed_at > moment


def _has_ended(row: Row[Any], moment: datetime) -> bool:
    return not is_open(row, moment) and row.ending not in NOT_COUNTED


def working_days(scope: Scope, row: Row[Any]) -> int:
    """From its opening to its close."""
    zone = ZoneInfo(scope.portfolio.time_zone)
    days = (each.astimezone(zone).date() for each in (row.opened_at, row.closed_at))
    return scope.portfolio.calendar.days_until(*days)


def ended_of(scope: Scope, row: Row[Any], middle: datetime) -> Ended:
    """What is counted of one that has ended; lately is from that moment on."""
    evidence = Case.model_validate(row.frozen_case).evidence
    newest = evidence.newest_on if evidence else None
    return Ended(
        is_vote=row.way is Way.VOTE,
        working_days=working_days(scope, row),
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


def frozen_money(session: Session, scope: Scope, since: datetime, until: datetime) -> FrozenMoney:
    """What moved without a vote within `(since, until]`, what was asked for and open then, and
    what epics that ended gave back.

    What was overspent is so by then.
    """
    moved = _sums(moved_alone(scope, since, until))
    asked = _sums(asked_at(scope, until))
    (moved_count, moved_minor), (asked_count, asked_minor) = (
        session.execute(each).one() for each in (moved, asked)
    )
    returned = select(func.sum(Transition.released_minor)).join(Epic, Epic.id == Transition.epic_id)
    return FrozenMoney(
        currency=scope.portfolio.currency,
        moved=moved_count,
        moved_minor=int(moved_minor),
        asked=asked_count,
        asked_minor=int(asked_minor),
        returned_minor=int(session.scalar(returned.where(gave_back(scope, since, until))) or 0),
        overspent=tuple(each.name for each, _ in overspent(session, scope, until)),
    )


def moved_alone(scope: Scope, since: datetime, until: datetime) -> ColumnElement[bool]:
    """The shifts that moved within `(since, until]` and asked nobody."""
    return and_(
        _in_scope(scope),
        Shift.outcome == Outcome.MOVED,
        Shift.ended_at > since,
        Shift.ended_at <= until,
        ASKED_NOBODY,
    )


def moved_lately(scope: Scope, moment: datetime) -> ColumnElement[bool]:
    """Those that moved in the last 13 whole weeks."""
    bounds = _half_a_year(scope, moment)
    return and_(
        _in_scope(scope),
        Shift.outcome == Outcome.MOVED,
        Shift.ended_at >= bounds[QUARTER_WEEKS],
        Shift.ended_at < bounds[-1],
    )


def asked_at(scope: Scope, moment: datetime) -> ColumnElement[bool]:
    """Those that were asked for and had not ended."""
    is_open = or_(Shift.ended_at.is_(None), Shift.ended_at > moment)
    return and_(_in_scope(scope), Shift.asked_at <= moment, is_open)


def gave_back(scope: Scope, since: datetime, until: datetime) -> ColumnElement[bool]:
    """The stops within `(since, until]` that gave money back, of epics that everybody may see."""
    stopped = [id_ for id_, state in scope.states.items() if state.kind is StateKind.STOPPED]
    return and_(
        scope.epics_at(until),
        Transition.to_state_id.in_(stopped),
        Transition.at > since,
        Transition.at <= until,
        Transition.released_minor > 0,
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    here = Shift.portfolio_id == scope.portfolio.id
    if scope.value_stream is None:
        return here
    ends = (Shift.from_stream_id, Shift.to_stream_id)
    return and_(here, or_(*(each == scope.value_stream.id for each in ends)))


def _sums(which: ColumnElement[bool]) -> Select[int, int]:
    """How many such shifts there are, and how much they are about."""
    return select(func.count(Shift.id), func.coalesce(func.sum(Shift.amount_minor), 0)).where(which)


def overspent(session: Session, scope: Scope, until: datetime) -> Sequence[tuple[ValueStream, int]]:
    """The streams that spent more than they had in the year of the moment, and what they have."""
    period = period_at(session, scope.portfolio, until)
    if period is None:
        return []
    books = books_of(session, scope.portfolio, period, until)
    left = [(each, books.balance(each.id).available) for each in scope.streams]
    return [(each, available) for each, available in left if available < 0]


def outcomes_known(
    until: datetime, *epics: ColumnElement[bool]
) -> Select[int, str, str, Became, datetime]:
    """Of each of the epics what became of it, as it was last said by then; by when that was."""
    newest = func.row_number().over(
        partition_by=OutcomeReview.epic_id,
        order_by=(OutcomeReview.at.desc(), OutcomeReview.id.desc()),
    )
    said = (
        select(
            Epic.id.label("epic_id"),
            Epic.key,
            Epic.title,
            OutcomeReview.became,
            OutcomeReview.at,
            newest.label("place"),
        )
        .join(Epic, Epic.id == OutcomeReview.epic_id)
        .where(*epics, OutcomeReview.became.is_not(None), OutcomeReview.at <= until)
        .subquery()
    )
    columns = (said.c.epic_id, said.c.key, said.c.title, said.c.became, said.c.at)
    return select(*columns).where(said.c.place == 1).order_by(said.c.at, said.c.epic_id)


def count_outcomes(
    session: Session, until: datetime, *epics: ColumnElement[bool]
) -> FrozenOutcomes:
    """Of how many of the epics it was said what became of them by then, and how many reached it."""
    said = outcomes_known(until, *epics).order_by(None).subquery()
    rows = select(said.c.became, func.count()).group_by(said.c.became)
    counted = Counter({became: count for became, count in session.execute(rows)})
    not_measured = counted.pop(Became.NOT_MEASURED, 0)
    reached, recorded = counted[Became.REACHED], counted.total()
    return FrozenOutcomes(reached=reached, recorded=recorded, not_measured=not_measured)
