"""Who leaves Slack while a vote waits for them: nobody waits any more, also where nobody told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, union
from sqlalchemy.orm import Session

from bot.workflows.decisions.closing import redraw_close
from bot.workflows.decisions.counting import last_ballots
from bot.workflows.people.departing import follows, is_away
from models.decisions.ballots import close_key
from models.decisions.decision import Decision, Way
from models.decisions.votes import Ballot, BallotBox, Elector
from models.people.member import Member
from models.work import put

ASKED_AGAIN_AFTER = timedelta(hours=1)


@follows
def wait_for_who_is_here(session: Session, workspace_id: int, user_id: str, at: datetime) -> None:
    """Where someone left Slack, no vote waits for them that they did not cast; once back, it does.

    Where they were the last, it closes as if theirs had been the last press.
    """
    is_gone = is_away(session, workspace_id, user_id)
    asked = (
        select(Decision)
        .join(Elector, Elector.decision_id == Decision.id)
        .where(
            Decision.workspace_id == workspace_id,
            Decision.way == Way.VOTE,
            Decision.closed_at.is_(None),
            Decision.tied_at.is_(None),
            Elector.user_id == user_id,
            Elector.left_at.is_(None) if is_gone else Elector.left_at.is_not(None),
        )
        .order_by(Decision.id)
        .with_for_update(of=Decision)
    )
    for decision in session.scalars(asked.execution_options(populate_existing=True)).all():
        has_voted = user_id in last_ballots(session, decision)
        if is_gone and has_voted:
            continue
        session.get_one(Elector, (decision.id, user_id)).left_at = at if is_gone else None
        box = session.get_one(BallotBox, decision.id, populate_existing=True)
        if is_gone:
            box.lose_one(at)
        else:
            box.regain_one(has_voted=has_voted)
        put(session, workspace_id, close_key(decision.id), decision.closing_at(box))
        redraw_close(session, decision, at)


def ask_soon(session: Session, workspace_id: int, at: datetime) -> None:
    """Have Slack asked whether those waited for have left, or are back, where it is to be asked.

    What it told of that is lost where nobody heard it.
    """
    if waited_for(session, workspace_id, at):
        put(session, workspace_id, f"members:{workspace_id}", at)


def waited_for(session: Session, workspace_id: int, at: datetime) -> Sequence[str]:
    """Those whom an open decision waits for and of whom Slack told nothing within the hour."""
    has_voted = exists().where(
        Ballot.decision_id == Decision.id,
        Ballot.user_id == Elector.user_id,
        Ballot.round == Decision.round,
    )
    here = (Decision.workspace_id == workspace_id, Decision.closed_at.is_(None))
    electors = (
        select(Elector.user_id)
        .join(Decision, Decision.id == Elector.decision_id)
        .where(*here, Decision.tied_at.is_(None), ~has_voted)
    )
    tie_breakers = select(Decision.tie_breaker).where(*here, Decision.tied_at.is_not(None))
    waits = union(electors, tie_breakers).subquery()
    rows = (
        select(waits.c.user_id)
        .outerjoin(
            Member, (Member.workspace_id == workspace_id) & (Member.user_id == waits.c.user_id)
        )
        .where(or_(Member.known_at.is_(None), Member.known_at <= at - ASKED_AGAIN_AFTER))
        .order_by(waits.c.user_id)
    )
    return [each for each in session.scalars(rows) if each is not None]
