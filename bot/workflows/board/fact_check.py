"""On Thursday each owner is asked, all at once, whether their epics are still right."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.workflows.decisions.follow_up import reviewing
from bot.workflows.epics.waiting import not_left_out, still_left_out
from bot.workflows.evidence.known import newest_reading
from bot.workflows.flow.forecasting import ahead_of
from bot.workflows.needs import Asked, Need
from bot.workflows.paging import Top
from bot.workflows.redrawing import post
from bot.workflows.seeing import portfolios, visible_to
from models.board.confirmation import Confirmation, FactCheck, LeftOut
from models.board.digest import Subscription
from models.calendar import next_slot, week_of
from models.decisions.decision import NOT_COUNTED, Decision, Ending
from models.decisions.follow_up.outcome_review import OutcomeReview
from models.epics.epic import Epic, Transition
from models.evidence.items import Reading
from models.flow.forecast import FinishForecast
from models.message import MessageKind
from models.portfolio.portfolio import Phase, Portfolio, State
from models.work import insert_into, put

THURSDAY, MINUTE_OF_DAY = 3, 10 * 60
MADE_UP_FOR_WITHIN = timedelta(days=2)
"""Asked later than that, the answer would come after the digest."""

MOST_NAMED = 10

READ_WITHIN = timedelta(weeks=8)
"""Of what is tested or delivered without a reading or a decision for so long, one is asked for."""

UNDECIDED = (*NOT_COUNTED, Ending.NO_QUORUM)
"""After these nobody has decided anything."""


class ToConfirm(NamedTuple):
    """An epic, and what its owner is asked of it."""

    epic: Epic
    confirmed_at: datetime | None
    """When they confirmed it, or added a reading, since the question."""
    unread: bool = False
    """Whether a reading is asked for."""
    reading: Decimal | None = None
    """The last of its indicator."""
    done_at: datetime | None = None
    """By when 85 of 100 such epics are done."""


def begin(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Ask from the next Thursday on."""
    put(session, portfolio.workspace_id, work_key(portfolio), _slot_after(portfolio, at))


def work_key(portfolio: Portfolio) -> str:
    """The key of the work that asks the owners of its epics."""
    return f"facts:{portfolio.id}"


def ask_due(session: Session, portfolio_id: int, at: datetime) -> None:
    """Ask every owner of an epic in flight, once this week, while any channel gets a digest.

    And those of whom it is asked what became of an epic.

    Before the portfolio is live nobody is asked.
    """
    portfolio = session.scalars(
        select(Portfolio).where(Portfolio.id == portfolio_id).with_for_update()
    ).first()
    if portfolio is None or not _has_digests(session, portfolio):
        return
    slot = _slot_after(portfolio, at - MADE_UP_FOR_WITHIN)
    if slot <= at and not portfolio.is_silent(at):
        reviewing.ask_about_done(session, portfolio, at)
        asked = reviewing.owners_asked(session, portfolio, at)
        for user_id in sorted({*_owners(session, portfolio, at), *asked}):
            _ask(session, portfolio, user_id, slot, at)
    put(session, portfolio.workspace_id, work_key(portfolio), _slot_after(portfolio, at))


def asked_about(session: Session, check: FactCheck) -> Top[ToConfirm]:
    """The person's epics in flight in any portfolio; at most MOST_NAMED are named."""
    tops = [TO_CONFIRM.find(asked) for asked in _asked_of(session, check)]
    named = sorted(chain.from_iterable(top.some for top in tops), key=_open_first)
    return Top(named[:MOST_NAMED], sum(top.count for top in tops))


def with_figures(
    session: Session, asked: Sequence[ToConfirm], now: datetime
) -> Sequence[ToConfirm]:
    """The same with the last reading of each, and when it is done by the line of its stream."""
    finished: dict[int, dict[int, Any]] = defaultdict(dict)
    return [_with_figures(session, each, now, finished[each.epic.portfolio_id]) for each in asked]


def _with_figures(
    session: Session, asked: ToConfirm, now: datetime, finished: dict[int, Any]
) -> ToConfirm:
    epic = asked.epic
    read = newest_reading(session, epic) if epic.indicator and epic.evidence_at else None
    ahead = ahead_of(session, epic, now, finished)
    finish = ahead.finish if ahead else None
    return asked._replace(
        reading=read.value if read else None,
        done_at=finish.most_at if isinstance(finish, FinishForecast) else None,
    )


def reviewed_about(session: Session, check: FactCheck) -> Top[OutcomeReview]:
    """What the person is asked of the outcomes of their epics, and has answered since."""
    tops = [reviewing.ASKED_OR_ANSWERED(asked) for asked in _asked_of(session, check)]
    named = sorted(chain.from_iterable(top.some for top in tops), key=_unanswered_first)
    return Top(named[:MOST_NAMED], sum(top.count for top in tops))


def left_out(session: Session, check: FactCheck) -> Sequence[LeftOut]:
    """The epics the person is not asked about, though they would be; the first to come back first.

    Of what changed since, or is another's by now, it is over.
    """
    rows = (
        select(LeftOut)
        .join(Epic, Epic.id == LeftOut.epic_id)
        .where(
            LeftOut.user_id == check.user_id,
            LeftOut.workspace_id == check.workspace_id,
            Epic.owner_user_id == check.user_id,
            visible_to(check.user_id),
            still_left_out(check.at),
        )
        .options(contains_eager(LeftOut.epic).joinedload(Epic.portfolio))
        .order_by(LeftOut.until, LeftOut.id)
    )
    return session.scalars(rows).all()


def epics_of(session: Session, check: FactCheck) -> Sequence[Epic]:
    """Those the person is asked about, and has not answered for."""
    asked = [each.epic for each in asked_about(session, check).some if not each.confirmed_at]
    reviews = [each.epic for each in reviewed_about(session, check).some if each.became is None]
    return list(dict.fromkeys([*asked, *reviews]))


def _asked_of(session: Session, check: FactCheck) -> Sequence[Asked]:
    """The same question in each portfolio that is live."""
    return [
        Asked(
            session=session,
            portfolio=portfolio,
            viewer=check.user_id,
            whose=check.user_id,
            at=check.at,
            now=check.at,
            since=check.at,
            few=MOST_NAMED,
        )
        for portfolio in portfolios(session, check.workspace_id)
        if portfolio.live_at is not None
    ]


def _unanswered_first(review: OutcomeReview) -> tuple[bool, date, int]:
    return review.became is not None, review.due_on, review.id


def _open_first(asked: ToConfirm) -> tuple[bool, datetime, int]:
    return asked.confirmed_at is not None, asked.epic.state_entered_at, asked.epic.id


def _to_confirm(asked: Asked) -> Top[ToConfirm]:
    """Those still open first."""
    pressed = select(func.max(Confirmation.at)).where(
        Confirmation.epic_id == Epic.id, Confirmation.at >= asked.since
    )
    read = select(func.max(Reading.at)).where(
        Reading.epic_id == Epic.id, Reading.at >= asked.since, Reading.struck_at.is_(None)
    )
    confirmed = func.coalesce(pressed.scalar_subquery(), read.scalar_subquery())
    rows = (
        select(Epic, confirmed, _is_unread(asked), func.count().over())
        .join(Epic.state)
        .where(
            Epic.portfolio_id == asked.portfolio.id,
            Epic.owner_user_id == asked.whose,
            State.committed,
            visible_to(asked.viewer),
            not_left_out(asked.whose or "", asked.now),
        )
        .options(joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking))
        .order_by(confirmed.is_not(None), Epic.state_entered_at, Epic.id)
        .limit(asked.few)
    )
    found = asked.session.execute(rows).all()
    some = [
        ToConfirm(epic, at, unread and epic.calls_late(asked.at)) for epic, at, unread, _ in found
    ]
    return Top(some, found[0][3] if found else 0)


def _is_unread(asked: Asked) -> ColumnElement[bool]:
    """Whether it names a figure that was not read for long, and nobody decided on it meanwhile."""
    since = asked.at - READ_WITHIN
    read = exists().where(
        Reading.epic_id == Epic.id,
        Reading.struck_at.is_(None),
        Reading.observed_on > asked.portfolio.day_of(since),
    )
    came_of_it = and_(Decision.closed_at > since, Decision.ending.not_in(UNDECIDED))
    decided = exists().where(
        Decision.epic_id == Epic.id, or_(Decision.ending.is_(None), came_of_it)
    )
    tested = exists().where(
        Transition.epic_id == Epic.id, Transition.phase == Phase.TESTING, Transition.at <= since
    )
    is_watched = and_(Epic.phase.is_not(None), Epic.indicator.is_not(None))
    return and_(is_watched, tested, ~read, ~decided)


TO_CONFIRM = Need("to_confirm", _to_confirm, in_home=False)
"""Epics in flight, asked about on Thursdays; each waits for its owner's word since then."""


def _slot_after(portfolio: Portfolio, at: datetime) -> datetime:
    return next_slot(at, THURSDAY, MINUTE_OF_DAY, ZoneInfo(portfolio.time_zone))


def _has_digests(session: Session, portfolio: Portfolio) -> bool:
    heard = select(Subscription.id).where(
        Subscription.portfolio_id == portfolio.id, Subscription.paused_at.is_(None)
    )
    return session.scalar(heard.limit(1)) is not None


def _owners(session: Session, portfolio: Portfolio, at: datetime) -> Sequence[str]:
    owners = (
        select(Epic.owner_user_id)
        .join(Epic.state)
        .where(
            Epic.portfolio_id == portfolio.id,
            Epic.owner_user_id.is_not(None),
            State.committed,
            not_left_out(Epic.owner_user_id, at),
        )
        .distinct()
        .order_by(Epic.owner_user_id)
    )
    return [owner for owner in session.scalars(owners) if owner]


def _ask(
    session: Session, portfolio: Portfolio, user_id: str, slot: datetime, at: datetime
) -> None:
    """Store the question and put its message, unless the person was asked this week."""
    week = week_of(slot.astimezone(ZoneInfo(portfolio.time_zone)).date())
    new = insert_into(session, FactCheck).values(
        workspace_id=portfolio.workspace_id, user_id=user_id, week=week, at=at
    )
    check_id = session.execute(new.on_conflict_do_nothing().returning(FactCheck.id)).scalar()
    if check_id is not None:
        post(session, portfolio.workspace_id, MessageKind.FACT_CHECK, check_id, user_id, at)
