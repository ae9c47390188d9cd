"""What is behind the figures of governance: outcomes, decisions, money and milestones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import aliased

from bot.workflows.flow import governance
from bot.workflows.flow.explaining.behind import Asked, Behind, Item, Opens
from bot.workflows.projects.slips import plan_of, running
from models.board.content import FrozenOutcomes, OnTheirDates
from models.board.governance import Ended
from models.budgets.shift import Shift
from models.calendar import days_between
from models.decisions.decision import Way
from models.decisions.follow_up.outcome_review import Became
from models.epics.epic import Epic, Transition
from models.portfolio.portfolio import ValueStream
from models.projects.project import Milestone, Project


@dataclass(frozen=True, slots=True)
class Known:
    """What became of an epic, and when that was said."""

    became: Became
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What of a decision counts."""

    is_vote: bool
    newly: bool = False
    """Whether it closed in the stretch told of, or in the last 13 weeks."""
    closed_at: datetime | None = None
    """None of one that is open."""
    days: int = 0
    """Working days from opening to close; of one that is open, days since it was opened."""
    ended: Ended | None = None
    """What else is counted of it, where someone looks alone."""


class Money(StrEnum):
    """What became of money."""

    MOVED = "moved without a vote"
    APPROVED = "moved with approval"
    ASKED = "asked"
    RETURNED = "returned by a stop"
    OVERSPENT = "overspent"


@dataclass(frozen=True, slots=True)
class Sum:
    """So much of it, in minor units."""

    what: Money
    minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A milestone: when it was agreed, and how many days it is behind that, or was."""

    agreed_on: date
    days_late: int
    has_come: bool


def outcomes(asked: Asked) -> Behind:
    """The epics of which it is known what became of them, as it was last said."""
    known = governance.outcomes_known(asked.until, _epics(asked))
    said = known.order_by(None).subquery()
    counts = select(said.c.became, func.count()).group_by(said.c.became)
    counted = Counter({became: count for became, count in asked.session.execute(counts)})
    n, not_measured = counted.total(), counted[Became.NOT_MEASURED]
    found = FrozenOutcomes(
        reached=counted[Became.REACHED], recorded=n - not_measured, not_measured=not_measured
    )

    def some(first: int, end: int) -> Sequence[Item]:
        rows = asked.session.execute(known.offset(first).limit(end - first))
        return [
            Item(Opens.EPIC, id_, key, title, Known(became, at))
            for id_, key, title, became, at in rows
        ]

    return Behind(n, some, asked.content.outcomes if asked.content else found)


def _epics(asked: Asked) -> ColumnElement[bool]:
    """Those in the scope then: that everybody may see, or who looks."""
    if asked.look is None:
        return asked.scope.epics_at(asked.until)
    return and_(asked.scope.inside_at(asked.until), asked.look.seen)


def decisions(asked: Asked) -> Behind:
    """Those that are open, and those that ended in the weeks that are counted."""
    session, scope, until = asked.session, asked.scope, asked.until
    counts: Any
    if asked.look is None:
        rows = governance.decisions_behind(session, scope, asked.since, until)
        counts = asked.content.decisions if asked.content else None
        counts = counts or governance.frozen_decisions(session, scope, asked.since, until)
    else:
        rows = governance.decisions_taken(session, scope, until, asked.look.seen)
        counts = governance.governance_at(session, scope, until, asked.look.seen)

    def some(first: int, end: int) -> Sequence[Item]:
        return [
            Item(Opens.DECISION, row.id, row.key, _asked_of(row), _taken(asked, row))
            for row in rows[first:end]
        ]

    return Behind(len(rows), some, counts)


def _asked_of(row: Row[Any]) -> str:
    """What it asks, and about what: "PAY-12 · Go for the MVP?"."""
    return f"{row.frozen_case['key']} · {row.asks}"


def _taken(asked: Asked, row: Row[Any]) -> Taken:
    is_vote = row.way is Way.VOTE
    if governance.is_open(row, asked.until):
        return Taken(is_vote=is_vote, days=days_between(row.opened_at, asked.until, asked.zone))
    days = governance.working_days(asked.scope, row)
    closed = {"is_vote": is_vote, "closed_at": row.closed_at, "days": days}
    if asked.look is None:
        return Taken(**closed, newly=row.closed_at > asked.since)
    middle = governance.quarter_began(asked.scope, asked.until)
    ended = governance.ended_of(asked.scope, row, middle)
    return Taken(**closed, newly=ended.is_lately, ended=ended)


def money(asked: Asked) -> Behind:
    """What moved and what was asked for; of a digest also what came back and was overspent."""
    session, scope, since, until = asked.session, asked.scope, asked.since, asked.until
    counts: Any
    if asked.look is not None:
        rows = _shifts(asked, governance.moved_lately(scope, until))
        counts = governance.governance_at(session, scope, until, asked.look.seen)
    else:
        rows = [
            *_shifts(asked, governance.moved_alone(scope, since, until)),
            *_shifts(asked, governance.asked_at(scope, until)),
            *_returned(asked),
        ]
        rows.sort(key=lambda each: (each.fact.at, each.opens, each.id))
        rows += [
            Item(Opens.STREAM, each.id, "", each.name, Sum(Money.OVERSPENT, -available, until))
            for each, available in governance.overspent(session, scope, until)
        ]
        counts = asked.content.money if asked.content else None
        counts = counts or governance.frozen_money(session, scope, since, until)
    return Behind(len(rows), lambda first, end: rows[first:end], counts)


def _shifts(asked: Asked, which: ColumnElement[bool]) -> list[Item]:
    giver, taker = aliased(ValueStream), aliased(ValueStream)
    rows = (
        select(
            Shift.id,
            Shift.amount_minor,
            Shift.asked_at,
            Shift.ended_at,
            giver.name,
            taker.name,
            governance.ASKED_NOBODY,
        )
        .join(giver, giver.id == Shift.from_stream_id)
        .join(taker, taker.id == Shift.to_stream_id)
        .where(which)
        .order_by(Shift.ended_at, Shift.id)
    )
    found = []
    for id_, minor, asked_at, ended_at, from_, to, asked_nobody in asked.session.execute(rows):
        if ended_at is None or ended_at > asked.until:
            fact = Sum(Money.ASKED, minor, asked_at)
        else:
            fact = Sum(Money.MOVED if asked_nobody else Money.APPROVED, minor, ended_at)
        found.append(Item(Opens.SHIFT, id_, "", f"{from_} to {to}", fact))
    return found


def _returned(asked: Asked) -> list[Item]:
    rows = (
        select(Epic.id, Epic.key, Epic.title, Transition.released_minor, Transition.at)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(governance.gave_back(asked.scope, asked.since, asked.until))
    )
    return [
        Item(Opens.EPIC, id_, key, title, Sum(Money.RETURNED, minor or 0, at))
        for id_, key, title, minor, at in asked.session.execute(rows)
    ]


def milestones(asked: Asked) -> Behind:
    """Those of running projects that were agreed, as the plans have them now."""
    portfolio, today = asked.scope.portfolio, asked.scope.portfolio.day_of(asked.at)
    projects = running(portfolio.id, asked.scope.stream_id)
    plan = plan_of(asked.session, projects, today)
    ids = projects.with_only_columns(Project.id).order_by(None)
    agreed = (
        select(Milestone, Project)
        .join(Project, Project.id == Milestone.project_id)
        .where(Milestone.baseline_on.is_not(None), Milestone.project_id.in_(ids))
        .order_by(Milestone.baseline_on, Milestone.id)
    )

    def some(first: int, end: int) -> Sequence[Item]:
        return [
            Item(Opens.PROJECT, project.id, project.code, each.name, _due(each, today))
            for each, project in asked.session.execute(agreed.offset(first).limit(end - first))
        ]

    counts = OnTheirDates(on_date=plan.on_their_date, agreed=plan.agreed)
    return Behind(plan.agreed, some, asked.content.milestones if asked.content else counts)


def _due(milestone: Milestone, today: date) -> Due:
    assert milestone.baseline_on is not None
    late = max(0, milestone.slip_days(today) or 0)
    return Due(milestone.baseline_on, late, milestone.actual_on is not None)
