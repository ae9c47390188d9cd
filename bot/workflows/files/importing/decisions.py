"""Bringing decisions of before in: as they stood, naming no member, and none twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from models.audit.trail import note
from models.decisions.register.past import PastDecision
from models.epics.epic import Epic
from models.files.matching import GoodRow
from models.files.plans.decisions import DecisionPlan, KnownEpic, plan_of_decisions
from models.portfolio.portfolio import Portfolio

PAST = PastDecision.metadata.tables[PastDecision.__tablename__]


def plan_decisions(
    session: Session, portfolio: Portfolio, decisions: Sequence[GoodRow], votes: Sequence[GoodRow]
) -> DecisionPlan:
    """Work out what the rows come to in the portfolio, which is held until the end.

    Two imports at once would else bring the same in twice.
    """
    session.scalar(select(Portfolio.id).where(Portfolio.id == portfolio.id).with_for_update())
    there = select(PastDecision.source, PastDecision.source_id, PastDecision.epic_id)
    known = session.execute(there.where(PastDecision.portfolio_id == portfolio.id))
    epics = select(Epic.id, Epic.key, Epic.source, Epic.source_id)
    named = session.execute(epics.where(Epic.portfolio_id == portfolio.id))
    return plan_of_decisions(
        decisions,
        votes,
        {(source, id_): epic_id for source, id_, epic_id in known},
        (KnownEpic(*row) for row in named),
    )


def load_decisions(
    session: Session,
    portfolio: Portfolio,
    plan: DecisionPlan,
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Add what the plan says, and link what came in before its epic did.

    The audit log tells of it as one event, with `about`.
    """
    here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
    rows = [{**row, **here, "imported_at": at} for row in plan.rows]
    if rows:
        session.execute(insert(PAST), rows)
    for (source, id_), epic_id in plan.links.items():
        same = (PAST.c.portfolio_id == portfolio.id, PAST.c.source == source)
        session.execute(update(PAST).where(*same, PAST.c.source_id == id_).values(epic_id=epic_id))
    linked = {"linked": len(plan.links)} if plan.links else {}
    told = {"past_decisions": len(rows), **linked, **about}
    note(session, here["workspace_id"], "imports", portfolio.id, told, portfolio_id=portfolio.id)
