"""The list of decisions: those of here and those of before, narrowed, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from bot.workflows.decisions.voting import COMMAND
from bot.workflows.keeping import Act
from bot.workflows.paging import page_of
from bot.workflows.seeing import portfolio_visible_to, visible_to
from models.decisions.decision import Decision, Ending
from models.decisions.register.listing import DecisionChoice
from models.decisions.register.past import PastDecision
from models.decisions.votes import Elector
from models.epics.epic import Epic
from models.errors import there
from models.fields import plain_key

PAGE_SIZE = 10
VOTERS_ON_A_PAGE = 40

Listed = Decision | PastDecision

Column = InstrumentedAttribute[Any]
Rows = Select[bool, int, bool, datetime]
"""Whether it is one of before, its id, whether it is open, and the moment it is ordered by."""


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """A page of the list: the open ones first, then the newest."""

    decisions: Sequence[Listed]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class PastPage:
    """A decision of before, and some of who chose what, by their names in the source."""

    decision: PastDecision
    chosen: Sequence[tuple[str, str]]
    number: int
    pages: int
    total: int


def decisions_page(act: Act, choice: DecisionChoice, page: int) -> DecisionsPage:
    """A page of what the choice leaves of what the person may see; past the end it is the last."""
    session = act.session
    both = union_all(_own(act, choice), _past(act, choice)).subquery()
    total = session.scalar(select(func.count()).select_from(both)) or 0
    number, pages = page_of(page, total, PAGE_SIZE)
    order = (both.c.is_open.desc(), both.c.at.desc(), both.c.is_past, both.c.id.desc())
    rows = session.execute(
        select(both.c.is_past, both.c.id)
        .order_by(*order)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return DecisionsPage(_loaded(session, [tuple(row) for row in rows]), number, pages, total)


def _loaded(session: Session, rows: Sequence[tuple[bool, int]]) -> Sequence[Listed]:
    """The decisions in that order, each with what a line says of it."""
    own = select(Decision).where(Decision.id.in_([id_ for past, id_ in rows if not past]))
    own = own.options(
        joinedload(Decision.box), joinedload(Decision.portfolio), joinedload(Decision.epic)
    )
    past = select(PastDecision).where(PastDecision.id.in_([id_ for past, id_ in rows if past]))
    past = past.options(joinedload(PastDecision.portfolio), joinedload(PastDecision.epic))
    found: dict[tuple[bool, int], Listed] = {(False, d.id): d for d in session.scalars(own)}
    found |= {(True, d.id): d for d in session.scalars(past)}
    return [found[bool(is_past), id_] for is_past, id_ in rows]


def _own(act: Act, choice: DecisionChoice) -> Rows:
    asked = exists().where(Elector.decision_id == Decision.id, Elector.user_id == act.actor)
    theirs = or_(asked, Decision.opened_by == act.actor, Epic.owner_user_id == act.actor)
    words = (Decision.key, Decision.asks, Decision.because, Epic.key, Epic.title)
    is_open = Decision.closed_at.is_(None)
    which: dict[str, ColumnElement[bool]] = {
        "all": true(),
        "open": is_open,
        "decided": Decision.ending == Ending.DECIDED,
        "undecided": and_(~is_open, Decision.ending != Ending.DECIDED),
        "before": false(),
    }
    rows = _seen(act, Decision).with_only_columns(
        literal(value=False).label("is_past"),
        Decision.id.label("id"),
        is_open.label("is_open"),
        func.coalesce(Decision.closed_at, Decision.opened_at).label("at"),
    )
    narrowed = _narrowed(choice, Decision.portfolio_id, theirs, words)
    return rows.where(which[choice.which], *narrowed)


def _past(act: Act, choice: DecisionChoice) -> Rows:
    words = (
        PastDecision.source_id,
        PastDecision.title,
        PastDecision.question,
        PastDecision.item,
        PastDecision.outcome,
        Epic.key,
        Epic.title,
    )
    rows = _seen(act, PastDecision).with_only_columns(
        literal(value=True).label("is_past"),
        PastDecision.id.label("id"),
        literal(value=False).label("is_open"),
        PastDecision.closed_at.label("at"),
    )
    theirs = Epic.owner_user_id == act.actor
    which = true() if choice.which in ("all", "decided", "before") else false()
    return rows.where(which, *_narrowed(choice, PastDecision.portfolio_id, theirs, words))


def _seen(act: Act, noun: type[Listed]) -> Select[Any]:
    """Those that the person may see: what is about an epic, where they may see that one."""
    of_none = and_(noun.epic_id.is_(None), portfolio_visible_to(act.actor, noun.portfolio_id))
    rows = select(noun).outerjoin(Epic, Epic.id == noun.epic_id)
    return rows.where(noun.workspace_id == act.workspace_id, or_(of_none, visible_to(act.actor)))


def past_page(act: Act, past_id: int, page: int) -> PastPage:
    """One decision of before, and a page of who chose what. Raises Gone."""
    seen = _seen(act, PastDecision).where(PastDecision.id == past_id)
    decision = there(act.session.scalars(seen).first(), COMMAND)
    chosen = sorted((decision.choices or {}).items())
    number, pages = page_of(page, len(chosen), VOTERS_ON_A_PAGE)
    first = (number - 1) * VOTERS_ON_A_PAGE
    shown = chosen[first : first + VOTERS_ON_A_PAGE]
    return PastPage(decision, shown, number, pages, len(chosen))


def past_by_id(act: Act, source_id: str) -> PastDecision | None:
    """The one that its source calls so, however it is capitalised; of several the newest."""
    called = func.lower(PastDecision.source_id) == source_id.lower()
    rows = _seen(act, PastDecision).where(called)
    return act.session.scalars(rows.order_by(PastDecision.closed_at.desc()).limit(1)).first()


def _narrowed(
    choice: DecisionChoice,
    portfolio_id: Column,
    theirs: ColumnElement[bool],
    words: Sequence[Column],
) -> Iterator[ColumnElement[bool]]:
    if choice.mine:
        yield theirs
    if choice.portfolio_id is not None:
        yield portfolio_id == choice.portfolio_id
    if choice.stream_id is not None:
        yield Epic.value_stream_id == choice.stream_id
    if choice.epic_id is not None:
        yield Epic.id == choice.epic_id
    for word in choice.text.split():
        yield or_(*(column.icontains(plain_key(word), autoescape=True) for column in words))
