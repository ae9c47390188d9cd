"""What is known of an epic's effect as of a moment, and the list of all its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.paging import page_of
from models.budgets.spend import Actual
from models.epics.epic import Epic, Transition
from models.evidence.items import Item, Observation, Reading, Stance, today_of
from models.evidence.known import (
    MOST_READ,
    MOST_SAID,
    Evidence,
    point_of,
    said_of,
)
from models.portfolio.policy import FRESH_DAYS
from models.portfolio.portfolio import Phase

PAGE_SIZE = 8

EPIC: ColumnElement[int] = bindparam("epic_id", type_=Reading.epic_id.type)
AT: ColumnElement[datetime] = bindparam("at", type_=Reading.at.type)


def stood(item: type[Reading] | type[Observation]) -> ColumnElement[bool]:
    """Whether it was there at the moment, and not struck out by then."""
    return and_(item.at <= AT, or_(item.struck_at.is_(None), item.struck_at > AT))


LAST_READ = (
    select(Reading)
    .where(Reading.epic_id == EPIC, stood(Reading))
    .order_by(Reading.observed_on.desc(), Reading.id.desc())
    .limit(MOST_READ)
)
LAST_SAID = (
    select(
        Observation,
        func.count().filter(Observation.stance == Stance.FOR).over(),
        func.count().filter(Observation.stance == Stance.AGAINST).over(),
        func.count()
        .filter(Observation.observed_on < bindparam("fresh_from", type_=Reading.observed_on.type))
        .over(),
    )
    .where(Observation.epic_id == EPIC, stood(Observation))
    .order_by(Observation.observed_on.desc(), Observation.id.desc())
    .limit(MOST_SAID)
)
"""Built once, because every card of an epic with evidence asks them."""

SPENT = select(func.sum(Actual.amount_minor)).where(Actual.epic_id == EPIC, Actual.at <= AT)

TESTED_FIRST = select(func.min(Transition.at)).where(
    Transition.epic_id == EPIC, Transition.phase == Phase.TESTING
)


def case_evidence(session: Session, epic: Epic, at: datetime) -> Evidence:
    """What was known at the moment: frozen with a decision's case, and shown on the card.

    Asked for the moment of a vote, it is what who voted could see.
    """
    today = today_of(epic, at)
    asked = {"epic_id": epic.id, "at": at, "fresh_from": today - timedelta(days=FRESH_DAYS)}
    has_any = epic.evidence_at is not None
    is_asked = epic.committed_at is not None and (has_any or bool(epic.kill_threshold))
    tested_on = first_tested_on(session, epic) if is_asked else None
    spent = session.scalar(SPENT, {"epic_id": epic.id, "at": at})
    has = {"tested_on": tested_on, "spent_minor": None if spent is None else int(spent)}
    if not has_any:
        return Evidence(today=today, **has)
    readings = session.scalars(LAST_READ, asked).all()
    said = session.execute(LAST_SAID, asked).all()
    items: list[Item] = [*readings[:1], *(row[0] for row in said[:1])]
    speaks_for, speaks_against, old = said[0][1:] if said else (0, 0, 0)
    return Evidence(
        today=today,
        readings=tuple(point_of(each) for each in reversed(readings)),
        speaks_for=speaks_for,
        speaks_against=speaks_against,
        old=old,
        newest_on=max((each.observed_on for each in items), default=None),
        said=tuple(said_of(row[0]) for row in said),
        **has,
    )


def first_tested_on(session: Session, epic: Epic) -> date | None:
    """The first day its MVP was tested, by the portfolio's calendar; None where it never was."""
    first = session.scalar(TESTED_FIRST, {"epic_id": epic.id})
    return None if first is None else today_of(epic, first)


def newest_reading(session: Session, epic: Epic) -> Reading | None:
    """The newest reading that stands now."""
    stands = select(Reading).where(Reading.epic_id == epic.id, Reading.struck_at.is_(None))
    newest = stands.order_by(Reading.observed_on.desc(), Reading.id.desc()).limit(1)
    return session.scalars(newest).first()


@dataclass(frozen=True, slots=True)
class Movement:
    """Where the indicator of an epic was read again, and where it was before."""

    epic: Epic
    value: Decimal
    before: Decimal | None
    """None where it had not been read before."""


def movements(
    session: Session, epics: ColumnElement[bool], since: datetime, until: datetime, limit: int
) -> Sequence[Movement]:
    """Of such epics those that were read again in `(since, until]`, the last of them first."""
    anew = (
        select(Reading.epic_id)
        .join(Epic, Epic.id == Reading.epic_id)
        .where(epics, Reading.at > since, Reading.at <= until, Reading.struck_at.is_(None))
        .group_by(Reading.epic_id)
        .order_by(func.max(Reading.at).desc(), Reading.epic_id)
        .limit(limit)
    )
    return [
        Movement(session.get_one(Epic, epic_id), now.value, before.value if before else None)
        for epic_id in session.scalars(anew).all()
        if (now := _read_by(session, epic_id, until)) is not None
        for before in [_read_by(session, epic_id, since)]
    ]


def _read_by(session: Session, epic_id: int, at: datetime) -> Reading | None:
    return session.scalars(LAST_READ, {"epic_id": epic_id, "at": at}).first()


@dataclass(frozen=True, slots=True)
class EvidenceSheet:
    """All evidence of an epic, struck out or not: a page of it, the newest first."""

    epic: Epic
    known: Evidence
    items: Sequence[Reading | Observation]
    number: int
    pages: int
    total: int
    struck: int


def evidence_sheet(session: Session, epic: Epic, at: datetime, number: int) -> EvidenceSheet:
    """A page of the epic's evidence."""
    items = [
        *session.scalars(select(Reading).where(Reading.epic_id == epic.id)),
        *session.scalars(select(Observation).where(Observation.epic_id == epic.id)),
    ]
    items.sort(key=lambda each: (each.observed_on, each.at, each.id), reverse=True)
    number, pages = page_of(number, len(items), PAGE_SIZE)
    start = (number - 1) * PAGE_SIZE
    return EvidenceSheet(
        epic,
        case_evidence(session, epic, at),
        items[start : start + PAGE_SIZE],
        number,
        pages,
        len(items),
        sum(each.struck_at is not None for each in items),
    )
