"""Counting a decision's ballots: the one of each elector that counts, and what they add up to."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from bot.workflows.permitting import departed
from models.decisions.ballots import counted
from models.decisions.decision import NOT_COUNTED, Decision
from models.decisions.tally import Tally
from models.decisions.thread import Objection
from models.decisions.votes import Ballot, BallotBox, Elector

TOLD = and_(Decision.closed_at.is_not(None), Decision.ending.not_in(NOT_COUNTED))
"""Of which decisions it is told who voted what; a `Decision` that is sealed is none of them."""


def last_ballots(session: Session, decision: Decision) -> Mapping[str, Ballot]:
    """The ballot of each elector that counts in this round, in the order of their first ones."""
    here = (Ballot.decision_id == decision.id, Ballot.round == decision.round)
    return counted(session.scalars(select(Ballot).where(*here)).all())


def count(session: Session, decision: Decision) -> tuple[Tally, int]:
    """What was voted in this round, and how many objections are left.

    Who left Slack without a vote is not waited for.
    """
    ballots = last_ballots(session, decision)
    silent = [each for each in decision.electorate if each not in ballots]
    left = departed(session, decision.workspace_id, silent)
    tally = decision.tally([each.choice for each in ballots.values()], len(left))
    return tally, session.scalar(_objections(decision.id)) or 0


def part_with_who_left(session: Session, decision: Decision, at: datetime) -> int:
    """Have nobody wait in a new round for who left Slack; gives how many electors are there."""
    gone = departed(session, decision.workspace_id, decision.electorate)
    here = (Elector.decision_id == decision.id, Elector.user_id.in_(gone))
    session.execute(update(Elector).where(*here, Elector.left_at.is_(None)).values(left_at=at))
    return len(decision.electorate) - len(gone)


def count_objections(session: Session, decision_id: int) -> int:
    """Note in the box how many objections stand; gives how many."""
    session.flush()
    stand = session.scalar(_objections(decision_id)) or 0
    box = BallotBox.decision_id == decision_id
    session.execute(update(BallotBox).where(box).values(objections=stand))
    return stand


def _objections(decision_id: int) -> Select[int]:
    return select(func.count(Objection.id)).where(standing(decision_id))


def standing(decision_id: int) -> ColumnElement[bool]:
    """Which objections keep it from passing."""
    return and_(
        Objection.decision_id == decision_id,
        Objection.withdrawn_at.is_(None),
        Objection.set_aside_at.is_(None),
    )
