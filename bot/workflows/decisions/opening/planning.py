"""Opening a decision on the next Monday at nine, so that nobody is asked too often."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.decisions.opening.opening import electors_for, found_open, open_decision
from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import post
from models.decisions.form import NOW, DecisionForm
from models.decisions.opening import (
    PlannedAlready,
    PlannedOpening,
    monday_after,
)
from models.decisions.question import Question, Subject
from models.errors import Mistake
from models.message import MessageKind
from models.people.role import SlackGroup
from models.work import put


def plan(
    act: Act,
    epic_id: int,
    form: DecisionForm,
    unfit: Collection[str] = (),
    *,
    question: Question,
    groups: Sequence[SlackGroup] = (),
    is_vote: bool = False,
) -> PlannedOpening:
    """Have it opened on the next Monday at nine, open for as many working days.

    Raises what opening does, and PlannedAlready.
    """
    session = act.session
    epic, _ = electors_for(act, epic_id, form, unfit, question, groups, is_vote=is_vote)
    portfolio = epic.portfolio
    if (before := found_open(session, Subject.EPIC, epic.id, question)) is not None:
        before.check_is_closed()
    planned = found_planned(session, epic.id, question)
    if planned is not None:
        raise PlannedAlready(epic.key, portfolio.day_of(planned.opens_at))
    opens_at = monday_after(portfolio, act.at)
    days = portfolio.calendar.days_until(portfolio.day_of(act.at), form.closes_on)
    members = [each for group in groups for each in group.user_ids]
    later = {
        "when": NOW,
        "people": tuple(dict.fromkeys([*form.people, *members])),
        "groups": (),
        "closes_on": portfolio.calendar.days_after(portfolio.day_of(opens_at), max(1, days)),
    }
    row = PlannedOpening(
        workspace_id=act.workspace_id,
        portfolio_id=portfolio.id,
        epic_id=epic.id,
        question=question,
        form=form.model_copy(update=later).model_dump(mode="json"),
        is_vote=is_vote,
        by_user_id=act.actor,
        at=act.at,
        opens_at=opens_at,
    )
    session.add(row)
    session.flush()
    put(session, act.workspace_id, open_key(row.id), opens_at)
    return row


def found_planned(session: Session, epic_id: int, question: Question) -> PlannedOpening | None:
    """What is planned to ask the same of the epic; a free question never asks the same."""
    if question is Question.FREE:
        return None
    waiting = select(PlannedOpening).where(
        PlannedOpening.epic_id == epic_id,
        PlannedOpening.question == question,
        PlannedOpening.failed.is_(None),
    )
    return session.scalars(waiting).first()


def open_key(planned_id: int) -> str:
    """The key of the work that opens what was planned."""
    return f"open:{planned_id}"


def open_due(session: Session, planned_id: int, now: datetime) -> None:
    """Open what was planned; what keeps it from being opened is told to who planned it."""
    row = session.get(PlannedOpening, planned_id, with_for_update=LOCK, populate_existing=True)
    if row is None or row.failed is not None:
        return
    act = Act(session, row.workspace_id, row.by_user_id, now)
    form = DecisionForm.model_validate(row.form)
    try:
        with session.begin_nested():
            open_decision(act, row.epic_id, form, question=row.question, is_vote=row.is_vote)
            session.delete(row)
            session.flush()
    except Mistake as mistake:
        row.failed = mistake.sentence
        here = row.workspace_id
        post(session, here, MessageKind.NOT_OPENED, row.id, row.by_user_id, now)
