"""The list of decisions: those of here and those of before, narrowed, page by page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
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
from sqlalchemy.sql.base import ExecutableOption

from bot.workflows.decisions.beside import may_take_back
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.keeping import Act
from bot.workflows.paging import page_of
from bot.workflows.seeing import portfolio_visible_to, visible_to
from models.decisions.decision import Decision, Ending
from models.decisions.opening import PlannedOpening
from models.decisions.register.listing import DecisionChoice
from models.decisions.register.past import PastDecision
from models.decisions.votes import Elector
from models.epics.epic import Epic
from models.errors import there
from models.fields import plain_key

PAGE_SIZE = 10
VOTERS_ON_A_PAGE = 40

Listed = Decision | PastDecision | PlannedOpening
OWN, PAST, PLANNED = "own", "past", "planned"

Column = InstrumentedAttribute[Any]
Words = Sequence[ColumnElement[Any] | Column]
Rows = Select[str, int, bool, datetime]
"""Which noun it is, its id, whether it is still to end, and the moment it is ordered by."""


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """A page of the list: the open ones first, then the newest."""

    decisions: Sequence[Listed]
    number: int
    pages: int
    total: int
    taken_back: Collection[int] = ()
    """Those that are planned and the viewer can take back, by their ids."""


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
    all_ = union_all(_own(act, choice), _past(act, choice), _planned(act, choice)).subquery()
    total = session.scalar(select(func.count()).select_from(all_)) or 0
    number, pages = page_of(page, total, PAGE_SIZE)
    order = (all_.c.is_open.desc(), all_.c.at.desc(), all_.c.noun, all_.c.id.desc())
    rows = session.execute(
        select(all_.c.noun, all_.c.id)
        .order_by(*order)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    found = _loaded(session, [tuple(row) for row in rows])
    planned = [each for each in found if isinstance(each, PlannedOpening)]
    theirs = {each.id for each in planned if act.actor in may_take_back(session, each)}
    return DecisionsPage(found, number, pages, total, theirs)


LOADED: Mapping[str, tuple[Any, Sequence[ExecutableOption]]] = {
    OWN: (
        Decision,
        (joinedload(Decision.box), joinedload(Decision.portfolio), joinedload(Decision.epic)),
    ),
    PAST: (PastDecision, (joinedload(PastDecision.portfolio), joinedload(PastDecision.epic))),
    PLANNED: (PlannedOpening, (joinedload(PlannedOpening.epic),)),
}
"""What is listed, each with what a line says of it."""


def _loaded(session: Session, rows: Sequence[tuple[str, int]]) -> Sequence[Listed]:
    """The decisions in that order."""
    found: dict[tuple[str, int], Listed] = {}
    for name, (noun, loads) in LOADED.items():
        ids = [id_ for is_of, id_ in rows if is_of == name]
        asked = select(noun).where(noun.id.in_(ids)).options(*loads)
        found |= {(name, each.id): each for each in session.scalars(asked)} if ids else {}
    return [found[row] for row in rows]


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
        literal(OWN).label("noun"),
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
        literal(PAST).label("noun"),
        PastDecision.id.label("id"),
        literal(value=False).label("is_open"),
        PastDecision.closed_at.label("at"),
    )
    theirs = Epic.owner_user_id == act.actor
    which = true() if choice.which in ("all", "decided", "before") else false()
    return rows.where(which, *_narrowed(choice, PastDecision.portfolio_id, theirs, words))


def _planned(act: Act, choice: DecisionChoice) -> Rows:
    """What waits for its Monday stands among what is open."""
    words = (cast(PlannedOpening.form["asks"].as_string(), Text), Epic.key, Epic.title)
    rows = _seen(act, PlannedOpening).with_only_columns(
        literal(PLANNED).label("noun"),
        PlannedOpening.id.label("id"),
        literal(value=True).label("is_open"),
        PlannedOpening.opens_at.label("at"),
    )
    theirs = or_(PlannedOpening.by_user_id == act.actor, Epic.owner_user_id == act.actor)
    is_meant = choice.which in ("all", "open")
    which = PlannedOpening.failed.is_(None) if is_meant else false()
    return rows.where(which, *_narrowed(choice, PlannedOpening.portfolio_id, theirs, words))


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
    words: Words,
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
