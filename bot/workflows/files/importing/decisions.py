"""Bringing decisions of before in: as they stood, naming no member, and none twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.workflows.files.importing.parts import ROWS_AT_ONCE, Part, Parts
from bot.workflows.keeping import lock_books
from models.audit.trail import note
from models.decisions.register.past import PastDecision
from models.epics.epic import Epic
from models.files.matching import GoodRow
from models.files.plans.decisions import DecisionPlan, KnownEpic, plan_of_decisions
from models.portfolio.portfolio import Portfolio

Row = dict[str, Any]
PAST = PastDecision.metadata.tables[PastDecision.__tablename__]


def plan_decisions(
    session: Session,
    portfolio: Portfolio | None,
    decisions: Sequence[GoodRow],
    votes: Sequence[GoodRow],
) -> DecisionPlan:
    """Work out what the rows come to in the portfolio, None where it is yet to be made."""
    if portfolio is None:
        return plan_of_decisions(decisions, votes)
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


def parts_of(plan: DecisionPlan, most: int = ROWS_AT_ONCE) -> Parts[Row]:
    """What the plan adds, in parts."""
    return Parts(plan.rows, "decision", most)


def load_decisions(
    session: Session,
    portfolio: Portfolio,
    plan: DecisionPlan,
    part: Part[Row],
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Add what of the part is not there; with the last, link what came in before its epic did.

    How many were added. Two imports at once wait for each other, and bring nothing in twice. The
    audit log tells of each part as one event, with `about`.
    """
    lock_books(session, portfolio)
    there = _there(session, portfolio, part.items)
    here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
    new = [
        {**row, **here, "imported_at": at}
        for row in part.items
        if (row["source"], row["source_id"]) not in there
    ]
    if new:
        session.execute(insert(PAST), new)
    links = plan.links if part.is_last else {}
    for (source, id_), epic_id in links.items():
        same = (PAST.c.portfolio_id == portfolio.id, PAST.c.source == source)
        session.execute(update(PAST).where(*same, PAST.c.source_id == id_).values(epic_id=epic_id))
    linked = {"linked": len(links)} if links else {}
    noted = {"past_decisions": len(new), **linked, **about, **part.noted}
    note(session, here["workspace_id"], "imports", portfolio.id, noted, portfolio_id=portfolio.id)
    return len(new)


def _there(session: Session, portfolio: Portfolio, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """Which of them are stored, by source and id."""
    asked = select(PastDecision.source, PastDecision.source_id).where(
        PastDecision.portfolio_id == portfolio.id,
        PastDecision.source_id.in_([row["source_id"] for row in rows]),
    )
    return {(source, id_) for source, id_ in session.execute(asked)}
