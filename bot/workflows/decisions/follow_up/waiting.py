"""What was decided and waits: for a place, an answer, or money; and trying it again."""

from sqlalchemy import ColumnElement, and_, exists, or_, select, type_coerce
from sqlalchemy.orm import joinedload

from bot.workflows.decisions.beside import seen_decision
from bot.workflows.decisions.closing import redraw
from bot.workflows.decisions.effects import take_effect
from bot.workflows.keeping import Act
from bot.workflows.needs import Need, Rows
from bot.workflows.permitting import Place, check
from bot.workflows.seeing import decision_visible_to
from models.decisions.decision import NOT_COUNTED, Decision, NothingWaits
from models.epics.epic import Epic, Transition
from models.people.role import Right

HAS_MOVED = exists().where(Transition.epic_id == Epic.id, Transition.at > Decision.closed_at)


def _owned(user_id: str) -> ColumnElement[bool]:
    return Epic.owner_user_id == user_id


DECIDED = Need(
    "decided",
    Rows(
        noun=Decision,
        rows=select(Decision)
        .join(Epic, Epic.id == Decision.epic_id)
        .where(Decision.waiting_for.is_not(None), ~HAS_MOVED),
        order=(Decision.closed_at, Decision.id),
        since=type_coerce(Decision.closed_at, Decision.opened_at.type),
        theirs=_owned,
        loads=(joinedload(Decision.epic), joinedload(Decision.portfolio)),
    ),
)
"""Decisions that could not be done when they closed; each waits for who owns the epic. One whose
epic has moved since waits no more."""


CLOSED = Need(
    "closed",
    Rows(
        noun=Decision,
        rows=select(Decision)
        .outerjoin(Epic, Epic.id == Decision.epic_id)
        .where(
            Decision.ending.is_not(None),
            Decision.ending.not_in(NOT_COUNTED),
            or_(Decision.waiting_for.is_(None), HAS_MOVED),
        ),
        order=(Decision.closed_at, Decision.id),
        when=lambda asked: and_(
            Decision.closed_at > asked.since, Decision.closed_at <= asked.until
        ),
        loads=(joinedload(Decision.epic), joinedload(Decision.portfolio)),
        in_portfolio=lambda portfolio_id: Decision.portfolio_id == portfolio_id,
        seen=decision_visible_to,
    ),
    in_home=False,
)
"""What was decided within what a digest tells of, and does not wait; what was withdrawn or asked
again is left out."""


def try_again(act: Act, decision_id: int) -> Decision:
    """Do what was decided, where it can be done by now. Raises Gone, NothingWaits, NotAllowed."""
    decision = seen_decision(act, decision_id, lock=True)
    if decision.epic is None:  # what is about none never waits
        raise NothingWaits(decision.key)
    check(act.session, act.actor, Right.DECIDE, Place.of_epic(decision.epic))
    if decision.waiting_for is None:
        raise NothingWaits(decision.key)
    take_effect(act.session, decision, act.at)
    redraw(act.session, decision, act.at)
    return decision
