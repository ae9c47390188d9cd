"""Looking again: owners are asked what became of their epics, and say so."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.epics.finding import epic_by_id
from bot.workflows.epics.moving import locked
from bot.workflows.epics.waiting import not_left_out
from bot.workflows.evidence.known import newest_reading
from bot.workflows.keeping import Act
from bot.workflows.needs import Asked, Need, Rows
from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_about, redraw_facts
from models.decisions.follow_up.outcome_review import (
    FOUR_WEEKS,
    TWELVE_WEEKS,
    Became,
    Occasion,
    OutcomeForm,
    OutcomeReview,
    asked_after_done,
    check_has_outcome,
    proposed,
)
from models.epics.epic import Epic, Transition
from models.epics.listing import found
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, State, StateKind

_A_DAY = timedelta(days=1)
LOADS = (
    joinedload(OutcomeReview.epic).joinedload(Epic.state),
    joinedload(OutcomeReview.epic).joinedload(Epic.value_stream),
)
REVIEWS = (
    select(OutcomeReview)
    .join(Epic, Epic.id == OutcomeReview.epic_id)
    .join(State, State.id == Epic.state_id)
    .where(State.kind != StateKind.STOPPED)
)


def _is_due(asked: Asked) -> ColumnElement[bool]:
    return OutcomeReview.due_on <= asked.portfolio.day_of(asked.now)


def _owned(user_id: str) -> ColumnElement[bool]:
    return Epic.owner_user_id == user_id


_RULE: dict[str, Any] = {
    "noun": OutcomeReview,
    "order": (OutcomeReview.due_on, OutcomeReview.id),
    "theirs": _owned,
    "loads": LOADS,
}
OUTCOME = Need(
    "outcomes", Rows(rows=REVIEWS.where(OutcomeReview.became.is_(None)), when=_is_due, **_RULE)
)
"""Epics of which it is asked what became of them; each waits for its owner."""

ASKED_OR_ANSWERED = Rows(
    rows=REVIEWS,
    when=lambda asked: or_(
        OutcomeReview.became.is_(None)
        & _is_due(asked)
        & not_left_out(asked.whose or "", asked.now),
        OutcomeReview.at >= asked.since,
    ),
    **_RULE,
)
"""The same, with what was answered since the question."""


def ask_about_done(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Have it asked what became of the epics that were done four or twelve weeks ago.

    Not of those that came in from a file as done, nor of those that name no figure.
    """
    assert portfolio.live_at is not None
    done = session.scalars(
        select(Epic)
        .join(State, State.id == Epic.state_id)
        .where(
            Epic.portfolio_id == portfolio.id,
            State.kind == StateKind.DONE,
            Epic.done_at <= at - FOUR_WEEKS + _A_DAY,
            Epic.done_at > at - TWELVE_WEEKS - FOUR_WEEKS - _A_DAY,
            Epic.done_at > portfolio.live_at,
            or_(Epic.imported_at.is_(None), Epic.done_at > Epic.imported_at),
            Epic.indicator != "",
        )
        .order_by(Epic.id)
    ).all()
    before = reviews_of(session, [epic.id for epic in done])
    for epic in done:
        assert epic.done_at is not None
        ask = asked_after_done(
            portfolio.day_of(epic.done_at), portfolio.day_of(at), before.get(epic.id, ())
        )
        if ask is not None:
            session.add(OutcomeReview.of(epic, *ask))
    session.flush()


def look_again(session: Session, epic: Epic, decision_id: int, on: date) -> None:
    """Have it asked on the day that a decision named."""
    session.add(OutcomeReview.of(epic, Occasion.DECISION, on, decision_id))
    session.flush()


def owners_asked(session: Session, portfolio: Portfolio, at: datetime) -> Sequence[str]:
    """Those for whom such a question waits."""
    rows = REVIEWS.where(
        Epic.portfolio_id == portfolio.id,
        Epic.owner_user_id.is_not(None),
        OutcomeReview.became.is_(None),
        OutcomeReview.due_on <= portfolio.day_of(at),
        not_left_out(Epic.owner_user_id, at),
    )
    owners = rows.with_only_columns(Epic.owner_user_id).distinct().order_by(Epic.owner_user_id)
    return [each for each in session.scalars(owners) if each]


def look(act: Act, epic_id: int) -> tuple[Epic, Became | None]:
    """An epic whose outcome the person may record, and what its last reading proposes.

    Raises NoOutcomeYet, NotAllowed and UnknownEpic.
    """
    epic = found(epic_by_id(act.session, act.workspace_id, epic_id, act.actor))
    _check(act, epic)
    return epic, proposal(act.session, epic)


def record(act: Act, epic_id: int, said: OutcomeForm) -> OutcomeReview:
    """Keep what became of the epic: it answers what is asked, or stands by itself.

    Raises NoOutcomeYet, NotAllowed and UnknownEpic.
    """
    session = act.session
    epic = locked(session, act.workspace_id, act.actor, epic_id)
    _check(act, epic)
    today = epic.portfolio.day_of(act.at)
    reviews = reviews_of(session, [epic.id]).get(epic.id, ())
    answered = [each for each in reviews if each.is_answered_by(said.became, today)]
    if not answered:
        answered = [OutcomeReview.of(epic, Occasion.UNASKED, today)]
        session.add_all(answered)
    for each in answered:
        each.answer(said, act.actor, act.at)
    session.flush()
    redraw_facts(session, epic, act.at)
    if not epic.restricted:  # who owned it then may not see it by now
        done = select(Transition.id).join(Transition.to_state)
        done = done.where(Transition.epic_id == epic.id, State.kind == StateKind.DONE)
        redraw_about(session, act.workspace_id, [MessageKind.MOVED], done, act.at)
    return answered[0]


def _check(act: Act, epic: Epic) -> None:
    check(act.session, act.actor, Right.CONFIRM, Place.of_epic(epic))
    today, reviews = epic.portfolio.day_of(act.at), reviews_of(act.session, [epic.id])
    if not any(each.is_due(today) for each in reviews.get(epic.id, ())):
        check_has_outcome(epic)


def proposal(session: Session, epic: Epic) -> Became | None:
    """What the last reading of its indicator says became of it."""
    return proposed(epic.baseline, epic.target, last_reading(session, epic))


def last_reading(session: Session, epic: Epic) -> Decimal | None:
    """Where its indicator was when it was read last; None where nobody has."""
    found = newest_reading(session, epic)
    return found.value if found is not None else None


def last_review(session: Session, epic: Epic) -> OutcomeReview | None:
    """What became of it, as it was said last."""
    return session.scalars(
        select(OutcomeReview)
        .where(OutcomeReview.epic_id == epic.id, OutcomeReview.became.is_not(None))
        .order_by(OutcomeReview.at.desc(), OutcomeReview.id.desc())
        .limit(1)
    ).first()


def reviews_of(session: Session, epic_ids: Sequence[int]) -> dict[int, Sequence[OutcomeReview]]:
    rows = (
        select(OutcomeReview)
        .where(OutcomeReview.epic_id.in_(epic_ids))
        .order_by(OutcomeReview.epic_id, OutcomeReview.id)
    )
    grouped = groupby(session.scalars(rows), key=lambda review: review.epic_id)
    return {epic_id: list(reviews) for epic_id, reviews in grouped}
