"""The audit log as people ask for it: what each act changed, and the rows that it names."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from bot.workflows import seeing
from bot.workflows.audit.labels import NOUNS, noun_of, refers_to
from bot.workflows.permitting import Place, check, may
from bot.workflows.seeing import visible_to
from models.audit.audit import AuditEvent
from models.base import Base
from models.epics.epic import Epic
from models.fields import plain_key
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Project, ProjectShare

Events = Select[*tuple[Any, ...]]
"""Events that are asked for, each with all that it tells."""

Subject = tuple[str, str]
"""A table, and the id of a row of it."""

PAGE = 30
"""Events on a page."""

NAMES_OTHERS = "handovers"
"""A noun that names epics in words, and not by their number."""


@dataclass(frozen=True, slots=True)
class Query:
    """What of the log is asked for: of one epic, or of all with a person or a word in it.

    `before` is the number up to which it was seen; without it the newest are meant.
    """

    epic_id: int | None = None
    person: str | None = None
    word: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one row."""

    verb: str
    noun: str
    subject_id: str
    portfolio_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def subject(self) -> Subject:
        """The row it is of, or the one that a note is about."""
        return noun_of(self.noun).of or self.noun, self.subject_id


@dataclass(frozen=True, slots=True)
class Change:
    """What one act changed of one epic, or of one row that is of none."""

    at: datetime
    actor: str | None
    source: str
    epic_id: int | None
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some changes, the newest first; `older` is where the next page begins, None at the end."""

    query: Query
    epic: Epic | None
    changes: Sequence[Change]
    rows: Mapping[Subject, Mapping[str, Any]]
    """What is known of each row that is named, also of those that are gone."""
    time_zone: str
    older: int | None


def log_of_epic(session: Session, epic: Epic, query: Query) -> LogPage:
    """Who changed what about the epic, which the asker may see."""
    asked = replace(query, epic_id=epic.id)
    rows = _events(epic.workspace_id).where(AuditEvent.epic_id == epic.id)
    return _page(session, epic.workspace_id, rows, asked, epic, epic.portfolio.time_zone)


def log_of_all(session: Session, workspace_id: int, viewer: str, query: Query) -> LogPage:
    """Who changed what in the portfolios whose log the viewer may read. Raises NotAllowed."""
    portfolios = readable(session, workspace_id, viewer)
    rows = _events(workspace_id).where(readable_by(viewer, [each.id for each in portfolios]))
    if query.person:
        rows = rows.where(AuditEvent.actor == query.person)
    if query.word:
        of_projects = _about_projects(session, workspace_id, query.word)
        rows = rows.where(or_(_mentions(query.word, viewer), *of_projects))
    zone = portfolios[0].time_zone if portfolios else "UTC"
    return _page(session, workspace_id, rows, query, None, zone)


def names_project(session: Session, workspace_id: int, viewer: str, code: str) -> bool:
    seen = [each.id for each in seeing.portfolios(session, workspace_id, viewer)]
    row = _coded(workspace_id, code).where(Project.portfolio_id.in_(seen))
    return session.scalar(row.limit(1)) is not None


def readable(session: Session, workspace_id: int, viewer: str) -> Sequence[Portfolio]:
    """The portfolios whose whole log the viewer may read. Raises NotAllowed where there is none."""
    portfolios = seeing.portfolios(session, workspace_id, viewer)
    places = [Place.of_portfolio(each) for each in portfolios] or [Place(workspace_id)]
    if not any(may(session, viewer, Right.READ_AUDIT, place) for place in places):
        check(session, viewer, Right.READ_AUDIT, places[0])
    return [
        each
        for each in portfolios
        if may(session, viewer, Right.READ_AUDIT, Place.of_portfolio(each))
    ]


def readable_by(viewer: str | None, portfolio_ids: Iterable[int]) -> ColumnElement[bool]:
    """The events of the portfolios and of the workspace, but for epics the viewer may not see."""
    return and_(
        or_(AuditEvent.portfolio_id.is_(None), AuditEvent.portfolio_id.in_(list(portfolio_ids))),
        about_seen(visible_to(viewer)),
    )


def about_seen(seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """The events that tell nothing of epics other than those seen."""
    epic = aliased(Epic)
    of_seen = select(Epic.id).where(seen)
    named = AuditEvent.after.contains(literal('"').concat(epic.key).concat('"'))
    hidden = exists().where(epic.id.not_in(of_seen), named)
    return and_(
        or_(AuditEvent.epic_id.is_(None), AuditEvent.epic_id.in_(of_seen)),
        or_(AuditEvent.noun != NAMES_OTHERS, ~hidden),
    )


def _events(workspace_id: int) -> Events:
    return select(
        AuditEvent.number,
        AuditEvent.at,
        AuditEvent.actor,
        AuditEvent.source,
        AuditEvent.verb,
        AuditEvent.noun,
        AuditEvent.subject_id,
        AuditEvent.epic_id,
        AuditEvent.portfolio_id,
        AuditEvent.before,
        AuditEvent.after,
    ).where(AuditEvent.workspace_id == workspace_id)


def _mentions(word: str, viewer: str) -> ColumnElement[bool]:
    """The events in which the word stands, or that are about what is called so."""
    epics = select(Epic.id).where(
        visible_to(viewer),
        or_(Epic.key.icontains(word, autoescape=True), Epic.title.icontains(word, autoescape=True)),
    )
    written = json.dumps(word, ensure_ascii=False)[1:-1]
    called = [name for name, noun in NOUNS.items() if word.casefold() in f"{noun.label} {name}"]
    typed = AuditEvent.source.icontains(word, autoescape=True)
    return or_(
        AuditEvent.noun.in_(called),
        AuditEvent.epic_id.in_(epics),
        and_(AuditEvent.actor.is_(None), typed),
        AuditEvent.before.icontains(written, autoescape=True),
        AuditEvent.after.icontains(written, autoescape=True),
    )


def _coded(workspace_id: int, code: str) -> Select[Any]:
    """The projects of that code, whatever its letters' case."""
    codes = {code, plain_key(code)}
    lower = func.lower(Project.code).in_([each.lower() for each in codes])
    same = or_(Project.code.in_(codes), lower)
    return select(Project.id).where(Project.workspace_id == workspace_id, same)


def _about_projects(
    session: Session, workspace_id: int, code: str
) -> Sequence[ColumnElement[bool]]:
    """The events of projects of that code, and of what belongs or points to them."""
    ids = session.scalars(_coded(workspace_id, code)).all()
    subjects = {Project.__tablename__: ids}
    for part in (Milestone, ProjectShare):
        rows = select(part.id).where(part.project_id.in_(ids))
        subjects[part.__tablename__] = session.scalars(rows).all()
    points = [f'"project_id": {id_}{end}' for id_ in ids for end in ",}"]
    places = (AuditEvent.before, AuditEvent.after)
    return [
        *(
            and_(AuditEvent.noun == n, AuditEvent.subject_id.in_(map(str, subjects[n])))
            for n in subjects
        ),
        *(place.contains(each) for place in places for each in points),
    ]


def _page(
    session: Session,
    workspace_id: int,
    rows: Events,
    query: Query,
    epic: Epic | None,
    zone: str,
) -> LogPage:
    """The newest events before where the query stands, up to the end of an act if there is one."""
    rows = rows.order_by(AuditEvent.number.desc())
    if query.before is not None:
        rows = rows.where(AuditEvent.number < query.before)
    found = session.execute(rows.limit(PAGE + 1)).all()
    shown, older = list(found[:PAGE]), None
    if len(found) > PAGE:
        while shown and _act(shown[-1]) == _act(found[PAGE]):
            shown.pop()
        shown = shown or list(found[:PAGE])
        older = shown[-1].number
    changes = [change for _, act in groupby(shown, key=_act) for change in _changes(list(act))]
    events = [event for change in reversed(changes) for event in change.events]
    named = _known(session, workspace_id, changes, events)
    return LogPage(query, epic, changes, named, zone, older)


def _act(row: Row[Any]) -> tuple[Any, ...]:
    return row.at, row.actor, row.source


def _changes(act: Sequence[Row[Any]]) -> Sequence[Change]:
    """What an act changed: all of an epic as one, each other row by itself."""
    alike: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in act:
        alike[row.epic_id or (row.noun, row.subject_id)].append(row)
    return [
        Change(of[0].at, of[0].actor, of[0].source, of[0].epic_id, [*map(_event, reversed(of))])
        for of in alike.values()
    ]


def _event(row: Row[Any]) -> Event:
    before, after = json.loads(row.before), json.loads(row.after)
    return Event(row.verb, row.noun, row.subject_id, row.portfolio_id, before, after)


def _known(
    session: Session, workspace_id: int, changes: Iterable[Change], events: Iterable[Event]
) -> Mapping[Subject, Mapping[str, Any]]:
    """Look up the rows that are named, and those that their names name."""
    known: dict[Subject, dict[str, Any]] = defaultdict(dict)
    wanted = {("epics", str(each.epic_id)) for each in changes if each.epic_id}
    for event in events:
        known[event.subject] |= {**event.before, **event.after}
        wanted |= {event.subject, ("portfolios", str(event.portfolio_id))}
        for columns in (event.before, event.after):
            wanted |= _referred(event.noun, columns, columns)
    seen: set[Subject] = set()
    while wanted:
        seen |= wanted
        found = _looked_up(session, workspace_id, wanted)
        for subject, columns in found.items():
            known[subject] |= columns
        named = (_referred(noun, noun_of(noun).name, row) for (noun, _), row in found.items())
        wanted = set().union(*named) - seen
    return known


def _referred(noun: str, names: Iterable[str], columns: Mapping[str, Any]) -> set[Subject]:
    return {
        (table, str(columns[name]))
        for name in names
        if columns.get(name) is not None and (table := refers_to(noun, name))
    }


def _looked_up(
    session: Session, workspace_id: int, wanted: Iterable[Subject]
) -> Mapping[Subject, Mapping[str, Any]]:
    """The rows as they are, and as they were when they were removed."""
    ids: dict[str, list[str]] = defaultdict(list)
    for noun, subject_id in wanted:
        ids[noun].append(subject_id)
    found: dict[Subject, Mapping[str, Any]] = {}
    for noun, of in ids.items():
        gone = select(AuditEvent.subject_id, AuditEvent.before).where(
            AuditEvent.workspace_id == workspace_id,
            AuditEvent.noun == noun,
            AuditEvent.subject_id.in_(of),
            AuditEvent.verb == "removed",
        )
        found |= {(noun, id_): json.loads(before) for id_, before in session.execute(gone)}
        table = Base.metadata.tables.get(noun)
        if table is not None and "id" in table.c:
            numbers = [int(each) for each in of if each.isdigit()]
            there = session.execute(select(table).where(table.c.id.in_(numbers)))
            found |= {(noun, str(row.id)): row._asdict() for row in there}
    return found
